/* SPDX-License-Identifier: MIT */
/* How Python came to close what a group has. */
#include "judge/stack/python_close.h"
#include "judge/words/words.h"

const char *gc_explanation(struct judge *judge, const struct group *group)
{
	if (group->close_count < group->finding.count)
		return "The program never closed them. Python closed them when a reference was "
		       "lost, or at its own end.";
	switch (python_close(judge, group->close_stack_ref)) {
	case PYTHON_CLOSE_END:
		return "The program had not closed it when it ended; Python closed it then.";
	case PYTHON_CLOSE_CYCLE:
		return "The program lost it in a cycle of references. Python's collector closed "
		       "it, at a time that the program did not choose.";
	case PYTHON_CLOSE_LOST:
		return "The program lost its last reference without closing it; Python closed it "
		       "then. Anything that keeps a reference longer, such as a traceback, keeps "
		       "it open.";
	default:
		return "The program never closed it. Python closed it once nothing referred to it "
		       "any more.";
	}
}
