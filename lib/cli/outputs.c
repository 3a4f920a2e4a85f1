/* SPDX-License-Identifier: MIT */
/* Writes all reports that the options ask for. */
#include "cli/outputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/libraries.h"
#include "cli/output_files.h"
#include "cli/source_root.h"
#include "report/discreet.h"
#include "report/formats.h"
#include "report/replacement.h"
#include "report/report.h"

int ledger_judge(const char *path, const struct judge_context *context, struct report *report)
{
	const char *why = NULL;
	int result = judge_file(report, path, context, &why);

	if (result < 0)
		return complain("cannot read ledger '%s': %s", path,
				result == -EPROTO && why ? why : strerror(-result));
	return 0;
}

/* What is written to stderr alone, the text of a run without -o. */
static int stderr_write(const struct report_writer *writer, const struct report *report,
			const struct report_style *style)
{
	int result = writer->write(stderr, report, style);

	if (result == 0 && fflush(stderr) != 0)
		result = -errno;
	/* When stderr is closed, the report is not wanted. */
	if (result < 0 && result != -EBADF && result != -EIO && result != -EPIPE)
		return complain("cannot write %s report: %s", writer->name, strerror(-result));
	return 0;
}

/* A runner reads commands from stderr, too; stdout belongs to the program. */
static int log_write(const struct report_writer *writer, const struct report *report,
		     const struct report_style *style)
{
	const char *summary = writer == &report_github ? getenv("GITHUB_STEP_SUMMARY") : NULL;
	int result = writer->write(stderr, report, style);

	if (result == 0 && summary && *summary)
		result = report_append_file(summary, &report_summary, report, style);
	return result < 0 ? complain("cannot tell %s of the findings: %s", writer->name,
				     strerror(-result))
			  : 0;
}

/* In full for who sits at the terminal; for others by the names of options. */
static struct report *report_for(const struct report *report, const struct options *options,
				 bool is_terminal)
{
	enum arguments_shown arguments = options->arguments;

	if (arguments == ARGUMENTS_AUTO)
		arguments = is_terminal ? ARGUMENTS_FULL : ARGUMENTS_NAMES;
	return report_discreet(report, arguments, options->is_hostless);
}

/* A report as it leaves the house, and how it is written. */
struct output {
	struct report *report;
	struct report_style style;
	char **list; /* the options, for style.options */
};

static struct output output_begin(const struct report *whole, const struct options *options)
{
	struct output output = { .report = report_for(whole, options, false),
				 .style = style_make(options),
				 .list = options_list(options) };

	output.style.options = (const char *const *)output.list;
	output.style.libraries = libraries_list();
	return output;
}

static void output_end(struct output *output)
{
	options_list_free(output->list);
	report_free(output->report);
}

int outputs_write_json(const struct report *whole, const struct options *options, const char *path)
{
	struct output output = output_begin(whole, options);
	int status = output_file_write(path, &report_json, output.report, &output.style);

	output_end(&output);
	return status;
}

#define SNAPSHOT_MODE 0600

const char *outputs_write_snapshot(const struct report *whole, const struct options *options,
				   const char *path)
{
	struct output output = output_begin(whole, options);
	int result;

	output.style.mode = SNAPSHOT_MODE;
	result = report_write_file(path, &report_json, output.report, &output.style);
	output_end(&output);
	return result < 0 ? replacement_error(result) : NULL;
}

int outputs_write(const struct report *whole, const struct options *options)
{
	struct report *shown = report_for(whole, options, text_is_for_terminal(options));
	struct output output = output_begin(whole, options);
	const struct report *report = output.report;
	int status;

	output.style.root = source_root(report->project ? report->project : report->cwd);
	status = output_files_write(report, shown, options, &output.style);
	for (const struct report_format *format = report_formats; format->writer; format++)
		if (format->way == FORMAT_STDERR && !format_file(format, options))
			status |= stderr_write(format->writer, shown, &output.style);
		else if (format->way == FORMAT_LOG && format_is_asked(format, options))
			status |= log_write(format->writer, report, &output.style);
	output_end(&output);
	report_free(shown);
	return status;
}
