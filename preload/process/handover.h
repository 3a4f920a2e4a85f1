/* SPDX-License-Identifier: MIT */
/*
 * The ledger in the hands of another user. Only who made the ledger may open its file.
 * A process that drops to another user, as setpriv, runuser and su do, executes programs
 * that could not join the session then. So just before it drops, the one user it drops to
 * is named in the file's access control list. Nobody else is, and the file is removed at
 * the end of the session.
 *
 * Layer: preload. Context: target; async-signal-safe, also in a vfork child; system calls.
 */
#ifndef UNCLOSED_PRELOAD_PROCESS_HANDOVER_H
#define UNCLOSED_PRELOAD_PROCESS_HANDOVER_H

#include <stdbool.h>
#include <sys/types.h>

#include "ledger/layout.h"

/*
 * Before the real and the effective user become these; (uid_t)-1: that one stays. Nothing
 * is done but for a change after which both are the same, other than the effective one is now.
 */
void handover_prepare(uid_t real, uid_t effective);

/* It was done. */
void handover_done(void);

/*
 * May a program that is executed now open the ledger? HINDRANCE_NONE, HINDRANCE_USER: its user may
 * not, HINDRANCE_LEDGER: the file is not there, or read-only.
 */
enum process_hindrance handover_hindrance(void);

#endif
