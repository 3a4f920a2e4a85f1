/* SPDX-License-Identifier: MIT */
/* Python frames: their text taken apart, and put in the place of the interpreter's frames. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/stack/python_text.h"
#include "world.h"

#define PYTHON 0x600000
#define EXTENSION 0x800000
#define SOCKET_MODULE 0xa00000
#define LIBC 0xc00000

static struct world world;

static void setup(void)
{
	world_open(&world);
	world_module(&world, world.image_ref, "/usr/bin/python3.11", PYTHON);
	world_module(&world, world.image_ref,
		     "/usr/lib/python3.11/lib-dynload/_socket.cpython-311-x86_64-linux-gnu.so",
		     SOCKET_MODULE);
	world_module(&world, world.image_ref, "/srv/pool.cpython-311-x86_64-linux-gnu.so",
		     EXTENSION);
	world_module(&world, world.image_ref, "/lib/x86_64-linux-gnu/libc.so.6", LIBC);
	world_symbol(0x11, "_PyEval_EvalFrameDefault", NULL, 0);
	world_symbol(0x21, "PyObject_Vectorcall", NULL, 0);
	world_symbol(0x31, "pool_run", "pool.c", 7);
	world_symbol(0x41, "__libc_start_main", NULL, 0);
}

static void teardown(void)
{
	world_close(&world);
}

TestSuite(python, .init = setup, .fini = teardown);

#define LOOP (PYTHON + 0x11)
#define CALL (PYTHON + 0x21)
#define NAMELESS (PYTHON + 0x51)
#define POOL (EXTENSION + 0x31)
#define START (LIBC + 0x41)

static size_t parse(const char *text, struct python_line *lines, size_t max)
{
	static char copy[1024];

	(void)snprintf(copy, sizeof(copy), "%s", text);
	return python_text_parse(copy, lines, max);
}

Test(python, text)
{
	struct python_line lines[8];

	cr_assert_eq(parse("File \"a b.py\", line 12 in Server.handle\n-\n"
			   "File \"<string>\", line 0 in <module>\n-\n...\n",
			   lines, 8),
		     5);
	cr_expect_str_eq(lines[0].path, "a b.py");
	cr_expect_str_eq(lines[0].function, "Server.handle");
	cr_expect_eq(lines[0].line, 12);
	cr_expect_eq(lines[1].type, PYTHON_ENTRY);
	cr_expect_str_eq(lines[2].path, "<string>");
	cr_expect_str_eq(lines[2].function, "<module>");
	cr_expect_eq(lines[2].line, 0);
	cr_expect_eq(lines[4].type, PYTHON_MORE);
}

/* Python's own characters, and the bytes of a path that is not UTF-8. */
Test(python, text_escapes)
{
	struct python_line lines[1];

	cr_assert_eq(parse("File \"/caf\\xe9/\\u4e2d\\U0001f40d/\\udcff\\x5c\\x22.py\", line 1 in "
			   "\\u0444.<lambda>",
			   lines, 1),
		     1);
	cr_expect_str_eq(lines[0].path, "/caf\xc3\xa9/\xe4\xb8\xad\xf0\x9f\x90\x8d/\xff\\\".py");
	cr_expect_str_eq(lines[0].function, "\xd1\x84.<lambda>");
}

/* What no writer of ours made. */
Test(python, text_damaged)
{
	static const char *const texts[] = { "",
					     "\n\n",
					     "File \"a.py\", line 1",
					     "File \"a.py\", line -1 in f",
					     "File \"a.py\", line 99999999999 in f",
					     "File \"a.py\" line 1 in f",
					     "File \"\", line 1 in f",
					     "File \"a.py\", line 1 in ",
					     "--",
					     "...." };
	struct python_line lines[8];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		cr_expect_eq(parse(texts[i], lines, 8), 0, "%s", texts[i]);
	cr_expect_eq(parse("-\n-\n-\n-\n", lines, 2), 2);
	cr_assert_eq(parse("File \"a\\x0\\xzz\\u12\\x00\\U99999999\\\", line 1 in f\\", lines, 8),
		     1);
	cr_expect_str_eq(lines[0].path, "a\\x0\\xzz\\u12\\x00\\U99999999\\");
	cr_expect_str_eq(lines[0].function, "f\\");
}

/* Leave a socket open at a stack with Python frames; NULL: none. */
static void leave(int fd, const uint64_t *pcs, const char *text)
{
	uint32_t stack = world_stack(&world, pcs);

	if (text) {
		ledger_stack_at(&world.ledger, stack)->flags |= RUNTIME_python * STACK_RUNTIME;
		stack = ledger_stack_intern_text(
			&world.ledger, stack, ledger_string_add(&world.ledger, text, strlen(text)));
	}
	world_slot(&world, 0, fd, WORLD_SOCKET, KIND_SOCKET, stack);
}

/* "function" of each frame, with a space between; runtime frames in brackets. */
static const char *functions(const struct finding *finding)
{
	static char names[512];

	names[0] = '\0';
	for (size_t i = 0; i < finding->stack.frame_count; i++) {
		const struct report_frame *frame = &finding->stack.frames[i];
		size_t length = strlen(names);

		(void)snprintf(names + length, sizeof(names) - length,
			       frame->is_runtime ? "%s[%s]" : "%s%s", length ? " " : "",
			       frame->function ? frame->function : "?");
	}
	return names;
}

#define PCS(...) ((const uint64_t[]){ __VA_ARGS__, 0 })

Test(python, frames_replace_the_interpreter)
{
	const struct finding *finding;

	leave(5, PCS(SOCKET_MODULE + 1, CALL, LOOP, CALL, LOOP, CALL, START),
	      "File \"/srv/a.py\", line 3 in inner\nFile \"/srv/a.py\", line 9 in outer\n-\n"
	      "File \"/srv/a.py\", line 20 in <module>\n-\n");
	finding = world_finding(&world);
	cr_expect_str_eq(functions(finding), "inner outer <module> [__libc_start_main]");
	cr_expect_str_eq(finding->stack.frames[0].language, "python");
	cr_expect_str_eq(finding->stack.frames[0].file, "/srv/a.py");
	cr_expect_eq(finding->stack.frames[0].line, 3);
	cr_expect_null(finding->stack.frames[0].module);
	cr_expect_str_eq(finding->remedy_file, "/srv/a.py");
	cr_expect_eq(finding->remedy_line, 3);
}

/* An extension that calls back has its place between the functions. */
Test(python, extension_between)
{
	leave(5, PCS(SOCKET_MODULE + 1, CALL, LOOP, CALL, POOL, CALL, LOOP, START),
	      "File \"/srv/a.py\", line 3 in callback\n-\nFile \"/srv/a.py\", line 9 in main\n-\n");
	cr_expect_str_eq(functions(world_finding(&world)),
			 "callback pool_run main [__libc_start_main]");
}

/* A loop without a name, as of tail calls in a stripped CPython 3.14. */
Test(python, loop_without_a_name)
{
	leave(5, PCS(SOCKET_MODULE + 1, CALL, NAMELESS, NAMELESS, POOL, CALL, NAMELESS, START),
	      "File \"/srv/a.py\", line 3 in callback\n-\nFile \"/srv/a.py\", line 9 in main\n-\n");
	cr_expect_str_eq(functions(world_finding(&world)),
			 "callback pool_run main [__libc_start_main]");
}

/* An extension that opens by itself is innermost. */
Test(python, extension_in_front)
{
	leave(5, PCS(POOL, CALL, LOOP, START), "File \"/srv/a.py\", line 9 in main\n-\n");
	cr_expect_str_eq(functions(world_finding(&world)), "pool_run main [__libc_start_main]");
}

/* More calls of the evaluation loop than the text knows of: which is which cannot be told. */
Test(python, numbers_disagree)
{
	leave(5, PCS(CALL, LOOP, CALL, LOOP, POOL, LOOP, START),
	      "File \"/srv/a.py\", line 3 in callback\n-\nFile \"/srv/a.py\", line 9 in main\n-\n");
	cr_expect_str_eq(functions(world_finding(&world)),
			 "callback main pool_run [__libc_start_main]");
}

Test(python, text_was_cut)
{
	const struct finding *finding;

	leave(5, PCS(CALL, LOOP, CALL, LOOP, START), "File \"/srv/a.py\", line 3 in f\n-\n...\n");
	finding = world_finding(&world);
	cr_expect(finding->stack.is_truncated);
	cr_expect_str_eq(functions(finding), "f");
}

/*
 * The same Python stack by another way through the interpreter is one place, also where the record
 * ends within the interpreter; another line is not.
 */
Test(python, groups_by_python_stack)
{
	static const char text[] = "File \"/srv/a.py\", line 3 in f\n-\n";

	leave(5, PCS(SOCKET_MODULE + 1, CALL, LOOP, START), text);
	leave(6, PCS(SOCKET_MODULE + 1, LOOP, START), text);
	leave(9, PCS(SOCKET_MODULE + 1, CALL, LOOP, CALL, LOOP, START),
	      "-\nFile \"/srv/a.py\", line 3 in f\n-\n");
	leave(10, PCS(SOCKET_MODULE + 1, CALL, LOOP, CALL), text);
	cr_expect_eq(world_finding(&world)->count, 4);
	leave(7, PCS(SOCKET_MODULE + 1, CALL, LOOP, START), "File \"/srv/a.py\", line 4 in f\n-\n");
	cr_expect_eq(world_judge(&world)->finding_count, 2);
	leave(8, PCS(POOL, CALL, LOOP, START), text);
	cr_expect_eq(world_judge(&world)->finding_count, 3);
}

/* Where a program is started, imported, threaded and scheduled from is not its code. */
Test(python, machinery)
{
	leave(5, PCS(CALL, LOOP, START),
	      "File \"/usr/lib/python3.11/socket.py\", line 232 in socket.__init__\n"
	      "File \"/srv/job.py\", line 3 in run\n"
	      "File \"/usr/lib/python3.11/threading.py\", line 975 in Thread.run\n"
	      "File \"<frozen importlib._bootstrap>\", line 241 in _call_with_frames_removed\n"
	      "File \"/usr/lib/python3.11/asyncio/events.py\", line 80 in Handle._run\n"
	      "File \"/srv/job.py\", line 30 in <module>\n"
	      "File \"/usr/lib/python3/dist-packages/_pytest/python.py\", line 195 in "
	      "pytest_pyfunc_call\n"
	      "File \"<frozen runpy>\", line 88 in _run_code\n-\n");
	cr_expect_str_eq(functions(world_finding(&world)),
			 "socket.__init__ run [Thread.run] [_call_with_frames_removed] "
			 "[Handle._run] <module> [pytest_pyfunc_call] [_run_code] "
			 "[__libc_start_main]");
	cr_expect(world_finding(&world)->stack.frames[0].is_library);
	cr_expect_not(world_finding(&world)->stack.frames[1].is_library);
	cr_expect_eq(world_finding(&world)->remedy_line, 3);
}

/* No path, no line, no address: the same finding in the next checkout and interpreter. */
Test(python, fingerprint)
{
	const char *first;

	leave(5, PCS(CALL, LOOP, START),
	      "File \"/usr/lib/python3.11/socket.py\", line 232 in socket.__init__\n"
	      "File \"/srv/app/server.py\", line 3 in Server.open\n-\n");
	cr_expect(world_finding(&world)->is_stable);
	first = strdup(world_finding(&world)->fingerprint);
	world_state(&world, 0, 5, SLOT_CLOSED);
	leave(6, PCS(LOOP, START),
	      "File \"/usr/lib/python3.12/socket.py\", line 233 in socket.__init__\n"
	      "File \"/home/me/server.py\", line 5 in Server.open\n-\n");
	cr_expect_str_eq(world_finding(&world)->fingerprint, first);
	world_state(&world, 0, 6, SLOT_CLOSED);
	leave(7, PCS(LOOP, START), "File \"/home/me/renamed.py\", line 5 in Server.open\n-\n");
	cr_expect_str_eq(world_finding(&world)->fingerprint, first);
	world_state(&world, 0, 7, SLOT_CLOSED);
	leave(8, PCS(LOOP, START), "File \"/home/me/server.py\", line 5 in Client.open\n-\n");
	cr_expect_str_neq(world_finding(&world)->fingerprint, first);
	free((char *)first);
}

/* The top level of a module has no name but the module's. */
Test(python, fingerprint_of_a_top_level)
{
	const char *first;

	leave(5, PCS(CALL, LOOP, START), "File \"/srv/app/one.py\", line 3 in <module>\n-\n");
	first = strdup(world_finding(&world)->fingerprint);
	world_state(&world, 0, 5, SLOT_CLOSED);
	leave(6, PCS(LOOP, START), "File \"/home/me/one.py\", line 9 in <module>\n-\n");
	cr_expect_str_eq(world_finding(&world)->fingerprint, first);
	world_state(&world, 0, 6, SLOT_CLOSED);
	leave(7, PCS(LOOP, START), "File \"/home/me/two.py\", line 9 in <module>\n-\n");
	cr_expect_str_neq(world_finding(&world)->fingerprint, first);
	free((char *)first);
}

Test(python, unknown_version)
{
	struct ledger_image *image = ledger_at(&world.ledger, world.image_ref, sizeof(*image));
	static const char why[] = "Python 3.99.0: this version's frames are not known";
	const struct report *report;
	const char *said = "";

	image->interpreter_ref = ledger_string_add(&world.ledger, why, strlen(why));
	leave(5, PCS(CALL, LOOP, START), NULL);
	report = world_judge(&world);
	for (size_t i = 0; i < report->diagnostic_count; i++)
		if (strcmp(report->diagnostics[i].code, "no-python-frames") == 0)
			said = report->diagnostics[i].text;
	cr_expect_str_eq(said, "Python 3.99.0: this version's frames are not known; native "
			       "stacks are shown");
}
