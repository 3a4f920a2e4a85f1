/* SPDX-License-Identifier: MIT */
/* The choice of the frames that tell people where something is. */
#include "model/where.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUNCTIONS_NAMED 3

bool path_is_system(const char *path)
{
	static const char *const folders[] = { "/lib/", "/usr/lib/", "/lib64/", "/usr/lib64/" };
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (strncmp(path, folders[i], strlen(folders[i])) == 0)
			return true;
	return strncmp(name, "ld-linux", 8) == 0 || strncmp(name, "linux-vdso", 10) == 0;
}

bool frame_is_of_libc(const struct report_frame *frame)
{
	return frame->is_foreign && frame->is_inlined && frame->file &&
	       strstr(frame->file, "/include/") && strstr(frame->file, "/bits/") &&
	       !strstr(frame->file, "/c++/");
}

bool frame_is_of(const struct report_frame *frame, enum whose whose)
{
	if (!frame->function || frame->is_runtime)
		return false;
	if (whose == OF_SCRIPT)
		return frame->runtime && !frame->is_library;
	if (frame->is_foreign)
		return whose == OF_ANYBODY && !frame_is_of_libc(frame);
	return whose == OF_ANYBODY || (frame->module && !path_is_system(frame->module));
}

enum whose stack_whose(const struct report_stack *stack)
{
	for (unsigned int whose = OF_SCRIPT; whose < OF_ANYBODY; whose++)
		for (size_t i = 0; i < stack->frame_count; i++)
			if (frame_is_of(&stack->frames[i], whose))
				return whose;
	return OF_ANYBODY;
}

const struct report_frame *stack_where(const struct report_stack *stack)
{
	enum whose whose = stack_whose(stack);

	for (size_t i = 0; i < stack->frame_count; i++)
		if (frame_is_of(&stack->frames[i], whose))
			return &stack->frames[i];
	return NULL;
}

const char *finding_where(struct report *storage, const struct finding *finding)
{
	const struct report_stack *stack = &finding->stack;
	enum whose whose = stack_whose(stack);
	const char *file = NULL, *where;
	unsigned int named = 0;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort(); /* like report_alloc() */
	for (size_t i = 0; i < stack->frame_count && named < FUNCTIONS_NAMED; i++) {
		const struct report_frame *frame = &stack->frames[i];

		if (!frame_is_of(frame, whose))
			continue;
		(void)fprintf(out, "%s%s", named++ ? ", " : "", frame->function);
		file = file ? file : frame->file;
	}
	if (file)
		(void)fprintf(out, " (%s)", file);
	if (fclose(out) != 0)
		abort();
	where = named ? report_strdup(storage, text) : NULL;
	free(text);
	return where;
}
