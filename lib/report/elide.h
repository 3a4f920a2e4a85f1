/* SPDX-License-Identifier: MIT */
/*
 * Arguments of programs without what they say: passwords and addresses are in them. What names
 * a command stays: the program, the names of its options, and the script of an interpreter.
 *
 *   mysql -u root -pX --host=db dump   mysql -u … -p… --host=… …
 *   python3 -c CODE x                  python3 -c … …
 *   python3 tools/load.py --fast x     python3 tools/load.py --fast …
 *
 * Layer: report. Context: tool.
 */
#ifndef UNCLOSED_REPORT_ELIDE_H
#define UNCLOSED_REPORT_ELIDE_H

#include <stddef.h>

#include "model/model.h"

#define ELIDED "…"

/*
 * The words of a command, `argc` of them, with the values elided; memory of `report`, NULL
 * at the end. `exe` is the program's path, NULL: argv[0] tells it. A script counts as one where it
 * is a regular file, relative to `cwd` (NULL: not known).
 */
const char **arguments_elide(struct report *report, const char *exe, const char *cwd,
			     const char *const *argv, size_t argc);

#endif
