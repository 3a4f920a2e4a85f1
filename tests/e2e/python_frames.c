/* SPDX-License-Identifier: MIT */
/*
 * Python frames, with every interpreter that is there: Debian's, python3.7 to
 * python3.19 in PATH, and those that UNCLOSED_TEST_PYTHONS names (paths with
 * colons between). The programs (fixtures/python) say in a comment what they leave:
 *
 *	# leak COUNT FUNCTION [FILE:LINE]
 *
 * on the line that opens it, or with the place.
 */
#include <criterion/criterion.h>
#include <elf.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watch.h"

#define SCRIPTS PYTHON_FIXTURES "/"
#define PYTHONS_MAX 32

static char *pythons[PYTHONS_MAX];
static size_t python_count;

/* Real interpreters only: a script of that name may ask for anything. */
static bool is_program(const char *path)
{
	char start[SELFMAG] = { 0 };
	FILE *file = fopen(path, "r");

	if (!file)
		return false;
	(void)!fread(start, 1, sizeof(start), file);
	(void)fclose(file);
	return memcmp(start, ELFMAG, SELFMAG) == 0 && access(path, X_OK) == 0;
}

static void python_add(const char *path)
{
	char *whole = path && is_program(path) ? realpath(path, NULL) : NULL;

	if (!whole || python_count == PYTHONS_MAX)
		return;
	run_keep(whole);
	for (size_t i = 0; i < python_count; i++)
		if (strcmp(pythons[i], whole) == 0)
			return;
	pythons[python_count++] = whole;
}

static void setup(void)
{
	const char *given = getenv("UNCLOSED_TEST_PYTHONS");

	run_init();
	python_count = 0;
	python_add(PYTHON);
	for (int minor = 7; minor < 20; minor++)
		python_add(run_find(run_format("python3.%d", minor)));
	for (char *path = strtok(run_keep(strdup(given ? given : "")), ":"); path;
	     path = strtok(NULL, ":"))
		python_add(path);
	if (python_count == 0)
		cr_skip("no python3");
}

TestSuite(python_frames, .init = setup, .fini = run_fini);

struct mark {
	int count;
	char function[64];
	char file[64];
	int line;
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The next mark of a script; false at its end. `*line` counts. */
static bool mark_next(FILE *script, const char *path, int *line, struct mark *ret_mark)
{
	char text[256], *at;

	while (fgets(text, sizeof(text), script)) {
		int fields;

		++*line;
		at = strstr(text, "# leak ");
		if (!at)
			continue;
		fields = sscanf(at, "# leak %d %63s %63[^:]:%d", &ret_mark->count,
				ret_mark->function, ret_mark->file, &ret_mark->line);
		cr_assert(fields == 2 || fields == 4, "%s:%d", path, *line);
		if (fields == 2) {
			(void)snprintf(ret_mark->file, sizeof(ret_mark->file), "%s",
				       base_name(path));
			ret_mark->line = *line;
		}
		return true;
	}
	return false;
}

/* Does the innermost frame in the mark's file have its function and line? */
static bool is_at(json_t *finding, const struct mark *mark)
{
	json_t *stack = report_at(finding, "stack");

	for (size_t i = 0; i < json_array_size(stack); i++) {
		json_t *frame = json_array_get(stack, i);
		const char *function = report_text(frame, "function");
		const char *dot = strrchr(function, '.');

		if (strcmp(base_name(report_text(frame, "file")), mark->file) != 0)
			continue;
		cr_expect_str_eq(report_text(frame, "language"), "python");
		return report_number(frame, "line") == mark->line &&
		       strcmp(dot ? dot + 1 : function, mark->function) == 0;
	}
	return false;
}

static bool has_mark(const struct watched *watched, const struct mark *mark)
{
	json_t *findings = report_at(watched->report, "findings");

	for (size_t i = 0; i < json_array_size(findings); i++) {
		json_t *finding = json_array_get(findings, i);

		if (is_at(finding, mark) && report_number(finding, "count") == mark->count)
			return true;
	}
	return false;
}

/* No frame of the interpreter is left in the stacks of openings. */
static bool has_interpreter(json_t *report)
{
	json_t *findings = report_at(report, "findings");

	for (size_t i = 0; i < json_array_size(findings); i++) {
		json_t *stack = report_at(json_array_get(findings, i), "stack");

		for (size_t j = 0; j < json_array_size(stack); j++) {
			json_t *frame = json_array_get(stack, j);

			if (strstr(report_text(frame, "function"), "_PyEval_") &&
			    strstr(base_name(report_text(frame, "module")), "python3"))
				return true;
		}
	}
	return false;
}

/* Each mark of a script is a finding; returns how many there are. */
static size_t marks_check(const struct watched *watched, const char *python, const char *path)
{
	FILE *script = fopen(path, "r");
	struct mark mark;
	size_t count = 0;
	int line = 0;

	cr_assert_not_null(script, "%s", path);
	while (mark_next(script, path, &line, &mark)) {
		cr_expect(has_mark(watched, &mark), "%s %s:%d: no %d × %s (%s:%d)\n%s", python,
			  path, line, mark.count, mark.function, mark.file, mark.line,
			  watched->run.err);
		count++;
	}
	(void)fclose(script);
	return count;
}

/* As it runs by itself, the program does under unclosed. */
static struct watched script_watch(const char *python, const char *script)
{
	struct watched watched = WATCH("--kinds", "socket,epoll", "--", python, script);

	cr_assert_not_null(watched.report, "%s: %s", python, watched.run.err);
	cr_expect(report_at(watched.report, "exit/status") &&
			  report_number(watched.report, "exit/status") == 0,
		  "%s %s: %s", python, script, watched.run.err);
	return watched;
}

static void script_check(const char *name)
{
	const char *script = run_format(SCRIPTS "%s", name);

	for (size_t i = 0; i < python_count; i++) {
		struct watched watched = script_watch(pythons[i], script);
		size_t marks = marks_check(&watched, pythons[i], script);

		cr_expect_eq(json_array_size(report_at(watched.report, "findings")), marks,
			     "%s: %s", pythons[i], watched.run.err);
		cr_expect_not(has_interpreter(watched.report), "%s: %s", pythons[i],
			      watched.run.err);
	}
}

#define SCRIPT(name)                       \
	Test(python_frames, name)          \
	{                                  \
		script_check(#name ".py"); \
	}

SCRIPT(threads)
SCRIPT(generators)
SCRIPT(compiled)
SCRIPT(recursion)
SCRIPT(lines)
SCRIPT(tracing)
SCRIPT(signals)
SCRIPT(children)
SCRIPT(tasks)
SCRIPT(callbacks)
SCRIPT(names)
SCRIPT(once)

/* Nothing below a coroutine's own frames is walked: there is another's stack, or none. */
Test(python_frames, coroutines)
{
	for (size_t i = 0; i < python_count; i++) {
		struct run asked = RUN(pythons[i], "-c", "import greenlet");
		struct watched watched;

		if (run_status(&asked) != 0)
			continue;
		watched = script_watch(pythons[i], SCRIPTS "coroutines.py");
		(void)marks_check(&watched, pythons[i], SCRIPTS "coroutines.py");
	}
}

/* Cut where the recording ends, and told. */
Test(python_frames, recursion_is_cut)
{
	for (size_t i = 0; i < python_count; i++) {
		struct watched watched = script_watch(pythons[i], SCRIPTS "recursion.py");
		json_t *finding = report_finding(watched.report, "socket", NULL);

		cr_expect_eq(json_array_size(report_at(finding, "stack")), 32, "%s", pythons[i]);
		cr_expect(json_is_true(report_at(finding, "stack_truncated")), "%s", pythons[i]);
	}
}

/* What asyncio and qsort() do between the program's functions. */
Test(python_frames, order)
{
	for (size_t i = 0; i < python_count; i++) {
		struct watched watched = script_watch(pythons[i], SCRIPTS "callbacks.py");
		json_t *stack = report_at(watched.report, "findings/0/stack");
		size_t count = json_array_size(stack);
		bool is_sort_native = false;

		cr_assert_geq(count, 4, "%s: %s", pythons[i], watched.run.err);
		cr_expect_str_eq(report_text(stack, "0/function"), "compare");
		for (size_t j = 1; j < count; j++) {
			json_t *frame = json_array_get(stack, j);

			if (strcmp(report_text(frame, "function"), "sort") == 0)
				break;
			is_sort_native |= strstr(report_text(frame, "module"), "libc") != NULL;
		}
		cr_expect(is_sort_native, "%s: %s", pythons[i], watched.run.err);
		cr_expect_str_eq(report_text(json_array_get(stack, 0), "source"),
				 "    libc.socket(AF_INET, SOCK_STREAM, 0)  # leak 1 compare");
	}
}

/* Under a signal handler in C nothing of the interpreter is read. */
Test(python_frames, native_signals)
{
	for (size_t i = 0; i < python_count; i++) {
		struct watched watched = script_watch(pythons[i], SCRIPTS "native_signals.py");
		json_t *findings = report_at(watched.report, "findings");

		cr_expect_eq(report_count(watched.report, "epoll_create", "epoll"), 200, "%s: %s",
			     pythons[i], watched.run.err);
		for (size_t j = 0; j < json_array_size(findings); j++) {
			json_t *stack = report_at(json_array_get(findings, j), "stack");

			for (size_t k = 0; k < json_array_size(stack); k++)
				cr_expect_str_neq(report_text(json_array_get(stack, k), "language"),
						  "python", "%s", pythons[i]);
		}
	}
}

Test(python_frames, finalisation)
{
	for (size_t i = 0; i < python_count; i++) {
		struct watched watched = script_watch(pythons[i], SCRIPTS "finalisation.py");

		(void)marks_check(&watched, pythons[i], SCRIPTS "finalisation.py");
		cr_expect_eq(report_count(watched.report, NULL, "socket"), 2, "%s: %s", pythons[i],
			     watched.run.err);
	}
}

/* Other ways to the same line. */
Test(python_frames, ways_to_start)
{
	for (size_t i = 0; i < python_count; i++) {
		const char *python = pythons[i], *zip = run_path("once.pyz");
		const char *import = "import sys; sys.path.insert(0, sys.argv[1]); import once";
		struct run made = RUN(python, "-c",
				      "import sys, zipfile\n"
				      "with zipfile.ZipFile(sys.argv[2], 'w') as zip:\n"
				      "    zip.write(sys.argv[1], '__main__.py')\n",
				      SCRIPTS "once.py", zip);
		struct watched imported = WATCH("--", python, "-c", import, PYTHON_FIXTURES);
		struct watched thawed =
			WATCH("--", python, "-X", "frozen_modules=off", SCRIPTS "once.py");
		struct watched isolated = WATCH("--", python, "-I", "-OO", SCRIPTS "once.py");
		struct watched zipped = WATCH("--", python, zip);
		const struct mark mark = { 1, "leave", "once.py", 8 };
		const struct mark zipped_mark = { 1, "leave", "__main__.py", 8 };

		cr_expect_eq(run_status(&made), 0, "%s", made.err);
		cr_expect(has_mark(&imported, &mark), "%s: %s", python, imported.run.err);
		cr_expect(has_mark(&thawed, &mark), "%s: %s", python, thawed.run.err);
		cr_expect(has_mark(&isolated, &mark), "%s: %s", python, isolated.run.err);
		cr_expect(has_mark(&zipped, &zipped_mark), "%s: %s", python, zipped.run.err);
	}
}

/* With trampolines in code made at run time between the functions, which perf has names for. */
Test(python_frames, perf_support)
{
	const struct mark mark = { 3, "inner", "generators.py", 8 };

	for (size_t i = 0; i < python_count; i++) {
		struct watched watched =
			WATCH("--", pythons[i], "-X", "perf", SCRIPTS "generators.py");

		cr_expect(has_mark(&watched, &mark), "%s: %s", pythons[i], watched.run.err);
		cr_expect_eq(json_array_size(report_at(watched.report, "findings")), 1, "%s: %s",
			     pythons[i], watched.run.err);
	}
}

/* Imports are there in the JSON report, and not in the text. */
Test(python_frames, machinery_is_left_out)
{
	const char *import = "import sys; sys.path.insert(0, sys.argv[1]); import once";

	for (size_t i = 0; i < python_count; i++) {
		struct watched watched = WATCH("--", pythons[i], "-c", import, PYTHON_FIXTURES);
		struct run verbose = RUN(UNCLOSED_PROGRAM, "-v", "--", pythons[i], "-c", import,
					 PYTHON_FIXTURES);

		cr_expect_null(strstr(watched.run.err, "importlib"), "%s", watched.run.err);
		cr_expect_not_null(strstr(verbose.err, "<frozen importlib"), "%s", verbose.err);
		cr_expect_not_null(strstr(watched.run.err, "<string>:1"), "%s", watched.run.err);
	}
}

/* By reference counting, at the end: the opening's line, in one group. */
Test(python_frames, closed_by_gc)
{
	static const char script[] = "import socket\n"
				     "def fetch():\n"
				     "    s = socket.socket()\n"
				     "for _ in range(100):\n"
				     "    fetch()\n";

	for (size_t i = 0; i < python_count; i++) {
		struct watched watched = WATCH("--", pythons[i], "-c", script);
		const struct mark mark = { 100, "fetch", "<string>", 3 };

		cr_expect(has_mark(&watched, &mark), "%s: %s", pythons[i], watched.run.err);
		cr_expect_eq(json_array_size(report_at(watched.report, "findings")), 1, "%s: %s",
			     pythons[i], watched.run.err);
		cr_expect_str_eq(report_text(watched.report, "findings/0/type"), "closed-by-gc");
		cr_expect_not_null(strstr(watched.run.err, "a with block in fetch()"), "%s",
				   watched.run.err);
	}
}

/* Prints the home and the library of an interpreter, if it has one. */
static const char library_script[] =
	"import os, sys, sysconfig\n"
	"get = sysconfig.get_config_var\n"
	"for folder in (get('LIBDIR'), os.path.join(get('LIBDIR'), get('MULTIARCH') or '')):\n"
	"    path = os.path.join(folder, get('INSTSONAME') or '')\n"
	"    if '.so' in path and os.path.exists(path):\n"
	"        print(sys.base_prefix, path)\n"
	"        break\n";

/* A Python that a program loads late, for itself alone, uses from two threads, and unloads. */
Test(python_frames, embedded)
{
	for (size_t i = 0; i < python_count; i++) {
		struct run asked = RUN(pythons[i], "-c", library_script);
		const char *home = strtok(asked.out, " "), *path = strtok(NULL, "\n");
		struct run_options options = { 0 };
		struct watched watched;

		if (!path)
			continue;
		options.environment = RUN_ARGV(run_format("PYTHONHOME=%s", home));
		watched = WATCH_WITH(options, "--kinds", "file", "--", FIXTURE("embed"), path);
		cr_expect(has_mark(&watched, &(struct mark){ 1, "embedded", "<string>", 3 }),
			  "%s: %s", path, watched.run.err);
		cr_expect(has_mark(&watched, &(struct mark){ 1, "visited", "<string>", 2 }),
			  "%s: %s", path, watched.run.err);
		cr_expect_eq(report_count(watched.report, "open", "file"), 4, "%s: %s", path,
			     watched.run.err);
		cr_expect_not(has_interpreter(watched.report), "%s: %s", path, watched.run.err);
	}
}

/* In a sub-interpreter: its frames, or, before 3.12, the native ones; never another's. */
Test(python_frames, sub_interpreter)
{
	static const char script[] =
		"code = 'import os\\ndef inside():\\n    os.open(\"/dev/null\", 0)\\ninside()\\n'\n"
		"def outside():\n"
		"    try:\n"
		"        import _interpreters as all\n"
		"    except ImportError:\n"
		"        import _xxsubinterpreters as all\n"
		"    all.run_string(all.create(), code)\n"
		"outside()\n";

	for (size_t i = 0; i < python_count; i++) {
		struct watched watched = WATCH("--kinds", "file", "--", pythons[i], "-c", script);
		json_t *stack = report_at(watched.report, "findings/0/stack");

		if (report_number(watched.report, "exit/status") != 0)
			continue; /* too old to have them */
		cr_expect_eq(report_count(watched.report, NULL, "file"), 1, "%s", watched.run.err);
		for (size_t j = 0; j < json_array_size(stack); j++)
			cr_expect_str_neq(report_text(json_array_get(stack, j), "function"),
					  "outside", "%s: %s", pythons[i], watched.run.err);
	}
}
