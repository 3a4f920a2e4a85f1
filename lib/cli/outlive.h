/* SPDX-License-Identifier: MIT */
/*
 * Processes that outlive PROGRAM.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_OUTLIVE_H
#define UNCLOSED_CLI_OUTLIVE_H

#include "base/options.h"
#include "cli/launch.h"
#include "cli/session.h"

/*
 * Wait until no process of the session is alive, as long as --wait says, or
 * until a terminating signal comes.
 */
void outlive_wait(struct session *session, struct launch *launch, const struct options *options);

#endif
