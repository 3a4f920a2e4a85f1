/* SPDX-License-Identifier: MIT */
#include "cli/outputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "report/report.h"

#define NAME_SIZE 4096

int ledger_judge(const char *path, const struct judge_context *context, struct report *report)
{
	struct symbolizer *symbolizer;
	struct snapshot snapshot;
	const char *why = NULL;
	int result = snapshot_load(&snapshot, path, &why);

	if (result < 0)
		return complain("cannot read ledger '%s': %s", path,
				result == -EPROTO && why ? why : strerror(-result));
	symbolizer = symbolizer_new(context->options->is_debuginfod);
	if (symbolizer)
		result = judge(report, &snapshot, symbolizer, context, &why);
	else
		result = -ENOMEM;
	symbolizer_free(symbolizer);
	snapshot_unload(&snapshot);
	if (result < 0)
		return complain("cannot read ledger '%s': %s", path,
				result == -EPROTO && why ? why : strerror(-result));
	return 0;
}

static const char *program_name(const struct report *report)
{
	const char *exe = report->process_count > 0 ? report->processes[0].exe : NULL;
	const char *slash = exe ? strrchr(exe, '/') : NULL;

	if (!exe)
		return "unknown";
	return slash ? slash + 1 : exe;
}

char *output_name(const struct report *report, const char *pattern)
{
	char *name = malloc(NAME_SIZE);
	size_t used = 0;

	if (!name)
		return NULL;
	name[0] = '\0';
	for (const char *at = pattern; *at && used < NAME_SIZE - 1; at++) {
		size_t room = NAME_SIZE - used;
		int length;

		if (at[0] == '%' && at[1] == 'p')
			length = snprintf(name + used, room, "%d",
					  report->process_count ? report->processes[0].pid : 0);
		else if (at[0] == '%' && at[1] == 'e')
			length = snprintf(name + used, room, "%s", program_name(report));
		else if (at[0] == '%' && at[1] == 't')
			length = snprintf(name + used, room, "%lld",
					  (long long)(report->started_wall_ns / 1000000000));
		else if (at[0] == '%' && at[1] == '%')
			length = snprintf(name + used, room, "%%");
		else
			length = snprintf(name + used, room, "%c", *at);
		if (at[0] == '%' && at[1] && strchr("pet%", at[1]))
			at++;
		used += (size_t)length; /* an overlong name fails at opening */
	}
	return name;
}

static int output_write(const char *pattern, const struct report_writer *writer,
			const struct report *report, const struct report_style *style)
{
	char *name = output_name(report, pattern);
	int result = name ? report_write_file(name, writer, report, style) : -ENOMEM;
	int status = 0;

	if (result < 0)
		status = complain("cannot write %s report '%s': %s", writer->name,
				  name ? name : pattern, strerror(-result));
	free(name);
	return status;
}

int outputs_write(const struct report *report, const struct options *options)
{
	struct report_style style = style_make(options);
	char **list = options_list(options);
	int status = 0, result;

	style.options = (const char *const *)list;
	if (options->json)
		status |= output_write(options->json, &report_json, report, &style);
	if (options->output) {
		status |= output_write(options->output, &report_text, report, &style);
	} else {
		result = report_text.write(stderr, report, &style);
		if (result == 0 && fflush(stderr) != 0)
			result = -errno;
		/* A stderr that is closed is how the report was not wanted. */
		if (result < 0 && result != -EBADF && result != -EIO && result != -EPIPE)
			status = complain("cannot write text report: %s", strerror(-result));
	}
	options_list_free(list);
	return status;
}
