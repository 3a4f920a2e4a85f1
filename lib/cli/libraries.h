/* SPDX-License-Identifier: MIT */
/*
 * What unclosed runs with: for --version and the JSON report's tool.libraries.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_LIBRARIES_H
#define UNCLOSED_CLI_LIBRARIES_H

/*
 * NAME, VERSION, NAME, VERSION, …, NULL: elfutils, jansson, libc; and libunwind,
 * which is loaded into programs, as the path of its file where it is installed.
 */
const char *const *libraries_list(void);

#endif
