/* SPDX-License-Identifier: MIT */
/*
 * The top of the sources that a program was built from.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_SOURCE_ROOT_H
#define UNCLOSED_CLI_SOURCE_ROOT_H

/*
 * The folder that reports for a code host tell paths relative to: the checkout
 * that the CI system names, when `cwd` (of the run) is in it; else the nearest
 * folder above with a ".git"; else `cwd` itself, and NULL without one. In a
 * static buffer.
 */
const char *source_root(const char *cwd);

#endif
