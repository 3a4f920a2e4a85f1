/* SPDX-License-Identifier: MIT */
/* How Python came to close what a group has. */
#include <string.h>

#include "judge/words/words.h"

static bool has_function(const struct report_stack *stack, const char *start)
{
	for (size_t i = 0; i < stack->frame_count; i++)
		if (stack->frames[i].function && strncmp(stack->frames[i].function, start, strlen(start)) == 0)
			return true;
	return false;
}

const char *gc_explanation(struct judge *judge, const struct group *group)
{
	uint32_t place = place_of(judge, group->close_stack_ref);
	const struct report_stack *stack = place_read(judge, place);

	if (group->close_count < group->finding.count)
		return "The program never closed them. Python closed them when a reference was "
		       "lost, or at its own end.";
	if ((place != NONE && judge->places[place].is_ending) ||
	    has_function(stack, "Py_FinalizeEx") || has_function(stack, "_Py_Finalize"))
		return "The program had not closed it when it ended; Python closed it then.";
	if (has_function(stack, "finalize_garbage") || has_function(stack, "gc_collect") ||
	    has_function(stack, "PyGC_Collect"))
		return "The program lost it in a cycle of references. Python's collector closed "
		       "it, at a time that the program did not choose.";
	return "The program lost its last reference without closing it; Python closed it then. "
	       "Anything that keeps a reference longer, such as a traceback, keeps it open.";
}
