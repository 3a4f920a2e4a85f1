/* SPDX-License-Identifier: MIT */
/*
 * What a stack's innermost own line does not tell. A wrapper that all calls go through is the same
 * line for all of them: where two of them part is what a reader wants to know. And what a
 * library opened for itself is given back by that library, whoever called it.
 */
#include <string.h>

#include "base/text.h"
#include "judge/stack/stack.h"

static bool frames_read_alike(const struct report_frame *a, const struct report_frame *b)
{
	return text_is_same(a->function, b->function) && text_is_same(a->file, b->file) &&
	       a->line == b->line;
}

const struct report_frame *stack_apart(struct judge *judge, const struct report_stack *stack,
				       const struct report_stack *other)
{
	const struct report_frame *top = stack_top(judge, stack), *there = stack_top(judge, other);
	const struct report_frame *end = stack->frames + stack->frame_count;
	const struct report_frame *end_there = other->frames + other->frame_count;

	if (!top || !there || !top->line || top->runtime)
		return top;
	for (const struct report_frame *frame = top; frame < end && there < end_there;
	     frame++, there++)
		if (!frames_read_alike(frame, there))
			return frame_is_own(judge, frame) && frame->line ? frame : top;
	return top;
}

/* The C++ library is the compiler's: what it opens its caller meant to open. */
static bool opens_for_itself(const struct module *module)
{
	return module->is_system && !module->is_libc && !module->runtime && !module->is_shim &&
	       strstr(module->name, ".so") && !text_starts_with(module->name, "libstdc++") &&
	       !text_starts_with(module->name, "libc++");
}

const struct module *stack_library(struct judge *judge, const struct report_stack *stack)
{
	const struct report_frame *top = stack_top(judge, stack);

	if (!top || top->runtime || !frame_is_own(judge, top))
		return NULL;
	for (const struct report_frame *frame = stack->frames; frame < top; frame++) {
		const struct module *module = frame_module(judge, frame);

		if (module && opens_for_itself(module))
			return module;
	}
	return NULL;
}

const char *stack_library_entry(struct judge *judge, const struct report_stack *stack,
				const struct module *library)
{
	const struct report_frame *top = stack_top(judge, stack);
	const struct report_frame *entry = top && top > stack->frames ? top - 1 : NULL;

	return entry && frame_module(judge, entry) == library ? entry->function : NULL;
}
