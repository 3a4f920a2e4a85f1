/* SPDX-License-Identifier: MIT */
/* Stacks through code made at run time, and its names. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run.h"
#include "watch.h"

TestSuite(jit, .init = run_init, .fini = run_fini);

static struct watched jit_watch(const char *const argv[])
{
	struct watched watched = watch_command(&(struct run_options){ 0 }, argv);

	if (run_status(&watched.run) == 77)
		cr_skip("not here");
	cr_assert_eq(run_status(&watched.run), 23, "%d: %s", run_status(&watched.run),
		     watched.run.err);
	/* Whoever ran it made a map. */
	unlink(run_format("/tmp/perf-%lld.map", report_number(watched.report, "processes/0/pid")));
	return watched;
}

#define JIT_WATCH(...) jit_watch(RUN_ARGV("--", FIXTURE("jit"), __VA_ARGS__))

/* The names of the stack of the only finding, "a b c"; "?" for a frame without. */
static const char *functions_of(const struct watched *watched)
{
	json_t *finding = json_array_get(json_object_get(watched->report, "findings"), 0);
	const char *text = "";

	cr_assert_eq(json_array_size(json_object_get(watched->report, "findings")), 1, "%s",
		     watched->run.err);
	for (size_t i = 0; i < json_array_size(json_object_get(finding, "stack")); i++) {
		json_t *frame = json_array_get(json_object_get(finding, "stack"), i);
		const char *name = report_text(frame, "function");

		if (!json_is_true(json_object_get(frame, "runtime")))
			text = run_format("%s%s%s", text, *text ? " " : "", *name ? name : "?");
	}
	return text;
}

static void expect_functions(const struct watched *watched, const char *expected)
{
	const char *functions = functions_of(watched);

	cr_expect_str_eq(functions, expected, "%s", functions);
}

Test(jit, frames_are_named_and_lead_on)
{
	struct watched watched = JIT_WATCH("named", "kept", "small", "kept");

	expect_functions(&watched, "frame_call made_kept frame_call made_small frame_call "
				   "made_kept frame_call main");
	cr_expect_eq(report_count(watched.report, "socket", "socket"), 3);
}

/* What opens is called from the code itself: no frame of an object is above it. */
Test(jit, code_that_opens_by_itself)
{
	struct watched watched =
		jit_watch(RUN_ARGV("-k", "all", "--", FIXTURE("jit"), "straight", "kept"));

	expect_functions(&watched, "made_kept frame_call main");
}

Test(jit, what_has_no_name_ends_the_stack)
{
	struct watched watched = JIT_WATCH("none", "kept");

	expect_functions(&watched, "frame_call ?");
	cr_expect_not_null(strstr(watched.run.err, "code made at run time has no names"), "%s",
			   watched.run.err);
}

Test(jit, maps_of_others_are_not_believed)
{
	struct watched watched = JIT_WATCH("stale", "kept");

	expect_functions(&watched, "frame_call ?");
}

Test(jit, nothing_leads_on_without_a_frame_pointer)
{
	struct watched watched = JIT_WATCH("named", "wild", "kept");

	expect_functions(&watched, "frame_call made_kept frame_call made_wild");
}

/* Remembered, walked by libunwind and by libgcc: the same stacks. */
Test(jit, all_unwinders_agree)
{
	struct run_options options = {
		.environment = RUN_ARGV("UNCLOSED_LIBRARY=" UNCLOSED_VERIFY_LIBRARY),
	};
	struct watched watched =
		watch_command(&options, RUN_ARGV("--", FIXTURE("jit"), "named", "kept", "small"));

	if (run_status(&watched.run) == 77)
		cr_skip("not here");
	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	unlink(run_format("/tmp/perf-%lld.map", report_number(watched.report, "processes/0/pid")));
}

static const char *file_write(const char *name, const char *text)
{
	FILE *file = fopen(run_path(name), "we");

	cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
	return run_path(name);
}

Test(jit, node)
{
	const char *script = file_write("leak.js", "const fs = require('fs');\n"
						   "function openOne() {\n"
						   "  fs.openSync(__filename, 'r');\n"
						   "}\n"
						   "for (let i = 0; i < 3; i++) openOne();\n"
						   "process.reallyExit(0);\n");
	struct watched watched;
	json_t *stack, *frame = NULL;
	size_t i;

	if (!run_find("node"))
		cr_skip("no node");
	watched = jit_watch(RUN_ARGV("-k", "file", "--", "node", "--perf-basic-prof",
				     "--no-logfile-per-isolate", "--logfile=/dev/null",
				     "--interpreted-frames-native-stack", script));
	stack = json_object_get(report_finding(watched.report, "open64", "file"), "stack");
	json_array_foreach(stack, i,
			   frame) if (strcmp(report_text(frame, "function"), "openOne") == 0) break;
	cr_assert_lt(i, json_array_size(stack), "%s", watched.run.err);
	cr_expect_str_eq(report_text(frame, "file"), script);
	cr_expect_eq(report_number(frame, "line"), 2);
	cr_expect_str_eq(report_text(frame, "source"), "function openOne() {");
	cr_expect(json_is_true(json_object_get(frame, "line_of_function")));
	cr_expect_eq(report_number(report_finding(watched.report, "open64", "file"), "count"), 3);
}
