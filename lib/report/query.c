/* SPDX-License-Identifier: MIT */
/* Who is PROGRAM, how did it end, how many of what were found: the same for all formats. */
#include "report/query.h"

#include <string.h>

const struct report_process *query_process(const struct report *report, uint32_t id)
{
	return report_process_find(report, id);
}

const struct report_process *query_program(const struct report *report)
{
	return report->process_count ? report_process_last(report, report->processes) : NULL;
}

const struct report_scope *query_scope(const struct report *report, uint32_t id)
{
	/* In their order as a rule. */
	if (id > 0 && id <= report->scope_count && report->scopes[id - 1].id == id)
		return &report->scopes[id - 1];
	for (size_t i = 0; i < report->scope_count; i++)
		if (report->scopes[i].id == id)
			return &report->scopes[i];
	return NULL;
}

bool query_is_program(const struct report *report, uint32_t id)
{
	const struct report_process *process = query_process(report, id);

	/* Earlier images have earlier places; going only back cannot go in circles. */
	while (process && process->exec_of >= 0) {
		const struct report_process *before =
			query_process(report, (uint32_t)process->exec_of);

		process = before < process ? before : NULL;
	}
	return process && process == report->processes;
}

struct report_exit query_exit(const struct report *report)
{
	const struct report_process *program = query_program(report);

	if (report->exit.is_known || !program)
		return report->exit;
	if (program->end == REPORT_END_EXITED)
		return (struct report_exit){ .is_known = true, .status = program->status };
	if (program->end == REPORT_END_SIGNALED)
		return (struct report_exit){ .is_known = true,
					     .is_signaled = true,
					     .signal = program->signal };
	return (struct report_exit){ .is_known = false };
}

bool query_is_leak(const struct finding *finding)
{
	return (finding->type == FINDING_LEAK || finding->type == FINDING_CLOSED_BY_GC) &&
	       !(KINDS_MEMORY & KIND_BIT(finding->kind));
}

bool query_is_open(const struct finding *finding)
{
	return finding->type == FINDING_LEAK && query_is_leak(finding);
}

bool query_is_evidence(const struct finding *finding, const char *text)
{
	for (size_t i = 0; i < finding->evidence_count; i++)
		if (finding->evidence[i].text && strcmp(finding->evidence[i].text, text) == 0)
			return true;
	return false;
}

void tally_add(struct tally *tally, const struct report *report, const struct finding *finding)
{
	struct tally_type *type = &tally->types[finding->type];

	type->counted += finding->counted;
	type->kinds[finding->kind] += finding->counted;
	type->places += finding->counted > 0;
	tally->counted += finding->counted;
	tally->suppressed += finding->suppressed;
	tally->baselined += finding->baselined;
	tally->known_groups += finding->counted == 0 && finding->noted == 0;
	if (query_is_leak(finding) && !(report->kinds & KIND_BIT(finding->kind)))
		return;
	tally->noted += finding->noted;
	if (query_is_open(finding)) {
		tally->noted_open += finding->noted;
		tally->noted_kinds[finding->kind] += finding->noted;
		tally->suppressed_open += finding->suppressed;
		tally->baselined_open += finding->baselined;
	} else {
		type->noted[finding->kind] += finding->noted;
		type->known[finding->kind] += finding->suppressed + finding->baselined;
	}
}

void tally_make(struct tally *ret_tally, const struct report *report)
{
	*ret_tally = (struct tally){ .counted = 0 };
	for (size_t i = 0; i < report->finding_count; i++)
		tally_add(ret_tally, report, &report->findings[i]);
}
