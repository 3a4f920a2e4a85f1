/* SPDX-License-Identifier: MIT */
/*
 * As whom the files are read that the processes of a session name: as the least of its users.
 * Who they are is not taken from the ledger, which they write. It is taken from the access
 * control list of its file, which the kernel lets only its owner change
 * (preload/process/handover.h), and from what the launcher has seen of PROGRAM.
 *
 * Layer: judge. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_RIGHTS_H
#define UNCLOSED_JUDGE_RIGHTS_H

#include <stdbool.h>

#include "judge/judge.h"

/*
 * Limit the rights (base/rights.h) to those of the session of the ledger open as `ledger_fd`. Ended
 * by rights_limit(NULL).
 */
void judge_rights_limit(const struct judge_context *context, int ledger_fd);

/*
 * Is the module at `path` PROGRAM, or a library that its file needs, of the `report` (a struct
 * report)? Who runs us has named it then.
 */
bool judge_module_is_ours(const char *path, void *report);

#endif
