/* SPDX-License-Identifier: MIT */
/*
 * Does what a place leaves open pile up? The times of the openings, of one process or of several,
 * for the rule that tells (growth_rule.h), and the sentences about what it says.
 */
#include <stdlib.h>

#include "judge/live.h"
#include "judge/words/words.h"
#include "model/duration.h"

/* Processes that were there until this part before the end of the last one count together. */
#define LASTING 10

/* What is further away than ten years is no forecast. */
#define LIMIT_FAR_NS 315e15

/* What began to grow in this part of the run grows since the start. */
#define START_PART 20

static uint64_t started_ns(const struct judge *judge, const struct life *life)
{
	return judge->images[life->first].process->started_ns;
}

void growth_note(struct judge *judge, struct group *group, const struct leak *leak)
{
	const struct life *life = &judge->lives[leak->life];
	const struct ledger_slot *slot = leak->view->slot;
	uint64_t start_ns = started_ns(judge, life), end_ns = life_over_ns(judge, life), opened_ns;

	if (!slot || !leak->call || leak->view->origin != DESCRIPTOR_OWN)
		return;
	opened_ns = LEDGER_LOAD(slot->opened_ns);
	if (opened_ns < start_ns || opened_ns > end_ns)
		return;
	if (group->run_count == 0 || group->runs[group->run_count - 1].life != leak->life) {
		group->runs = array_grow(judge->report, group->runs, group->run_count,
					 sizeof(*group->runs));
		group->runs[group->run_count++] =
			(struct growth_run){ .life = leak->life, .first = group->opened_count };
	}
	group->opened_ns = array_grow(judge->report, group->opened_ns, group->opened_count,
				      sizeof(*group->opened_ns));
	group->opened_ns[group->opened_count++] = opened_ns - start_ns;
	group->runs[group->run_count - 1].count++;
	if (end_ns - opened_ns > group->oldest_ns)
		group->oldest_ns = end_ns - opened_ns;
}

static int opened_compare(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static void opened_sort(uint64_t *opened_ns, size_t count)
{
	if (count)
		qsort(opened_ns, count, sizeof(*opened_ns), opened_compare);
}

/* Times of the session, from those of a run that began at `start_ns`. */
static struct report_growth growth_from(struct report_growth growth, uint64_t start_ns)
{
	if (growth.word != GROWTH_UNKNOWN && growth.word != GROWTH_STEADY)
		growth.since_ns += start_ns;
	if (growth.word == GROWTH_STOPPED)
		growth.stopped_ns += start_ns;
	return growth;
}

/* One process by itself. */
static struct report_growth growth_of_one(const struct judge *judge, const struct group *group,
					  const struct growth_run *run, struct growth_look look)
{
	const struct life *life = &judge->lives[run->life];
	uint64_t start_ns = started_ns(judge, life);

	look.opened_ns = group->opened_ns + run->first;
	look.count = run->count;
	look.run_ns = life_over_ns(judge, life) - start_ns;
	return growth_from(growth_rule(&look), start_ns);
}

/* When several processes began, and were over. */
struct span {
	uint64_t start_ns, end_ns;
};

/* Of those that were there until `from_ns`. */
static struct span span_of(const struct judge *judge, const struct group *group, uint64_t from_ns)
{
	struct span span = { .start_ns = UINT64_MAX };

	for (size_t i = 0; i < group->run_count; i++) {
		const struct life *life = &judge->lives[group->runs[i].life];

		if (life_over_ns(judge, life) < from_ns)
			continue;
		if (started_ns(judge, life) < span.start_ns)
			span.start_ns = started_ns(judge, life);
		if (life_over_ns(judge, life) > span.end_ns)
			span.end_ns = life_over_ns(judge, life);
	}
	return span;
}

/*
 * All that were there at the end: what each has is open at once. The first of each does not count,
 * for workers open what they need when they need it first, at any time.
 */
static struct report_growth growth_of_all(struct judge *judge, const struct group *group,
					  struct growth_look look)
{
	struct span span = span_of(judge, group, 0);
	uint64_t from_ns = span.end_ns - (span.end_ns - span.start_ns) / LASTING;
	uint64_t *opened_ns =
		report_alloc(judge->report, (group->opened_count + 1) * sizeof(*opened_ns));

	span = span_of(judge, group, from_ns);
	for (size_t i = 0; i < group->run_count; i++) {
		const struct growth_run *run = &group->runs[i];
		const struct life *life = &judge->lives[run->life];
		uint64_t later_ns = started_ns(judge, life) - span.start_ns;

		if (life_over_ns(judge, life) < from_ns)
			continue;
		for (size_t at = 1; at < run->count; at++)
			opened_ns[look.count++] = group->opened_ns[run->first + at] + later_ns;
	}
	opened_sort(opened_ns, look.count);
	look.opened_ns = opened_ns;
	look.run_ns = span.end_ns - span.start_ns;
	return growth_from(growth_rule(&look), span.start_ns);
}

/* Of a process that is looked at: when is its table full, by this place alone? 0: not known. */
static uint64_t limit_in_ns(const struct judge *judge, const struct group *group,
			    const struct growth_run *run)
{
	const struct judge_seen *seen = judge_seen_of(judge, judge->lives[run->life].last);
	const struct report_growth *growth = &group->finding.growth;
	double left_ns;

	if (!seen || seen->limit <= seen->open || growth->word != GROWTH_GROWING ||
	    growth->per_minute <= 0)
		return 0;
	left_ns = (double)(seen->limit - seen->open) / growth->per_minute * 60e9;
	return left_ns < LIMIT_FAR_NS ? (uint64_t)left_ns : 0;
}

void growth_find(struct judge *judge, struct group *group)
{
	struct growth_lives lives[LIVES_MAX];
	struct growth_look look = { .lives = lives };
	struct report_growth *growth = &group->finding.growth;
	const struct growth_run *largest = group->runs;

	if (group->finding.type != FINDING_LEAK || group->place == NONE || group->run_count == 0)
		return;
	look.lives_count = siblings_lives(judge, group, lives);
	for (size_t i = 0; i < group->run_count; i++) {
		opened_sort(group->opened_ns + group->runs[i].first, group->runs[i].count);
		if (group->runs[i].count > largest->count)
			largest = &group->runs[i];
	}
	*growth = growth_of_one(judge, group, largest, look);
	if (group->run_count > 1) {
		struct report_growth all = growth_of_all(judge, group, look);

		if (all.word == GROWTH_GROWING || growth->word != GROWTH_GROWING)
			*growth = all;
	}
	/* Without all that were closed, nobody knows how long others lived. */
	if (LEDGER_LOAD(judge->ledger->header->lost[LOSS_EVENTS])) {
		growth->longest_life_ns = 0;
		if (growth->word == GROWTH_GROWING)
			growth->word = GROWTH_MAY_GROW;
	}
	growth->limit_in_ns = limit_in_ns(judge, group, largest);
	growth->is_over_age = growth_is_over_age(growth, group->oldest_ns);
}

static const char *span_text(struct judge *judge, uint64_t ns)
{
	char text[DURATION_TEXT_SIZE];

	return report_strdup(judge->report, duration_spell(text, sizeof(text), ns));
}

/* Of what nothing is longer than. */
static const char *bound_text(struct judge *judge, uint64_t ns)
{
	char text[DURATION_TEXT_SIZE];

	return report_strdup(judge->report, duration_spell_up(text, sizeof(text), ns));
}

/* "3.2 a minute"; "0.4 an hour", where it is slow. */
static const char *rate_text(struct judge *judge, double per_minute)
{
	if (per_minute < 0.1)
		return report_printf(judge->report, "%.1f an hour", per_minute * 60);
	return report_printf(judge->report, per_minute < 100 ? "%.1f a minute" : "%.0f a minute",
			     per_minute);
}

static bool is_running(const struct judge *judge, const struct group *group)
{
	return judge->lives[group->runs[0].life].is_running;
}

/* "the start", "2 min 10 s after the start" */
static const char *since_text(struct judge *judge, const struct span *span,
			      const struct report_growth *growth)
{
	uint64_t since_ns = growth->since_ns - span->start_ns;

	if (since_ns < (span->end_ns - span->start_ns) / START_PART)
		return "the start";
	return report_printf(judge->report, "%s after the start", span_text(judge, since_ns));
}

static const char *growing_text(struct judge *judge, const struct group *group)
{
	const struct report_growth *growth = &group->finding.growth;
	struct span span = span_of(judge, group, 0);
	const char *others = "", *limit = "";

	/* Where some lived for long, they are the exceptions, and say nothing here. */
	if (growth->closed && growth->longest_life_ns &&
	    growth->longest_life_ns <= group->oldest_ns / 2)
		others = report_printf(judge->report,
				       "; none of %llu closed here lived longer than %s",
				       (unsigned long long)growth->closed,
				       bound_text(judge, growth->longest_life_ns));
	if (growth->limit_in_ns)
		limit = report_printf(judge->report,
				      " At this rate the limit of its descriptors is reached in %s.",
				      span_text(judge, growth->limit_in_ns));
	return report_printf(judge->report, "Their number %s by %s, since %s%s.%s",
			     is_running(judge, group) ? "grows" : "grew",
			     rate_text(judge, growth->per_minute), since_text(judge, &span, growth),
			     others, limit);
}

static const char *may_grow_text(struct judge *judge, const struct group *group)
{
	const struct report_growth *growth = &group->finding.growth;

	if (growth->closed && growth->longest_life_ns)
		return report_printf(judge->report,
				     "Their number may grow, by %s; others from here lived for up "
				     "to %s, so that a longer run can tell.",
				     rate_text(judge, growth->per_minute),
				     bound_text(judge, growth->longest_life_ns));
	return report_printf(judge->report, "Their number may grow, by %s: a longer run can tell.",
			     rate_text(judge, growth->per_minute));
}

/* "It was open for 41 min 0 s; none of 999 others from here lived longer than 5.0 s." */
static void age_tell(struct judge *judge, struct group *group)
{
	const struct report_growth *growth = &group->finding.growth;

	evidence_add(
		judge->report, &group->finding,
		(struct report_evidence){
			.what = "over-age",
			.text = report_printf(
				judge->report,
				"%s %s open for %s; none of %llu others from here lived longer "
				"than %s.",
				group->finding.count == 1 ? "It" : "The oldest",
				is_running(judge, group) ? "has been" : "was",
				span_text(judge, group->oldest_ns),
				(unsigned long long)growth->closed,
				bound_text(judge, growth->longest_life_ns)),
		});
}

static const char *growth_text(struct judge *judge, const struct group *group)
{
	const struct report_growth *growth = &group->finding.growth;
	struct span span;

	switch (growth->word) {
	case GROWTH_GROWING:
		return growing_text(judge, group);
	case GROWTH_MAY_GROW:
		return may_grow_text(judge, group);
	case GROWTH_STOPPED:
		span = span_of(judge, group, 0);
		return report_printf(judge->report,
				     "Their number did not grow any more after %s of %s.",
				     span_text(judge, growth->stopped_ns - span.start_ns),
				     span_text(judge, span.end_ns - span.start_ns));
	case GROWTH_STEADY:
		if (growth->longest_life_ns)
			return report_printf(judge->report,
					     "Their number was steady: %llu others from here were "
					     "closed within %s.",
					     (unsigned long long)growth->closed,
					     bound_text(judge, growth->longest_life_ns));
		return NULL;
	default:
		return NULL;
	}
}

void growth_witness(struct judge *judge, struct group *group)
{
	struct finding *finding = &group->finding;
	struct report_evidence evidence = { .what = growth_word_name(finding->growth.word) };

	/* Nobody asks whether what is meant to be open grows. */
	if (group->run_count == 0 || group->excused == finding->count)
		return;
	evidence.text = growth_text(judge, group);
	if (evidence.text)
		evidence_add(judge->report, finding, evidence);
	if (finding->growth.is_over_age && finding->growth.word != GROWTH_GROWING)
		age_tell(judge, group);
}
