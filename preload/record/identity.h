/* SPDX-License-Identifier: MIT */
/*
 * Who may answer to an entry that was announced: the process it was announced for, and
 * not the first one that has its index. A static program hands its environment, and the
 * index with it, to all that it starts.
 *
 * Layer: preload. Context: target; async-signal-safe, also in a vfork child.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_IDENTITY_H
#define UNCLOSED_PRELOAD_RECORD_IDENTITY_H

#include <stdbool.h>
#include <sys/types.h>

#include "ledger/layout.h"

/*
 * Say in a new entry who will answer: this process, when it is to execute the program
 * itself (exec, a vfork child), or else a child of this process.
 */
void identity_announce(struct ledger_process *entry, bool is_this_process);

/*
 * The entry of this process, which was given the index `announced`: that one when it was
 * announced for it. Else a new one: of a further image, when this process is the one that
 * `announced` tells of, and of a stray one when it is not. False: no room.
 */
bool identity_take(uint32_t announced, uint32_t *ret_index);

/* This process says its number. */
void identity_introduce(struct ledger_process *process);

/*
 * The child of entry `index` is `pid` to its parent. Where somebody else has answered
 * in its place, that one gets what it is due: the child has an entry without an answer.
 */
void identity_settle(uint32_t index, pid_t pid);

#endif
