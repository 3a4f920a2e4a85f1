/* SPDX-License-Identifier: MIT */
/* Waits for the processes that outlive PROGRAM. */
#include "cli/outlive.h"

#include "cli/alive.h"

#define POLL_MS 10

/* In the middle of an exec a process has no environment: who is not found is looked for again. */
#define LOOKS 5

enum lives { LIVES_NONE, LIVES_SOME, LIVES_UNKNOWN };

static enum lives lives_look(struct session *session)
{
	uint32_t count = ledger_process_count(&session->ledger);
	bool has_unnumbered = false;

	for (uint32_t i = 0; i < count; i++) {
		struct ledger_process *process = ledger_process_at(&session->ledger, i);

		if (!process || !process_is_unfinished(process))
			continue;
		if (process_is_alive(process, session->path))
			return LIVES_SOME;
		/* A shell that popen() started, or system() in a thread: it tells its number later.
		 */
		has_unnumbered |= LEDGER_LOAD(process->pid) == 0;
	}
	if (!has_unnumbered)
		return LIVES_NONE;
	return ledger_is_named(session->path) ? LIVES_SOME : LIVES_UNKNOWN;
}

void outlive_wait(struct session *session, struct launch *launch, const struct options *options)
{
	uint64_t started_ns = ledger_now_ns(&session->ledger);
	uint64_t limit_ns = (uint64_t)options->wait_s * 1000000000u;

	if (options->wait_s == 0 || options->children == CHILDREN_NONE)
		return;
	/* What ended the program may have been sent to us as well. */
	launch_drain(launch);
	for (unsigned int looks = 0; looks < LOOKS;) {
		enum lives lives = lives_look(session);

		if (lives == LIVES_NONE)
			return;
		looks = lives == LIVES_UNKNOWN ? looks + 1 : 0;
		if (options->wait_s != WAIT_FOREVER &&
		    ledger_now_ns(&session->ledger) - started_ns >= limit_ns)
			return;
		if (launch_pause(launch, POLL_MS) != 0)
			return;
	}
}
