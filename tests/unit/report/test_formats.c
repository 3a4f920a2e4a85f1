/* SPDX-License-Identifier: MIT */
/* Every format has what formats.def asks for; the man page is compared with the options. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "golden.h"
#include "models.h"
#include "report/formats.h"

static const struct report_format *format_of(const char *option)
{
	for (const struct report_format *format = report_formats; format->writer; format++)
		if (strcmp(format->option, option) == 0)
			return format;
	return NULL;
}

Test(formats, every_output_option_has_a_format)
{
	for (const struct option_row *row = option_rows; row->name; row++)
		if (row->class == OPTION_CLASS_OUTPUT)
			cr_expect_not_null(format_of(row->name), "--%s has no row in formats.def",
					   row->name);
}

Test(formats, every_format_has_its_option)
{
	for (const struct report_format *format = report_formats; format->writer; format++) {
		const struct option_row *row = options_find(format->option, strlen(format->option));

		cr_assert_not_null(row, "--%s has no row in options.def", format->option);
		cr_expect_eq(row->class, OPTION_CLASS_OUTPUT, "--%s", format->option);
		cr_expect_eq(row->offset, format->offset, "--%s is another field", format->option);
		cr_expect_eq(row->type == OPTION_TYPE_FLAG, format->way == FORMAT_LOG,
			     "--%s: a flag is for the log, a file for all else", format->option);
		cr_expect_eq(format_of(format->option), format, "--%s is there twice",
			     format->option);
	}
}

/* What is asked for is told from the options, not from the format's name. */
Test(formats, only_options_ask_for_a_format)
{
	for (const struct report_format *format = report_formats; format->writer; format++) {
		const struct option_row *row = options_find(format->option, strlen(format->option));
		bool is_flag = format->way == FORMAT_LOG;
		struct options options;

		options_init(&options);
		cr_expect_not(format_is_asked(format, &options), "--%s", format->option);
		cr_assert_eq(options_set(&options, row, is_flag ? "yes" : "a"), 0);
		cr_expect(format_is_asked(format, &options), "--%s", format->option);
		cr_expect_eq(format_file(format, &options) == NULL, is_flag, "--%s",
			     format->option);
	}
}

Test(formats, every_format_writes_every_model)
{
	for (const struct report_format *format = report_formats; format->writer; format++) {
		cr_expect(format->writer->name && *format->writer->name, "--%s", format->option);
		for (const struct model *model = models; model->name; model++) {
			struct report *report = model_make(model->name);
			char *text = golden_render(format->writer, report,
						   &(struct report_style){ .is_utf8 = true });

			cr_expect(*text || strcmp(model->name, "leaky") != 0,
				  "--%s says nothing of leaks", format->option);
			free(text);
			report_free(report);
		}
	}
}
