/* SPDX-License-Identifier: MIT */
/*
 * system() and popen() start a shell from inside libc with `environ`, which is
 * swapped for a repaired copy during the call. The copy is never freed: another
 * thread may have it from getenv() or, by its setenv(), for good.
 */
#include "calls/system.h"

#include <stdatomic.h>

#include "base/raw.h"
#include "calls/wait.h"
#include "libc/real.h"
#include "process/environment.h"
#include "record/announce.h"
#include "record/spare.h"
#include "shim/state.h"

/*
 * Room for the `environ` of a shell, kept for the next one: a thread may hold
 * what getenv() gave it out of there. The size stands in front.
 */
static _Atomic(size_t *) spare;

static void *spare_take(size_t size)
{
	size_t *room = atomic_exchange(&spare, NULL);
	long memory;

	if (room && *room >= size)
		return room + 2;
	size += size / 4;
	memory = raw6(SYS_mmap, 0, (long)(size + 2 * sizeof(*room)), PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (raw_failed(memory))
		return NULL;
	room = (size_t *)memory;
	*room = size;
	return room + 2;
}

static void spare_give(void *memory)
{
	atomic_store(&spare, (size_t *)memory - 2); /* one is enough */
}

/* Let the shell have a copy of `environ` that leads it into the session. False: no room. */
static bool environ_swap(struct spawn_plan *plan, const struct joining *joining)
{
	void *storage = spare_take(environment_repair_size(environ));

	if (!storage)
		return false;
	plan->environment = environment_repair(environ, joining, storage);
	environ = plan->environment;
	return true;
}

void spawn_begin_shell(struct spawn_plan *plan)
{
	struct ledger_process *next;
	struct joining joining;

	*plan = (struct spawn_plan){ .saved_environ = environ };
	if (!shim_is_recording() || !shim_may_call_kernel())
		return;
	joining_decide(&joining, "/bin/sh", false, NULL, environ);
	next = announce(ORIGIN_SPAWN, LINK_SPAWN, "/bin/sh", &joining.index);
	/* Without an entry, too: it would begin a session of its own. */
	if (joining_is_led(&joining) && !environ_swap(plan, &joining))
		joining.hindrance = HINDRANCE_ROOM;
	if (!next)
		return;
	LEDGER_STORE(next->hindrance, joining.hindrance);
	plan->index = joining.index + 1;
}

void spawn_end_shell(struct spawn_plan *plan, bool is_started)
{
	if (plan->environment && environ == plan->environment) {
		environ = plan->saved_environ;
		spare_give(plan->environment);
	}
	if (!is_started && plan->index)
		announce_withdraw(plan->index - 1);
}

int system(const char *command)
{
	struct ledger_process *waiting;
	struct spawn_plan plan;
	int status;

	if (!command)
		return REAL(system)(command);
	waiting = wait_begin();
	spawn_begin_shell(&plan);
	status = REAL(system)(command);
	spare_mend();
	spawn_end_shell(&plan, status != -1);
	if (status != -1 && plan.index)
		record_waited_for(plan.index - 1, status);
	wait_end(waiting);
	return status;
}
