/* SPDX-License-Identifier: MIT */
/* Checks and writes the files that the options for reports name. */
#include "cli/output_files.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

#define NAME_SIZE 4096

/* An option that names a file, and what is written there. */
static const struct output {
	const char *option;
	size_t offset; /* of its field in struct options */
	const struct report_writer *writer;
} outputs[] = {
	{ "json", offsetof(struct options, json), &report_json },
	{ "sarif", offsetof(struct options, sarif), &report_sarif },
	{ "junit", offsetof(struct options, junit), &report_junit },
	{ "summary", offsetof(struct options, summary), &report_summary },
	{ "print-suppressions", offsetof(struct options, print_suppressions), &report_suppressions },
	{ "output", offsetof(struct options, output), &report_text },
};

#define OUTPUTS (sizeof(outputs) / sizeof(outputs[0]))

static const char *pattern_of(const struct options *options, const struct output *output)
{
	return *(const char *const *)((const char *)options + output->offset);
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

/*
 * What can be checked of a name before the program runs: all of it, or the
 * folder that comes before the first part that is not known yet.
 */
static char *name_before(const char *pattern)
{
	const char *unknown = strchr(pattern, '%');
	const char *slash = unknown ? memrchr(pattern, '/', (size_t)(unknown - pattern)) : NULL;
	char *name;

	if (!unknown)
		return strdup(pattern);
	/* A name that is likely to be free. */
	if (asprintf(&name, "%.*s.unclosed-check", slash ? (int)(slash - pattern) + 1 : 0,
		     pattern) < 0)
		return NULL;
	return name;
}

/* Is it a file of what is known? */
static bool is_read(const struct options *options, const char *pattern)
{
	for (uint32_t i = 0; i < options->suppression_count; i++)
		if (strcmp(options->suppressions[i], pattern) == 0)
			return true;
	return options->baseline && strcmp(options->baseline, pattern) == 0;
}

static int output_check(const struct options *options, const struct output *output)
{
	const char *pattern = pattern_of(options, output);
	char *name;
	int result;

	if (!pattern)
		return 0;
	for (const struct output *other = outputs; other < output; other++)
		if (pattern_of(options, other) && strcmp(pattern_of(options, other), pattern) == 0)
			return complain("--%s and --%s name the same file: '%s'", other->option,
					output->option, pattern);
	if (is_read(options, pattern))
		return complain("--%s would write over '%s', which is an input", output->option,
				pattern);
	name = name_before(pattern);
	result = name ? report_check_file(name) : -ENOMEM;
	free(name);
	return result < 0 ? complain("cannot write %s report '%s': %s", output->writer->name,
				     pattern, strerror(-result))
			  : 0;
}

int output_files_check(const struct options *options)
{
	int status = 0;

	for (size_t i = 0; i < OUTPUTS; i++)
		status |= output_check(options, &outputs[i]);
	return status;
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

int output_files_write(const struct report *report, const struct options *options,
		       const struct report_style *style)
{
	int status = 0;

	for (size_t i = 0; i < OUTPUTS; i++)
		if (pattern_of(options, &outputs[i]))
			status |= output_write(pattern_of(options, &outputs[i]), outputs[i].writer,
					       report, style);
	return status;
}
