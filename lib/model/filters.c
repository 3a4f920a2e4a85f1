/* SPDX-License-Identifier: MIT */
/* The meaning of options that leave something aside, for one descriptor or one program. */
#include "model/filters.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/glob.h"

#define NS_PER_S UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)

bool filter_names(const char *filter, const struct filtered *what)
{
	char number[16];
	const struct {
		const char *field, *text;
	} fields[] = {
		{ "path:", what->path }, { "peer:", what->peer }, { "local:", what->local },
		{ "kind:", what->kind }, { "call:", what->call },
		{ "call:", what->symbol }, { "fd:", number },
	};

	(void)snprintf(number, sizeof(number), "%d", what->fd);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		size_t length = strlen(fields[i].field);

		if (strncmp(filter, fields[i].field, length) == 0 && fields[i].text &&
		    glob_matches(filter + length, fields[i].text))
			return true;
	}
	return false;
}

bool filter_is_of_finding(const char *filter)
{
	return strncmp(filter, "kind:", 5) == 0 || strncmp(filter, "call:", 5) == 0;
}

/* "2 s", "1500 ms" */
static const char *duration_text(struct report *report, uint64_t ns)
{
	if (ns % NS_PER_S == 0)
		return report_printf(report, "%" PRIu64 " s", ns / NS_PER_S);
	return report_printf(report, "%" PRIu64 " ms", ns / NS_PER_MS);
}

const char *aside_by_age(struct report *report, const struct options *options, uint64_t since_ns,
			 uint64_t age_ns)
{
	if (options->warm_up_ns && since_ns < options->warm_up_ns)
		return report_printf(report, "opened in the first %s of its process (--warm-up)",
				     duration_text(report, options->warm_up_ns));
	if (options->min_age_ns && age_ns && age_ns < options->min_age_ns)
		return report_printf(report, "opened in the last %s of its process (--min-age)",
				     duration_text(report, options->min_age_ns));
	return NULL;
}

const char *aside_as_few(struct report *report, uint32_t least)
{
	return report_printf(report, "fewer than %" PRIu32 " in its process (--min-count)", least);
}

static bool name_matches(const char *wanted, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return path && *path &&
	       (strcmp(wanted, path) == 0 || (slash && strcmp(wanted, slash + 1) == 0));
}

bool program_is_listed(const char *const *list, uint32_t count, const char *path, const char *name)
{
	for (uint32_t i = 0; i < count && i < OPTIONS_LIST_MAX; i++)
		if (name_matches(list[i], path) || name_matches(list[i], name))
			return true;
	return false;
}

bool finding_lists_all(const struct finding *finding)
{
	return finding->descriptors_omitted == 0 && finding->descriptor_count == finding->count;
}

void scope_forgive(struct report *report, const struct report_descriptor *descriptor)
{
	for (size_t i = 0; descriptor->scope && i < report->scope_count; i++)
		if (report->scopes[i].id == descriptor->scope && report->scopes[i].leaked > 0)
			report->scopes[i].leaked--;
}
