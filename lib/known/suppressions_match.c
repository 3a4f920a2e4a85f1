/* SPDX-License-Identifier: MIT */
/* What a rule means for a finding. */
#include <limits.h>
#include <string.h>
#include <time.h>

#include "known/suppressions.h"
#include "model/pattern.h"

/* Files below the project are kept relative to it; rules may name them from the root. */
static bool file_matches(const char *pattern, const char *file, const struct report *report)
{
	const char *top = report->project ? report->project : report->cwd;
	char path[PATH_MAX];

	if (pattern_match(pattern, file))
		return true;
	if (!file || file[0] == '/' || !top ||
	    snprintf(path, sizeof(path), "%s/%s", top, file) >= (int)sizeof(path))
		return false;
	return pattern_match(pattern, path);
}

static bool frame_matches(const char *pattern, const struct report_frame *frame,
			  const struct report *report)
{
	return pattern_match(pattern, frame->function) ||
	       pattern_match(pattern, frame->linkage_name) ||
	       file_matches(pattern, frame->file, report) || pattern_match(pattern, frame->module);
}

/* The first frame from `from` on that matches; what only starts code does not. */
static size_t frame_find(const char *pattern, const struct report_stack *stack, size_t from,
			 const struct report *report)
{
	while (from < stack->frame_count && (stack->frames[from].is_runtime ||
					     !frame_matches(pattern, &stack->frames[from], report)))
		from++;
	return from < stack->frame_count ? from : SIZE_MAX;
}

bool rule_names_finding(const struct rule *rule, const struct report *report,
			const struct finding *finding)
{
	size_t from = 0;

	if (!(rule->types & UINT32_C(1) << finding->type) ||
	    (rule->kinds && !(rule->kinds & KIND_BIT(finding->kind))) ||
	    (rule->call && !pattern_match_whole(rule->call, finding->call) &&
	     !pattern_match_whole(rule->call, finding->symbol)))
		return false;
	/* What only starts code counts here: it may open something for that. */
	if (rule->innermost &&
	    (finding->stack.frame_count == 0 ||
	     !frame_matches(rule->innermost, &finding->stack.frames[0], report)))
		return false;
	if (rule->pattern[0] && frame_find(rule->pattern, &finding->stack, 0, report) == SIZE_MAX)
		return false;
	for (size_t i = 0; i < rule->frame_count; i++) {
		from = frame_find(rule->frames[i], &finding->stack, from, report);
		if (from == SIZE_MAX)
			return false;
		from++;
	}
	return true;
}

bool rule_asks_descriptors(const struct rule *rule)
{
	return rule->address || rule->path || rule->program || rule->allowed;
}

/* By its whole path, or by the last part of it. */
static bool program_matches(const char *pattern, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return pattern_match_whole(pattern, path) ||
	       (slash && pattern_match_whole(pattern, slash + 1));
}

bool rule_names_descriptor(const struct rule *rule, const struct report *report,
			   const struct report_descriptor *descriptor)
{
	const struct report_process *process;

	if (rule->address && !pattern_match_whole(rule->address, descriptor->local) &&
	    !pattern_match_whole(rule->address, descriptor->peer))
		return false;
	if (rule->path && !pattern_match_whole(rule->path, descriptor->path))
		return false;
	if (!rule->program)
		return true;
	process = report_process_find(report, descriptor->process);
	return process && (program_matches(rule->program, process->exe) ||
			   program_matches(rule->program, process->name));
}

bool rule_is_expired(const struct rule *rule)
{
	char today[16];
	time_t now = time(NULL);
	struct tm parts;

	if (!rule->expires || !localtime_r(&now, &parts) ||
	    strftime(today, sizeof(today), "%Y-%m-%d", &parts) == 0)
		return false;
	return strcmp(rule->expires, today) < 0;
}

/* Functions below which a program, or an interpreter's, does everything. */
static const char *const entries[] = {
	"main",         "<module>",          "Py_RunMain",
	"Py_BytesMain", "pymain_run_python", "_PyEval_EvalFrameDefault",
	"JavaMain",     "node::Start",
};

const char *rule_flaw(const struct rule *rule, const char *program)
{
	static char flaw[128];

	if (rule->innermost || rule->frame_count || rule->call || rule->address || rule->path || rule->program)
		return NULL;
	if (pattern_is_anything(rule->pattern))
		return "it matches everything";
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
		if (pattern_match(rule->pattern, entries[i])) {
			(void)snprintf(flaw, sizeof(flaw),
				       "it matches %s, below which everything is opened",
				       entries[i]);
			return flaw;
		}
	if (pattern_match(rule->pattern, program))
		return "it matches the program's own path, and with it all that is opened there";
	return NULL;
}
