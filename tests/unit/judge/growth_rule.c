/* SPDX-License-Identifier: MIT */
/*
 * The rule of growth over programs that are made up: 1000 of each kind and size, with a fixed seed.
 * What grows must be told, and what does not must not be called growing.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/words/growth_rule.h"
#include "ledger/layout.h"

#define RUN 600e9 /* ns */
#define FOREVER 1e15
#define SIMULATIONS 1000
/* Sanitizers look for faults, for which fewer do: a share of so few says nothing. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(IS_SANITIZED)
#define EACH 50
#else
#define EACH 1
#endif
#define OPENED_MAX 20000
#define OVER_AGE_MOST 5        /* of SIMULATIONS, of what does not leak */
#define STEP UINT64_C(1048576) /* in which lives are known */

static double run = RUN;

static uint64_t state = UINT64_C(88172645463325252);

/* Between 0 and 1: xorshift64. */
static double chance(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (double)(state >> 11) / 9007199254740992.0;
}

static double exponential(double mean)
{
	return -mean * log(1 - chance());
}

/* Closed ones are counted as a pair of a ledger does it: long ones by class, up to LIVES_MOST. */
static struct {
	uint64_t opened_ns[OPENED_MAX];
	size_t count;
	uint64_t closed, classes[LIFE_CLASSES], longest;
} made;

static void open_for(double at, double life)
{
	uint64_t steps = ((uint64_t)life + LIFE_LEAD_NS) >> LIFE_SHIFT;
	unsigned int class = 0;

	if (at >= run)
		return;
	if (at + life >= run) {
		cr_assert_lt(made.count, OPENED_MAX);
		made.opened_ns[made.count++] = (uint64_t)at;
		return;
	}
	made.closed++;
	if (steps > made.longest)
		made.longest = steps;
	while (class < LIFE_CLASSES - 1 && steps >= LIFE_LONG << (class + 1) * LIFE_CLASS_SHIFT)
		class ++;
	if (steps >= LIFE_LONG && made.classes[class] < LIVES_MOST)
		made.classes[class]++;
}

/* As siblings.c reads them. */
static size_t lives_read(struct growth_lives *ret_lives)
{
	uint64_t left = made.closed, bound = made.longest;
	size_t count = 0;

	for (int class = LIFE_CLASSES - 1; class >= 0; class --) {
		uint64_t lives = made.classes[class] < LIVES_MOST ? made.classes[class] : left;

		if (class < LIFE_CLASSES - 1 && LIFE_LONG << (class + 1) * LIFE_CLASS_SHIFT < bound)
			bound = LIFE_LONG << (class + 1) * LIFE_CLASS_SHIFT;
		if (lives > 0 && left > 0)
			ret_lives[count++] = (struct growth_lives){ lives, bound << LIFE_SHIFT };
		left -= lives;
	}
	if (left > 0)
		ret_lives[count++] =
			(struct growth_lives){ left, (bound < LIFE_LONG ? bound : LIFE_LONG)
							     << LIFE_SHIFT };
	return count;
}

/* `alive` open at a time, of a life that is made up. */
static void traffic(int alive, double mean, double (*life)(double mean))
{
	for (double at = exponential(mean / alive); at < run; at += exponential(mean / alive))
		open_for(at, life(mean));
}

static double same(double mean)
{
	return mean;
}

static double short_or_long(double mean)
{
	return chance() < 0.5 ? mean / 5 : mean * 9 / 5;
}

/* Most are short, and one of ten lives for up to 18 times as long. */
static double mixed(double mean)
{
	return chance() < 0.9 ? mean / 10 : mean * 18 * chance();
}

/* Nine of ten are short, the others are kept alive. */
static double kept_alive(double mean)
{
	return chance() < 0.9 ? mean / 100 : exponential(mean);
}

static void make_leak(int count, double part)
{
	for (int i = 0; i < count; i++)
		open_for(run * (part + (1 - part) * chance()), FOREVER);
}

static void make_pool(int count, double part)
{
	double full = run * (0.1 + 0.4 * chance());

	for (int i = 0; i < count; i++)
		open_for(run * part + full * chance(), FOREVER);
}

static void make_burst(int count, double part)
{
	double at = run * 0.98 * chance();

	for (int i = 0; i < count; i++)
		open_for(at + run * part * chance(), FOREVER);
}

static void make_traffic(int count, double part)
{
	traffic(count, part * run, exponential);
}

static void make_same(int count, double part)
{
	traffic(count, part * run, same);
}

static void make_short_or_long(int count, double part)
{
	traffic(count, part * run, short_or_long);
}

static void make_mixed(int count, double part)
{
	traffic(count, part * run, mixed);
}

static void make_kept_alive(int count, double part)
{
	traffic(10 * count, part * run, kept_alive);
}

/* A pool that renews its members: each after the same time, or after any. */
static void make_renewed(int count, double part)
{
	for (int i = 0; i < count; i++)
		for (double at = chance() * part * run; at < run; at += part * run)
			open_for(at, part * run);
}

static void make_renewed_at_random(int count, double part)
{
	for (int i = 0; i < count; i++) {
		double at = run * chance() / 10, life;

		for (; at < run; at += life) {
			life = exponential(part * run);
			open_for(at, life);
		}
	}
}

static void make_hidden_leak(int count, double part)
{
	make_leak(count, 0);
	traffic(5 * count, part * run, exponential);
}

static int opened_compare(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* One of twenty leaks, and two clients were there nearly all the time. */
static void make_leak_with_clients(int count, double part)
{
	make_leak(count, 0);
	for (int i = 0; i < 20 * count; i++)
		open_for(run * chance(), run * part);
	open_for(run / 100, run * 0.98);
	open_for(run / 50, run * 0.96);
}

/* The numbers of descriptors that are tried. */
static const int sizes[] = { 8, 16, 24, 32, 64, 200 };

#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

/* How often of 1000 each word is said, and that the oldest is over age. */
struct said {
	int words[GROWTH_WORD_COUNT];
	int over_age;
};

/* `knows`: with the lives of those that were closed. */
static struct said simulate(void (*make)(int count, double part), int count, double part,
			    bool knows)
{
	struct said said = { 0 };

	for (int i = 0; i < SIMULATIONS; i += EACH) {
		static const double runs[] = { 20e9, 60e9, RUN, 3000e9 };
		struct growth_lives lives[LIFE_CLASSES + 1];
		struct growth_look look = { .opened_ns = made.opened_ns, .lives = lives };
		struct report_growth growth;

		run = runs[i % (sizeof(runs) / sizeof(runs[0]))];
		memset(&made, 0, sizeof(made));
		make(count, part);
		qsort(made.opened_ns, made.count, sizeof(*made.opened_ns), opened_compare);
		look.count = made.count;
		look.run_ns = (uint64_t)run;
		look.lives_count = knows ? lives_read(lives) : 0;
		growth = growth_rule(&look);
		said.words[growth.word]++;
		if (made.count)
			said.over_age +=
				growth_is_over_age(&growth, look.run_ns - made.opened_ns[0]);
	}
	return said;
}

enum lives { WITHOUT, WITH };

/*
 * Of 1000: at least so many of each size are called growing, and at most so many of any. Where
 * lives are half the run or more the number does rise for half of it, from nothing: two are let
 * pass.
 */
static const struct {
	const char *what;
	void (*make)(int count, double part);
	double part; /* of the run */
	enum lives lives;
	int least[SIZES];
	int most;
} rows[] = {
	/* clang-format off */
	{ "leak", make_leak, 0, WITH, { 0, 600, 900, 950, 970, 980 }, 1000 },
	{ "leak, since a third", make_leak, 0.33, WITH, { 0, 350, 850, 900, 950, 950 }, 1000 },
	{ "leak among 5 x live ones", make_hidden_leak, 0.02, WITH, { 0, 300, 850, 900, 950, 950 }, 1000 },
	{ "leak, two clients stay", make_leak_with_clients, 0.001, WITH, { 0, 500, 900, 950, 950, 950 }, 1000 },
	{ "the same, lives not known", make_hidden_leak, 0.02, WITHOUT, { 0 }, 1000 },
	{ "pool, grows 10-50 %", make_pool, 0, WITH, { 0 }, 0 },
	{ "pool, begins later", make_pool, 0.1, WITH, { 0 }, 10 },
	{ "burst", make_burst, 0.01, WITH, { 0 }, 0 },
	{ "traffic T/10, lives not known", make_traffic, 0.1, WITHOUT, { 0 }, 30 },
	{ "traffic T/2, lives not known", make_traffic, 0.5, WITHOUT, { 0 }, 700 },
	{ "traffic T/100", make_traffic, 0.01, WITH, { 0 }, 0 },
	{ "traffic T/10", make_traffic, 0.1, WITH, { 0 }, 0 },
	{ "traffic T/5", make_traffic, 0.2, WITH, { 0 }, 0 },
	{ "traffic T/3", make_traffic, 0.33, WITH, { 0 }, 0 },
	{ "traffic T/2", make_traffic, 0.5, WITH, { 0 }, 2 },
	{ "traffic T: rises all the time", make_traffic, 1, WITH, { 0 }, 30 },
	{ "traffic, all T/5", make_same, 0.2, WITH, { 0 }, 0 },
	{ "traffic, all T/2", make_same, 0.5, WITH, { 0 }, 2 },
	{ "traffic, T/50 or T/5", make_short_or_long, 0.11, WITH, { 0 }, 0 },
	{ "traffic, T/15 or 3 T/5", make_short_or_long, 0.33, WITH, { 0 }, 2 },
	{ "traffic, 1 of 10 long", make_mixed, 0.05, WITH, { 0 }, 0 },
	{ "traffic, 1 of 10 for T/5", make_kept_alive, 0.2, WITH, { 0 }, 0 },
	{ "traffic, 1 of 10 for T/3", make_kept_alive, 0.33, WITH, { 0 }, 0 },
	{ "pool, renewed every T/3", make_renewed, 0.33, WITH, { 0 }, 0 },
	{ "pool, renewed after T/10", make_renewed_at_random, 0.1, WITH, { 0 }, 0 },
	{ "pool, renewed after T/3", make_renewed_at_random, 0.33, WITH, { 0 }, 0 },
	{ "pool, renewed after T", make_renewed_at_random, 1, WITH, { 0 }, 2 },
	/* clang-format on */
};

Test(growth_rule, what_grows_is_told_and_nothing_else)
{
	(void)printf("%-31s growing/may/steady/stopped in %%, of n =", "");
	for (size_t i = 0; i < SIZES; i++)
		(void)printf(" %d", sizes[i]);
	(void)printf("\n");
	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		(void)printf("%-31s", rows[row].what);
		for (size_t i = 0; i < SIZES; i++) {
			struct said said = simulate(rows[row].make, sizes[i], rows[row].part,
						    rows[row].lives == WITH);
			int growing = said.words[GROWTH_GROWING];

			(void)printf(
				" %4d/%3d/%3d/%3d", growing / 10, said.words[GROWTH_MAY_GROW] / 10,
				said.words[GROWTH_STEADY] / 10, said.words[GROWTH_STOPPED] / 10);
			if (EACH > 1)
				continue;
			cr_expect_geq(growing, rows[row].least[i], "%s, %d: %d", rows[row].what,
				      sizes[i], growing);
			cr_expect_leq(growing, rows[row].most, "%s, %d: %d", rows[row].what,
				      sizes[i], growing);
			if (rows[row].most < SIMULATIONS)
				cr_expect_leq(said.over_age, OVER_AGE_MOST, "%s, %d: %d over age",
					      rows[row].what, sizes[i], said.over_age);
		}
		(void)printf("\n");
	}
}

/* 0, 1, 2, … of `count`, all through a run of ten minutes. */
static struct report_growth evenly(size_t count, const struct growth_lives *lives,
				   size_t lives_count)
{
	struct growth_look look = { .opened_ns = made.opened_ns,
				    .count = count,
				    .run_ns = (uint64_t)RUN,
				    .lives = lives,
				    .lives_count = lives_count };

	for (size_t i = 0; i < count; i++)
		made.opened_ns[i] = (uint64_t)(RUN * ((double)i + 0.5) / (double)count);
	return growth_rule(&look);
}

Test(growth_rule, says_how_many_a_minute_and_since_when)
{
	struct report_growth growth = evenly(600, NULL, 0);

	cr_expect_eq(growth.word, GROWTH_GROWING);
	cr_expect_lt(fabs(growth.per_minute - 60), 1.0, "%f", growth.per_minute);
	cr_expect_lt(growth.since_ns, UINT64_C(2000000000));
	cr_expect_eq(growth.stopped_ns, 0);
}

Test(growth_rule, one_that_lived_as_long_forbids_the_word)
{
	const struct growth_lives lives[] = { { 500, (uint64_t)(RUN * 0.8) } };

	cr_expect_eq(evenly(100, lives, 1).word, GROWTH_MAY_GROW);
	cr_expect_eq(evenly(100, lives, 1).closed, 500);
	cr_expect_eq(evenly(100, lives, 1).longest_life_ns, (uint64_t)(RUN * 0.8));
}

/* What a program closes at its end. */
Test(growth_rule, a_few_that_lived_as_long_are_exceptions)
{
	const struct growth_lives lives[] = { { 5, (uint64_t)(RUN * 0.9) }, { 500, STEP * 11 } };

	cr_expect_eq(evenly(100, lives, 2).word, GROWTH_GROWING);
	cr_expect_eq(evenly(20, lives, 2).word, GROWTH_MAY_GROW);
}

Test(growth_rule, a_life_that_is_not_known_forbids_the_word)
{
	const struct growth_lives lives[] = { { 500, GROWTH_LIFE_UNKNOWN } };
	struct report_growth growth = evenly(100, lives, 1);

	cr_expect_eq(growth.word, GROWTH_MAY_GROW);
	cr_expect_eq(growth.longest_life_ns, 0);
	cr_expect_not(growth_is_over_age(&growth, (uint64_t)RUN));
}

Test(growth_rule, over_age_is_eight_times_the_longest_of_many)
{
	struct report_growth growth = { .closed = 99, .longest_life_ns = UINT64_C(1000000000) };

	cr_expect(growth_is_over_age(&growth, UINT64_C(9000000000)));
	cr_expect_not(growth_is_over_age(&growth, UINT64_C(8000000000)));
	growth.closed = 98;
	cr_expect_not(growth_is_over_age(&growth, UINT64_C(9000000000)));
	growth = (struct report_growth){ .closed = 99, .longest_life_ns = STEP };
	cr_expect_not(growth_is_over_age(&growth, UINT64_C(900000000)), "less than a second");
}

/* All at the same time, at the end, in the last nanosecond, and none: no division by 0. */
Test(growth_rule, odd_times)
{
	static const uint64_t odd[] = { 0, 1, (uint64_t)RUN - 1, (uint64_t)RUN };

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct growth_look look = { .opened_ns = made.opened_ns,
					    .count = 100,
					    .run_ns = (uint64_t)RUN };

		for (size_t at = 0; at < look.count; at++)
			made.opened_ns[at] = odd[i];
		cr_expect_neq(growth_rule(&look).word, GROWTH_GROWING);
		look.count = 0;
		cr_expect_eq(growth_rule(&look).word, GROWTH_UNKNOWN);
		look = (struct growth_look){ .opened_ns = odd, .count = 1, .run_ns = 0 };
		cr_expect_eq(growth_rule(&look).word, GROWTH_UNKNOWN);
	}
}
