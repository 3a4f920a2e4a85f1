/* SPDX-License-Identifier: MIT */
/*
 * What a program is handed that cannot say what it found open: a static one, say.
 *
 * Layer: preload. Context: target, also a vfork child; async-signal-safe; system calls.
 */
#ifndef UNCLOSED_PRELOAD_END_HANDED_ON_H
#define UNCLOSED_PRELOAD_END_HANDED_ON_H

#include <stdbool.h>

#include "ledger/layout.h"

/*
 * Just before the exec: ask the kernel which recorded descriptors are open here without
 * close-on-exec, and give each a slot in the table of `next`, as the new program would at
 * its start. That it was asked for shows in the table's limit, which is not 0 then.
 * `is_child`: we are a child in its parent's memory (vfork), of whose own table nothing
 * is recorded.
 */
void handed_on_note(const struct ledger_process *next, bool is_child);

#endif
