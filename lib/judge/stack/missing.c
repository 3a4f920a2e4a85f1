/* SPDX-License-Identifier: MIT */
/* What the shown stacks lack: functions, line numbers, sources; and what would help. */
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/rights.h"
#include "judge/stack/stack.h"
#include "judge/stack/runtime.h"

/* Is a frame of the module shown for which there are no lines for this reason? */
static bool lacks_lines(struct judge *judge, uint32_t module, enum symbol_lack lack)
{
	return judge->modules[module].is_shown_bare &&
	       symbolizer_lack(judge->symbolizer, judge->modules[module].path) == lack;
}

/* We may, but do not: as the least user of the session (judge/rights.h). */
static bool is_withheld(const char *path)
{
	return rights_are_limited() && access(path, R_OK) == 0;
}

static const char *lack_text(struct judge *judge, const struct module *module)
{
	switch (symbolizer_lack(judge->symbolizer, module->path)) {
	case SYMBOL_NO_FILE:
		return report_printf(judge->report, "no functions for %s: %s %s", module->name,
				     is_withheld(module->path)
					     ? "not every user of the session may read"
					     : "cannot read",
				     module->path);
	case SYMBOL_CHANGED:
		return report_printf(judge->report,
				     "no functions for %s: %s has changed since it ran",
				     module->name, module->path);
	case SYMBOL_TOO_LARGE:
		return report_printf(judge->report,
				     "no line numbers for %s: its debug information would take more "
				     "than the memory budget of %llu MiB has (--memory)",
				     module->name, (unsigned long long)(memory_limit() >> 20));
	default:
		return NULL;
	}
}

/* Named in a note; of more it is told how many. */
#define NAMES_MAX 6

/* "postgres, initdb and 3 more": the modules shown without lines for the same reason. NULL: none. */
static const char *lacking_names(struct judge *judge, enum symbol_lack lack, size_t *ret_count)
{
	struct report *report = judge->report;
	const char *names = NULL;
	size_t count = 0, all = 0;

	for (uint32_t i = 0; i < judge->module_count; i++)
		all += lacks_lines(judge, i, lack);
	for (uint32_t i = 0; i < judge->module_count; i++) {
		const char *name = judge->modules[i].name;

		if (!lacks_lines(judge, i, lack) || ++count > NAMES_MAX)
			continue;
		names = !names ? name
			: report_printf(report, "%s%s%s", names, count == all ? " and " : ", ", name);
	}
	*ret_count = count;
	if (count > NAMES_MAX)
		names = report_printf(report, "%s and %zu more", names, count - NAMES_MAX);
	return names;
}

/* What many modules lack for one reason is one note. */
static void lines_diagnose(struct judge *judge)
{
	size_t count;
	const char *names = lacking_names(judge, SYMBOL_NO_LINES, &count);

	if (names)
		diagnose(judge, DIAGNOSTIC_NOTE, "no-line-numbers",
			 report_printf(judge->report,
				       "no line numbers for %s (build %s with -g, or install %s debug "
				       "symbols)",
				       names, count == 1 ? "it" : "them",
				       count == 1 ? "its" : "their"),
			 -1);
	names = lacking_names(judge, SYMBOL_NO_SYMBOLS, &count);
	if (names)
		diagnose(judge, DIAGNOSTIC_NOTE, "no-line-numbers",
			 report_printf(judge->report,
				       "no line numbers for %s: %s stripped (build %s with -g and do "
				       "not strip %s, or install %s debug symbols)",
				       names, count == 1 ? "it is" : "they are",
				       count == 1 ? "it" : "them", count == 1 ? "it" : "them",
				       count == 1 ? "its" : "their"),
			 -1);
}

/* A line of the program's whose source is nowhere, while no other source of the module was found.
 */
static void source_diagnose(struct judge *judge, const struct module *module)
{
	if (module->is_system || module->runtime || module->has_source || !module->lost_source)
		return;
	diagnose(judge, DIAGNOSTIC_NOTE, "no-source",
		 report_printf(judge->report,
			       "no source lines for %s: %s is not there (--source-path tells where "
			       "its sources are now)",
			       module->name, module->lost_source),
		 -1);
}

/* Functions of scripts and the like that nothing names: nameless frames, or V8's interpreter. */
static bool is_nameless(const struct report_frame *frame)
{
	return frame->function ? strcmp(frame->function, "Builtins_InterpreterEntryTrampoline") == 0
			       : !frame->module;
}

/* Is there something in the report for a reader to look up? What is known is only counted there. */
static bool is_told(const struct judge *judge, const struct finding *finding)
{
	if (judge->options->is_verbose || finding->counted > 0)
		return true;
	return finding->noted > 0 &&
	       (finding->type != FINDING_LEAK || judge->options->kinds & KIND_BIT(finding->kind));
}

static void jit_diagnose(struct judge *judge)
{
	const struct report *report = judge->report;

	for (size_t i = 0; i < report->finding_count; i++) {
		const struct report_stack *stack = &report->findings[i].stack;

		for (size_t j = 0; is_told(judge, &report->findings[i]) && j < stack->frame_count;
		     j++) {
			if (!is_nameless(&stack->frames[j]) || stack->frames[j].language)
				continue;
			diagnose(judge, DIAGNOSTIC_NOTE, "no-script-frames",
				 "code made at run time has no names (node writes them with "
				 "--perf-basic-prof --interpreted-frames-native-stack)",
				 -1);
			return;
		}
	}
}

/* File names are relative to the project; say so where that is not the working directory. */
static void project_diagnose(struct judge *judge)
{
	const struct report *report = judge->report;

	if (!report->project || strcmp(report->project, report->cwd) == 0)
		return;
	for (size_t i = 0; i < report->finding_count; i++) {
		const struct report_stack *stack = &report->findings[i].stack;

		for (size_t j = 0; is_told(judge, &report->findings[i]) && j < stack->frame_count;
		     j++) {
			if (!stack->frames[j].file || stack->frames[j].file[0] == '/' ||
			    stack->frames[j].is_runtime)
				continue;
			diagnose(judge, DIAGNOSTIC_NOTE, "project",
				 report_printf(judge->report, "file names are relative to %s",
					       report->project),
				 -1);
			return;
		}
	}
}

void modules_diagnose(struct judge *judge)
{
	struct report *report = judge->report;

	for (size_t i = 0; i < report->finding_count; i++) {
		const struct report_stack *stack = &report->findings[i].stack;

		for (size_t j = 0; is_told(judge, &report->findings[i]) && j < stack->frame_count;
		     j++) {
			const struct module *module = frame_module(judge, &stack->frames[j]);

			if (module && !stack->frames[j].is_runtime)
				judge->modules[module - judge->modules].is_shown = true;
			if (module && !stack->frames[j].is_runtime && !stack->frames[j].file)
				judge->modules[module - judge->modules].is_shown_bare = true;
		}
	}
	lines_diagnose(judge);
	for (uint32_t i = 0; i < judge->module_count; i++) {
		const struct module *module = &judge->modules[i];
		const char *text = module->is_shown_bare ? lack_text(judge, module) : NULL;

		if (text)
			diagnose(judge, DIAGNOSTIC_NOTE, "no-line-numbers", text, -1);
		if (module->is_shown)
			source_diagnose(judge, module);
	}
	if (symbolizer_withholds(judge->symbolizer))
		diagnose(judge, DIAGNOSTIC_NOTE, "source-withheld",
			 "source lines are left out where not every user that the session ran as "
			 "may read the file",
			 -1);
	runtimes_diagnose(judge);
	jit_diagnose(judge);
	project_diagnose(judge);
}
