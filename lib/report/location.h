/* SPDX-License-Identifier: MIT */
/*
 * Where a finding is, for those who read it beside the sources: code hosts and
 * editors want paths as they are in the repository, not as the debug
 * information has them.
 *
 * Layer: report. Context: tool.
 */
#ifndef UNCLOSED_REPORT_LOCATION_H
#define UNCLOSED_REPORT_LOCATION_H

#include "model/model.h"

/*
 * The path of `file` (of a frame, so relative to the report's project) without
 * "." and "..": relative to `root` when below it, else absolute. NULL root: the
 * project, or the working directory. To be freed; "" never.
 */
char *location_path(const struct report *report, const char *root, const char *file,
		    bool *ret_is_below);

/*
 * Does the frame's file name a file that a reader could have? Not "<string>", and
 * not a name that is relative to where somebody built a library of the system.
 */
bool location_is_file(const struct report_frame *frame);

/*
 * The frame to point at: the innermost of the stack in a file below the root,
 * else the one whose remedy is told, else the innermost with a file and line.
 * NULL when no line is known.
 */
const struct report_frame *location_frame(const struct report *report, const char *root,
					  const struct finding *finding);

/* The innermost frame with a file and line, below the root when there is one; or NULL. */
const struct report_frame *location_in_stack(const struct report *report, const char *root,
					     const struct report_stack *stack);

/*
 * A path as the path of a URI (RFC 3986): all but the unreserved characters and
 * '/' become %XX, byte by byte. "file://" comes before an absolute one, nothing
 * before a relative one. To be freed.
 */
char *location_uri(const char *path);

#endif
