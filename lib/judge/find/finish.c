/* SPDX-License-Identifier: MIT */
/* Groups become findings: role, evidence, words and fingerprint, once all descriptors have joined.
 */
#include "judge/find/find.h"

/* One of a place, after a checkpoint: opened once when it was needed, and did not grow. */
static void group_forgive_lazy(struct group *group)
{
	struct finding *finding = &group->finding;

	if (finding->type != FINDING_LEAK || finding->count != 1 || finding->counted != 1 ||
	    group->checkpointed != 1)
		return;
	finding->counted = 0;
	finding->noted = 1;
	for (size_t i = 0; i < finding->descriptor_count; i++)
		finding->descriptors[i].is_noted = true;
	finding->note_reason = "opened once after the first unclosed_checkpoint(), and never again";
}

/* --gate growing: what does not grow does not count, but for what fails whatever the gate. */
static void group_forgive_still(const struct judge *judge, struct group *group)
{
	struct finding *finding = &group->finding;

	if (judge->options->gate != GATE_GROWING || finding->type != FINDING_LEAK ||
	    finding->counted == 0 || finding->growth.word == GROWTH_GROWING || group->failing)
		return;
	finding->noted += finding->counted;
	finding->counted = 0;
	for (size_t i = 0; i < finding->descriptor_count; i++)
		if (!finding->descriptors[i].is_suppressed)
			finding->descriptors[i].is_noted = true;
	if (!finding->note_reason)
		finding->note_reason = finding->growth.word == GROWTH_MAY_GROW
					       ? "it is not certain that the number from here grows"
					       : "the number from here was not seen to grow";
}

/* Of a program that runs what grows counts, as what has proof does. */
static void group_accuse_growing(const struct judge *judge, struct group *group)
{
	struct finding *finding = &group->finding;

	if (!judge->context->live || judge->options->gate != GATE_OPEN ||
	    finding->type != FINDING_LEAK || finding->growth.word != GROWTH_GROWING ||
	    group->excused)
		return;
	finding->counted += finding->noted;
	finding->noted = 0;
	for (size_t i = 0; i < finding->descriptor_count; i++)
		finding->descriptors[i].is_noted = false;
}

static void group_finish(struct judge *judge, struct group *group)
{
	struct finding *finding = &group->finding;

	finding->stack = *place_read(judge, group->place);
	if (group->is_role_mixed || kept_opener(group->call))
		finding->role = ROLE_NONE;
	if (group->is_noun_mixed)
		group->noun = NULL;
	finding->is_proven = group->proven > 0;
	if (finding->noted == 0)
		finding->note_reason = NULL;
	group_witness(judge, group);
	group_word(judge, group);
	finding_fingerprint(judge, finding);
}

void groups_finish(struct judge *judge)
{
	struct report *report = judge->report;

	noise_finish(judge);
	report->findings =
		report_alloc(report, (judge->group_count + 1) * sizeof(*report->findings));
	report->finding_count = judge->group_count;
	for (uint32_t i = 0; i < judge->group_count; i++) {
		group_forgive_lazy(&judge->groups[i]);
		growth_find(judge, &judge->groups[i]);
		group_forgive_still(judge, &judge->groups[i]);
		group_accuse_growing(judge, &judge->groups[i]);
		group_finish(judge, &judge->groups[i]);
		report->findings[i] = judge->groups[i].finding;
	}
}
