/* SPDX-License-Identifier: MIT */
/* Descriptors of one type, kind, call and place are one finding. */
#include <string.h>

#include "judge/find/find.h"
#include "judge/live.h"
#include "known/known.h"

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
		/* What a program that runs has open is in use, as far as nothing else shows. */
		return is_proven || !judge->context->live ? STANDING_COUNTED : STANDING_NOTED;
	case GATE_PROVEN:
		return is_proven ? STANDING_COUNTED : STANDING_NOTED;
	default:
		return STANDING_NOTED;
	}
}

const char *gate_reason(const struct judge *judge)
{
	switch (judge->options->gate) {
	case GATE_NONE:
		return "--gate none";
	case GATE_GROWING:
		return "--gate growing";
	default:
		return "no proof";
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
	if (name) {
		group->finding.call = call_spelled(judge->report, report_strdup(judge->report, name));
		if (strcmp(group->finding.call, name) != 0)
			group->finding.symbol = report_strdup(judge->report, name);
	}
	if (!name && call)
		group->finding.call = report_printf(judge->report, "call %u", call);
	descriptors_ask(judge, group);
	if (judge->context->lists_all)
		group->descriptors_max = SIZE_MAX;
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
