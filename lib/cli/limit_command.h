/* SPDX-License-Identifier: MIT */
/*
 * The command of --at-limit: of who started the tool, beside the program. A process of its own
 * waits for it, and says in one line when it failed.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_LIMIT_COMMAND_H
#define UNCLOSED_CLI_LIMIT_COMMAND_H

#include <stdatomic.h>
#include <stdint.h>

/*
 * Start `command` by sh -c for the snapshot at `path`. *running, in memory that processes share, is
 * one more until it has ended.
 */
void limit_command_start(const char *command, const char *path, _Atomic(uint32_t) *running);

#endif
