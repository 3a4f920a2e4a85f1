/* SPDX-License-Identifier: MIT */
/* Questions about the frames of a stack that was read: whose is it, and which one is shown first. */
#include <string.h>

#include "judge/stack/stack.h"

const struct module *frame_module(const struct judge *judge, const struct report_frame *frame)
{
	/* Frames take their path from the module, so the pointer tells. */
	const uint32_t *number = lookup_get(&judge->module_by_path, (uintptr_t)frame->module, 0);

	return number ? &judge->modules[*number] : NULL;
}

/* The standard library's templates are compiled into the program, and are not its writer's. */
static bool is_glue(struct judge *judge, const struct report_frame *frame)
{
	return frame->function &&
	       function_is_glue(function_key(judge->report, frame->function), frame->language);
}

const struct report_frame *stack_top(struct judge *judge, const struct report_stack *stack)
{
	const struct report_frame *any = NULL;

	for (size_t i = 0; i < stack->frame_count; i++)
		if (frame_is_script(&stack->frames[i]))
			return &stack->frames[i];
	for (size_t i = 0; i < stack->frame_count; i++) {
		const struct report_frame *frame = &stack->frames[i];
		const struct module *module = frame_module(judge, frame);

		if (frame->is_runtime)
			continue;
		if (!any)
			any = frame;
		if (is_glue(judge, frame))
			continue;
		if (frame->runtime ? !frame->is_library
				   : module && !module->is_system && !module->runtime)
			return frame;
	}
	return any;
}
