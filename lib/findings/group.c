/* SPDX-License-Identifier: MIT */
/* Descriptors of one type, kind, call and place are one finding. */
#include <string.h>

#include "findings/judgement.h"
#include "findings/known.h"

void *array_grow(struct report *report, void *array, size_t count, size_t size)
{
	void *larger;

	if (count & (count - 1))
		return array;
	larger = report_alloc(report, (count ? count * 2 : 1) * size);
	if (count)
		memcpy(larger, array, count * size);
	return larger;
}

enum standing standing_of(const struct judge *judge, enum policy policy, bool is_proven)
{
	if (policy == POLICY_IGNORE)
		return STANDING_IGNORED;
	if (policy == POLICY_FAIL)
		return STANDING_COUNTED;
	if (policy == POLICY_NOTE || (policy == POLICY_PROVEN && !is_proven))
		return STANDING_NOTED;
	switch (judge->options->gate) {
	case GATE_OPEN:
		return STANDING_COUNTED;
	case GATE_PROVEN:
		return is_proven ? STANDING_COUNTED : STANDING_NOTED;
	default:
		return STANDING_NOTED;
	}
}

/* A rule that asks for addresses or paths must see every descriptor that it may name. */
static void descriptors_ask(struct judge *judge, struct group *group)
{
	const struct known *known = judge->context->known;
	struct finding finding = group->finding;

	if (!known || !known->asks_descriptors)
		return;
	finding.stack = *place_read(judge, group->place);
	if (known_asks_descriptors(known, judge->report, &finding))
		group->descriptors_max = SIZE_MAX;
}

struct group *group_of(struct judge *judge, enum finding_type type, enum descriptor_kind kind,
		       unsigned int call, uint32_t place)
{
	uint64_t high = (uint64_t)type << 56 | (uint64_t)kind << 48 | call;
	struct group *group;
	const char *name;
	uint32_t *number;
	bool is_new;

	place = place_alike(judge, place);
	number = lookup_put(&judge->group_by_key, judge->report, high, place, judge->group_count,
			    &is_new);
	if (!is_new)
		return &judge->groups[*number];
	judge->groups = array_grow(judge->report, judge->groups, judge->group_count,
				   sizeof(*judge->groups));
	group = &judge->groups[judge->group_count++];
	*group = (struct group){ .place = place,
				 .call = call,
				 .descriptors_max = FINDING_DESCRIPTORS_MAX,
				 .last_process = NONE };
	name = kept_opener(call) ? kept_opener(call) : snapshot_call_name(judge->snapshot, call);
	group->finding.type = type;
	group->finding.kind = kind;
	if (name)
		group->finding.call = report_strdup(judge->report, name);
	else if (call)
		group->finding.call = report_printf(judge->report, "call %u", call);
	descriptors_ask(judge, group);
	return group;
}

void group_count(struct judge *judge, struct group *group, enum standing standing, uint64_t count,
		 uint32_t process)
{
	struct finding *finding = &group->finding;

	finding->count += count;
	if (standing == STANDING_COUNTED)
		finding->counted += count;
	else if (standing == STANDING_NOTED)
		finding->noted += count;
	noise_count(judge, group, process, standing == STANDING_COUNTED ? count : 0);
	if (group->last_process == process)
		return;
	/* Processes are looked through one after the other, but pairs name them in any order. */
	for (size_t i = 0; i < finding->process_count && i < FINDING_DESCRIPTORS_MAX; i++)
		if (finding->processes[i] == process)
			return;
	group->last_process = process;
	finding->processes = array_grow(judge->report, finding->processes, finding->process_count,
					sizeof(*finding->processes));
	finding->processes[finding->process_count++] = process;
}

struct report_descriptor *group_describe(struct judge *judge, struct group *group)
{
	struct finding *finding = &group->finding;

	if (finding->descriptor_count >= group->descriptors_max) {
		finding->descriptors_omitted++;
		return NULL;
	}
	finding->descriptors = array_grow(judge->report, finding->descriptors,
					  finding->descriptor_count, sizeof(*finding->descriptors));
	return &finding->descriptors[finding->descriptor_count++];
}

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
		group_finish(judge, &judge->groups[i]);
		report->findings[i] = judge->groups[i].finding;
	}
}
