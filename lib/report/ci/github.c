/* SPDX-License-Identifier: MIT */
/*
 * Workflow commands of GitHub Actions, one a line: the runner takes them out of
 * a job's log and shows them at the lines of a change. It keeps ten errors of a
 * step, so nine findings and the number of the others are what arrives.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/location.h"
#include "report/message.h"
#include "report/print.h"
#include "report/words.h"

#define ERRORS_MAX 9

/* Escape as the runner takes back: "%", line ends, and in properties ":" and ",". */
static void write_escaped(FILE *out, const char *text, bool is_property)
{
	char *clean = text_escape(text);

	for (const char *at = clean; *at; at++) {
		if (*at == '%' || *at == '\r' || *at == '\n' ||
		    (is_property && (*at == ':' || *at == ',')))
			(void)fprintf(out, "%%%02X", (unsigned char)*at);
		else
			(void)fputc(*at, out);
	}
	free(clean);
}

static void command_write(FILE *out, const char *level, const char *title, const char *text)
{
	(void)fprintf(out, "::%s title=", level);
	write_escaped(out, title, true);
	(void)fputs("::", out);
	write_escaped(out, text, false);
	(void)fputc('\n', out);
}

static void finding_write(FILE *out, const struct report *report, const struct report_style *style,
			  const struct finding *finding)
{
	const struct report_frame *frame = location_frame(report, style->root, finding);
	char *title = message_title(finding), *text = message_text(report, finding);

	(void)fputs("::error ", out);
	if (frame) {
		bool is_below;
		char *path = location_path(report, style->root, frame->file, &is_below);

		(void)fputs("file=", out);
		write_escaped(out, path, true);
		(void)fprintf(out, ",line=%u,", frame->line);
		free(path);
	}
	(void)fputs("title=", out);
	write_escaped(out, title, true);
	(void)fputs("::", out);
	write_escaped(out, text, false);
	(void)fputc('\n', out);
	free(title);
	free(text);
}

/* What came anew is more urgent than more of what is known. */
static uint64_t findings_write(FILE *out, const struct report *report,
			       const struct report_style *style)
{
	uint64_t told = 0, more = 0;

	for (int is_known = 0; is_known < 2; is_known++)
		for (size_t i = 0; i < report->finding_count; i++) {
			const struct finding *finding = &report->findings[i];

			if (finding->counted == 0 || (finding->baselined > 0) != is_known)
				continue;
			if (told < ERRORS_MAX) {
				finding_write(out, report, style, finding);
				told++;
			} else {
				more++;
			}
		}
	return more;
}

/* A run that is not all-clear must not look like one. */
static void uncovered_write(FILE *out, const struct report *report)
{
	const struct report_process *first = NULL;
	struct words words, pid;
	char *text;

	for (size_t i = report->process_count; i-- > 0;)
		if (!report->processes[i].is_covered && report->processes[i].is_listed)
			first = &report->processes[i];
	if (report->uncovered_count == 0 || !first)
		return;
	if (asprintf(&text, "%s not covered: nothing is known of %s. %s%s: %s%s%s.",
		     words_count(&words, report->uncovered_count, "process"),
		     report->uncovered_count == 1 ? "it" : "them", first->name, words_pid(&pid, first->pid),
		     first->reason ? first->reason : "reason not known", first->remedy ? "; " : "",
		     first->remedy ? first->remedy : "") < 0)
		abort(); /* like report_alloc() */
	command_write(out, report->verdict == VERDICT_ERROR ? "error" : "warning",
		      "unclosed: not covered", text);
	free(text);
}

static void running_write(FILE *out, const struct report *report)
{
	struct words words;
	char text[128];

	if (report->running_count == 0)
		return;
	(void)snprintf(text, sizeof(text), "%s still running, not judged.",
		       words_count(&words, report->running_count, "process"));
	command_write(out, "warning", "unclosed: not complete", text);
}

static void lost_write(FILE *out, const struct report *report)
{
	struct words words;
	char text[128];

	if (report->records_lost == 0)
		return;
	(void)snprintf(text, sizeof(text), "%s lost: what was left open is not all known.",
		       words_count(&words, report->records_lost, "record"));
	command_write(out, report->verdict == VERDICT_ERROR ? "error" : "warning",
		      "unclosed: not complete", text);
}

/* What else makes the run fail: a stale baseline, say. One line, for GitHub shows ten. */
static void failures_write(FILE *out, const struct report *report)
{
	const char *first = NULL;
	size_t count = 0;
	char *text;

	for (size_t i = 0; i < report->diagnostic_count; i++)
		if (report->diagnostics[i].level == DIAGNOSTIC_ERROR && count++ == 0)
			first = report->diagnostics[i].text;
	if (!first)
		return;
	if (asprintf(&text, count > 1 ? "%s (and %zu more like this)" : "%s", first, count - 1) < 0)
		abort(); /* like report_alloc() */
	command_write(out, "error", "unclosed", text);
	free(text);
}

static int github_write(FILE *out, const struct report *report, const struct report_style *style)
{
	uint64_t more = findings_write(out, report, style);
	struct words words;
	char text[128];

	if (more > 0) {
		(void)snprintf(text, sizeof(text), "and %s; the report in the log has them all",
			       words_count(&words, more, "more finding"));
		command_write(out, "error", "unclosed", text);
	}
	failures_write(out, report);
	uncovered_write(out, report);
	running_write(out, report);
	lost_write(out, report);
	return ferror(out) ? -EIO : 0;
}

const struct report_writer report_github = { .name = "GitHub", .write = github_write };
