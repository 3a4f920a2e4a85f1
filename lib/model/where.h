/* SPDX-License-Identifier: MIT */
/*
 * Which frames of a finished report tell people where something is: those of
 * scripts, else of the program's own modules, else any with a name.
 *
 * Layer: model. Context: tool.
 */
#ifndef UNCLOSED_MODEL_WHERE_H
#define UNCLOSED_MODEL_WHERE_H

#include "model/model.h"

enum whose { OF_SCRIPT, OF_PROGRAM, OF_ANYBODY };

/*
 * Is it libc's own, inlined from its headers? With -D_FORTIFY_SOURCE open() is, in front of the
 * call that is made: nobody looks for it in a stack.
 */
bool frame_is_of_libc(const struct report_frame *frame);

/* Is it such a frame, with a name, above the program's entry? */
bool frame_is_of(const struct report_frame *frame, enum whose whose);

/* The first class that some frame of the stack is of; OF_ANYBODY when none is. */
enum whose stack_whose(const struct report_stack *stack);

/* The innermost of these frames: it tells people where something is; NULL: no frame has a name. */
const struct report_frame *stack_where(const struct report_stack *stack);

/* Is a module the system's and not the program's own, by its path? */
bool path_is_system(const char *path);

/*
 * The first functions of a finding's own, and the file of the innermost:
 * "serve, main (src/chat_server.c)". In the memory of `storage`; NULL: nothing is known.
 */
const char *finding_where(struct report *storage, const struct finding *finding);

#endif
