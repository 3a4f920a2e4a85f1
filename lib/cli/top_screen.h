/* SPDX-License-Identifier: MIT */
/*
 * The screen of `unclosed top`: the table, a place in full, the keys.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_TOP_SCREEN_H
#define UNCLOSED_CLI_TOP_SCREEN_H

#include "cli/top_watch.h"

/*
 * Look every `interval_s` seconds and show it, until somebody quits. Returns 0, or EXIT_ERROR
 * after one line: there is no terminal, or nothing to look at from the beginning.
 */
int top_screen_run(struct top_watch *watch, struct top_rows *rows, unsigned int interval_s);

#endif
