/* SPDX-License-Identifier: MIT */
/* The kernel's clock, asked for past the C library. */
#include "base/clock.h"

#include <criterion/criterion.h>
#include <sys/auxv.h>

TestSuite(clock);

static uint64_t libc_ns(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void is_between(clock_fn *clock, clockid_t id)
{
	uint64_t before = libc_ns(id), found = clock_read_ns(clock, id), after = libc_ns(id);

	cr_expect_leq(before, found);
	cr_expect_leq(found, after);
}

Test(clock, is_the_one_of_libc)
{
	is_between(clock_find(), CLOCK_MONOTONIC);
	is_between(clock_find(), CLOCK_REALTIME);
	is_between(NULL, CLOCK_MONOTONIC);
}

Test(clock, is_found_where_the_kernel_maps_one)
{
	cr_expect_eq(clock_find() != NULL, getauxval(AT_SYSINFO_EHDR) != 0);
}
