/* SPDX-License-Identifier: MIT */
/*
 * Which findings are groups of the text report. One line stands for several places that do not
 * count: their process had one descriptor of each from its start to its end, as what a server
 * waits by.
 */
#include "report/text/text.h"

/* Opened within the first part of its process's life, one of so many. */
#define START_PARTS 10
/* One place alone is told as any other. */
#define PLACES_MIN 2

bool text_is_shown(const struct report *report, const struct finding *finding, bool is_verbose)
{
	if (is_verbose || finding->counted > 0)
		return true;
	return finding->noted > 0 &&
	       (!query_is_leak(finding) || (report->kinds & KIND_BIT(finding->kind)));
}

static bool is_from_start(const struct report *report, const struct report_descriptor *descriptor)
{
	const struct report_process *process = query_process(report, descriptor->process);

	return process && process->duration_ns > 0 && descriptor->opened_ns >= process->start_ns &&
	       descriptor->opened_ns - process->start_ns <= process->duration_ns / START_PARTS;
}

static bool is_twice(const struct finding *finding, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (finding->descriptors[i].process == finding->descriptors[at].process)
			return true;
	return false;
}

/* Sockets are shown: what they wait for may be news. So is what has a sentence of its own. */
static bool is_lasting(const struct report *report, const struct finding *finding)
{
	if (finding->type != FINDING_LEAK || finding->kind == KIND_SOCKET ||
	    (KINDS_MEMORY & KIND_BIT(finding->kind)) || finding->counted > 0 ||
	    finding->noted != finding->count || finding->evidence_count > 0 ||
	    finding->is_proven || finding->descriptors_omitted > 0 ||
	    finding->descriptor_count != finding->count || finding->share_count > 0)
		return false;
	for (size_t i = 0; i < finding->descriptor_count; i++)
		if (!is_from_start(report, &finding->descriptors[i]) || is_twice(finding, i))
			return false;
	return true;
}

static bool folds(const struct printer *printer, const struct report *report)
{
	size_t places = 0;

	if (printer->style->is_verbose || printer->style->groups_max == 0)
		return false;
	for (size_t i = 0; i < report->finding_count; i++)
		places += is_lasting(report, &report->findings[i]);
	return places >= PLACES_MIN;
}

bool text_is_folded(const struct printer *printer, const struct report *report,
		    const struct finding *finding)
{
	return is_lasting(report, finding) && folds(printer, report);
}

void text_folded(struct section *section, const struct report *report)
{
	uint64_t kinds[KIND_COUNT] = { 0 };

	if (!folds(section->printer, report))
		return;
	for (size_t i = 0; i < report->finding_count; i++)
		if (is_lasting(report, &report->findings[i]))
			kinds[report->findings[i].kind] += report->findings[i].count;
	section_line(section);
	(void)fprintf(section->printer->out, "kept %s, one of a place: ",
		      report->is_live ? "since the start" : "from start to end");
	(void)text_left(section->printer, "", KIND_ALL, kinds);
	(void)fputs(" (-v shows them)\n", section->printer->out);
}
