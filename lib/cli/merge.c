/* SPDX-License-Identifier: MIT */
/* `unclosed merge`: makes one report of several. */
#include "model/merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/knowledge.h"
#include "cli/output_files.h"
#include "cli/outputs.h"
#include "cli/reader.h"
#include "report/formats.h"
#include "report/report.h"

/* Reports that were read. The merged report points into the memory of each. */
struct parts {
	struct report **reports;
	size_t count;
};

static void parts_free(struct parts *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		report_free(parts->reports[i]);
	free(parts->reports);
}

static int part_read(struct parts *parts, const struct arguments *arguments, const char *path)
{
	struct report *report = report_new();
	char error[512] = "";
	int result;

	if (!report)
		return complain("no memory for a report");
	parts->reports[parts->count++] = report;
	result = report_read_json(report, path, error, sizeof(error));
	return result < 0 ? complain("cannot read '%s': %s", path,
				     result == -EPROTO ? error : strerror(-result))
			  : reader_refine(report, arguments, path);
}

/* A report given twice would count twice. */
static int twice_complain(const struct report *merged, char **paths)
{
	for (size_t i = 0; i < merged->shard_count; i++)
		for (size_t j = 0; j < i; j++)
			if (merged->shards[i].session_id && merged->shards[j].session_id &&
			    strcmp(merged->shards[i].session_id, merged->shards[j].session_id) == 0)
				return complain("'%s' is of the same session as %s, which was "
						"given before; give each report once",
						*paths, merged->shards[i].name);
	return 0;
}

static int parts_merge(struct report *merged, struct parts *parts,
		       const struct arguments *arguments, char **paths)
{
	int status = 0;

	for (; *paths && status == 0; paths++) {
		status = part_read(parts, arguments, *paths);
		if (status != 0)
			break;
		report_merge(merged, parts->reports[parts->count - 1], *paths);
		status = twice_complain(merged, paths);
	}
	report_merge_end(merged);
	return status;
}

/* Does an option, of the command line or of UNCLOSED_OPTIONS, ask for a report? */
static bool is_output_given(const struct options *options)
{
	for (const struct report_format *format = report_formats; format->writer; format++)
		if (format_is_asked(format, options))
			return true;
	return false;
}

static int merge(struct report *merged, struct arguments *arguments, char **paths, size_t count)
{
	struct options *options = &arguments->options;
	struct parts parts = { .reports = calloc(count, sizeof(*parts.reports)) };
	struct known known;
	int status = knowledge_open(&known, options, false);

	if (status == 0 && !parts.reports)
		status = complain("no memory for the reports");
	if (status == 0)
		status = parts_merge(merged, &parts, arguments, paths);
	if (status == 0) {
		report_rejudge(merged, &known, options);
		knowledge_save(&known, merged);
		/* Nothing else was asked for: a merged report is read by other commands. */
		if (!is_output_given(options))
			options->json = "-";
		status = outputs_write(merged, options);
	}
	if (status == 0)
		status = reader_status(merged, options);
	knowledge_close(&known);
	parts_free(&parts);
	return status;
}

int command_merge(int argc, char **argv)
{
	struct arguments arguments;
	struct report *merged;
	int status;

	if (!reader_begin(&arguments, argc, argv, &status))
		return status;
	if (arguments.next >= argc)
		return complain("usage: unclosed merge [OPTIONS] REPORT.json...");
	if (output_files_check(&arguments.options) != 0)
		return EXIT_ERROR;
	merged = report_new();
	if (!merged)
		return complain("no memory for a report");
	status = merge(merged, &arguments, argv + arguments.next, (size_t)(argc - arguments.next));
	report_free(merged);
	return status;
}
