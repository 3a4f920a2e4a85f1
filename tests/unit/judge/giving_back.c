/* SPDX-License-Identifier: MIT */
/*
 * Somebody dies while giving a process back, after any of its stores: the report is the
 * same as before, and those that live can give back more. One step at a time by ptrace().
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world.h"

/* Of one process: its first image opens a file and closes it, the second leaves one open. */
#define IMAGES 2
#define FILES 2

/* Processes but for the first one. */
#define LIVES 3

/* Instructions; it takes some ten thousand. */
#define STEPS_MAX 1000000

static struct world world;

static void world_end(void)
{
	world_close(&world);
}

/* Of the first window, where all of it fits. */
static size_t used_size(void)
{
	return (size_t)LEDGER_LOAD(world.ledger.header->next_page) * LEDGER_PAGE_SIZE;
}

static uint32_t life_new(void)
{
	uint32_t first = world_process(&world, ORIGIN_FORK, 0), last;

	LEDGER_COUNT(world_at(&world, 0)->holders);
	(void)world_slot(&world, first, 3, WORLD_OPEN, KIND_FILE, 0);
	world_closed(&world, first, 3, 0);
	last = world_exec(&world, first);
	LEDGER_COUNT(world_at(&world, first)->holders);
	world_at(&world, last)->image_ref =
		ledger_image_new(&world.ledger, ledger_string_add(&world.ledger, "/bin/cat", 8),
				 ledger_string_add(&world.ledger, "cat", 4), 0);
	(void)world_slot(&world, last, 4, WORLD_OPEN, KIND_FILE, 0);
	world_exit(&world, last, 0);
	world_wait(&world, last, 0);
	return last;
}

/* One was given back before, so that there are sums already; of two the first is the next one. */
static uint32_t world_fill(void)
{
	uint32_t before, next;

	world_open(&world);
	world.ledger.header->kinds_asked = KIND_BIT(KIND_SOCKET);
	(void)world_slot(&world, 0, 5, WORLD_SOCKET, KIND_SOCKET,
			 world_stack(&world, (const uint64_t[]){ 0x401000, 0 }));
	before = life_new();
	next = life_new();
	(void)life_new();
	cr_assert(ledger_give_back(&world.ledger, before, 0));
	cr_assert_lt(used_size(), LEDGER_WINDOW_SIZE);
	return next;
}

static void report_check(const char *when, long step, unsigned int lives)
{
	const struct report *report = world_judge(&world);
	const struct report_kind_count *files = &report->kinds_total[KIND_FILE];
	const struct report_kind_count *sockets = &report->kinds_total[KIND_SOCKET];

	cr_assert_eq(report->covered_count, 1 + lives, "%s step %ld: %zu processes", when, step,
		     report->covered_count);
	cr_assert_eq(files->opened, FILES * lives, "%s step %ld: %llu files", when, step,
		     (unsigned long long)files->opened);
	cr_assert_eq(files->left, lives, "%s step %ld: %llu files left", when, step,
		     (unsigned long long)files->left);
	cr_assert_eq(sockets->opened, 1, "%s step %ld", when, step);
	cr_assert_eq(sockets->left, 1, "%s step %ld", when, step);
}

/* What is in the ledger now is what a death leaves. Others go on with it; then it is put back. */
static void death_check(uint32_t other, long step)
{
	static uint8_t saved[LEDGER_WINDOW_SIZE];
	uint8_t *bytes = (uint8_t *)world.ledger.header;

	report_check("after", step, LIVES);
	memcpy(saved, bytes, sizeof(saved));
	cr_assert(ledger_give_back(&world.ledger, other, 0), "after step %ld", step);
	(void)life_new();
	report_check("later than", step, LIVES + 1);
	memcpy(bytes, saved, sizeof(saved));
}

/* A child that gives `index` back, one instruction at a time. */
static pid_t giver_start(uint32_t index)
{
	pid_t pid = fork();
	int status;

	cr_assert_geq(pid, 0);
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
			_exit(77);
		(void)raise(SIGSTOP);
		_exit(ledger_give_back(&world.ledger, index, 0) ? 0 : 1);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		cr_skip("ptrace() is not there");
	cr_assert(WIFSTOPPED(status));
	return pid;
}

Test(giving_back, may_end_behind_any_store, .fini = world_end)
{
	static uint8_t last[LEDGER_WINDOW_SIZE];
	uint32_t next = world_fill(), other = next + IMAGES;
	pid_t pid = giver_start(next);
	unsigned int stores = 0;
	long step = 0;
	int status;

	memcpy(last, world.ledger.header, sizeof(last));
	for (; step < STEPS_MAX; step++) {
		cr_assert_eq(ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL), 0);
		cr_assert_eq(waitpid(pid, &status, 0), pid);
		if (!WIFSTOPPED(status))
			break;
		if (memcmp(last, world.ledger.header, used_size()) == 0)
			continue;
		memcpy(last, world.ledger.header, sizeof(last));
		stores++;
		death_check(other, step);
	}
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%#x", (unsigned int)status);
	cr_expect_gt(stores, 20, "%u stores in %ld steps", stores, step);
	death_check(other, step);
}
