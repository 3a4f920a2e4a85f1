/* SPDX-License-Identifier: MIT */
/*
 * Where descriptors from the same place were closed, and how many. A place may
 * be several stacks of the ledger, of several images and processes: all count.
 */
#include <stdlib.h>

#include "judge/words/words.h"

/* Stacks in the report; and places in its sentence. */
#define CLOSINGS_KEPT 16
#define CLOSINGS_SAID 3

/* How often one stack closed what others left open. */
struct closing {
	uint32_t place;
	uint64_t count;
};

struct closings {
	struct lookup numbers; /* place → its number below */
	struct closing *list;
	size_t count;
	uint64_t total;             /* where the closing stack was not recorded included */
	struct growth_lives *lives; /* NULL: not asked for */
	size_t lives_count;
};

/* What came in a message had no kind when it was closed: nobody had asked the kernel. */
static bool is_sibling(const struct ledger_pair *pair, const struct group *group)
{
	unsigned int end = pair->close_ref & PAIR_SECOND_END ? ENDS_SECOND : ENDS_FIRST;

	return pair->call == group->call &&
	       (pair->kind == group->finding.kind || pair->kind == KIND_OTHER) &&
	       (group->ends == 0 || group->ends & end);
}

static void closing_count(struct judge *judge, struct closings *closings, uint32_t place,
			  uint64_t count)
{
	uint32_t *number;
	bool is_new;

	if (place == NONE)
		return;
	number = lookup_put(&closings->numbers, judge->report, place, 0, (uint32_t)closings->count,
			    &is_new);
	if (is_new) {
		closings->list = array_grow(judge->report, closings->list, closings->count,
					    sizeof(*closings->list));
		closings->list[closings->count++] = (struct closing){ .place = place };
	}
	closings->list[*number].count += count;
}

static void life_insert(struct closings *closings, struct growth_lives lives)
{
	struct growth_lives *list = closings->lives;
	size_t at = closings->lives_count;

	for (size_t i = 0; i < at; i++)
		if (list[i].longest_ns == lives.longest_ns) {
			list[i].count += lives.count;
			return;
		}
	/* What is shorter than all that fit counts as the shortest of them: it is no longer. */
	if (at == LIVES_MAX && lives.longest_ns <= list[at - 1].longest_ns) {
		list[at - 1].count += lives.count;
		return;
	}
	if (at == LIVES_MAX) {
		list[at - 2].count += list[at - 1].count;
		at--;
	} else {
		closings->lives_count++;
	}
	for (; at > 0 && list[at - 1].longest_ns < lives.longest_ns; at--)
		list[at] = list[at - 1];
	list[at] = lives;
}

/* 0 is of a pair whose writer died over it. */
static uint64_t longest_ns(const struct ledger_pair *pair)
{
	uint32_t longest = LEDGER_LOAD(pair->longest_life);

	return longest == 0 || longest == UINT32_MAX ? GROWTH_LIFE_UNKNOWN
						     : (uint64_t)longest << LIFE_SHIFT;
}

/* A pair's lives by class: what is counted apart was long, and the others were not. */
static void lives_add(struct closings *closings, const struct ledger_pair *pair, uint64_t count)
{
	uint64_t longest = longest_ns(pair);

	for (unsigned int class = LIFE_CLASSES; class -- > 0 && count > 0;) {
		uint64_t lives = ledger_pair_lives(pair, class);
		uint64_t bound_ns = UINT64_C(1) << (LIFE_SHIFT + LIFE_LONG_SHIFT +
						    (class + 1) * LIFE_CLASS_SHIFT);

		if (lives == 0)
			continue;
		if (lives == LIVES_MOST || lives > count || longest == GROWTH_LIFE_UNKNOWN)
			lives = count;
		life_insert(closings, (struct growth_lives){
					      lives, class == LIFE_CLASSES - 1 || bound_ns > longest
							     ? longest
							     : bound_ns });
		count -= lives;
	}
	if (count) {
		uint64_t bound_ns = UINT64_C(1) << (LIFE_SHIFT + LIFE_LONG_SHIFT);

		life_insert(closings,
			    (struct growth_lives){
				    count, bound_ns > longest || longest == GROWTH_LIFE_UNKNOWN
						   ? longest
						   : bound_ns });
	}
}

/* `is_placed`: with the places where they were closed, which takes reading them. */
static void pairs_sum(struct judge *judge, const struct group *group, uint32_t stack_ref,
		      bool is_placed, struct closings *closings)
{
	uint64_t count;

	const struct ledger_stack *stack = ledger_stack_at(judge->ledger, stack_ref);
	uint32_t ref = stack ? atomic_load_explicit(&stack->pairs_ref, memory_order_relaxed) : 0;
	const struct ledger_pair *pair;

	while ((pair = ledger_at(judge->ledger, ref, sizeof(*pair))) &&
	       budget_take(judge, &judge->record_budget, 1)) {
		ref = pair->next_ref;
		if (!is_sibling(pair, group))
			continue;
		count = ledger_pair_count(pair);
		closings->total += count;
		if (closings->lives)
			lives_add(closings, pair, count);
		if (is_placed)
			closing_count(
				judge, closings,
				place_alike(judge, place_of(judge, ledger_pair_stack_ref(pair))),
				count);
	}
}

static int closing_compare(const void *left, const void *right)
{
	const struct closing *a = left, *b = right;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return (a->place > b->place) - (a->place < b->place);
}

/* Where one of them parts from those that were closed at the same line of a wrapper. */
static const struct report_frame *closing_frame(struct judge *judge,
						const struct closings *closings, size_t number)
{
	const struct report_stack *stack = place_read(judge, closings->list[number].place);
	const struct report_frame *top = stack_top(judge, stack), *apart = top;

	for (size_t i = 0; i < closings->count && i < CLOSINGS_KEPT && apart == top; i++)
		if (i != number)
			apart = stack_apart(judge, stack,
					    place_read(judge, closings->list[i].place));
	return apart;
}

/* "at drop_client (chat.c:58)", ": 9 at a (x.c:1), 4 at b (x.c:9), 2 elsewhere" */
static const char *closings_text(struct judge *judge, const struct closings *closings)
{
	const char *text = "";
	uint64_t said = 0;

	for (size_t i = 0; i < closings->count && i < CLOSINGS_SAID; i++) {
		const struct closing *closing = &closings->list[i];
		const char *place = frame_text(judge, closing_frame(judge, closings, i));

		if (!place)
			break;
		if (closing->count == closings->total)
			return report_printf(judge->report, ", at %s", place);
		text = report_printf(judge->report, "%s%s %llu at %s", text, said ? "," : ":",
				     (unsigned long long)closing->count, place);
		said += closing->count;
	}
	if (said && said < closings->total)
		text = report_printf(judge->report, "%s, %llu elsewhere", text,
				     (unsigned long long)(closings->total - said));
	return text;
}

static void places_sum(struct judge *judge, const struct group *group, bool is_placed,
		       struct closings *closings)
{
	/* A new place may move the array of places: take the lists by number each time. */
	for (uint32_t next = group->place + 1; next; next = judge->places[next - 1].next_alike)
		for (size_t i = 0; i < judge->places[next - 1].ref_count; i++)
			pairs_sum(judge, group, judge->places[next - 1].refs[i], is_placed,
				  closings);
}

size_t siblings_lives(struct judge *judge, const struct group *group, struct growth_lives *lives)
{
	struct closings closings = { .lives = lives };

	places_sum(judge, group, false, &closings);
	return closings.lives_count;
}

void siblings_count(struct judge *judge, struct group *group)
{
	struct closings closings = { 0 };

	if (group->finding.type != FINDING_LEAK || group->place == NONE)
		return;
	places_sum(judge, group, false, &closings);
	group->siblings = closings.total;
	group->line_siblings = closed_at_line(judge, group);
}

/* Closed all, but on another way to the same line. */
static void line_witness(struct judge *judge, struct group *group)
{
	struct report_evidence evidence = { .what = "line-siblings-closed" };

	if (group->siblings || group->line_siblings == 0)
		return;
	evidence.text = report_printf(judge->report, "%llu %s this line by other callers %s %s.",
				      (unsigned long long)group->line_siblings,
				      kind_is_memory(group->finding.kind) ? "got at" : "opened at",
				      group->line_siblings == 1 ? "was" : "were",
				      kind_is_memory(group->finding.kind) ? "freed" : "closed");
	evidence_add(judge->report, &group->finding, evidence);
}

void siblings_witness(struct judge *judge, struct group *group)
{
	struct closings closings = { 0 };
	struct finding *finding = &group->finding;

	if (finding->type != FINDING_LEAK || group->place == NONE)
		return;
	places_sum(judge, group, true, &closings);
	line_witness(judge, group);
	if (closings.count)
		qsort(closings.list, closings.count, sizeof(*closings.list), closing_compare);
	for (size_t i = 0; i < closings.count && i < CLOSINGS_KEPT; i++)
		finding_relate(judge->report, finding,
			       (struct report_related){
				       .role = "usually-closed",
				       .stack = *place_read(judge, closings.list[i].place),
				       .count = closings.list[i].count,
			       });
	if (closings.total == 0)
		return;
	if (closings.count)
		group->usual_closer = closing_frame(judge, &closings, 0);
	evidence_add(
		judge->report, finding,
		(struct report_evidence){
			.what = "siblings-closed",
			.text = report_printf(judge->report, "%llu of %llu from here %s %s%s.",
					      (unsigned long long)closings.total,
					      (unsigned long long)(closings.total + finding->count),
					      closings.total == 1 ? "was" : "were",
					      kind_is_memory(finding->kind) ? "freed" : "closed",
					      closings_text(judge, &closings)),
		});
}
