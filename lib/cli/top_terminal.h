/* SPDX-License-Identifier: MIT */
/*
 * The terminal of `unclosed top`: taken, and given back on any end, as it was.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_TOP_TERMINAL_H
#define UNCLOSED_CLI_TOP_TERMINAL_H

#include <stdbool.h>

/*
 * Take it: curses, with signals that end the tool giving it back first. Returns 0, or EXIT_ERROR
 * after one line: it is no terminal, or one that cannot move its cursor. *ret_is_utf8: does it
 * show UTF-8, by the locale?
 */
int top_terminal_open(bool *ret_is_utf8);
void top_terminal_close(void);

#endif
