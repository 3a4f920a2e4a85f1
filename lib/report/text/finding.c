/* SPDX-License-Identifier: MIT */
/* A numbered group of the text report. */
#include "report/text/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/words.h"

/* Where "fd 5, 6" begins, when the title leaves room. */
#define FD_COLUMN 66
/* Where a line of addresses goes on. */
#define WRAPPED_INDENT 8

/* How many descriptors have the number of this one; 0 when an earlier one has it. */
static uint64_t fd_members(const struct finding *finding, size_t index)
{
	uint64_t members = 0;

	for (size_t i = 0; i < finding->descriptor_count; i++) {
		if (finding->descriptors[i].fd != finding->descriptors[index].fd)
			continue;
		if (i < index)
			return 0;
		members++;
	}
	return members;
}

/*
 * "fd 5, 6", "fd 5, 6, 7, 8 and 96 more". A number is told once, however many
 * descriptors had it: workers leak the same ones, and Python reuses them.
 */
static void write_fds(FILE *out, const struct finding *finding)
{
	size_t distinct = 0, shown = 0, most;
	uint64_t told = 0;

	for (size_t i = 0; i < finding->descriptor_count && distinct <= LIST_MAX; i++)
		distinct += fd_members(finding, i) > 0;
	most = distinct <= LIST_MAX && finding->descriptors_omitted == 0 ? distinct : LIST_SHOWN;
	for (size_t i = 0; i < finding->descriptor_count && shown < most; i++) {
		uint64_t members = fd_members(finding, i);

		if (members == 0)
			continue;
		(void)fprintf(out, "%s%d", shown++ ? ", " : "fd ", finding->descriptors[i].fd);
		told += members;
	}
	if (finding->is_one_number)
		(void)fprintf(out, ", %" PRIu64 " times", finding->count);
	else if (finding->count > told && !query_is_open(finding))
		(void)fputs(" first", out); /* then the same number again, or others */
	else if (finding->count > told)
		(void)fprintf(out, " and %" PRIu64 " more", finding->count - told);
}

/* Behind the title in their column, or on a line of their own where that is too narrow. */
static void print_fds(const struct printer *printer, const struct finding *finding, size_t columns)
{
	size_t width = printer->style->width, size, before;
	char *fds = NULL;
	FILE *out = open_memstream(&fds, &size);

	if (!out)
		return;
	write_fds(out, finding);
	if (fclose(out) == 0) {
		before = columns + 2 <= FD_COLUMN ? FD_COLUMN - columns : 2;
		if (width > 0 && columns + before + size > width)
			before = columns + 2 + size <= width ? width - columns - size : 0;
		if (before == 0)
			(void)fputs("\n    ", printer->out);
		print_spaces(printer, before);
		(void)fputs(fds, printer->out);
	}
	free(fds);
}

/* "[1] 2 × TCP connection, accepted, never closed            fd 5, 6" */
static void print_title(const struct printer *printer, const struct report *report,
			const struct finding *finding)
{
	size_t columns = 0;
	char number[64];

	if (finding->id)
		(void)snprintf(number, sizeof(number), "[%s] %" PRIu64, finding->id,
			       finding->count);
	else
		(void)snprintf(number, sizeof(number), "[%td] %" PRIu64,
			       finding - report->findings + 1, finding->count);
	if (finding->counted > 0)
		paint_begin(printer, PAINT_RED);
	columns += print_text(printer, number);
	if (finding->counted > 0)
		paint_end(printer);
	(void)fprintf(printer->out, " %s ", sign_times(printer));
	columns += 3;
	columns += print_text(printer, finding->title);
	if (finding->process_count > 1)
		columns +=
			(size_t)fprintf(printer->out, ", in %zu processes", finding->process_count);
	if (finding->counted == 0 && !report->is_live)
		columns += (size_t)fprintf(printer->out, " (not counted)");
	if (finding->descriptor_count > 0) {
		print_fds(printer, finding, columns);
	}
	(void)fputc('\n', printer->out);
}

static bool is_usually_closed(const struct report_related *related)
{
	return related->role && strcmp(related->role, "usually-closed") == 0 && related->count > 0;
}

/* Where its siblings were closed is in a line of its own; where in Python's own code, few need. */
static bool is_related_shown(const struct printer *printer, const struct finding *finding,
			     const struct report_related *related)
{
	if (is_usually_closed(related))
		return false;
	return finding->type != FINDING_CLOSED_BY_GC || printer->style->is_verbose;
}

static bool is_same_text(const char *one, const char *other)
{
	return one == other || (one && other && strcmp(one, other) == 0);
}

/* Would both be printed alike? */
static bool is_same_stack(const struct report_stack *one, const struct report_stack *other)
{
	if (one->frame_count == 0 || one->frame_count != other->frame_count)
		return false;
	for (size_t i = 0; i < one->frame_count; i++) {
		const struct report_frame *first = &one->frames[i], *second = &other->frames[i];

		if (first->offset != second->offset || first->line != second->line ||
		    !is_same_text(first->function, second->function) ||
		    !is_same_text(first->file, second->file) ||
		    !is_same_text(first->module, second->module))
			return false;
	}
	return true;
}

/* Was it printed before, as the group's or that of an earlier related call? */
static bool is_printed_before(const struct printer *printer, const struct finding *finding,
			      const struct report_related *related)
{
	for (const struct report_related *before = finding->related; before < related; before++)
		if (is_related_shown(printer, finding, before) &&
		    is_same_stack(&before->stack, &related->stack))
			return true;
	return is_same_stack(&finding->stack, &related->stack);
}

/* "opened by thread 4243, at 1.2 s:" and the stack, unless it stands there already. */
static void print_related(const struct printer *printer, const struct finding *finding,
			  const struct report_related *related)
{
	struct words words;

	const char *role = related->role ? related->role : "related";

	if (strcmp(role, "expected-none") == 0)
		role = "none was expected at";

	(void)fputs("    ", printer->out);
	for (const char *at = role; *at; at += strcspn(at, "-"), at += *at == '-') {
		char word[32];

		(void)snprintf(word, sizeof(word), "%s%.*s", at == role ? "" : " ",
			       (int)strcspn(at, "-"), at);
		(void)print_text(printer, word);
	}
	if (related->tid)
		(void)fprintf(printer->out, " by thread %" PRIu32, related->tid);
	if (related->at_ns)
		(void)fprintf(printer->out, " at %s", words_duration(&words, related->at_ns));
	if (related->count > 1)
		(void)fprintf(printer->out, ", %" PRIu64 " times", related->count);
	if (is_printed_before(printer, finding, related)) {
		(void)fputs(": by the same calls\n", printer->out);
		return;
	}
	(void)fputs(":\n", printer->out);
	text_stack(printer, NULL, &related->stack, true);
}

/* "14 of 16 from here were closed, at drop_client (src/chat_server.c:58)." */
static bool is_of_siblings(const struct report_evidence *evidence)
{
	return evidence->what && strcmp(evidence->what, "siblings-closed") == 0;
}

static const char *evidence_label(const struct report_evidence *evidence)
{
	if (evidence->is_proof)
		return "proof";
	return is_of_siblings(evidence) ? "other" : "note";
}

static void print_evidence(const struct printer *printer, const struct finding *finding,
			   bool is_proof)
{
	for (size_t i = 0; i < finding->evidence_count; i++) {
		const struct report_evidence *evidence = &finding->evidence[i];

		if (evidence->is_proof != is_proof || !evidence->text)
			continue;
		print_labelled(printer, evidence_label(evidence), evidence->text);
		if (evidence->stack.frame_count > 0)
			text_stack(printer, NULL, &evidence->stack, false);
	}
}

/* The length of a sentence without its full stop. */
static size_t sentence_length(const char *text)
{
	size_t length = strlen(text);

	return length > 0 && text[length - 1] == '.' ? length - 1 : length;
}

static void print_fix(const struct printer *printer, const struct finding *finding)
{
	if (!finding->remedy)
		return;
	if (finding->remedy_file && finding->remedy_line &&
	    !strstr(finding->remedy, finding->remedy_file))
		print_labelled_format(printer, "fix", "%.*s (%s:%u).",
				      (int)sentence_length(finding->remedy), finding->remedy,
				      finding->remedy_file, finding->remedy_line);
	else
		print_labelled(printer, "fix", finding->remedy);
}

/* Why the group's number is not the number that counts. */
static void print_uncounted(const struct printer *printer, const struct finding *finding)
{
	const char *reason = finding->note_reason;

	if (finding->noted > 0 && finding->noted == finding->count)
		print_labelled_format(printer, "note", "Not counted%s%s.", reason ? ": " : "",
				      reason ? reason : "");
	else if (finding->noted > 0)
		print_labelled_format(printer, "note",
				      "%" PRIu64 " of %" PRIu64 " not counted%s%s.", finding->noted,
				      finding->count, reason ? ": " : "", reason ? reason : "");
	if (finding->baseline == BASELINE_MORE)
		print_labelled_format(printer, "note",
				      "%" PRIu64 " of %" PRIu64
				      " not counted: the baseline allows %" PRIu64 " here.",
				      finding->baselined, finding->count,
				      finding->baseline_allowed);
	else if (finding->baselined > 0)
		print_labelled_format(printer, "note",
				      "%" PRIu64 " of %" PRIu64 " not counted: in the baseline.",
				      finding->baselined, finding->count);
	if (finding->suppressed > 0)
		print_labelled_format(printer, "note",
				      "%" PRIu64 " of %" PRIu64 " not counted: suppressed.",
				      finding->suppressed, finding->count);
}

static void print_contested(const struct printer *printer, const struct finding *finding)
{
	struct words words;
	uint64_t contested = 0;

	for (size_t i = 0; i < finding->descriptor_count; i++)
		contested += finding->descriptors[i].is_contested;
	if (contested > 0)
		print_labelled_format(printer, "note",
				      "%s: calls on the number overlapped or were not seen, so it "
				      "is not certain which call opened it.",
				      words_count(&words, contested, "descriptor"));
}

/* A guess is told from what was seen. */
static const char *explanation_label(const char *text)
{
	return strstr(text, "ikely") ? "why" : "note";
}

static void print_lines(const struct printer *printer, const struct report *report,
			const struct finding *finding)
{
	text_finding_processes(printer, report, finding);
	text_finding_scopes(printer, report, finding);
	text_descriptors(printer, finding);
}

/* Lines of commands and of addresses are long; a terminal gets them wrapped. */
static void print_wrapped_lines(const struct printer *printer, const struct report *report,
				const struct finding *finding)
{
	struct printer inner = { .style = printer->style, .is_brief = printer->is_brief };
	char *text = NULL;
	size_t size;

	if (printer->style->width == 0) {
		print_lines(printer, report, finding);
		return;
	}
	inner.out = open_memstream(&text, &size);
	if (!inner.out)
		abort(); /* like report_alloc() */
	print_lines(&inner, report, finding);
	if (fclose(inner.out) != 0)
		abort();
	print_wrapped(printer, text, WRAPPED_INDENT);
	free(text);
}

/* Does an earlier group that does not count, as this one, say and advise just the same? */
static bool is_told_before(const struct printer *printer, const struct report *report,
			   const struct finding *finding)
{
	for (const struct finding *before = report->findings; before < finding; before++)
		if (before->counted == 0 && text_is_shown(report, before, false) &&
		    !text_is_folded(printer, report, before) && before->type == finding->type &&
		    is_same_text(before->explanation, finding->explanation) &&
		    is_same_text(before->remedy, finding->remedy) &&
		    is_same_text(before->remedy_file, finding->remedy_file) &&
		    before->remedy_line == finding->remedy_line)
			return true;
	return false;
}

/* What may explain the group, and what to do: of what does not count once, or not at all. */
static void print_advice(const struct printer *printer, const struct report *report,
			 const struct finding *finding)
{
	if (finding->counted == 0 && !printer->style->is_verbose &&
	    is_told_before(printer, report, finding))
		return;
	if (finding->explanation && !printer->is_brief &&
	    !query_is_evidence(finding, finding->explanation))
		print_labelled(printer, explanation_label(finding->explanation),
			       finding->explanation);
	print_fix(printer, finding);
}

void text_finding(const struct printer *printer, const struct report *report,
		  const struct finding *finding)
{
	(void)fputc('\n', printer->out);
	print_title(printer, report, finding);
	print_wrapped_lines(printer, report, finding);
	text_stack(printer, finding->call ? finding->call : "(the opening call was not seen)",
		   &finding->stack, true);
	for (size_t i = 0; i < finding->related_count; i++)
		if (is_related_shown(printer, finding, &finding->related[i]))
			print_related(printer, finding, &finding->related[i]);
	print_evidence(printer, finding, true);
	print_evidence(printer, finding, false);
	print_advice(printer, report, finding);
	if (!report->is_live || finding->note_reason || finding->suppressed || finding->baselined)
		print_uncounted(printer, finding);
	print_contested(printer, finding);
}
