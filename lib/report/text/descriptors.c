/* SPDX-License-Identifier: MIT */
/* What the text says of the descriptors of a group: their state, age and opener. */
#include "report/text/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/text/line.h"
#include "report/words.h"

#define LINE_INDENT 4
/* Lines of a group; each has its own end of the connections in common. */
#define LINES_MAX 3
/* Grouping compares each descriptor with each: enough for what a report can hold. */
#define SCAN_MAX 1000

/* What is true of the descriptors of a line, as "CLOSE-WAIT, open 1.1 s". */
struct facts {
	const struct printer *printer;
	const char *before; /* of the next fact */
};

static void fact_begin(struct facts *facts)
{
	(void)fputs(facts->before, facts->printer->out);
	facts->before = ", ";
}

/* A state is missed only where the descriptor should still be there. */
static const char *state_of(const struct finding *finding, const struct report_descriptor *one)
{
	if (one->state)
		return one->state;
	if (finding->type != FINDING_LEAK)
		return NULL;
	return finding->kind == KIND_SOCKET && !one->is_state_known ? "state unknown" : NULL;
}

/* "CLOSE-WAIT", or "2 CLOSE-WAIT, 1 ESTAB". */
static void fact_states(struct facts *facts, const struct line *line)
{
	size_t members = 0;

	LINE_FOREACH(one, line)
	members++;
	LINE_FOREACH(one, line)
	{
		const char *state = state_of(line->finding, one);
		size_t same = 0;
		bool is_first = true;

		if (!state)
			continue;
		LINE_FOREACH(other, line)
		{
			if (!text_is_same(state_of(line->finding, other), state))
				continue;
			same++;
			is_first = is_first && other >= one;
		}
		if (!is_first)
			continue;
		fact_begin(facts);
		if (same < members)
			(void)fprintf(facts->printer->out, "%zu ", same);
		(void)print_text(facts->printer, state);
		if (same == members)
			return;
	}
}

/* Of what has no such thing, or where it differs: nothing. */
static void fact_about(struct facts *facts, const struct line *line)
{
	bool is_deleted = true;
	const char *about = line->first->about;

	LINE_FOREACH(one, line)
	{
		is_deleted = is_deleted && one->is_deleted;
		if (!text_is_same(one->about, about))
			about = NULL;
	}
	if (is_deleted) {
		fact_begin(facts);
		(void)fputs("deleted", facts->printer->out);
	}
	if (about) {
		fact_begin(facts);
		(void)print_text(facts->printer, about);
	}
}

static void fact_bytes(struct facts *facts, uint64_t bytes, const char *what)
{
	struct words words;

	if (bytes == 0)
		return;
	fact_begin(facts);
	(void)fprintf(facts->printer->out, "%s %s", words_count(&words, bytes, "byte"), what);
}

/* "open 1.1 s", or "open 1.1 s to 3.0 s". */
static void fact_ages(struct facts *facts, uint64_t least, uint64_t most)
{
	struct words from, to;

	if (most == 0)
		return;
	fact_begin(facts);
	words_duration(&from, least);
	words_duration(&to, most);
	if (strcmp(from.text, to.text) == 0)
		(void)fprintf(facts->printer->out, "open %s", to.text);
	else
		(void)fprintf(facts->printer->out, "open %s to %s", from.text, to.text);
}

/* What the program calls them: "label to the upstream", where all have the same one. */
static void fact_label(struct facts *facts, const struct line *line)
{
	LINE_FOREACH(one, line)
	{
		if (!text_is_same(one->label, line->first->label))
			return;
	}
	if (!line->first->label)
		return;
	fact_begin(facts);
	(void)fputs("label ", facts->printer->out);
	(void)print_text(facts->printer, line->first->label);
}

static void print_facts(const struct printer *printer, const struct line *line, const char *before)
{
	struct facts facts = { .printer = printer, .before = before };
	uint64_t least = UINT64_MAX, most = 0, unread = 0, unsent = 0;

	LINE_FOREACH(one, line)
	{
		least = one->age_ns < least ? one->age_ns : least;
		most = one->age_ns > most ? one->age_ns : most;
		if (one->has_queues && !text_is_same(one->state, "LISTEN")) { /* there: backlog */
			unread += one->receive_queue;
			unsent += one->send_queue;
		}
	}
	fact_states(&facts, line);
	fact_about(&facts, line);
	fact_bytes(&facts, unread, "not read");
	fact_bytes(&facts, unsent, "not sent");
	fact_ages(&facts, least, most);
	fact_label(&facts, line);
}

/* A line may turn out to be empty (an unconnected socket without an age): it is not printed. */
static bool line_is_empty(const struct line *line)
{
	LINE_FOREACH(one, line)
	{
		const struct ends ends = ends_of(line->finding, one);

		if (ends.shared || ends.own || state_of(line->finding, one) || one->age_ns ||
		    one->about || one->label)
			return false;
	}
	return true;
}

static void print_line(const struct printer *printer, const struct line *line)
{
	bool has_ends;

	if (line_is_empty(line))
		return;
	print_spaces(printer, LINE_INDENT);
	has_ends = line_print_ends(printer, line);
	print_facts(printer, line, has_ends ? "   " : "");
	(void)fputc('\n', printer->out);
}

/* "thread 12 (worker-7, ended)" */
static void print_opener(const struct printer *printer, const struct report_descriptor *one)
{
	(void)fprintf(printer->out, "thread %" PRIu32, one->tid);
	if (!one->thread_name && !one->is_thread_ended)
		return;
	(void)fputs(" (", printer->out);
	if (one->thread_name)
		(void)print_text(printer, one->thread_name);
	if (one->is_thread_ended)
		(void)fputs(one->thread_name ? ", ended" : "ended", printer->out);
	(void)fputc(')', printer->out);
}

/* Verbose: "fd 5   pid 12   a ← b   CLOSE-WAIT, open 1.1 s, thread 12, close-on-exec". */
static void print_one(const struct printer *printer, const struct finding *finding,
		      const struct report_descriptor *one)
{
	struct finding alone = *finding;
	const struct line line = { .finding = &alone, .first = one, .count = 1 };
	struct facts more = { .printer = printer, .before = ", " };

	alone.descriptors = (struct report_descriptor *)one; /* read only */
	print_spaces(printer, LINE_INDENT);
	(void)fprintf(printer->out, "fd %-4d", one->fd);
	if (one->protocol || one->family) {
		(void)fputc(' ', printer->out);
		(void)print_text(printer, one->protocol ? one->protocol : one->family);
	}
	if (!line_is_empty(&line)) {
		(void)fputs("  ", printer->out);
		print_facts(printer, &line, line_print_ends(printer, &line) ? "   " : "");
	}
	if (one->tid) {
		fact_begin(&more);
		print_opener(printer, one);
	}
	if (one->cloexec >= 0) {
		fact_begin(&more);
		(void)fputs(one->cloexec ? "close-on-exec" : "kept by exec", printer->out);
	}
	if (one->dup_of >= 0) {
		fact_begin(&more);
		(void)fprintf(printer->out, "a copy of %d", one->dup_of);
	}
	if (one->has_other_end) {
		fact_begin(&more);
		(void)fprintf(printer->out, "the other end is fd %d, %s", one->other_end,
			      one->is_other_end_open ? "open" : "closed");
	}
	if (one->has_so_error && one->so_error) {
		struct words words;

		fact_begin(&more);
		(void)fprintf(printer->out, "error %s", words_errno(&words, one->so_error));
	}
	(void)fputc('\n', printer->out);
}

/* Has no earlier line the same shared end? */
static bool is_new_line(const struct line *line)
{
	for (const struct report_descriptor *other = line->finding->descriptors;
	     other < line->first; other++)
		if (line_has(line, other))
			return false;
	return true;
}

/* Returns how many descriptors the lines stand for; all of them where there is nothing to say. */
static uint64_t print_lines(const struct printer *printer, const struct finding *finding,
			    size_t count)
{
	bool is_any_said = false;
	uint64_t told = 0;
	size_t lines = 0;

	for (size_t i = 0; i < count && lines < LINES_MAX; i++) {
		const struct line line = { finding, &finding->descriptors[i], count };

		if (!is_new_line(&line))
			continue;
		is_any_said |= !line_is_empty(&line);
		print_line(printer, &line);
		LINE_FOREACH(one, &line)
		told++;
		lines++;
	}
	return is_any_said ? told : finding->count;
}

void text_descriptors(const struct printer *printer, const struct finding *finding)
{
	size_t count = finding->descriptor_count;
	uint64_t told = count;

	if (count == 0)
		return;
	if (printer->style->is_verbose) {
		for (size_t i = 0; i < count; i++)
			print_one(printer, finding, &finding->descriptors[i]);
	} else {
		told = print_lines(printer, finding, count < SCAN_MAX ? count : SCAN_MAX);
	}
	if (finding->count > told) {
		print_spaces(printer, LINE_INDENT);
		(void)fprintf(printer->out, "and %" PRIu64 " more\n", finding->count - told);
	}
}
