/* SPDX-License-Identifier: MIT */
/*
 * What to do. The names of variables are not known, nor what a path should have
 * been: a remedy names the call that releases such a thing, the function and the
 * line, and the condition under which it is missing.
 */
#include <string.h>

#include "findings/judgement.h"

/* The function that closes most siblings, when its name is known. */
static const char *usual_closer(struct judge *judge, const struct finding *finding)
{
	for (size_t i = 0; i < finding->related_count; i++)
		if (strcmp(finding->related[i].role, "usually-closed") == 0)
			return function_text(judge, stack_top(judge, &finding->related[i].stack));
	return NULL;
}

static const char *gc_remedy(struct judge *judge, const struct report_frame *top)
{
	if (!top || !frame_is_python(top))
		return "Close it in the program: use a with block, or call its close().";
	return report_printf(judge->report,
			     "Close it in the program: a with block in %s, or its close() where "
			     "nobody needs it any more.",
			     function_text(judge, top));
}

static const char *usual_remedy(struct judge *judge, const struct group *group,
				const struct report_frame *top)
{
	const char *closer = sentence_fill(judge, group, NULL, "%c");
	const char *function = function_text(judge, top);
	const char *usual = usual_closer(judge, &group->finding);

	if (usual && function && strcmp(usual, function) != 0)
		return report_printf(judge->report, "%s on the path that leaves %s without %s.",
				     closer, function, usual);
	if (function && top->language && strcmp(top->language, "c++") == 0)
		return report_printf(judge->report,
				     "%s on every path that gives up what %s opened, or in the "
				     "destructor of an object that owns it.",
				     closer, function);
	if (function)
		return report_printf(judge->report,
				     "%s on every path that gives up what %s %s.", closer,
				     function, kind_is_memory(group->finding.kind) ? "got" : "opened");
	return report_printf(judge->report, "%s on every path that gives it up.", closer);
}

void group_remedy(struct judge *judge, struct group *group)
{
	struct finding *finding = &group->finding;
	const struct report_frame *frame = stack_top(judge, &finding->stack);

	if (finding->type == FINDING_CLOSED_BY_GC)
		finding->remedy = gc_remedy(judge, frame);
	else
		finding->remedy = evidence_remedy(judge, group, &frame);
	if (!finding->remedy)
		finding->remedy = usual_remedy(judge, group, frame);
	if (!frame || !frame->file)
		return;
	finding->remedy_file = frame->file;
	finding->remedy_line = frame->line;
}
