/* SPDX-License-Identifier: MIT */
#include "slices.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static uint64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t slices_now_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t slices_used_ns(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

void slices_need_descriptors(unsigned long count)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		slices_fail("getrlimit");
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		slices_fail("setrlimit");
	if (limit.rlim_cur < count + 64) {
		fprintf(stderr, "the limit of %lu descriptors is too low for %lu\n",
			(unsigned long)limit.rlim_cur, count);
		exit(2);
	}
}

void slices_print_fastest(unsigned int slices, unsigned int operations,
			  void (*work)(unsigned int operations), uint64_t (*clock)(void))
{
	uint64_t fastest = UINT64_MAX;

	work(operations);
	for (unsigned int i = 0; i < slices; i++) {
		uint64_t begin = clock(), spent;

		work(operations);
		spent = clock() - begin;
		if (spent < fastest)
			fastest = spent;
	}
	printf("%.1f\n", (double)fastest / operations);
}

void slices_fail(const char *what)
{
	perror(what);
	exit(1);
}

unsigned int slices_argument(int argc, char **argv, int index, unsigned int otherwise)
{
	return index < argc ? (unsigned int)strtoul(argv[index], NULL, 10) : otherwise;
}
