/* SPDX-License-Identifier: MIT */
/* Who came near the limit of descriptors, and who had them then: the first section. */
#include "report/text/text.h"

#include <inttypes.h>
#include <string.h>

#include "report/words.h"

/* Below the line of the process. */
#define LIMIT_INDENT 6

static bool is_refusal(const struct report_mark *mark)
{
	return mark->at[strlen(mark->at) - 1] != '%';
}

/* "80 %", and "EMFILE" as it is. */
static void print_mark(const struct printer *printer, const struct report_mark *mark)
{
	size_t length = strlen(mark->at);

	if (is_refusal(mark))
		(void)print_text(printer, mark->at);
	else
		(void)fprintf(printer->out, "%.*s %%", (int)(length - 1), mark->at);
}

static void print_since(const struct printer *printer, const struct report_process *process,
			uint64_t at_ns)
{
	struct words words;

	(void)fputs(
		words_duration(&words, at_ns > process->start_ns ? at_ns - process->start_ns : 0),
		printer->out);
}

/* "server (pid 7): 64 of 64 descriptors open when one more was refused, 2.1 s after it started" */
static void print_latest(struct section *section, const struct report_process *process,
			 const struct report_mark *mark)
{
	const struct printer *printer = section->printer;
	struct words words;

	section_line(section);
	(void)print_text(printer, process->name);
	(void)fprintf(printer->out, "%s: %" PRIu64, words_pid(&words, process->pid), mark->open);
	if (mark->limit)
		(void)fprintf(printer->out, " of %" PRIu64, mark->limit);
	(void)fprintf(printer->out, " descriptors open%s, ",
		      is_refusal(mark) ? " when one more was refused" : "");
	print_since(printer, process, mark->at_ns);
	(void)fputs(" after it started\n", printer->out);
}

static void print_where(const struct printer *printer, const char *call, const char *where)
{
	if (call) {
		(void)fputs(" by ", printer->out);
		(void)print_text(printer, call);
	}
	if (where) {
		(void)fputs(" at ", printer->out);
		(void)print_text(printer, where);
	}
}

/* "48 sockets by accept4 at serve (src/server.c:41)" */
static void print_holders(const struct printer *printer, const struct report_mark *mark)
{
	struct words words;

	for (size_t i = 0; i < mark->holder_count; i++) {
		const struct report_holder *holder = &mark->holders[i];

		print_spaces(printer, LIMIT_INDENT);
		if (holder->call || holder->where) {
			(void)fputs(words_kind(&words, holder->count, holder->kind), printer->out);
			print_where(printer, holder->call, holder->where);
		} else {
			(void)fprintf(printer->out, "%s of which no call was seen",
				      words_count(&words, holder->count, "descriptor"));
		}
		(void)fputc('\n', printer->out);
	}
}

/* "20 of them were closed before they could be looked at" */
static void print_missed(const struct printer *printer, const struct report_mark *mark)
{
	uint64_t missed =
		mark->holder_count > 0 && mark->found < mark->open ? mark->open - mark->found : 0;

	if (missed == 0)
		return;
	print_spaces(printer, LIMIT_INDENT);
	(void)fprintf(printer->out,
		      "%" PRIu64 " of them %s closed before they could be looked at\n", missed,
		      missed == 1 ? "was" : "were");
}

/* "refused: accept4 at serve (src/server.c:41) with EMFILE, 12 times" */
static void print_refusals(const struct printer *printer, const struct report_limit *limit)
{
	struct words words;

	for (size_t i = 0; i < limit->refusal_count; i++) {
		const struct report_refusal *refusal = &limit->refusals[i];

		print_spaces(printer, LIMIT_INDENT);
		if (i == LIST_SHOWN && limit->refusal_count > LIST_MAX) {
			(void)fprintf(printer->out, "and %s\n",
				      words_count(&words, limit->refusal_count - i,
						  "more refused place"));
			return;
		}
		(void)fputs("refused: ", printer->out);
		(void)print_text(printer, refusal->call);
		print_where(printer, NULL, refusal->where);
		(void)fputs(" with ", printer->out);
		(void)print_text(printer, refusal->error);
		(void)fprintf(printer->out, ", %s\n", words_count(&words, refusal->count, "time"));
	}
}

/* "at 80 %, after 1.9 s: /dev/shm/unclosed-7-80.json" */
static void print_snapshots(const struct printer *printer, const struct report_limit *limit,
			    const struct report_process *process)
{
	for (size_t i = 0; i < limit->mark_count; i++) {
		const struct report_mark *mark = &limit->marks[i];

		print_spaces(printer, LIMIT_INDENT);
		(void)fputs("at ", printer->out);
		print_mark(printer, mark);
		(void)fputs(", after ", printer->out);
		print_since(printer, process, mark->at_ns);
		(void)fputs(": ", printer->out);
		if (!mark->snapshot)
			(void)fputs("no snapshot: ", printer->out);
		(void)print_text(printer, mark->snapshot ? mark->snapshot
					  : mark->why    ? mark->why
							 : "nobody took one");
		(void)fputc('\n', printer->out);
	}
}

bool text_has_limits(const struct report *report)
{
	for (size_t i = 0; i < report->limit_count; i++)
		if (report->limits[i].mark_count > 0)
			return true;
	return false;
}

void text_limits(const struct printer *printer, const struct report *report)
{
	struct section section = { .printer = printer, .title = "Limit of descriptors" };
	struct words words;
	size_t shown = 0, more = 0;

	for (size_t i = 0; i < report->limit_count; i++) {
		const struct report_limit *limit = &report->limits[i];
		const struct report_process *process = query_process(report, limit->process);

		if (limit->mark_count == 0 || !process)
			continue; /* what was refused else is a warning */
		if (shown == SECTION_MAX && !printer->style->is_verbose) {
			more++;
			continue;
		}
		shown++;
		print_latest(&section, process, &limit->marks[limit->mark_count - 1]);
		print_holders(printer, &limit->marks[limit->mark_count - 1]);
		print_missed(printer, &limit->marks[limit->mark_count - 1]);
		print_refusals(printer, limit);
		print_snapshots(printer, limit, process);
	}
	if (more > 0) {
		section_line(&section);
		(void)fprintf(printer->out, "and %s that came near it\n",
			      words_count(&words, more, "more process"));
	}
}
