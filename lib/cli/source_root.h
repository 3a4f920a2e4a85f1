/* SPDX-License-Identifier: MIT */
/*
 * The top of a checkout, which code hosts tell paths relative to.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_SOURCE_ROOT_H
#define UNCLOSED_CLI_SOURCE_ROOT_H

/*
 * The checkout that the CI system names in its environment, when `project` (the
 * folder that a report's file names are relative to, or NULL) is in it; else
 * `project` itself.
 */
const char *source_root(const char *project);

#endif
