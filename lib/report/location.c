/* SPDX-License-Identifier: MIT */
/* Paths of source files as a repository has them, and the frame that a finding points to. */
#include "report/location.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As report_alloc() does. */
static void *allocate(size_t size)
{
	void *memory = malloc(size);

	if (!memory)
		abort();
	return memory;
}

/* Join the segments of an absolute path again, without the empty, "." and ".." ones. */
static void path_normalise(char *path)
{
	char *to = path;

	for (const char *at = path; *at;) {
		size_t length;

		at += strspn(at, "/");
		length = strcspn(at, "/");
		if (length == 2 && memcmp(at, "..", 2) == 0) {
			while (to > path && *--to != '/')
				;
		} else if (length > 0 && !(length == 1 && *at == '.')) {
			*to++ = '/';
			memmove(to, at, length);
			to += length;
		}
		at += length;
	}
	if (to == path)
		*to++ = '/';
	*to = '\0';
}

static char *path_absolute(const char *folder, const char *file)
{
	bool is_absolute = file[0] == '/' || !folder || folder[0] != '/';
	size_t size = strlen(file) + (is_absolute ? 0 : strlen(folder)) + 3;
	char *path = allocate(size);

	(void)snprintf(path, size, "%s/%s", is_absolute ? "" : folder, file);
	path_normalise(path);
	return path;
}

char *location_path(const struct report *report, const char *root, const char *file,
		    bool *ret_is_below)
{
	const char *project = report->project ? report->project : report->cwd;
	char *path = path_absolute(project, file);
	char *folder = path_absolute(NULL, root ? root : project ? project : "/");
	size_t length = strlen(folder);

	/*
	 * Everything is below "/": only who asks for that gets names without their slash, which would
	 * not show what they are below.
	 */
	if (length == 1)
		length = 0;
	*ret_is_below = (length > 0 || root) && strncmp(path, folder, length) == 0 &&
			path[length] == '/' && path[length + 1] && (root || project);
	if (*ret_is_below)
		memmove(path, path + length + 1, strlen(path + length + 1) + 1);
	free(folder);
	return path;
}

static bool is_below(const struct report *report, const char *root, const char *file)
{
	bool is_below;

	free(location_path(report, root, file, &is_below));
	return is_below;
}

bool location_is_file(const struct report_frame *frame)
{
	static const char *const folders[] = { "/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/" };

	if (!frame->file || frame->file[0] == '<')
		return false;
	if (frame->file[0] == '/' || !frame->module || frame->runtime)
		return true;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (strncmp(frame->module, folders[i], strlen(folders[i])) == 0)
			return false;
	return true;
}

/* Of a library of a language, or of a header of somebody else: nobody changes it for a leak. */
static bool is_others(const struct report_frame *frame)
{
	return frame->is_library || frame->is_foreign;
}

const struct report_frame *location_in_stack(const struct report *report, const char *root,
					     const struct report_stack *stack)
{
	const struct report_frame *any = NULL;

	for (size_t i = 0; i < stack->frame_count; i++) {
		const struct report_frame *frame = &stack->frames[i];

		if (!location_is_file(frame) || frame->line == 0 || frame->is_runtime)
			continue;
		if (!is_others(frame) && is_below(report, root, frame->file))
			return frame;
		if (!any || (is_others(any) && !is_others(frame)))
			any = frame;
	}
	return any;
}

/* The frame that the remedy names, where it is one of the finding's own stack; NULL: it is none. */
static const struct report_frame *remedy_in_stack(const struct finding *finding)
{
	for (size_t i = 0; finding->remedy_file && i < finding->stack.frame_count; i++) {
		const struct report_frame *frame = &finding->stack.frames[i];

		if (frame->file && frame->line == finding->remedy_line && frame->line > 0 &&
		    strcmp(frame->file, finding->remedy_file) == 0)
			return frame;
	}
	return NULL;
}

const struct report_frame *location_frame(const struct report *report, const char *root,
					  const struct finding *finding)
{
	const struct report_frame *frame = location_in_stack(report, root, &finding->stack);
	const struct report_frame *remedy = remedy_in_stack(finding);

	if (!remedy || !frame)
		return frame;
	return is_below(report, root, remedy->file) || !is_below(report, root, frame->file) ? remedy
											     : frame;
}

char *location_uri(const char *path)
{
	static const char kept[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				   "-._~/";
	char *uri = allocate(strlen("file://") + 3 * strlen(path) + 1), *to = uri;

	if (path[0] == '/')
		to = stpcpy(to, "file://");
	for (; *path; path++) {
		if (strchr(kept, *path))
			*to++ = *path;
		else
			to += sprintf(to, "%%%02X", (unsigned char)*path);
	}
	*to = '\0';
	return uri;
}
