/* SPDX-License-Identifier: MIT */
/* The comparison of several runs of one program: only what is in each of them counts. */
#include "known/repeat.h"

#include <inttypes.h>
#include <string.h>

/* Places of earlier runs that are told one by one. */
#define TOLD_MAX 5

/* What counts of a place in a report. Without names several findings may have one fingerprint. */
static uint64_t place_counted(const struct report *report, const struct finding *of)
{
	uint64_t counted = 0;

	for (size_t i = 0; i < report->finding_count; i++)
		if (findings_are_alike(&report->findings[i], of))
			counted += report->findings[i].counted;
	return counted;
}

/* Of those listed, `noted` more are shown and do not count. */
static void descriptors_note(struct finding *finding, uint64_t noted)
{
	for (size_t i = finding->descriptor_count; i-- > 0 && noted > 0;) {
		struct report_descriptor *descriptor = &finding->descriptors[i];

		if (descriptor->is_noted || descriptor->is_suppressed)
			continue;
		descriptor->is_noted = true;
		noted--;
	}
}

/* `steady` is how many every run has left at the place of a finding. */
static void finding_note(struct report *report, struct finding *finding, uint64_t steady,
			 size_t runs)
{
	uint64_t noted = finding->counted > steady ? finding->counted - steady : 0;

	if (noted == 0)
		return;
	finding->counted -= noted;
	finding->noted += noted;
	descriptors_note(finding, noted);
	if (finding->note_reason)
		return;
	finding->note_reason =
		steady ? report_printf(report, "%" PRIu64 " in each of %zu runs, more in this one",
				       steady, runs)
		       : report_printf(report, "not left in each of %zu runs (--repeat)", runs);
}

static void findings_note(struct report *last, struct report *const *earlier, size_t count)
{
	for (size_t i = 0; i < last->finding_count; i++) {
		struct finding *finding = &last->findings[i];
		uint64_t steady = UINT64_MAX, before = 0;

		if (finding->counted == 0)
			continue;
		for (size_t run = 0; run < count; run++) {
			uint64_t counted = place_counted(earlier[run], finding);

			steady = counted < steady ? counted : steady;
		}
		/* What a finding with the same fingerprint has taken already. */
		for (size_t other = 0; other < i; other++)
			if (findings_are_alike(&last->findings[other], finding))
				before += last->findings[other].counted;
		finding_note(last, finding, steady > before ? steady - before : 0, count + 1);
	}
}

static bool is_in_runs(struct report *const *runs, size_t count, const struct finding *finding)
{
	for (size_t run = 0; run < count; run++)
		if (place_counted(runs[run], finding) > 0)
			return true;
	return false;
}

static void place_tell(struct report *last, const struct finding *finding, size_t run)
{
	const char *text = report_printf(
		last, "run %zu left %" PRIu64 " × %s%s%s%s: not in each run, not counted", run,
		finding->counted, finding->title, finding->remedy_file ? ", at " : "",
		finding->remedy_file ? finding->remedy_file : "",
		finding->remedy_file && finding->remedy_line
			? report_printf(last, ":%u", finding->remedy_line)
			: "");

	report_diagnose(last, DIAGNOSTIC_NOTE, "repeat", text, -1);
}

/* Places that the last run did not leave anything at. Returns how many. */
static size_t gone_tell(struct report *last, struct report *const *earlier, size_t count)
{
	size_t gone = 0;

	for (size_t run = 0; run < count; run++)
		for (size_t i = 0; i < earlier[run]->finding_count; i++) {
			const struct finding *finding = &earlier[run]->findings[i];
			if (finding->counted == 0 || is_in_runs(&last, 1, finding) ||
			    is_in_runs(earlier, run, finding) || gone++ >= TOLD_MAX)
				continue;
			place_tell(last, finding, run + 1);
		}
	return gone;
}

void report_keep_steady(struct report *last, struct report *const *earlier, size_t count,
			struct known *known, const struct options *options)
{
	const char *text;
	size_t gone;

	/* Before counts change: what the last run left is compared as it was found. */
	gone = gone_tell(last, earlier, count);
	if (gone > TOLD_MAX)
		report_diagnose(
			last, DIAGNOSTIC_NOTE, "repeat",
			report_printf(last, "and %zu more places of earlier runs", gone - TOLD_MAX),
			-1);
	findings_note(last, earlier, count);
	if (count + 1 < options->repeat)
		text = report_printf(last, "run %zu of %u failed and was the last", count + 1,
				     options->repeat);
	else
		text = report_printf(last, "%zu runs: only what each of them left counts",
				     count + 1);
	report_diagnose(last, DIAGNOSTIC_NOTE, "repeat", text, -1);
	report_recount(last, known, options);
}
