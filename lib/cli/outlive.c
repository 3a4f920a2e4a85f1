/* SPDX-License-Identifier: MIT */
/* Waits for the processes that outlive PROGRAM. */
#include "cli/outlive.h"

#include "cli/alive.h"

#define POLL_MS 10

static bool is_any_alive(struct session *session)
{
	uint32_t count = ledger_process_count(&session->ledger);

	for (uint32_t i = 0; i < count; i++) {
		struct ledger_process *process = ledger_process_at(&session->ledger, i);

		if (process && process_is_unfinished(process) &&
		    process_is_alive(process, session->path))
			return true;
	}
	return false;
}

void outlive_wait(struct session *session, struct launch *launch, const struct options *options)
{
	uint64_t started_ns = ledger_now_ns(&session->ledger);
	uint64_t limit_ns = (uint64_t)options->wait_s * 1000000000u;

	if (options->wait_s == 0 || options->children == CHILDREN_NONE)
		return;
	/* What ended the program may have been sent to us as well. */
	launch_drain(launch);
	while (is_any_alive(session)) {
		if (options->wait_s != WAIT_FOREVER &&
		    ledger_now_ns(&session->ledger) - started_ns >= limit_ns)
			return;
		if (launch_pause(launch, POLL_MS) != 0)
			return;
	}
}
