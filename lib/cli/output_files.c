/* SPDX-License-Identifier: MIT */
/* Checks and writes the files that the options for reports name. */
#include "cli/output_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "report/formats.h"
#include "report/replacement.h"

#define NAME_SIZE 4096

/*
 * Who started PROGRAM knows what it is called, its number and when that was. A ledger
 * may have been written to by another user, who would choose the names of our files.
 */
static int program_pid(const struct report *report)
{
	if (report->naming.program)
		return report->naming.pid;
	return report->process_count ? report->processes[0].pid : 0;
}

static int64_t program_start_ns(const struct report *report)
{
	return report->naming.program ? report->naming.started_wall_ns : report->started_wall_ns;
}

static const char *program_name(const struct report *report)
{
	const char *exe = report->naming.program;
	const char *slash;

	if (!exe && report->process_count > 0)
		exe = report->processes[0].exe;
	if (!exe)
		return "unknown";
	slash = strrchr(exe, '/');
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
			length = snprintf(name + used, room, "%d", program_pid(report));
		else if (at[0] == '%' && at[1] == 'e')
			length = snprintf(name + used, room, "%s", program_name(report));
		else if (at[0] == '%' && at[1] == 't')
			length = snprintf(name + used, room, "%lld",
					  (long long)(program_start_ns(report) / 1000000000));
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

static int output_check(const struct options *options, const struct report_format *format)
{
	const char *pattern = format_file(format, options), *other_file;
	char *name;
	int result;

	if (!pattern)
		return 0;
	for (const struct report_format *other = report_formats; other < format; other++) {
		other_file = format_file(other, options);
		if (other_file && strcmp(other_file, pattern) == 0)
			return complain("--%s and --%s name the same file: '%s'", other->option,
					format->option, pattern);
	}
	if (is_read(options, pattern))
		return complain("--%s would write over '%s', which is an input", format->option,
				pattern);
	name = name_before(pattern);
	result = name ? report_check_file(name) : -ENOMEM;
	if (result == -EMFILE)
		result = 0; /* of PROGRAM's limit, which is raised before the report is written */
	free(name);
	return result < 0 ? complain("cannot write %s report '%s': %s", format->writer->name,
				     pattern, replacement_error(result))
			  : 0;
}

static int ledger_check(const char *path)
{
	int result = path ? replacement_check(path) : 0;

	return result < 0 ? complain("cannot keep the ledger as '%s': %s", path,
				     replacement_error(result))
			  : 0;
}

/* It may never be written to; but who needs it needs it at night. */
static int snapshots_check(const char *folder)
{
	char *name = NULL;
	int result;

	if (!folder)
		return 0;
	result = asprintf(&name, "%s/.unclosed-check", folder) < 0 ? -ENOMEM
								   : replacement_check(name);
	free(name);
	return result < 0 ? complain("cannot keep snapshots in '%s': %s", folder,
				     replacement_error(result))
			  : 0;
}

int output_files_check(const struct options *options)
{
	int status = ledger_check(options->keep_ledger) | snapshots_check(options->snapshot_dir);

	for (const struct report_format *format = report_formats; format->writer; format++)
		status |= output_check(options, format);
	return status;
}

int output_file_write(const char *pattern, const struct report_writer *writer,
		      const struct report *report, const struct report_style *style)
{
	char *name = output_name(report, pattern);
	int result = name ? report_write_file(name, writer, report, style) : -ENOMEM;
	int status = 0;

	if (result < 0)
		status = complain("cannot write %s report '%s': %s", writer->name,
				  name ? name : pattern, replacement_error(result));
	free(name);
	return status;
}

int output_files_write(const struct report *report, const struct report *shown,
		       const struct options *options, const struct report_style *style)
{
	int status = 0;

	for (const struct report_format *format = report_formats; format->writer; format++)
		if (format_file(format, options))
			status |= output_file_write(format_file(format, options), format->writer,
						    format->writer == &report_text ? shown : report,
						    style);
	return status;
}
