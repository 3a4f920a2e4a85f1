/* SPDX-License-Identifier: MIT */
/* Rules for what was found. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/log_command.h"
#include "base/utf8.h"
#include "known/suppressions.h"
#include "model/pattern.h"
#include "model/where.h"

/* Enough to tell one caller of a helper from another, and no more than survives a change. */
#define FRAMES_PRINTED 3

/* A name says something, and a line keeps it as it is: no comment begins in it. */
static bool is_printable(const char *name)
{
	size_t length;

	if (pattern_is_anything(name) || strstr(name, " #"))
		return false;
	for (const char *at = name; *at; at += length) {
		uint32_t code;

		length = utf8_decode(at, &code);
		if (length == 0 || !utf8_is_printable(code) || log_command_begins(name, at))
			return false;
	}
	return true;
}

/* Returns how many frames were named. */
static unsigned int frames_print(FILE *out, const struct report_stack *stack, enum whose whose)
{
	unsigned int count = 0;

	for (size_t i = 0; i < stack->frame_count && count < FRAMES_PRINTED; i++) {
		const struct report_frame *frame = &stack->frames[i];

		if (!frame_is_of(frame, whose) || !is_printable(frame->function))
			continue;
		(void)fprintf(out, "    frame: ^%s$\n", frame->function);
		count++;
	}
	return count;
}

/* Without a function there is the module; without that, the call is all there is to name. */
static bool module_print(FILE *out, const struct report_stack *stack)
{
	for (size_t i = 0; i < stack->frame_count; i++) {
		const char *module = stack->frames[i].module;

		if (!module || path_is_system(module) || !is_printable(module))
			continue;
		(void)fprintf(out, "    frame: ^%s$\n", module);
		return true;
	}
	return false;
}

static bool is_nameable(const struct finding *finding)
{
	const struct report_stack *stack = &finding->stack;

	for (size_t i = 0; i < stack->frame_count; i++)
		if (frame_is_of(&stack->frames[i], OF_ANYBODY) &&
		    is_printable(stack->frames[i].function))
			return true;
	return finding->call && is_printable(finding->call);
}

static void rule_print(FILE *out, const struct finding *finding)
{
	const struct report_stack *stack = &finding->stack;
	enum whose whose = OF_SCRIPT;

	(void)fprintf(out, "\n# %" PRIu64 " x %s%s\n", finding->count,
		      finding->title && is_printable(finding->title)
			      ? finding->title
			      : finding_type_name(finding->type),
		      finding->counted ? "" : " (not counted)");
	if (!is_nameable(finding)) {
		(void)fputs("# (the opening call was not seen: a rule cannot name it)\n",
			    out);
		return;
	}
	(void)fprintf(out, "%s:\n    kind: %s\n", finding_type_name(finding->type),
		      kind_name(finding->kind));
	if (finding->call && is_printable(finding->call))
		(void)fprintf(out, "    call: %s\n", finding->call);
	while (whose <= OF_ANYBODY && frames_print(out, stack, whose) == 0 &&
	       (whose != OF_PROGRAM || !module_print(out, stack)))
		whose++;
}

int suppressions_print(FILE *out, const struct report *report)
{
	const char *program = report->command ? report->command[0] : NULL;

	(void)fprintf(out,
		      "# Rules for what unclosed found in %s. Keep those that are meant to be,\n"
		      "# and say why (reason: ...); fewer frames cover more.\n",
		      program && is_printable(program) ? program : "the program");
	for (size_t i = 0; i < report->finding_count; i++)
		if (report->findings[i].counted + report->findings[i].noted > 0)
			rule_print(out, &report->findings[i]);
	return ferror(out) ? -EIO : 0;
}
