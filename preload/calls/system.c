/* SPDX-License-Identifier: MIT */
/*
 * system() and popen() start a shell from inside libc with `environ`, which is
 * swapped for a repaired copy during the call. The copy is never freed: another
 * thread may have it from getenv() or, by its setenv(), for good.
 */
#include "calls/system.h"

#include <stdatomic.h>

#include "base/raw.h"
#include "libc/real.h"
#include "process/environment.h"
#include "record/announce.h"
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

void spawn_begin_shell(struct spawn_plan *plan)
{
	struct joining joining;
	void *storage;

	*plan = (struct spawn_plan){ .saved_environ = environ };
	if (!shim_is_recording() || !shim_may_call_kernel() || !environment_joins(environ))
		return;
	storage = spare_take(environment_repair_size(environ));
	if (!storage)
		return;
	joining_decide(&joining, "/bin/sh", false);
	if (!announce(ORIGIN_SPAWN, LINK_SPAWN, "/bin/sh", &joining.index)) {
		spare_give(storage);
		return;
	}
	plan->index = joining.index + 1;
	plan->environment = environment_repair(environ, &joining, storage);
	environ = plan->environment;
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
	struct spawn_plan plan;
	int status;

	if (!command)
		return REAL(system)(command);
	spawn_begin_shell(&plan);
	status = REAL(system)(command);
	spawn_end_shell(&plan, status != -1);
	return status;
}
