/* SPDX-License-Identifier: MIT */
/* The slope of a curve by Theil and Sen, and two tests of whether it is a line. */
#include "judge/words/growth_rule.h"

#include <stdlib.h>

/* Where the curve is read: slopes between any two of so many points, so nothing grows with n. */
#define POINTS 16
#define SLOPES (POINTS * (POINTS - 1) / 2)

/* So many at least for a curve, and for a test of its shape. */
#define LEAST_CURVE 8
#define LEAST_SHAPE 14

/* The youngest are left aside: a tenth of the run. */
#define ASIDE 10

/* Where the number begins to grow after this part of a run, it is too early to tell. */
#define LATE 2

/* A number that stands still for this part of a run has stopped. */
#define QUIET 4

/* Of a shorter run, its start says nothing. */
#define RUN_LEAST_NS UINT64_C(1000000000)

/* Closed after longer than the survivors' age: one for so many survivors is an exception. */
#define EXCEPTIONS 8

/* Of steady ones, one of so many may be the oldest of all. */
#define STEADY_EXCEPTIONS 16

/* Older than so many of the longest lives of others is over age, where there are so many others. */
#define OVER_AGE 8
#define OVER_AGE_LEAST 99

/* A stretch of the run, and those that were opened in it. */
struct window {
	const uint64_t *opened_ns;
	size_t count;
	uint64_t from_ns, to_ns;
};

static int slope_compare(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* The median of the slopes between any two points: of the number there is, and a point's width. */
static double slope_of(const double *points, int count)
{
	double slopes[SLOPES];
	int number = 0;

	for (int i = 0; i < count; i++)
		for (int j = i + 1; j < count; j++)
			slopes[number++] = (points[j] - points[i]) / (j - i);
	qsort(slopes, (size_t)number, sizeof(*slopes), slope_compare);
	return number % 2 ? slopes[number / 2] : (slopes[number / 2 - 1] + slopes[number / 2]) / 2;
}

static bool is_near(double part, double whole)
{
	return part >= whole / 2 && part <= whole * 2;
}

/* Does the curve rise, all the way? *ret_slope: how many in the whole window. */
static bool is_rising(const struct window *window, double *ret_slope)
{
	double points[POINTS], slope;
	size_t below = 0;

	for (int i = 0; i < POINTS; i++) {
		double at = (double)window->from_ns +
			    (double)(window->to_ns - window->from_ns) * (i + 1) / POINTS;

		while (below < window->count && (double)window->opened_ns[below] <= at)
			below++;
		points[i] = (double)below;
	}
	slope = slope_of(points, POINTS);
	*ret_slope = slope * POINTS;
	return window->count >= LEAST_CURVE && *ret_slope >= (double)window->count / 2 &&
	       is_near(slope_of(points, POINTS / 2), slope) &&
	       is_near(slope_of(points + POINTS / 2, POINTS / 2), slope);
}

/*
 * Kolmogorov and Smirnov, 1 %: are they as if thrown evenly? Where they are few it is
 * D (√n + 0.12 + 0.11 / √n) < 1.628, by Stephens; here without the root.
 */
static bool is_even(const struct window *window)
{
	double n = (double)window->count, distance = 0, least, most;

	for (size_t i = 0; i < window->count; i++) {
		double at = (double)(window->opened_ns[i] - window->from_ns) /
			    (double)(window->to_ns - window->from_ns);

		if (at - (double)i / n > distance)
			distance = at - (double)i / n;
		if ((double)(i + 1) / n - at > distance)
			distance = (double)(i + 1) / n - at;
	}
	least = distance * (n + 0.11);
	most = 1.628 - 0.12 * distance;
	return least * least < n * most * most;
}

/* As many in the older half as in the younger one, but for two standard deviations. */
static bool is_halved(const struct window *window)
{
	uint64_t middle = window->from_ns + (window->to_ns - window->from_ns) / 2;
	double older = 0, n = (double)window->count;

	for (size_t i = 0; i < window->count && window->opened_ns[i] <= middle; i++)
		older++;
	return (2 * older - n) * (2 * older - n) <= 4 * n;
}

/* How many were opened by then. */
static size_t opened_by(const struct growth_look *look, uint64_t ns)
{
	size_t low = 0, high = look->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (look->opened_ns[middle] <= ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Those that are older than `aside_ns`. */
static struct window window_of(const struct growth_look *look, uint64_t aside_ns)
{
	struct window window = { .opened_ns = look->opened_ns, .to_ns = look->run_ns - aside_ns };

	window.count = opened_by(look, window.to_ns);
	return window;
}

/* From where its number began to grow: as long before the first as they are apart. */
static void window_begin(const struct growth_look *look, struct window *window)
{
	uint64_t first = window->opened_ns[0], apart;

	if (window->count == 0)
		return;
	apart = (window->to_ns - first) / window->count;
	if (first > apart && first - apart <= look->run_ns / LATE)
		window->from_ns = first - apart;
}

/*
 * Who is older than this is older than others of the place ever were. A few that lived long are
 * exceptions, where many times as many that are left are older: what a program closes at its end.
 */
static uint64_t traffic_ns(const struct growth_look *look)
{
	uint64_t exceptions = 0, aside_ns = look->lives_count ? look->lives[0].longest_ns : 0;

	for (size_t i = 0; i < look->lives_count; i++) {
		uint64_t next_ns = i + 1 < look->lives_count ? look->lives[i + 1].longest_ns : 0;
		size_t old = next_ns < look->run_ns ? opened_by(look, look->run_ns - next_ns) : 0;

		exceptions += look->lives[i].count;
		if (old >= LEAST_SHAPE && exceptions <= old / EXCEPTIONS)
			aside_ns = next_ns;
	}
	return aside_ns;
}

/* All of them early, or none for long, and long for how fast they came before. */
static bool is_stopped(const struct growth_look *look, uint64_t traffic,
		       struct report_growth *growth)
{
	uint64_t end_ns = traffic < look->run_ns ? look->run_ns - traffic : 0, first, last, quiet;
	size_t count = opened_by(look, end_ns);

	if (count < 2)
		return false;
	first = look->opened_ns[0];
	last = look->opened_ns[count - 1];
	quiet = end_ns - last;
	if ((last > look->run_ns / ASIDE || quiet < look->run_ns / 2) &&
	    (count < LEAST_CURVE || quiet < look->run_ns / QUIET ||
	     quiet < (last - first) / count * LEAST_CURVE))
		return false;
	growth->since_ns = first;
	growth->stopped_ns = last;
	return true;
}

/* Are those that are left as young as others were when they were closed, but for a few? */
static bool is_steady(const struct growth_look *look, uint64_t traffic, uint64_t closed)
{
	return closed >= LEAST_CURVE && closed >= look->count && traffic <= look->run_ns / 2 &&
	       opened_by(look, look->run_ns - traffic) <= look->count / STEADY_EXCEPTIONS;
}

static void word_find(const struct growth_look *look, struct report_growth *growth)
{
	uint64_t least = look->run_ns / ASIDE, traffic = traffic_ns(look);
	/* Where others lived for longer, those that are left cannot tell by themselves. */
	bool is_told = traffic <= look->run_ns / 2;
	struct window window = window_of(look, is_told && traffic > least ? traffic : least);
	double slope;

	if (is_told)
		window_begin(look, &window);
	if (is_rising(&window, &slope)) {
		bool is_line =
			window.count >= LEAST_SHAPE && (is_even(&window) || is_halved(&window));

		growth->word = is_told && is_line ? GROWTH_GROWING : GROWTH_MAY_GROW;
		growth->since_ns = window.from_ns;
		growth->per_minute = slope * 60e9 / (double)(window.to_ns - window.from_ns);
	} else if (is_stopped(look, traffic, growth)) {
		growth->word = GROWTH_STOPPED;
	} else if (is_steady(look, traffic, growth->closed)) {
		growth->word = GROWTH_STEADY;
	}
}

struct report_growth growth_rule(const struct growth_look *look)
{
	struct report_growth growth = { .word = GROWTH_UNKNOWN };

	for (size_t i = 0; i < look->lives_count; i++)
		growth.closed += look->lives[i].count;
	if (look->lives_count && look->lives[0].longest_ns != GROWTH_LIFE_UNKNOWN)
		growth.longest_life_ns = look->lives[0].longest_ns;
	if (look->count > 0 && look->run_ns >= RUN_LEAST_NS)
		word_find(look, &growth);
	return growth;
}

bool growth_is_over_age(const struct report_growth *growth, uint64_t age_ns)
{
	return growth->closed >= OVER_AGE_LEAST && growth->longest_life_ns > 0 &&
	       age_ns >= RUN_LEAST_NS && age_ns / OVER_AGE > growth->longest_life_ns;
}
