/* SPDX-License-Identifier: MIT */
/* Bounds our own memory while reports are made, by the soft limit RLIMIT_DATA. */
#include "cli/memory_bound.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/memory.h"

/* Budgets count what is large; what is made of it may take as much again, and more. */
#define TIMES 3
#define ANYWAY (UINT64_C(128) << 20)

static struct rlimit before;
static bool is_bound;

/* What counts against the limit by now (proc(5), statm): a sanitizer has terabytes of it. */
static uint64_t data_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	uint64_t pages = 0;

	if (file && fscanf(file, "%*u %*u %*u %*u %*u %" SCNu64, &pages) != 1)
		pages = 0;
	if (file)
		(void)fclose(file); /* only read */
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

void memory_bound(void)
{
	uint64_t most = data_bytes() + memory_limit() * TIMES + ANYWAY;
	struct rlimit limit;

	if (is_bound || getrlimit(RLIMIT_DATA, &limit) < 0)
		return;
	before = limit;
	if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < most)
		return;
	limit.rlim_cur = most;
	is_bound = setrlimit(RLIMIT_DATA, &limit) == 0;
}

void memory_unbound(void)
{
	if (is_bound)
		(void)setrlimit(RLIMIT_DATA, &before); /* the soft limit may be raised again */
	is_bound = false;
}
