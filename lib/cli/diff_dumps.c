/* SPDX-License-Identifier: MIT */
/* Matches the descriptors of two dumps, and tells by place what came and what went. */
#include "cli/diff_dumps.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/where.h"
#include "report/print.h"
#include "report/query.h"
#include "report/words.h"

#define FDS_SHOWN 6

/* A descriptor of a dump. Entries are in the order of what they are compared by. */
struct entry {
	int pid, fd;
	uint32_t generation;
	uint64_t started_ticks;
	const struct finding *finding;
	bool is_matched;
};

struct side {
	struct report *report;
	struct entry *list;
	size_t count;
};

static int entry_compare(const void *one, const void *other)
{
	const struct entry *a = one, *b = other;

	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	if (a->started_ticks != b->started_ticks)
		return a->started_ticks < b->started_ticks ? -1 : 1;
	if (a->fd != b->fd)
		return a->fd < b->fd ? -1 : 1;
	return (a->generation > b->generation) - (a->generation < b->generation);
}

static void side_open(struct side *side, struct report *report)
{
	size_t most = 0;

	*side = (struct side){ .report = report };
	for (size_t i = 0; i < report->finding_count; i++)
		most += report->findings[i].descriptor_count;
	side->list = calloc(most + 1, sizeof(*side->list));
	if (!side->list)
		abort(); /* like report_alloc() */
	for (size_t i = 0; i < report->finding_count; i++) {
		const struct finding *finding = &report->findings[i];

		for (size_t j = 0; query_is_open(finding) && j < finding->descriptor_count; j++) {
			const struct report_descriptor *one = &finding->descriptors[j];
			const struct report_process *process = query_process(report, one->process);

			if (process)
				side->list[side->count++] =
					(struct entry){ .pid = process->pid,
							.started_ticks = process->started_ticks,
							.fd = one->fd,
							.generation = one->generation,
							.finding = finding };
		}
	}
	qsort(side->list, side->count, sizeof(*side->list), entry_compare);
}

static void sides_match(struct side *old, struct side *new)
{
	size_t i = 0, j = 0;

	while (i < old->count && j < new->count) {
		int order = entry_compare(&old->list[i], &new->list[j]);

		if (order == 0)
			old->list[i].is_matched = new->list[j].is_matched = true;
		i += order <= 0;
		j += order >= 0;
	}
}

static const struct printer *printer_of(void)
{
	static const struct report_style style = { .is_utf8 = true };
	static struct printer printer = { .style = &style };

	printer.out = stdout;
	return &printer;
}

/* "    37 x TCP connection, accepted, open: serve, main (srv.c)   fd 5, 6 and 35 more" */
static void print_place(const struct side *side, const struct finding *finding, uint64_t count)
{
	const char *where = finding_where(side->report, finding);
	uint64_t shown = 0;

	printf("  %6" PRIu64 " x ", count);
	(void)print_text(printer_of(), finding->title);
	if (where) {
		fputs(": ", stdout);
		(void)print_text(printer_of(), where);
	}
	for (size_t i = 0; i < side->count && shown < FDS_SHOWN; i++)
		if (side->list[i].finding == finding && !side->list[i].is_matched)
			printf("%s%d", shown++ ? ", " : "   fd ", side->list[i].fd);
	if (count > shown)
		printf(" and %" PRIu64 " more", count - shown);
	putchar('\n');
}

static uint64_t unmatched_of(const struct side *side, const struct finding *finding)
{
	uint64_t count = 0;

	for (size_t i = 0; i < side->count; i++)
		count += side->list[i].finding == finding && !side->list[i].is_matched;
	return count;
}

static uint64_t print_side(const struct side *side, const char *title)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < side->count; i++)
		sum += !side->list[i].is_matched;
	printf("%s: %" PRIu64 "\n", title, sum);
	for (size_t i = 0; sum && i < side->report->finding_count; i++) {
		const struct finding *finding = &side->report->findings[i];
		uint64_t count = unmatched_of(side, finding);

		if (count)
			print_place(side, finding, count);
	}
	return sum;
}

static const struct report_process *same_process(const struct report *report,
						 const struct report_process *process)
{
	for (size_t i = 0; i < report->process_count; i++)
		if (report->processes[i].is_seen && report->processes[i].pid == process->pid &&
		    report->processes[i].started_ticks == process->started_ticks)
			return &report->processes[i];
	return NULL;
}

static bool has_process_of(const struct report *report, const struct report *other)
{
	for (size_t i = 0; i < report->process_count; i++)
		if (report->processes[i].is_seen && same_process(other, &report->processes[i]))
			return true;
	return false;
}

/* Tell of the processes of one dump that the other does not have. */
static void print_strangers(const struct report *report, const struct report *other,
			    const char *what)
{
	struct words words;

	for (size_t i = 0; i < report->process_count; i++) {
		const struct report_process *process = &report->processes[i];

		if (!process->is_seen || same_process(other, process))
			continue;
		fputs("unclosed: ", stdout);
		(void)print_text(printer_of(), process->name);
		printf("%s %s\n", words_pid(&words, process->pid), what);
	}
}

/* Of one place in a report; NULL: it has none. */
static const struct finding *finding_like(const struct report *report, const struct finding *wanted)
{
	for (size_t i = 0; i < report->finding_count; i++)
		if (findings_are_alike(&report->findings[i], wanted))
			return &report->findings[i];
	return NULL;
}

static bool has_more(const struct report *old, const struct report *new)
{
	for (size_t i = 0; i < new->finding_count; i++) {
		const struct finding *before = finding_like(old, &new->findings[i]);

		if (query_is_open(&new->findings[i]) &&
		    new->findings[i].count > (before ? before->count : 0))
			return true;
	}
	return false;
}

bool dumps_are_same(struct report *old, struct report *new)
{
	struct side before, after;
	bool are_same = true;

	side_open(&before, old);
	side_open(&after, new);
	sides_match(&before, &after);
	for (size_t i = 0; i < before.count; i++)
		are_same = are_same && before.list[i].is_matched;
	for (size_t i = 0; i < after.count; i++)
		are_same = are_same && after.list[i].is_matched;
	free(before.list);
	free(after.list);
	return are_same;
}

bool dumps_diff(struct report *old, struct report *new)
{
	int64_t between_ns = new->started_wall_ns + (int64_t)new->duration_ns -
			     old->started_wall_ns - (int64_t)old->duration_ns;
	struct side before, after;
	struct words words;

	side_open(&before, old);
	side_open(&after, new);
	sides_match(&before, &after);
	if (between_ns > 0)
		printf("unclosed: %s between the two dumps\n",
		       words_duration(&words, (uint64_t)between_ns));
	if (!has_process_of(old, new))
		puts("unclosed: no process is in both dumps");
	print_strangers(old, new, "is in the first dump only");
	print_strangers(new, old, "is in the second dump only: all that it has open is new");
	(void)print_side(&after, "opened since, and still open");
	(void)print_side(&before, "gone");
	free(before.list);
	free(after.list);
	return has_more(old, new);
}
