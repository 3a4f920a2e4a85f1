/* SPDX-License-Identifier: MIT */
/*
 * Which processes of a session still run.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_ALIVE_H
#define UNCLOSED_CLI_ALIVE_H

#include <stdbool.h>
#include <sys/types.h>

#include "ledger/ledger.h"

/*
 * Is the process of an entry alive? A pid is given out again: a process counts
 * only when it maps the session's ledger or was started with its name in the
 * environment (a static program). Where /proc does not tell, existence decides.
 * `ledger_path` is a const char *, made void for struct judge_context.
 */
bool process_is_alive(const struct ledger_process *process, void *ledger_path);

/*
 * Was any process that is alive started with the ledger's name in its environment? A shell of
 * popen() is announced without its number, and tells it when it has been loaded.
 */
bool ledger_is_named(const char *ledger_path);

/* Does any process of this machine that we may look at map the ledger? */
bool ledger_is_mapped(const char *ledger_path);

/* Has the entry no end yet: neither ended, nor replaced, nor unused? */
bool process_is_unfinished(const struct ledger_process *process);

#endif
