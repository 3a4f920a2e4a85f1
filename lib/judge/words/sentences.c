/* SPDX-License-Identifier: MIT */
/* Sentences of a report, put together from what is known. */
#include <stdlib.h>
#include <string.h>

#include "judge/words/words.h"
#include "judge/stack/runtime.h"

/* Without parameters, template arguments and "(anonymous namespace)": a sentence must read. */
static const char *function_name(struct judge *judge, const char *function)
{
	static const char anonymous[] = "(anonymous namespace)::";
	char *name = function_normalise(judge->report, function), *at;

	while ((at = strstr(name, anonymous)))
		memmove(at, at + strlen(anonymous), strlen(at + strlen(anonymous)) + 1);
	return *name ? name : function;
}

/* A function of a runtime itself: no writer of a script knows it. */
static bool is_interpreter(struct judge *judge, const struct report_frame *frame)
{
	const struct module *module = frame_is_script(frame) ? NULL : frame_module(judge, frame);

	return !frame->runtime && module && module->runtime;
}

const char *function_text(struct judge *judge, const struct report_frame *frame)
{
	const char *name;
	size_t length;

	if (!frame || !frame->function || is_interpreter(judge, frame))
		return NULL;
	if (frame->runtime)
		return runtime_frames(frame->runtime)->word(judge->report, frame);
	name = function_name(judge, frame->function);
	if (strcmp(name, "operator()") == 0)
		return "the lambda"; /* its class has no name */
	length = strlen(name);
	/* "operator()" has its brackets. */
	return length > 2 && strcmp(name + length - 2, "()") == 0
		       ? name
		       : report_printf(judge->report, "%s()", name);
}

const char *frame_text(struct judge *judge, const struct report_frame *frame)
{
	const char *function;

	if (!frame || !frame->function || is_interpreter(judge, frame))
		return NULL;
	function = frame->runtime ? frame->function : function_name(judge, frame->function);
	return frame->file && frame->line ? report_printf(judge->report, "%s (%s:%u)", function,
							  frame->file, frame->line)
					  : function;
}

const char *place_text(struct judge *judge, const struct report_stack *stack)
{
	return frame_text(judge, stack_top(judge, stack));
}

const char *closer_text(struct judge *judge, const struct group *group)
{
	const char *released;

	if (group->closer)
		return group->closer;
	released = snapshot_call_text(judge->snapshot, COLUMN_RELEASED, group->call);
	return report_printf(judge->report, "%s()", released ? released : "close");
}

static const char *error_text(struct judge *judge, int error)
{
	const char *name = strerrorname_np(error);

	return name ? report_printf(judge->report, "%s (%s)", name, strerror(error))
		    : report_printf(judge->report, "error %d", error);
}

static const char *gap_text(struct judge *judge, const struct group *group, const struct clue *clue,
			    char gap)
{
	const struct report_stack *stack =
		clue && clue->stack_ref ? place_read(judge, place_of(judge, clue->stack_ref))
					: NULL;

	switch (gap) {
	case 'c':
		return closer_text(judge, group);
	case 'f':
		if (stack_library(judge, &group->finding.stack))
			return NULL; /* it did not open anything itself */
		return function_text(judge, stack_top(judge, &group->finding.stack));
	case 'F':
		return stack ? function_text(judge, stack_top(judge, stack)) : NULL;
	case 'p':
		return stack ? place_text(judge, stack) : NULL;
	case 'e':
		return clue && clue->error ? error_text(judge, clue->error) : NULL;
	case 'n':
		return clue && clue->number >= 0 ? report_printf(judge->report, "%d", clue->number)
						 : NULL;
	case 't':
		return clue ? clue->text : NULL;
	default:
		return NULL;
	}
}

const char *sentence_fill(struct judge *judge, const struct group *group, const struct clue *clue,
			  const char *sentence)
{
	const char *text = "", *gap;

	while ((gap = strchr(sentence, '%'))) {
		const char *word = gap_text(judge, group, clue, gap[1]);

		if (!word)
			return NULL;
		text = report_printf(judge->report, "%s%.*s%s", text, (int)(gap - sentence),
				     sentence, word);
		sentence = gap + 2;
	}
	return report_printf(judge->report, "%s%s", text, sentence);
}
