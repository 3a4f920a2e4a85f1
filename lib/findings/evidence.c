/* SPDX-License-Identifier: MIT */
/* What the kernel and the siblings of a group say about it. */
#include <stdlib.h>
#include <string.h>

#include "findings/judgement.h"

#define CLOSINGS_SHOWN 16

void evidence_add(struct judge *judge, struct finding *finding,
			 struct report_evidence evidence)
{
	finding->evidence = array_grow(judge->report, finding->evidence, finding->evidence_count,
				       sizeof(*finding->evidence));
	finding->evidence[finding->evidence_count++] = evidence;
}

static void related_add(struct judge *judge, struct finding *finding, struct report_related related)
{
	finding->related = array_grow(judge->report, finding->related, finding->related_count,
				      sizeof(*finding->related));
	finding->related[finding->related_count++] = related;
}

static void peer_witness(struct judge *judge, struct group *group)
{
	const char *text = "The peer has closed its end; this end waits for close().";

	if (group->proven == 0)
		return;
	if (group->proven < group->finding.count)
		text = report_printf(judge->report,
				     "The peer has closed its end of %llu of %llu; this end waits "
				     "for close().",
				     (unsigned long long)group->proven,
				     (unsigned long long)group->finding.count);
	evidence_add(
		judge, &group->finding,
		(struct report_evidence){ .what = "peer-closed", .is_proof = true, .text = text });
}

static void connect_witness(struct judge *judge, struct group *group)
{
	const char *text;

	if (group->refused == 0)
		return;
	text = report_printf(judge->report, "connect() failed on %llu of %llu: %s.",
			     (unsigned long long)group->refused,
			     (unsigned long long)group->finding.count,
			     strerror(group->refused_errno));
	evidence_add(judge, &group->finding,
		     (struct report_evidence){
			     .what = "connect-failed",
			     .text = text,
			     .error = group->refused_errno,
			     .stack = *place_read(judge, place_of(judge, group->refused_stack_ref)),
		     });
}

/* How often one stack closed what others left open. */
struct closing {
	uint32_t place;
	uint64_t count;
};

static void pairs_sum(struct judge *judge, const struct group *group, uint32_t stack_ref,
		      struct lookup *numbers, struct closing **closings, size_t *count)
{
	const struct ledger_stack *stack = ledger_stack_at(judge->ledger, stack_ref);
	uint32_t ref = stack ? atomic_load_explicit(&stack->pairs_ref, memory_order_relaxed) : 0;
	const struct ledger_pair *pair;

	while ((pair = ledger_at(judge->ledger, ref, sizeof(*pair))) &&
	       budget_take(judge, &judge->record_budget, 1)) {
		uint32_t place, *number;
		bool is_new;

		ref = pair->next_ref;
		if (pair->kind != group->finding.kind || pair->call != group->call)
			continue;
		place = place_of(judge, pair->close_stack_ref);
		if (place == NONE)
			continue;
		number = lookup_put(numbers, judge->report, place, 0, (uint32_t)*count, &is_new);
		if (is_new) {
			*closings =
				array_grow(judge->report, *closings, *count, sizeof(**closings));
			(*closings)[(*count)++] = (struct closing){ .place = place };
		}
		(*closings)[*number].count +=
			atomic_load_explicit(&pair->count, memory_order_relaxed);
	}
}

static int closing_compare(const void *left, const void *right)
{
	const struct closing *a = left, *b = right;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return (a->place > b->place) - (a->place < b->place);
}

/* Where descriptors from the same place were closed, the usual place first. */
static void siblings_witness(struct judge *judge, struct group *group)
{
	struct lookup numbers = { 0 };
	struct closing *closings = NULL;
	size_t count = 0;

	if (group->finding.type != FINDING_LEAK || group->place == NONE)
		return;
	/* A new place may move the array of places: take the list by number each time. */
	for (size_t i = 0; i < judge->places[group->place].ref_count; i++)
		pairs_sum(judge, group, judge->places[group->place].refs[i], &numbers, &closings,
			  &count);
	if (count)
		qsort(closings, count, sizeof(*closings), closing_compare);
	for (size_t i = 0; i < count && i < CLOSINGS_SHOWN; i++)
		related_add(judge, &group->finding,
			    (struct report_related){
				    .role = "usually-closed",
				    .stack = *place_read(judge, closings[i].place),
				    .count = closings[i].count,
			    });
}

void group_witness(struct judge *judge, struct group *group)
{
	peer_witness(judge, group);
	connect_witness(judge, group);
	siblings_witness(judge, group);
	unseen_witness(judge, group);
	if (group->close_stack_ref)
		related_add(judge, &group->finding,
			    (struct report_related){
				    .role = "closed",
				    .stack = *place_read(judge,
							 place_of(judge, group->close_stack_ref)),
				    .count = group->close_count,
			    });
}
