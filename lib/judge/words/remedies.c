/* SPDX-License-Identifier: MIT */
/*
 * What to do. The names of variables are not known, nor what a path should have
 * been: a remedy names the call that releases such a thing, the function and the
 * line, and the condition under which it is missing.
 */
#include <string.h>

#include "judge/words/words.h"

/* Is the one who closes among the callers of what opened? Then it does not leave without itself. */
static bool is_caller(const struct report_stack *stack, const struct report_frame *top,
		      const struct report_frame *closer)
{
	for (size_t i = 0; i < stack->frame_count; i++)
		if (&stack->frames[i] > top && stack->frames[i].function &&
		    strcmp(stack->frames[i].function, closer->function) == 0)
			return true;
	return false;
}

/* What the siblings show: who closes them, and which path does not. NULL when that is not known. */
static const char *sibling_remedy(struct judge *judge, const struct group *group,
				  const struct report_frame *top, const char *close_call)
{
	const struct finding *finding = &group->finding;
	const struct report_frame *closer = group->usual_closer;
	const char *function = function_text(judge, top);
	const char *usual = function_text(judge, closer);

	if (!usual || !function || strcmp(usual, function) == 0)
		return NULL;
	if (!is_caller(&finding->stack, top, closer))
		return report_printf(judge->report, "%s on the path that leaves %s without %s.",
				     close_call, function, usual);
	return report_printf(judge->report, "%s on the path of %s where it is missing.", close_call,
			     usual);
}

static const char *gc_remedy(struct judge *judge, const struct report_frame *top)
{
	if (!top || top->runtime != RUNTIME_python)
		return "Close it in the program: use a with block, or call its close().";
	return report_printf(judge->report,
			     "Close it in the program: use a with block in %s, or call its close() "
			     "where it is no longer needed.",
			     function_text(judge, top));
}

/* What a library opened for itself, it gives back: by which of its functions, if that was seen. */
static const char *library_remedy(struct judge *judge, const struct group *group,
				  const struct report_frame *top)
{
	const struct finding *finding = &group->finding;
	const struct module *library = stack_library(judge, &finding->stack);
	const char *function = function_text(judge, top), *entry = NULL;

	if (!library || !function)
		return NULL;
	for (size_t i = 0; i < finding->related_count && !entry; i++)
		if (strcmp(finding->related[i].role, "usually-closed") == 0)
			entry = stack_library_entry(judge, &finding->related[i].stack, library);
	if (entry)
		return report_printf(judge->report,
				     "Release it through %s, which opened it for %s: others of this "
				     "place were released by %s().",
				     library->name, function, entry);
	return report_printf(judge->report, "Release it through %s, which opened it for %s.",
			     library->name, function);
}

static const char *usual_remedy(struct judge *judge, const struct group *group,
				const struct report_frame *top, const char **ret_row)
{
	const char *closer = sentence_fill(judge, group, NULL, "%c");
	const char *function = function_text(judge, top);
	const char *sibling = sibling_remedy(judge, group, top, closer);

	*ret_row = sibling ? "siblings" : "every-path";
	if (sibling)
		return sibling;
	if (function && top->language && strcmp(top->language, "c++") == 0)
		return report_printf(judge->report,
				     "%s on every path that gives up what %s opened, or in the "
				     "destructor of an object that owns it.",
				     closer, function);
	if (function)
		return report_printf(judge->report,
				     "%s on every path that gives up what %s %s.", closer,
				     function, kind_is_memory(group->finding.kind) ? "got" : "opened");
	if (top && top->file)
		return report_printf(judge->report,
				     "%s on every path that gives up what this line opened.",
				     closer);
	*ret_row = NULL;
	return NULL; /* without a name or a line there is nothing to look for */
}

void group_remedy(struct judge *judge, struct group *group)
{
	struct finding *finding = &group->finding;
	const struct report_frame *frame = stack_top(judge, &finding->stack);

	if (finding->count > 0 && group->excused == finding->count)
		return; /* the note has its reason, and there is nothing to mend */
	if (judge->context->live && finding->counted == 0)
		return; /* it is in use, as far as anything shows */
	if (finding->type == FINDING_CLOSED_BY_GC) {
		finding->remedy = gc_remedy(judge, frame);
		finding->remedy_row = "closed-by-gc";
	} else {
		finding->remedy = library_remedy(judge, group, frame);
		finding->remedy_row = "library";
	}
	if (!finding->remedy)
		finding->remedy = evidence_remedy(judge, group, &frame, &finding->remedy_row);
	if (!finding->remedy)
		finding->remedy = usual_remedy(judge, group, frame, &finding->remedy_row);
	if (!finding->remedy || !frame || !frame->file)
		return;
	finding->remedy_file = frame->file;
	finding->remedy_line = frame->line;
}
