/* SPDX-License-Identifier: MIT */
/* The table of formats: what formats.def says, for those who write all that is asked for. */
#include "report/formats.h"

const struct report_format report_formats[] = {
#define FORMAT(folder, name, option_, field, way_)   \
	{ .option = option_,                         \
	  .offset = offsetof(struct options, field), \
	  .way = FORMAT_##way_,                      \
	  .writer = &report_##name },
#include "report/formats.def"
#undef FORMAT
	{ .writer = NULL },
};

const char *format_file(const struct report_format *format, const struct options *options)
{
	if (format->way == FORMAT_LOG)
		return NULL;
	return *(const char *const *)((const char *)options + format->offset);
}

bool format_is_asked(const struct report_format *format, const struct options *options)
{
	if (format->way == FORMAT_LOG)
		return *(const bool *)((const char *)options + format->offset);
	return format_file(format, options) != NULL;
}
