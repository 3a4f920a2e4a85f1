/* SPDX-License-Identifier: MIT */
/*
 * As whom a child of ours ran at last. The kernel tells it while the child is a zombie,
 * whichever calls the child has used.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_LAST_USER_H
#define UNCLOSED_CLI_LAST_USER_H

#include <stdbool.h>
#include <sys/types.h>

struct rights;

/*
 * Has the child `pid` ended, and had it another user than we are, as one of its four, or less of
 * the capabilities to read files? It is not reaped.
 */
bool last_user_find(pid_t pid, struct rights *ret_rights);

#endif
