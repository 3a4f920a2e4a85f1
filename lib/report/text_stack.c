/* SPDX-License-Identifier: MIT */
#include "report/text.h"

#include <inttypes.h>
#include <string.h>

#define STACK_INDENT 6
/* Columns of functions: at least, so that short stacks line up alike; at most, for C++. */
#define FUNCTION_MIN 11
#define FUNCTION_MAX 44
#define FUNCTION_GAP 2
/* "              71 | " */
#define LINE_COLUMNS 12
#define SOURCE_MAX 96

static const char *path_last(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* "module+0x1234", or the address alone. Returns its columns. */
static size_t print_offset(const struct printer *printer, const struct report_frame *frame)
{
	size_t columns = 0;

	if (frame->module) {
		columns = print_text(printer, path_last(frame->module));
		columns += (size_t)fprintf(printer->out, "+");
	}
	return columns + (size_t)fprintf(printer->out, "0x%" PRIx64, frame->offset);
}

/* Where the frames of the program end; all of them when none would be left. */
static size_t stack_shown(const struct printer *printer, const struct report_stack *stack)
{
	size_t count = stack->frame_count;

	if (printer->style->is_verbose)
		return count;
	while (count > 0 && stack->frames[count - 1].is_runtime)
		count--;
	return count > 0 ? count : stack->frame_count;
}

/* Longer names stick out, and do not push all other places to the right. */
static void widen(size_t *width, const struct printer *printer, const char *name)
{
	size_t columns = name ? text_columns(printer, name) : 0;

	if (columns > *width && columns <= FUNCTION_MAX)
		*width = columns;
}

static size_t function_width(const struct printer *printer, const char *call,
			     const struct report_stack *stack, size_t count)
{
	size_t width = FUNCTION_MIN;

	widen(&width, printer, call);
	for (size_t i = 0; i < count; i++)
		widen(&width, printer, stack->frames[i].function);
	return width + FUNCTION_GAP;
}

static void print_place(const struct printer *printer, const struct report_frame *frame)
{
	paint_begin(printer, PAINT_DIM);
	if (!frame->file) {
		(void)print_offset(printer, frame);
	} else {
		(void)print_text(printer, frame->file);
		if (frame->line)
			(void)fprintf(printer->out, ":%u", frame->line);
	}
	paint_end(printer);
}

static void print_frame(const struct printer *printer, const struct report_frame *frame,
			size_t width)
{
	size_t columns;

	print_spaces(printer, STACK_INDENT);
	if (frame->function) {
		columns = print_text(printer, frame->function);
		print_spaces(printer,
			     columns + FUNCTION_GAP <= width ? width - columns : FUNCTION_GAP);
		print_place(printer, frame);
	} else if (frame->file) {
		print_place(printer, frame);
	} else {
		(void)print_offset(printer, frame);
	}
	(void)fprintf(printer->out, "%s\n", frame->is_inlined ? " (inlined)" : "");
}

static void print_source_line(const struct printer *printer, const struct report_frame *frame)
{
	size_t max = SOURCE_MAX;
	unsigned int width = printer->style->width;

	if (width > 0 && width < max + LINE_COLUMNS + 3)
		max = width > LINE_COLUMNS + 24 ? width - LINE_COLUMNS - 3 - 2 : 20;
	(void)fprintf(printer->out, "%*u | ", LINE_COLUMNS, frame->line);
	print_source(printer, frame->source, max);
	(void)fputc('\n', printer->out);
}

void text_stack(const struct printer *printer, const char *call, const struct report_stack *stack,
		bool is_source_shown)
{
	size_t count = stack_shown(printer, stack);
	size_t width = function_width(printer, call, stack, count);

	if (call) {
		print_spaces(printer, STACK_INDENT);
		(void)print_text(printer, call);
		(void)fputc('\n', printer->out);
	}
	for (size_t i = 0; i < count; i++) {
		const struct report_frame *frame = &stack->frames[i];

		print_frame(printer, frame, width);
		if (is_source_shown && frame->source && !frame->is_runtime) {
			print_source_line(printer, frame);
			is_source_shown = false;
		}
	}
	if (count == 0 || (stack->is_truncated && count == stack->frame_count)) {
		print_spaces(printer, STACK_INDENT);
		(void)fprintf(printer->out, "(%s)\n",
			      count == 0 ? "no stack was recorded"
					 : "deeper frames were not recorded");
	}
}
