/* SPDX-License-Identifier: MIT */
/* `unclosed diff OLD NEW`: what came and what went between two reports, by fingerprint. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/diff_dumps.h"
#include "cli/reader.h"
#include "report/json/baseline_file.h"
#include "report/print.h"
#include "report/report.h"

enum change { CHANGE_NEW, CHANGE_MORE, CHANGE_FEWER, CHANGE_GONE, CHANGE_NONE, CHANGE_COUNT };

static const char *const change_names[CHANGE_COUNT] = { "new", "more", "fewer", "gone",
							"unchanged" };

/* A report counts by what fails: what counted, and what its own baseline allowed. */
static int side_read(struct baseline *side, const char *path)
{
	char error[512] = "";
	int result;

	baseline_init(side);
	result = baseline_read(side, path, error, sizeof(error));
	return result < 0 ? complain("cannot read '%s': %s", path,
				     result == -EPROTO ? error : strerror(-result))
			  : 0;
}

static enum change change_of(const struct baseline_entry *old, const struct baseline_entry *new)
{
	if (!old || !new)
		return old ? CHANGE_GONE : CHANGE_NEW;
	return old->count < new->count   ? CHANGE_MORE
	       : old->count > new->count ? CHANGE_FEWER
					 : CHANGE_NONE;
}

/* What a report says does not steer the terminal, nor who reads the log. */
static void print_safely(const char *text)
{
	static const struct report_style style = { .is_utf8 = true };
	const struct printer printer = { .out = stdout, .style = &style };

	(void)print_text(&printer, text);
}

/* "new    2 x TCP connection, accepted, never closed: serve, main (src/chat_server.c)" */
static void print_change(enum change change, const struct baseline_entry *old,
			 const struct baseline_entry *new)
{
	const struct baseline_entry *entry = new ? new : old;

	printf("%-6s %" PRIu64, change_names[change], entry->count);
	if (old && new)
		printf(" (was %" PRIu64 ")", old->count);
	fputs(" x ", stdout);
	print_safely(entry->title ? entry->title : entry->type ? entry->type : "finding");
	if (entry->where) {
		fputs(": ", stdout);
		print_safely(entry->where);
	}
	fputs("  [", stdout);
	print_safely(entry->fingerprint);
	fputs("]\n", stdout);
}

static void print_changes(enum change wanted, const struct baseline *old,
			  const struct baseline *new, size_t counts[CHANGE_COUNT])
{
	const struct baseline *side = wanted == CHANGE_GONE ? old : new;

	for (size_t i = 0; i < side->count; i++) {
		const char *fingerprint = side->entries[i].fingerprint;
		const struct baseline_entry *old_entry = baseline_find(old, fingerprint);
		const struct baseline_entry *new_entry = baseline_find(new, fingerprint);

		if (change_of(old_entry, new_entry) != wanted)
			continue;
		counts[wanted]++;
		if (wanted != CHANGE_NONE)
			print_change(wanted, old_entry, new_entry);
	}
}

/* Returns whether something is new, or there is more of it. */
static bool print_diff(const struct baseline *old, const struct baseline *new)
{
	size_t counts[CHANGE_COUNT] = { 0 };

	for (unsigned int change = 0; change < CHANGE_COUNT; change++)
		print_changes(change, old, new, counts);
	printf("unclosed: places:");
	for (unsigned int change = 0; change < CHANGE_COUNT; change++)
		printf("%s %zu %s", change ? "," : "", counts[change], change_names[change]);
	putchar('\n');
	return counts[CHANGE_NEW] + counts[CHANGE_MORE] > 0;
}

/* Does the file begin as a report of processes that run? The reader has the last word. */
static bool may_be_live(const char *path)
{
	static char text[1 << 16];
	FILE *file = strcmp(path, "-") == 0 ? NULL : fopen(path, "re");
	size_t length = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

	if (file)
		(void)fclose(file); /* only read */
	text[length] = '\0';
	return strstr(text, "\"live\": true") != NULL;
}

static struct report *live_read(const char *path)
{
	struct report *report = report_new();
	char error[512];

	if (report && report_read_json(report, path, error, sizeof(error)) == 0 && report->is_live)
		return report;
	report_free(report);
	return NULL;
}

/* A report lists 100 descriptors of a place; a dump has all. */
static bool has_all(const struct report *report)
{
	for (size_t i = 0; i < report->finding_count; i++)
		if (report->findings[i].descriptors_omitted)
			return false;
	return true;
}

/* Are these two dumps? Then they are compared, and *ret_status is set. */
static bool dumps_compare(const char *old_path, const char *new_path, const struct options *options,
			  int *ret_status)
{
	struct report *old, *new;
	bool are_dumps;

	if (!may_be_live(old_path) || !may_be_live(new_path))
		return false;
	old = live_read(old_path);
	new = live_read(new_path);
	are_dumps = old && new && has_all(old) && has_all(new);
	if (are_dumps)
		*ret_status = dumps_diff(old, new) ? (int)options->error_exitcode : 0;
	report_free(old);
	report_free(new);
	return are_dumps;
}

int command_diff(int argc, char **argv)
{
	struct baseline old = { .count = 0 }, new = { .count = 0 };
	struct arguments arguments;
	int status;

	if (!reader_begin(&arguments, argc, argv, &status))
		return status;
	if (argc - arguments.next != 2)
		return complain("usage: unclosed diff OLD.json NEW.json");
	if (dumps_compare(argv[arguments.next], argv[arguments.next + 1], &arguments.options,
			  &status))
		return status;
	status = side_read(&old, argv[arguments.next]);
	if (status == 0)
		status = side_read(&new, argv[arguments.next + 1]);
	/* What one of them knows by "place/1" only is compared by that. */
	if (status == 0 && (baseline_has_first(&old) || baseline_has_first(&new))) {
		baseline_age(&old);
		baseline_age(&new);
	}
	if (status == 0 && print_diff(&old, &new))
		status = (int)arguments.options.error_exitcode;
	baseline_fini(&old);
	baseline_fini(&new);
	return status;
}
