/* SPDX-License-Identifier: MIT */
/*
 * One call of the evaluation loop, which is what a native stack has, may run many
 * Python functions. The text says with which of them it was called ("-"), so
 * the first call on the native stack stands for the functions up to the first
 * such mark, and so on: what other libraries have between two calls keeps its
 * place. Where the numbers do not agree (a thread of two interpreters, an
 * evaluation loop under another name), all Python frames come first.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "judge/stack/paths.h"
#include "judge/stack/python_text.h"
#include "judge/stack/python_words.h"
#include "judge/stack/runtime.h"

#define LINES_MAX 1024

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);

	return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* CPython itself: the program, its library, and extensions of the standard library. */
static bool has_module(const char *path, const char *name)
{
	return text_starts_with(name, "python3") || text_starts_with(name, "libpython3") ||
	       strcmp(name, "python") == 0 || strstr(path, "/lib-dynload/");
}

/* Its own, libffi under ctypes, greenlet, or code made at run time between two of its functions. */
static bool owns_module(const struct module *module)
{
	return !module || module->runtime == RUNTIME_python ||
	       text_starts_with(module->name, "libffi.so") ||
	       text_starts_with(module->name, "_greenlet.");
}

static bool is_glue(const struct judge *judge, const struct report_frame *frame)
{
	return owns_module(frame_module(judge, frame));
}

static bool is_loop(const struct report_frame *frame)
{
	return frame->function && !frame->is_inlined &&
	       text_starts_with(frame->function, PYTHON_LOOP);
}

/* Is a file below a directory of Python: lib/python3.11/, lib/python3/, lib/python311.zip/? */
static bool is_below(const char *path, const char *directory)
{
	const char *at = strstr(path, directory);

	return at && strchr(at + strlen(directory), '/');
}

static bool is_package(const char *path)
{
	return is_below(path, "/site-packages") || is_below(path, "/dist-packages") ||
	       ends_with(path, "/unclosed_pytest.py");
}

bool python_is_standard(const char *path)
{
	return (text_starts_with(path, "<frozen ") || is_below(path, "/lib/python3") ||
		is_below(path, "/lib64/python3")) &&
	       !is_package(path);
}

/* A file of the standard library or of an installed package: not the program's own. */
static bool is_library(const char *path)
{
	return python_is_standard(path) || is_package(path);
}

/*
 * Library code that leads from the start of a program, a thread, a task, a test or
 * an import to the code that it was made for: nobody looks for a leak there.
 */
static bool is_machinery(const char *path, const char *function)
{
	static const struct {
		const char *file;     /* its end */
		const char *function; /* the last part of its name; NULL: any */
	} machinery[] = {
		{ "<frozen importlib._bootstrap>", NULL },
		{ "<frozen importlib._bootstrap_external>", NULL },
		{ "<frozen zipimport>", NULL },
		{ "<frozen runpy>", NULL },
		{ "/importlib/__init__.py", "import_module" },
		{ "/runpy.py", NULL },
		{ "/threading.py", "_bootstrap" },
		{ "/threading.py", "_bootstrap_inner" },
		{ "/threading.py", "run" },
		{ "/concurrent/futures/thread.py", "_worker" },
		{ "/concurrent/futures/thread.py", "run" },
		{ "/asyncio/runners.py", NULL },
		{ "/asyncio/events.py", "_run" },
		{ "/asyncio/base_events.py", "_run_once" },
		{ "/asyncio/base_events.py", "run_forever" },
		{ "/asyncio/base_events.py", "run_until_complete" },
		{ "/multiprocessing/context.py", "_Popen" },
		{ "/multiprocessing/popen_fork.py", NULL },
		{ "/multiprocessing/popen_forkserver.py", NULL },
		{ "/multiprocessing/process.py", "_bootstrap" },
		{ "/multiprocessing/process.py", "run" },
		{ "/multiprocessing/process.py", "start" },
		{ "/multiprocessing/spawn.py", NULL },
		{ "/unittest/__main__.py", NULL },
		{ "/unittest/async_case.py", NULL },
		{ "/unittest/case.py", NULL },
		{ "/unittest/loader.py", NULL },
		{ "/unittest/main.py", NULL },
		{ "/unittest/runner.py", NULL },
		{ "/unittest/suite.py", NULL },
		{ "/_pytest/config/__init__.py", NULL },
		{ "/_pytest/fixtures.py", NULL },
		{ "/_pytest/main.py", NULL },
		{ "/_pytest/python.py", NULL },
		{ "/_pytest/runner.py", NULL },
		{ "/_pytest/unittest.py", NULL },
		{ "/pluggy/_callers.py", NULL },
		{ "/pluggy/_hooks.py", NULL },
		{ "/pluggy/_manager.py", NULL },
		{ "/pytest/__main__.py", NULL },
		{ "/pytest_asyncio/plugin.py", "inner" },
		{ "/unclosed_pytest.py", NULL },
		{ "/xdist/remote.py", NULL },
		{ "/execnet/gateway_base.py", NULL },
	};
	const char *dot = strrchr(function, '.');
	const char *name = dot && dot[1] ? dot + 1 : function;

	for (size_t i = 0; i < sizeof(machinery) / sizeof(machinery[0]); i++)
		if (ends_with(path, machinery[i].file) &&
		    (!machinery[i].function || strcmp(name, machinery[i].function) == 0))
			return true;
	return false;
}

/* A source that was changed after the run would show the wrong line. */
static bool is_newer_than_run(const struct judge *judge, const char *path)
{
	const struct report *report = judge->report;
	struct stat status;
	int64_t changed_ns;

	if (stat(path, &status) < 0)
		return true;
	changed_ns = status.st_mtim.tv_sec * INT64_C(1000000000) + status.st_mtim.tv_nsec;
	return changed_ns > report->started_wall_ns + (int64_t)report->duration_ns;
}

static struct report_frame frame_of(struct judge *judge, const struct python_line *line,
				    const char *cwd)
{
	struct report *report = judge->report;
	const char *path = line->path, *found = NULL, *source = NULL;
	bool is_file = path[0] != '<';
	struct report_frame frame = {
		.function = report_strdup(report, line->function),
		.line = line->line,
		.runtime = RUNTIME_python,
		.language = runtime_language(RUNTIME_python),
		.is_library = is_library(path),
	};

	frame.is_runtime = frame.is_library && is_machinery(path, line->function);
	if (is_file && path[0] != '/' && cwd)
		path = report_printf(report, "%s/%s", cwd, path);
	if (is_file)
		found = source_find(judge->paths, path, frame.is_library);
	if (found && !is_newer_than_run(judge, found))
		source = symbolizer_source_line(judge->symbolizer, NULL, found, line->line);
	frame.file = report_strdup(report, path_shown(judge->paths, found ? found : path));
	if (source)
		frame.source = report_strdup(report, source);
	return frame;
}

/* A merge under way. */
struct merge {
	struct judge *judge;
	const char *cwd;
	const struct python_line *lines;
	size_t line_count, line_at;
	struct report_frame *frames;
	size_t count;
};

static void merge_add(struct merge *merge, const struct report_frame *frame)
{
	merge->frames = array_grow(merge->judge->report, merge->frames, merge->count,
				   sizeof(*merge->frames));
	merge->frames[merge->count++] = *frame;
}

/* The frames of the next `entries` calls of the evaluation loop. */
static void merge_entries(struct merge *merge, size_t entries)
{
	while (entries > 0 && merge->line_at < merge->line_count) {
		const struct python_line *line = &merge->lines[merge->line_at++];
		struct report_frame frame;

		entries -= line->type == PYTHON_ENTRY;
		if (line->type != PYTHON_FRAME)
			continue;
		frame = frame_of(merge->judge, line, merge->cwd);
		merge_add(merge, &frame);
	}
}

static size_t entries_count(const struct merge *merge)
{
	size_t count = 0;

	for (size_t i = 0; i < merge->line_count; i++)
		count += merge->lines[i].type == PYTHON_ENTRY;
	return count;
}

/* Index of the last frame of the interpreter above the program's start, and how many calls of its
 * loop there are. */
static size_t glue_last(const struct judge *judge, const struct report_stack *stack,
			size_t *ret_loops)
{
	size_t last = SIZE_MAX;

	*ret_loops = 0;
	for (size_t i = 0; i < stack->frame_count; i++) {
		if (is_glue(judge, &stack->frames[i]) && !stack->frames[i].is_runtime)
			last = i;
		*ret_loops += is_loop(&stack->frames[i]);
	}
	return last;
}

/*
 * Parts of the interpreter without a name: the evaluation loop may be among them, as where it is
 * made of tail calls (CPython 3.14) and stripped.
 */
static bool has_nameless(const struct judge *judge, const struct report_stack *stack)
{
	for (size_t i = 0; i < stack->frame_count; i++)
		if (is_glue(judge, &stack->frames[i]) && !stack->frames[i].function)
			return true;
	return false;
}

/* Where the interpreter called other code: the last frame of each stretch of it. */
static bool ends_stretch(const struct judge *judge, const struct report_stack *stack, size_t i)
{
	return is_glue(judge, &stack->frames[i]) && !stack->frames[i].is_runtime &&
	       (i + 1 == stack->frame_count || !is_glue(judge, &stack->frames[i + 1]));
}

static size_t stretches_count(const struct judge *judge, const struct report_stack *stack)
{
	size_t count = 0;

	for (size_t i = 0; i < stack->frame_count; i++)
		count += ends_stretch(judge, stack, i);
	return count;
}

static void merge_stack(struct merge *merge, const struct report_stack *stack, bool is_cut)
{
	size_t loops, entries = entries_count(merge);
	size_t last = glue_last(merge->judge, stack, &loops);
	bool is_nameless = loops == 0 && has_nameless(merge->judge, stack);
	/* As often as it called out, if that is so, it was called. */
	bool by_stretch = is_nameless && stretches_count(merge->judge, stack) == entries;
	bool is_matching = loops == entries || by_stretch ||
			   (loops < entries && stack->is_truncated && !is_nameless) ||
			   (loops > entries && is_cut);

	for (size_t i = 0; i < stack->frame_count; i++) {
		const struct report_frame *frame = &stack->frames[i];

		if (!is_glue(merge->judge, frame))
			merge_add(merge, frame);
		if ((!is_matching && is_glue(merge->judge, frame)) || i == last)
			merge_entries(merge, SIZE_MAX);
		else if (is_loop(frame) || (by_stretch && ends_stretch(merge->judge, stack, i)))
			merge_entries(merge, 1);
		if (i == last && is_cut)
			return; /* what called those that are not there is no neighbour of theirs */
	}
	merge_entries(merge, SIZE_MAX);
}

/* The source to show is the program's, where there is any. */
static void library_sources_hide(struct report_frame *frames, size_t count)
{
	bool has_own = false;

	for (size_t i = 0; i < count; i++)
		has_own |= frames[i].source && !frames[i].is_library;
	for (size_t i = 0; has_own && i < count; i++)
		if (frames[i].is_library)
			frames[i].source = NULL;
}

static void python_merge(struct judge *judge, struct report_stack *stack, const char *text,
			 const char *cwd)
{
	struct python_line *lines = report_alloc(judge->report, LINES_MAX * sizeof(*lines));
	struct merge merge = { .judge = judge, .cwd = cwd, .lines = lines };
	bool is_cut;

	merge.line_count = python_text_parse(report_strdup(judge->report, text), lines, LINES_MAX);
	if (merge.line_count == 0)
		return;
	is_cut = lines[merge.line_count - 1].type == PYTHON_MORE;
	merge_stack(&merge, stack, is_cut);
	library_sources_hide(merge.frames, merge.count);
	*stack = (struct report_stack){ .frames = merge.frames,
					.frame_count = merge.count,
					.is_truncated = is_cut };
}

const struct runtime_frames runtime_frames_python = {
	.has_module = has_module,
	.owns = owns_module,
	.functions = python_functions,
	.merge = python_merge,
	.key = python_key,
	.word = python_function_text,
};
