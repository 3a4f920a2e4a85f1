/* SPDX-License-Identifier: MIT */
/* What was found, in the words of a headline. */
#include "report/text/text.h"

#include <inttypes.h>

#include "report/words.h"

static uint64_t kinds_sum(const uint64_t kinds[KIND_COUNT])
{
	uint64_t sum = 0;

	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		sum += kinds[kind];
	return sum;
}

void text_kinds(const struct printer *printer, const uint64_t kinds[KIND_COUNT])
{
	unsigned int different = 0, last = 0, told = 0;
	uint64_t sum = kinds_sum(kinds);
	struct words words;

	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		if (kinds[kind] > 0) {
			different++;
			last = kind;
		}
	if (different == 1) {
		(void)fputs(words_kind(&words, sum, last), printer->out);
		return;
	}
	(void)fprintf(printer->out, "%s (", words_count(&words, sum, "descriptor"));
	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		if (kinds[kind] > 0)
			(void)fprintf(printer->out, "%s%s", told++ ? ", " : "",
				      words_kind(&words, kinds[kind], kind));
	(void)fputc(')', printer->out);
}

uint64_t text_left(const struct printer *printer, const char *before, uint32_t kinds,
		   const uint64_t left[KIND_COUNT])
{
	unsigned int last = 0;
	struct words words;
	uint64_t sum = 0;

	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		if (kinds & KIND_BIT(kind) && left[kind] > 0)
			last = kind;
	for (unsigned int kind = 0; kind < KIND_COUNT; kind++) {
		if (!(kinds & KIND_BIT(kind)) || left[kind] == 0)
			continue;
		(void)fprintf(printer->out, "%s%s",
			      sum == 0       ? before
			      : kind == last ? " and "
					     : ", ",
			      words_kind(&words, left[kind], kind));
		sum += left[kind];
	}
	return sum;
}

/* What is told of PROGRAM ("left 3 sockets open") and of others ("3 sockets left open"). */
struct wording {
	const char *verb;
	const char *after;
	const char *passive;
};

static const struct wording wordings[FINDING_TYPE_COUNT] = {
	[FINDING_LEAK] = { "left ", " open", " left open" },
	[FINDING_CLOSED_BY_GC] = { "left ", " to the garbage collector",
				   " left to the garbage collector" },
	[FINDING_DOUBLE_CLOSE] = { "closed ", " twice", " closed twice" },
	[FINDING_BAD_CLOSE] = { "closed ", " though not open", " closed though not open" },
	[FINDING_WRONG_CLOSE] = { "closed ", " of somebody else", " of somebody else closed" },
	[FINDING_USE_AFTER_CLOSE] = { "used ", " after close", " used after close" },
	[FINDING_EXEC_INHERITED] = { "handed ", " on by exec", " handed on by exec" },
	[FINDING_EXPECTED_CLOSED] = { "had ", " open where none was expected",
				      " open where none was expected" },
	[FINDING_CLOSED_UNDER] = { "closed ", " under a stream", " closed under a stream" },
	[FINDING_STANDARD_TAKEN] = { "got ", " in the place of a standard descriptor",
				     " in the place of a standard descriptor" },
	[FINDING_OVERWRITTEN] = { "overwrote ", "", " overwritten" },
	[FINDING_BAD_USE] = { "used ", " though not open", " used though not open" },
};

/* Lists of getaddrinfo() and its like are not open: "left 2 addrinfo lists unfreed". */
static const char *leak_word(const uint64_t kinds[KIND_COUNT], bool is_program)
{
	bool has_memory = false, has_descriptors = false;

	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		if (kinds[kind] > 0 && KINDS_MEMORY & KIND_BIT(kind))
			has_memory = true;
		else if (kinds[kind] > 0)
			has_descriptors = true;
	if (!has_memory)
		return is_program ? wordings[FINDING_LEAK].after : wordings[FINDING_LEAK].passive;
	if (!has_descriptors)
		return is_program ? " unfreed" : " left unfreed";
	return is_program ? " open or unfreed" : " left open or unfreed";
}

/* Misuse is told of descriptors, where it is not known of what kind they were. */
static void print_what(const struct printer *printer, unsigned int type,
		       const uint64_t kinds[KIND_COUNT])
{
	struct words words;
	uint64_t sum = kinds_sum(kinds);

	if (type != FINDING_LEAK && kinds[KIND_OTHER] == sum)
		(void)fputs(words_count(&words, sum, "descriptor"), printer->out);
	else
		text_kinds(printer, kinds);
}

static const char *word_after(unsigned int type, const uint64_t kinds[KIND_COUNT], bool is_program)
{
	if (type == FINDING_LEAK)
		return leak_word(kinds, is_program);
	return is_program ? wordings[type].after : wordings[type].passive;
}

void text_counted(const struct printer *printer, const struct tally *tally, bool is_program)
{
	const char *before = "";

	for (unsigned int type = 0; type < FINDING_TYPE_COUNT; type++) {
		const uint64_t *kinds = tally->types[type].kinds;

		if (tally->types[type].counted == 0)
			continue;
		(void)fprintf(printer->out, "%s%s", before, is_program ? wordings[type].verb : "");
		print_what(printer, type, kinds);
		(void)fputs(word_after(type, kinds, is_program), printer->out);
		before = ", ";
	}
}

void text_others(const struct printer *printer, const struct tally *tally, bool is_known,
		 const char *before)
{
	for (unsigned int type = 0; type < FINDING_TYPE_COUNT; type++) {
		const struct tally_type *sums = &tally->types[type];
		const uint64_t *kinds = is_known ? sums->known : sums->noted;

		if (kinds_sum(kinds) == 0)
			continue;
		(void)fputs(before, printer->out);
		print_what(printer, type, kinds);
		(void)fputs(word_after(type, kinds, false), printer->out);
		before = ", ";
	}
}

void text_all_clear(const struct printer *printer, const struct report *report,
		    const struct tally *tally)
{
	(void)fprintf(printer->out, "no %s%s left %s",
		      tally->suppressed_open + tally->baselined_open > 0 ? "new " : "",
		      words_noun(report->kinds),
		      report->kinds & ~KINDS_MEMORY ? "open" : "unfreed");
}

/* What a report is missing: of how many processes, and a sentence's end for one and for more. */
struct missing {
	size_t count;
	const char *one, *many;
};

/* Why the one process that was not checked was not; NULL where it is not the only one. */
static const char *unchecked_why(const struct report *report)
{
	const char *why = NULL;

	if (report->unchecked_count != 1)
		return NULL;
	for (size_t i = 0; i < report->process_count; i++) {
		const struct report_process *process = &report->processes[i];

		if (process->is_covered && !process->is_checked && !process->is_skipped &&
		    process->end != REPORT_END_RUNNING && process->end != REPORT_END_EXEC)
			why = process->check_reason;
	}
	return why;
}

void text_incomplete(const struct printer *printer, const struct report *report)
{
	const struct missing parts[] = {
		{ report->uncovered_count, "was not covered", "were not covered" },
		{ report->running_count, "is still running", "are still running" },
		{ report->unchecked_count, "was not checked against the kernel",
		  "were not checked against the kernel" },
	};
	size_t total = report->covered_count + report->uncovered_count;
	const char *before = ": ", *why = unchecked_why(report);
	struct words words;

	(void)fputs("nothing counted, not complete", printer->out);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const struct missing *part = &parts[i];

		if (part->count == 0)
			continue;
		(void)fprintf(printer->out, "%s%zu", before, part->count);
		if (before[0] == ':')
			(void)fprintf(printer->out, " of %s",
				      words_count(&words, total, "process"));
		(void)fprintf(printer->out, " %s", part->count == 1 ? part->one : part->many);
		before = ", ";
	}
	if (why) {
		(void)fputs(" (", printer->out);
		(void)print_text(printer, why);
		(void)fputc(')', printer->out);
	}
	if (report->records_lost > 0)
		(void)fprintf(printer->out, "%s%s %s lost", before,
			      words_count(&words, report->records_lost, "record"),
			      report->records_lost == 1 ? "was" : "were");
}
