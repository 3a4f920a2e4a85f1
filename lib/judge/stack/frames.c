/* SPDX-License-Identifier: MIT */
/* Questions about the frames of a stack that was read: whose is it, and which one is shown first. */
#include <string.h>

#include "base/text.h"
#include "judge/stack/stack.h"

const struct module *frame_module(const struct judge *judge, const struct report_frame *frame)
{
	/* Frames take their path from the module, so the pointer tells. */
	const uint32_t *number = lookup_get(&judge->module_by_path, (uintptr_t)frame->module, 0);

	return number ? &judge->modules[*number] : NULL;
}

/* An extension module of a package: of the program's own folders, and not its own. */
static bool is_packaged(const struct module *module)
{
	return strstr(module->path, "/site-packages/") || strstr(module->path, "/dist-packages/") ||
	       strstr(module->path, "/node_modules/");
}

/* A library that was installed, and has no source here. */
static bool is_installed(const struct module *module, const struct report_frame *frame)
{
	return !frame->file && (text_starts_with(module->path, "/usr/local/lib") ||
				(text_starts_with(module->path, "/opt/") &&
				 strstr(module->path, "/lib")));
}

bool frame_is_own(const struct judge *judge, const struct report_frame *frame)
{
	const struct module *module = frame_module(judge, frame);

	if (frame->is_runtime || frame->is_foreign)
		return false;
	if (frame->runtime)
		return !frame->is_library;
	return module && !module->is_system && !module->runtime && !is_packaged(module) &&
	       !is_installed(module, frame);
}

const struct report_frame *stack_top(struct judge *judge, const struct report_stack *stack)
{
	const struct report_frame *any = NULL;

	for (size_t i = 0; i < stack->frame_count; i++)
		if (frame_is_script(&stack->frames[i]))
			return &stack->frames[i];
	for (size_t i = 0; i < stack->frame_count; i++) {
		const struct report_frame *frame = &stack->frames[i];

		if (frame_is_own(judge, frame))
			return frame;
		if (!frame->is_runtime && (!any || (any->is_foreign && !frame->is_foreign)))
			any = frame;
	}
	return any;
}
