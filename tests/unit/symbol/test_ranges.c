/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "symbol/ranges.h"

static int64_t value_at(const struct ranges *ranges, uint64_t address)
{
	ptrdiff_t at = ranges_find(ranges, address, ranges->count);

	return at < 0 ? -1 : (int64_t)ranges->items[at].value;
}

Test(ranges, the_highest_start_comes_first_and_ends_are_open)
{
	struct ranges ranges = { 0 };

	ranges_add(&ranges, 20, 30, 2);
	ranges_add(&ranges, 10, 100, 1);
	ranges_add(&ranges, 25, 26, 3);
	ranges_add(&ranges, 200, 200, 4);
	ranges_add(&ranges, 300, 250, 5);
	ranges_seal(&ranges);
	cr_expect_eq(ranges.count, 3, "empty ranges are left out");
	cr_expect_eq(value_at(&ranges, 9), -1);
	cr_expect_eq(value_at(&ranges, 10), 1);
	cr_expect_eq(value_at(&ranges, 20), 2);
	cr_expect_eq(value_at(&ranges, 25), 3);
	cr_expect_eq(value_at(&ranges, 26), 2);
	cr_expect_eq(value_at(&ranges, 30), 1);
	cr_expect_eq(value_at(&ranges, 99), 1);
	cr_expect_eq(value_at(&ranges, 100), -1);
	cr_expect_eq(value_at(&ranges, UINT64_MAX), -1);
	ranges_fini(&ranges);
}

Test(ranges, all_that_cover_are_found_in_turn)
{
	struct ranges ranges = { 0 };
	size_t found = 0;
	ptrdiff_t at;

	for (uint64_t i = 0; i < 100; i++)
		ranges_add(&ranges, i, i % 2 ? 200 : i + 1, i);
	ranges_seal(&ranges);
	at = (ptrdiff_t)ranges.count;
	while ((at = ranges_find(&ranges, 150, (size_t)at)) >= 0)
		found++;
	cr_expect_eq(found, 50);
	ranges_fini(&ranges);
}

Test(ranges, an_empty_table_has_nothing)
{
	struct ranges ranges = { 0 };

	ranges_seal(&ranges);
	cr_expect_eq(ranges_find(&ranges, 0, 0), -1);
	ranges_fini(&ranges);
}
