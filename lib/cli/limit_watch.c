/* SPDX-License-Identifier: MIT */
/* Looks at the bell of a session, and has a child take what rang. */
#include "cli/limit_watch.h"

#include <unistd.h>

#include "cli/launch.h"
#include "cli/memory_bound.h"

void limit_watch_begin(struct limit_watch *watch, const struct limit_taking *taking,
		       const sigset_t *mask)
{
	*watch = (struct limit_watch){ .taking = *taking, .mask = mask };
	if (limits_begin(&watch->taking))
		LEDGER_STORE(taking->ledger->header->listens, 1);
}

static _Noreturn void work(struct limit_watch *watch)
{
	(void)sigprocmask(SIG_SETMASK, watch->mask, NULL);
	watch->taking.steps_back = true;
	descriptors_allow();
	memory_bound();
	(void)limits_take(&watch->taking); /* what failed has been told */
	_exit(0);
}

void limit_watch_look(struct limit_watch *watch)
{
	uint32_t bell = LEDGER_LOAD(watch->taking.ledger->header->bell);
	pid_t pid;

	if (bell == watch->heard || watch->worker || !watch->taking.shared)
		return;
	pid = fork();
	if (pid == 0)
		work(watch);
	if (pid < 0)
		return; /* the next look tries again, and the end does */
	watch->heard = bell;
	watch->worker = pid;
}

void limit_watch_reaped(struct limit_watch *watch, pid_t pid)
{
	if (pid == watch->worker)
		watch->worker = 0;
}

void limit_watch_end(struct limit_watch *watch)
{
	LEDGER_STORE(watch->taking.ledger->header->listens, 0);
	if (watch->taking.shared) {
		memory_bound();
		(void)limits_take(&watch->taking); /* what failed has been told */
		memory_unbound();
		limits_settle(&watch->taking);
	}
	limits_end(&watch->taking);
}
