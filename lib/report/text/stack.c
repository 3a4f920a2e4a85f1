/* SPDX-License-Identifier: MIT */
/* A stack in the text report: functions, places and a line of source. */
#include "report/text/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/where.h"
#include "report/shorten.h"
#include "report/text/fold.h"

#define STACK_INDENT 6
/* Columns of functions: at least, so that short stacks line up alike; at most, for C++. */
#define FUNCTION_MIN 11
#define FUNCTION_MAX 44
/* Names longer than this are shortened; in a narrow terminal those beyond half of it. */
#define NAME_MAX_COLUMNS 60
#define NAME_MIN_COLUMNS 24
#define FUNCTION_GAP 2
/* A deeper stack shows its innermost frames and its outermost ones; -v all. */
#define STACK_MAX 24
#define STACK_INNER 16
#define STACK_OUTER 4
/* The same of what does not count. */
#define BRIEF_MAX 8
#define BRIEF_INNER 5
#define BRIEF_OUTER 1
/* "              71 | " */
#define LINE_COLUMNS 12
#define SOURCE_MAX 96

/* One line of a stack: a frame, or some that look alike or are somebody's whom nobody asks. */
struct stack_line {
	const struct report_frame *frame;
	char *name; /* as printed; NULL: none is known */
	size_t times;
	struct frames_folded folded; /* `of` is NULL: a frame */
};

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

static bool has_code(const struct report_stack *stack)
{
	for (size_t i = 0; i < stack->frame_count; i++)
		if (!stack->frames[i].is_runtime && !frame_is_of_libc(&stack->frames[i]))
			return true;
	return false;
}

/*
 * What starts programs, threads and imports, script engines, and libc's own is left out; not when
 * nothing else is there.
 */
static bool is_shown(const struct printer *printer, const struct report_stack *stack,
		     const struct report_frame *frame)
{
	return printer->style->is_verbose ||
	       !(frame->is_runtime || frame_is_of_libc(frame)) || !has_code(stack);
}

/* Is the outermost recorded frame shown, and were there more? */
static bool is_end_open(const struct printer *printer, const struct report_stack *stack)
{
	return stack->is_truncated && stack->frame_count > 0 &&
	       is_shown(printer, stack, &stack->frames[stack->frame_count - 1]);
}

/* The name of a frame's function as it is printed. To be freed; NULL when there is none. */
static char *frame_name(const struct printer *printer, const struct report_frame *frame)
{
	size_t max = NAME_MAX_COLUMNS, half = printer->style->width / 2;

	if (half > 0 && half < max)
		max = half > NAME_MIN_COLUMNS ? half : NAME_MIN_COLUMNS;
	return function_shorten(printer, frame->function,
				printer->style->is_verbose ? SIZE_MAX : max);
}

/* Longer names stick out, and do not push all other places to the right. */
static void widen(size_t *width, const struct printer *printer, const char *name)
{
	size_t columns = name ? text_columns(printer, name) : 0;

	if (columns > *width && columns <= FUNCTION_MAX)
		*width = columns;
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

/* "… 9 frames of GoogleTest", "… 12 frames of chromium without names" */
static void print_folded(const struct printer *printer, const struct stack_line *line)
{
	print_spaces(printer, STACK_INDENT);
	(void)fprintf(printer->out, "%s %zu frames of ", sign_cut(printer), line->times);
	(void)print_text(printer, line->folded.of);
	(void)fprintf(printer->out, "%s\n", line->folded.is_nameless ? " without names" : "");
}

static void print_line(const struct printer *printer, const struct stack_line *line, size_t width)
{
	size_t columns;

	if (line->folded.of) {
		print_folded(printer, line);
		return;
	}
	print_spaces(printer, STACK_INDENT);
	if (line->name) {
		columns = print_text(printer, line->name);
		print_spaces(printer,
			     columns + FUNCTION_GAP <= width ? width - columns : FUNCTION_GAP);
		print_place(printer, line->frame);
	} else if (line->frame->file) {
		print_place(printer, line->frame);
	} else {
		(void)print_offset(printer, line->frame);
	}
	if (line->frame->is_line_of_function)
		(void)fputs(" (begins)", printer->out);
	if (line->frame->is_inlined)
		(void)fputs(" (inlined)", printer->out);
	if (line->times > 1)
		(void)fprintf(printer->out, " (%zu times)", line->times);
	(void)fputc('\n', printer->out);
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

static bool is_same_text(const char *one, const char *other)
{
	return one == other || (one && other && strcmp(one, other) == 0);
}

/* Would both be printed alike? Recursion makes many of them. */
static bool is_line_of(const struct stack_line *line, const struct report_frame *frame,
		       const char *name)
{
	const struct report_frame *first = line->frame;

	return name && is_same_text(line->name, name) && is_same_text(first->file, frame->file) &&
	       first->line == frame->line && first->is_inlined == frame->is_inlined &&
	       (frame->file || first->offset == frame->offset);
}

/* The frames that may be shown, innermost first, into `ret_frames`. Returns how many. */
static size_t frames_shown(const struct printer *printer, const struct report_stack *stack,
			   const struct report_frame **ret_frames)
{
	size_t count = 0;

	for (size_t i = 0; i < stack->frame_count; i++)
		if (is_shown(printer, stack, &stack->frames[i]))
			ret_frames[count++] = &stack->frames[i];
	return count;
}

/* The lines of the frames: those that look alike are one, unless everything is asked for. */
static size_t lines_make(const struct printer *printer, const struct report_stack *stack,
			 struct stack_line *ret_lines)
{
	const struct report_frame **frames = calloc(stack->frame_count + 1, sizeof(*frames));
	size_t count, made = 0, step;

	if (!frames)
		abort(); /* like report_alloc() */
	count = frames_shown(printer, stack, frames);
	for (size_t i = 0; i < count; i += step) {
		struct stack_line line = { .frame = frames[i], .times = 1 };

		step = printer->style->is_verbose ? 0 : frames_fold(frames, count, i, &line.folded);
		if (step > 0) {
			line.times = step;
			ret_lines[made++] = line;
			continue;
		}
		step = 1;
		line.folded.of = NULL;
		line.name = frame_name(printer, line.frame);
		if (made > 0 && !printer->style->is_verbose &&
		    is_line_of(&ret_lines[made - 1], line.frame, line.name)) {
			ret_lines[made - 1].times++;
			free(line.name);
			continue;
		}
		ret_lines[made++] = line;
	}
	free(frames);
	return made;
}

static void print_lines(const struct printer *printer, const struct stack_line *lines, size_t count,
			size_t width, bool is_source_shown)
{
	for (size_t i = 0; i < count; i++) {
		const struct report_frame *frame = lines[i].frame;

		print_line(printer, &lines[i], width);
		if (is_source_shown && frame->source && !frame->is_runtime &&
		    !lines[i].folded.of) {
			print_source_line(printer, frame);
			is_source_shown = false;
		}
	}
}

/* A deep stack without its middle, whose frames are counted. */
static void print_ends(const struct printer *printer, const struct stack_line *lines, size_t count,
		       size_t width, bool is_source_shown)
{
	size_t inner = printer->is_brief ? BRIEF_INNER : STACK_INNER, frames = 0;
	size_t outer = printer->is_brief ? BRIEF_OUTER : STACK_OUTER, behind = count - outer;

	for (size_t i = inner; i < behind; i++)
		frames += lines[i].times;
	print_lines(printer, lines, inner, width, is_source_shown);
	print_spaces(printer, STACK_INDENT);
	(void)fprintf(printer->out, "%s %zu more frames (-v shows them)\n", sign_cut(printer),
		      frames);
	print_lines(printer, lines + behind, outer, width, false);
}

static void print_stack(const struct printer *printer, const char *call,
			const struct stack_line *lines, size_t count, bool is_source_shown)
{
	size_t width = FUNCTION_MIN;

	widen(&width, printer, call);
	for (size_t i = 0; i < count; i++)
		widen(&width, printer, lines[i].name);
	width += FUNCTION_GAP;
	if (count > (printer->is_brief ? BRIEF_MAX : STACK_MAX) && !printer->style->is_verbose)
		print_ends(printer, lines, count, width, is_source_shown);
	else
		print_lines(printer, lines, count, width, is_source_shown);
}

void text_stack(const struct printer *printer, const char *call, const struct report_stack *stack,
		bool is_source_shown)
{
	struct stack_line *lines = calloc(stack->frame_count + 1, sizeof(*lines));
	size_t count;

	if (!lines)
		abort(); /* like report_alloc() */
	if (call) {
		print_spaces(printer, STACK_INDENT);
		(void)print_text(printer, call);
		(void)fputc('\n', printer->out);
	}
	count = lines_make(printer, stack, lines);
	print_stack(printer, call, lines, count, is_source_shown);
	if (count == 0 || is_end_open(printer, stack)) {
		print_spaces(printer, STACK_INDENT);
		(void)fprintf(printer->out, "(%s)\n",
			      count == 0 ? "no stack was recorded"
					 : "deeper frames were not recorded");
	}
	for (size_t i = 0; i < count; i++)
		free(lines[i].name);
	free(lines);
}
