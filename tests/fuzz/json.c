/* SPDX-License-Identifier: MIT */
/* The reader of JSON reports; what it accepts is written again, and read again. */
#include <stdio.h>
#include <stdlib.h>

#include "known/known.h"
#include "known/refilter.h"
#include "fuzz.h"
#include "report/formats.h"
#include "report/report.h"

static char *write_again(const struct report *report, const struct report_writer *writer,
			 size_t *ret_length)
{
	const struct report_style style = { .is_verbose = true, .width = 80 };
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_length);
	int result;

	if (!out)
		abort();
	result = writer->write(out, report, &style);
	(void)fclose(out);
	if (result == 0)
		return text;
	free(text);
	return NULL;
}

/* What we wrote ourselves must be a report. */
static void read_again(const char *text, size_t length)
{
	struct report *report = report_new();
	char error[256] = "";

	if (report_read_json(report, fuzz_file((const uint8_t *)text, length), error,
			     sizeof(error)) != 0) {
		fprintf(stderr, "%s\n%.*s\n", error, (int)length, text);
		abort();
	}
	report_free(report);
}

/* What filters take out of a report leaves one that can be written, or a reason why not. */
static void filter(struct report *report)
{
	static const char *const words[] = { "path:*", "call:a*", "peer:*1*" };
	struct options options;
	const char *why = NULL;
	size_t length;

	options_init(&options);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		options.ignored[options.ignored_count++] = words[i];
	options.skip[options.skip_count++] = "leak";
	options.min_count = 2;
	options.warm_up_ns = options.min_age_ns = UINT64_C(1000000);
	if (report_sift(report, &options, &why) != 0 && !why)
		abort();
	if (why)
		return;
	report_recount(report, NULL, &options);
	free(write_again(report, &report_text, &length));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report *report = report_new();
	char error[256] = "";
	size_t length;
	char *text;

	if (report_read_json(report, fuzz_file(data, size), error, sizeof(error)) == 0) {
		for (const struct report_format *format = report_formats; format->writer; format++)
			free(write_again(report, format->writer, &length));
		text = write_again(report, &report_json, &length);
		if (text)
			read_again(text, length);
		free(text);
		filter(report);
	} else if (!error[0]) {
		abort();
	}
	report_free(report);
	return 0;
}
