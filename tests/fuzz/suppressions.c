/* SPDX-License-Identifier: MIT */
/* Files of rules, what their rules do to a report, and rules printed for it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "known/known.h"
#include "fuzz.h"

/* One finding whose names are the input's own first bytes, so that rules may match. */
static struct report *report_make(const char *name)
{
	struct report *report = report_new();
	struct finding *finding = report_alloc(report, sizeof(*finding));

	finding->call = "socket";
	finding->title = name;
	finding->count = finding->counted = 3;
	finding->stack.frames = report_alloc(report, 2 * sizeof(*finding->stack.frames));
	finding->stack.frames[0].function = name;
	finding->stack.frames[1].function = "main";
	finding->stack.frames[1].file = name;
	finding->stack.frame_count = 2;
	finding->descriptors = report_alloc(report, 2 * sizeof(*finding->descriptors));
	finding->descriptors[0].path = name;
	finding->descriptors[1].local = "127.0.0.1:80";
	finding->descriptor_count = 2;
	report->findings = finding;
	report->finding_count = 1;
	return report;
}

static void expect_sum(const struct finding *finding)
{
	if (finding->counted + finding->noted + finding->suppressed != finding->count)
		abort();
}

/* What is printed must be a file of rules. */
static void print_again(const struct report *report)
{
	struct suppressions suppressions = { .count = 0 };
	struct text_error error;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	(void)suppressions_print(out, report);
	(void)fclose(out);
	if (suppressions_parse(&suppressions, text, size, "printed", &error) != 0) {
		fprintf(stderr, "%u:%u: %s\n%s\n", error.line, error.column, error.why, text);
		abort();
	}
	suppressions_fini(&suppressions);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct known known = { .asks_descriptors = false };
	struct options options;
	struct text_error error;
	char name[32] = "f";
	struct report *report;
	int result =
		suppressions_parse(&known.suppressions, (const char *)data, size, "fuzz", &error);

	if (result == -EPROTO && (error.line == 0 || error.column == 0 || !error.why[0]))
		abort();
	memcpy(name, data, size < sizeof(name) ? size : sizeof(name) - 1);
	report = report_make(name);
	print_again(report);
	known_apply(&known, report, NULL, NULL);
	expect_sum(&report->findings[0]);
	options_init(&options);
	(void)known_review(&known, report, &options);
	report_free(report);
	suppressions_fini(&known.suppressions);
	return 0;
}
