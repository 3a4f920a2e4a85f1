/* SPDX-License-Identifier: MIT */
/* Names that runtimes give to code made at run time. */
#include "judge/stack/jit.h"

#include <criterion/criterion.h>
#include <string.h>

static struct report *report;

static void jit_init(void)
{
	report = report_new();
}

static void jit_fini(void)
{
	report_free(report);
}

TestSuite(jit, .init = jit_init, .fini = jit_fini);

static const char *text_of(const char *name)
{
	struct report_frame frame = { 0 };

	jit_name_parse(report, name, &frame);
	return report_printf(report, "%s|%s|%u|%s%s", frame.function, frame.file ? frame.file : "",
			     frame.line, frame.language ? frame.language : "",
			     frame.is_library ? "|library" : "");
}

Test(jit, scripts)
{
	cr_expect_str_eq(text_of("JS:*serve /app/server.js:12:14"),
			 "serve|/app/server.js|12|javascript");
	cr_expect_str_eq(text_of("JS:~ /app/server.js:9:58"),
			 "(anonymous)|/app/server.js|9|javascript");
	cr_expect_str_eq(text_of("LazyCompile:~Pool.open file:///app/a b/pool.mjs:3:8"),
			 "Pool.open|/app/a b/pool.mjs|3|javascript");
	cr_expect_str_eq(text_of("JS:^get size /app/pool.js:7:11"),
			 "get size|/app/pool.js|7|javascript");
	cr_expect_str_eq(text_of("JS:+openSync node:fs:570:18"),
			 "openSync|node:fs|570|javascript|library");
	cr_expect_str_eq(text_of("JS:*get /app/node_modules/x/index.js:1:1"),
			 "get|/app/node_modules/x/index.js|1|javascript|library");
	cr_expect_str_eq(text_of("Function:~run"), "run||0|javascript");
	cr_expect_str_eq(text_of("Script:~ evalmachine.<anonymous>:1:1"),
			 "(anonymous)|evalmachine.<anonymous>|1|javascript");
}

Test(jit, python)
{
	cr_expect_str_eq(text_of("py::Server.handle:/app/server.py"),
			 "Server.handle|/app/server.py|0|python");
	cr_expect_str_eq(text_of("py::<module>:<frozen runpy>"),
			 "<module>|<frozen runpy>|0|python");
	cr_expect_str_eq(text_of("py::"), "||0|python");
}

Test(jit, others)
{
	cr_expect_str_eq(text_of("Lcom/acme/Server;::handle"), "Lcom/acme/Server;::handle||0|");
	cr_expect_str_eq(text_of("Builtin:ArrayPush"), "Builtin:ArrayPush||0|");
	cr_expect_str_eq(text_of("JS:"), "(anonymous)||0|javascript");
	cr_expect_str_eq(text_of("JS:~x :1:"), "x|:1:|0|javascript");
}

Test(jit, the_engine_is_marked)
{
	struct report_frame frames[] = {
		{ .function = "uv__fs_open", .module = "/usr/bin/node" },
		{ .function = "Builtins_CEntry", .module = "/usr/bin/node" },
		{ .function = "openSync",
		  .file = "node:fs",
		  .language = "javascript",
		  .is_library = true },
		{ .function = "open", .file = "/app/a.js", .language = "javascript" },
		{ .function = "load",
		  .file = "node:internal/modules/cjs/loader",
		  .language = "javascript",
		  .is_library = true },
		{ .function = "node::Start", .module = "/usr/bin/node" },
	};
	struct report_stack stack = { .frames = frames, .frame_count = 6 };
	static const bool expected[] = { false, true, false, false, true, true };

	jit_engine_mark(&stack);
	for (size_t i = 0; i < 6; i++)
		cr_expect_eq(frames[i].is_runtime, expected[i], "%s", frames[i].function);
	cr_expect(frame_is_script(&frames[3]));
	cr_expect_not(frame_is_script(&frames[2]));
	cr_expect_not(frame_is_script(&frames[0]));
}
