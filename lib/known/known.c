/* SPDX-License-Identifier: MIT */
/* Suppression rules at work on a finished report, then the sums and order of its findings. */
#include "known/known.h"

#include <stdlib.h>
#include <string.h>

bool known_asks_descriptors(const struct known *known, const struct report *report,
			    const struct finding *finding)
{
	for (size_t i = 0; i < known->suppressions.count; i++) {
		const struct rule *rule = &known->suppressions.rules[i];

		if (rule_asks_descriptors(rule) && rule_names_finding(rule, report, finding))
			return true;
	}
	return false;
}

/* A rule at work. */
struct taking {
	const struct rule *rule;
	const struct report *report;
	uint64_t *by_process; /* descriptors that it took of each process, by place; one more for
				 others */
};

static uint64_t *taken_of(const struct taking *taking, uint32_t id)
{
	const struct report *report = taking->report;
	const struct report_process *process = report_process_find(report, id);

	return &taking->by_process[process ? (size_t)(process - report->processes)
					   : report->process_count];
}

/* Take one descriptor, if the rule names it and may take one more of its process. */
static bool descriptor_take(const struct taking *taking, struct finding *finding,
			    struct report_descriptor *descriptor)
{
	uint64_t *sum = descriptor->is_noted ? &finding->noted : &finding->counted;
	uint64_t *taken = taken_of(taking, descriptor->process);

	if (descriptor->is_suppressed || *sum == 0 ||
	    (taking->rule->allowed && *taken >= taking->rule->allowed) ||
	    !rule_names_descriptor(taking->rule, taking->report, descriptor))
		return false;
	descriptor->is_suppressed = true;
	(*sum)--;
	(*taken)++;
	return true;
}

/* Of what is not listed nothing is known: it stays. What counts goes first. */
static uint64_t descriptors_take(const struct taking *taking, struct finding *finding)
{
	uint64_t count = 0;

	for (int is_noted = 0; is_noted <= 1; is_noted++)
		for (size_t i = 0; i < finding->descriptor_count; i++)
			if (finding->descriptors[i].is_noted == (bool)is_noted)
				count += descriptor_take(taking, finding, &finding->descriptors[i]);
	finding->suppressed += count;
	return count;
}

/* All that is left of a finding. */
static uint64_t finding_take(struct finding *finding)
{
	uint64_t count = finding->counted + finding->noted;

	finding->suppressed += count;
	finding->counted = finding->noted = 0;
	for (size_t i = 0; i < finding->descriptor_count; i++)
		finding->descriptors[i].is_suppressed = true;
	return count;
}

static uint64_t take(const struct taking *taking, struct finding *finding)
{
	return rule_asks_descriptors(taking->rule) ? descriptors_take(taking, finding)
						   : finding_take(finding);
}

/* What an expired rule would have suppressed: looked at on a copy. */
static uint64_t expired_take(const struct taking *taking, const struct finding *finding)
{
	struct finding copy = *finding;
	size_t size = copy.descriptor_count * sizeof(*copy.descriptors);
	uint64_t count;

	copy.descriptors = malloc(size ? size : 1);
	if (!copy.descriptors)
		abort(); /* like report_alloc() */
	if (size)
		memcpy(copy.descriptors, finding->descriptors, size);
	count = take(taking, &copy);
	free(copy.descriptors);
	return count;
}

void finding_suppressed_by(struct report *report, struct finding *finding, uint32_t index,
			   uint64_t count)
{
	size_t have = finding->suppressed_by_count;
	struct finding_suppression *grown = report_alloc(report, (have + 1) * sizeof(*grown));

	if (have)
		memcpy(grown, finding->suppressed_by, have * sizeof(*grown));
	grown[have] = (struct finding_suppression){ .suppression = index, .count = count };
	finding->suppressed_by = grown;
	finding->suppressed_by_count = have + 1;
}

/* Apply a rule to one finding. `index` is the rule's in report->suppressions. */
static uint64_t rule_apply(const struct taking *taking, bool is_expired, struct report *report,
			   struct finding *finding, uint32_t index)
{
	uint64_t count;

	if (finding->counted + finding->noted == 0 ||
	    !rule_names_finding(taking->rule, report, finding))
		return 0;
	if (is_expired)
		return expired_take(taking, finding);
	count = take(taking, finding);
	if (count > 0)
		finding_suppressed_by(report, finding, index, count);
	if (finding->noted == 0)
		finding->note_reason = NULL;
	return count;
}

static const char *program_path(const struct report *report)
{
	/* Images of one process are in time's order; the first one's exe may be a shell. */
	return report->process_count ? report->processes[0].exe : NULL;
}

/* A rule's line; one that is all conditions is told apart by its first: "leak: frame: ^serve$". */
static const char *rule_text(struct report *report, const struct rule *rule)
{
	const struct {
		const char *name, *value;
	} conditions[] = { { "innermost", rule->innermost },
			   { "frame", rule->frame_count ? rule->frames[0] : NULL },
			   { "path", rule->path },
			   { "address", rule->address },
			   { "program", rule->program },
			   { "call", rule->call } };

	for (size_t i = 0; !*rule->pattern && i < sizeof(conditions) / sizeof(conditions[0]); i++)
		if (conditions[i].value)
			return report_printf(report, "%s %s: %s", rule->text, conditions[i].name,
					     conditions[i].value);
	return report_strdup(report, rule->text);
}

static struct report_suppression rule_tell(struct report *report, const struct rule *rule,
					   bool is_expired)
{
	const char *flaw = rule->is_default ? NULL : rule_flaw(rule, program_path(report));

	return (struct report_suppression){
		.rule = rule_text(report, rule),
		.source = report_strdup(report, rule->source),
		.line = rule->line,
		.reason = report_strdup(report, rule->reason),
		.expires = report_strdup(report, rule->expires),
		.flaw = report_strdup(report, flaw),
		.allowed = rule->allowed,
		.is_expired = is_expired,
		.is_default = rule->is_default,
		.is_builtin = rule->module != NO_MODULE,
	};
}

/* Drop shipped rules that did nothing, and let the findings refer to what stays. */
static void suppressions_compact(struct report *report)
{
	uint32_t *moved = report_alloc(report, (report->suppression_count + 1) * sizeof(*moved));
	size_t kept = 0;

	for (size_t i = 0; i < report->suppression_count; i++) {
		moved[i] = (uint32_t)kept;
		if (!report->suppressions[i].is_default || report->suppressions[i].matched)
			report->suppressions[kept++] = report->suppressions[i];
	}
	report->suppression_count = kept;
	for (size_t f = 0; f < report->finding_count; f++)
		for (size_t i = 0; i < report->findings[f].suppressed_by_count; i++) {
			uint32_t *index = &report->findings[f].suppressed_by[i].suppression;

			*index = moved[*index];
		}
}

size_t suppressions_extend(struct report *report, size_t more)
{
	size_t have = report->suppression_count;
	struct report_suppression *grown = report_alloc(report, (have + more + 1) * sizeof(*grown));

	if (have)
		memcpy(grown, report->suppressions, have * sizeof(*grown));
	report->suppressions = grown;
	report->suppression_count = have + more;
	return have;
}

void known_apply(const struct known *known, struct report *report, module_is_there *is_there,
		 void *data)
{
	const struct suppressions *suppressions = &known->suppressions;
	size_t first = suppressions_extend(report, suppressions->count);
	size_t size = (report->process_count + 1) * sizeof(uint64_t);
	uint64_t *by_process = report_alloc(report, size);

	for (size_t r = 0; r < suppressions->count; r++) {
		const struct rule *rule = &suppressions->rules[r];
		const struct taking taking = { rule, report, by_process };
		struct report_suppression *told = &report->suppressions[first + r];

		*told = rule_tell(report, rule, rule_is_expired(rule));
		memset(by_process, 0, size);
		for (size_t i = 0; i < report->finding_count; i++)
			if (rule->module == NO_MODULE ||
			    (is_there && is_there(data, i, rule->module)))
				told->matched +=
					rule_apply(&taking, told->is_expired, report,
						   &report->findings[i], (uint32_t)(first + r));
	}
	suppressions_compact(report);
}

void findings_sum(struct report *report)
{
	report->total = report->counted = report->noted = 0;
	report->suppressed = report->baselined = 0;
	for (size_t i = 0; i < report->finding_count; i++) {
		const struct finding *finding = &report->findings[i];

		report->total += finding->count;
		report->counted += finding->counted;
		report->suppressed += finding->suppressed;
		report->baselined += finding->baselined;
		report->noted += finding->noted;
	}
}

static int finding_compare(const void *left, const void *right)
{
	const struct finding *a = *(const struct finding *const *)left;
	const struct finding *b = *(const struct finding *const *)right;
	int a_rank = a->counted ? 0 : a->noted ? 1 : 2, b_rank = b->counted ? 0 : b->noted ? 1 : 2;

	if (a_rank != b_rank)
		return a_rank - b_rank;
	if (a->counted != b->counted)
		return a->counted > b->counted ? -1 : 1;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return (a > b) - (a < b);
}

void findings_order(struct report *report)
{
	size_t count = report->finding_count;
	const struct finding **order = report_alloc(report, (count + 1) * sizeof(*order));
	struct finding *sorted = report_alloc(report, (count + 1) * sizeof(*sorted));

	for (size_t i = 0; i < count; i++)
		order[i] = &report->findings[i];
	qsort(order, count, sizeof(*order), finding_compare);
	for (size_t i = 0; i < count; i++) {
		struct finding *finding = &sorted[i];

		*finding = *order[i];
		finding->id = report_printf(report, "%zu", i + 1);
		if (finding->descriptor_count <= FINDING_DESCRIPTORS_MAX || report->lists_all)
			continue;
		finding->descriptors_omitted += finding->descriptor_count - FINDING_DESCRIPTORS_MAX;
		finding->descriptor_count = FINDING_DESCRIPTORS_MAX;
	}
	report->findings = sorted;
}
