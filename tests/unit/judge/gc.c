/* SPDX-License-Identifier: MIT */
/*
 * What Python closed itself: backtraces as a debugger showed them for Debian's
 * stripped python3.11 (names only for exported functions) and, where told, for
 * one with symbols.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "world.h"

#define PYTHON 0x600000
#define LIBRARY 0x700000
#define EXTENSION 0x800000
#define DEEPEST 16

static struct world world;
static unsigned int close_flags; /* of the stack that closes: enum stack_flags */
static const char *close_text;   /* and its Python frames; NULL: none */

static void setup(void)
{
	world_open(&world);
	world_module(&world, world.image_ref, "/usr/bin/python3.11", PYTHON);
}

static void teardown(void)
{
	world_close(&world);
}

TestSuite(gc, .init = setup, .fini = teardown);

/* A stack in python3.11 of functions with these names; "-" is a nameless one. */
static uint32_t python_stack(const char *const *names, uint64_t offset)
{
	uint64_t pcs[DEEPEST + 1] = { 0 };

	for (size_t i = 0; names[i] && i < DEEPEST; i++) {
		uint64_t address = offset + 1 + i * 16;

		pcs[i] = PYTHON + address;
		if (strcmp(names[i], "-") != 0)
			world_symbol(address, names[i], NULL, 0);
	}
	return world_stack(&world, pcs);
}

/* How many closes by Python the judge sees when a socket is closed at the stack `close`. */
static uint64_t gc_count_at(uint32_t close)
{
	static const char *const opener[] = { "-", "_PyEval_EvalFrameDefault", "Py_BytesMain",
					      NULL };
	struct report *report;
	uint32_t open = python_stack(opener, 0x100);

	ledger_stack_at(&world.ledger, close)->flags |= close_flags;
	if (close_text) {
		ledger_stack_at(&world.ledger, close)->flags |= RUNTIME_python * STACK_RUNTIME;
		close = ledger_stack_intern_text(
			&world.ledger, close,
			ledger_string_add(&world.ledger, close_text, strlen(close_text)));
	}
	for (int i = 0; i < 3; i++) {
		world_slot(&world, 0, 5, WORLD_SOCKET, KIND_SOCKET, open)->facts = FACT_CONNECTED;
		world_closed(&world, 0, 5, close);
	}
	world_exit(&world, 0, 0);
	report = world_judge(&world);
	if (report->finding_count == 0)
		return 0;
	cr_assert_eq(report->findings[0].type, FINDING_CLOSED_BY_GC);
	cr_assert_str_eq(report->findings[0].stack.frames[2].function, "Py_BytesMain");
	cr_assert_str_eq(report->findings[0].related[0].role, "closed");
	cr_assert_eq(report->findings[0].role, ROLE_CONNECTED);
	cr_assert_eq(report->findings[0].counted + report->findings[0].noted,
		     report->findings[0].count);
	return report->findings[0].count;
}

static uint64_t gc_count(const char *const *names)
{
	return gc_count_at(python_stack(names, 0x1000));
}

static uint64_t gc_count_of(const uint64_t *pcs)
{
	return gc_count_at(world_stack(&world, pcs));
}

#define STACK(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define PCS(...) ((const uint64_t[]){ __VA_ARGS__, 0 })

Test(gc, lost_socket)
{
	cr_assert_eq(gc_count(STACK("-", "PyObject_CallFinalizerFromDealloc", "-", "-",
				    "_PyEval_EvalFrameDefault", "PyEval_EvalCode")),
		     3);
	cr_assert_eq(world.report->exit_status, 23);
}

Test(gc, module_level_socket_at_the_end)
{
	cr_assert_eq(gc_count(STACK("-", "PyObject_CallFinalizerFromDealloc", "-", "-", "-", "-",
				    "-", "Py_FinalizeEx", "Py_RunMain")),
		     3);
}

Test(gc, cycle_with_symbols)
{
	cr_assert_eq(gc_count(STACK("sock_finalize", "finalize_garbage", "gc_collect_main",
				    "gc_collect_impl", "PyObject_Vectorcall",
				    "_PyEval_EvalFrameDefault")),
		     3);
}

Test(gc, held_by_a_module_at_the_end)
{
	cr_assert_eq(gc_count(STACK("-", "-", "-", "-", "Py_FinalizeEx", "Py_RunMain")), 3);
}

/* Debian's 3.13 and later: Py_FinalizeEx is not on the stack, and the walk has no other sign. */
Test(gc, at_the_end_without_a_name)
{
	const char *const *names = STACK("-", "-", "-", "-", "Py_RunMain", "Py_BytesMain");

	cr_assert_eq(gc_count(names), 0);
	close_flags = STACK_ENDING;
	cr_assert_eq(gc_count(names), 6, "both rounds closed there");
}

/* A __del__ of the program in CPython 3.14, whose evaluation loop may be nameless functions. */
Test(gc, own_finalizer_without_names)
{
	cr_assert_eq(gc_count(STACK("-", "-", "-", "-", "-", "PyObject_CallFinalizerFromDealloc",
				    "-", "Py_RunMain")),
		     0);
}

/* A __del__ of the program, at that time. */
Test(gc, by_the_program_at_the_end)
{
	close_flags = STACK_ENDING;
	cr_assert_eq(
		gc_count(STACK("-", "-", "PyObject_Vectorcall", "_PyEval_EvalFrameDefault", "-",
			       "-", "PyObject_CallFinalizerFromDealloc", "-", "Py_RunMain")),
		0);
}

Test(gc, registered_with_atexit)
{
	cr_assert_eq(gc_count(STACK("-", "-", "-", "Py_FinalizeEx", "Py_RunMain")), 0);
}

Test(gc, method_registered_with_atexit)
{
	cr_assert_eq(gc_count(STACK("-", "-", "PyObject_Vectorcall", "_PyEval_EvalFrameDefault",
				    "-", "-", "-", "Py_FinalizeEx", "Py_RunMain")),
		     0);
}

Test(gc, explicit_close)
{
	cr_assert_eq(gc_count(STACK("-", "-", "PyObject_Vectorcall", "_PyEval_EvalFrameDefault",
				    "PyEval_EvalCode")),
		     0);
}

Test(gc, with_block)
{
	cr_assert_eq(gc_count(STACK("-", "-", "PyObject_Vectorcall", "_PyEval_EvalFrameDefault",
				    "-", "-", "PyObject_Vectorcall", "_PyEval_EvalFrameDefault")),
		     0);
}

Test(gc, close_in_a_del_of_the_program)
{
	cr_assert_eq(gc_count(STACK("-", "-", "PyObject_Vectorcall", "_PyEval_EvalFrameDefault",
				    "_PyFunction_Vectorcall", "PyObject_CallOneArg", "-",
				    "PyObject_CallFinalizerFromDealloc", "-",
				    "_PyEval_EvalFrameDefault")),
		     0);
}

Test(gc, last_reference_dropped_in_a_del)
{
	cr_assert_eq(
		gc_count(STACK("-", "PyObject_CallFinalizerFromDealloc", "-",
			       "_PyObject_GenericSetAttrWithDict", "PyObject_SetAttr",
			       "_PyEval_EvalFrameDefault", "_PyFunction_Vectorcall",
			       "PyObject_CallOneArg", "-", "PyObject_CallFinalizerFromDealloc")),
		3);
}

Test(gc, makefile_object_lost_with_symbols)
{
	cr_assert_eq(gc_count(STACK("sock_close", "PyObject_Vectorcall", "_PyEval_EvalFrameDefault",
				    "_PyFunction_Vectorcall", "PyObject_VectorcallMethod",
				    "buffered_close", "method_vectorcall_NOARGS",
				    "PyObject_VectorcallMethod", "iobase_finalize",
				    "PyObject_CallFinalizer", "_PyIOBase_finalize",
				    "buffered_dealloc", "_PyEval_EvalFrameDefault")),
		     3);
}

Test(gc, makefile_object_closed_by_the_program)
{
	cr_assert_eq(gc_count(STACK("sock_close", "PyObject_Vectorcall", "_PyEval_EvalFrameDefault",
				    "_PyFunction_Vectorcall", "PyObject_VectorcallMethod",
				    "buffered_close", "method_vectorcall_NOARGS",
				    "PyObject_Vectorcall", "_PyEval_EvalFrameDefault")),
		     0);
}

/* A file in a cycle: what is known of a stripped interpreter is which function finalises. */
Test(gc, file_object_collected)
{
	cr_assert_eq(gc_count(STACK("-", "-", "PyObject_VectorcallMethod", "-",
				    "PyObject_VectorcallMethod", "iobase_finalize", "-", "-",
				    "PyObject_Vectorcall", "_PyEval_EvalFrameDefault")),
		     3);
}

/* The interpreter's other functions are known not to be finalisers then: no guess is made. */
Test(gc, closed_by_no_finaliser_at_the_end)
{
	world_symbol(0x9001, "sock_finalize", NULL, 0);
	close_flags = STACK_ENDING;
	cr_assert_eq(gc_count(STACK("-", "-", "-", "-", "Py_RunMain", "Py_BytesMain")), 0);
}

/* A library that an extension of the standard library is made for may be between them. */
Test(gc, library_of_an_extension)
{
	world_module(&world, world.image_ref, "/usr/lib/x86_64-linux-gnu/libsqlite3.so.0", LIBRARY);
	world_module(&world, world.image_ref,
		     "/usr/lib/python3.13/lib-dynload/_sqlite3.cpython-313-x86_64-linux-gnu.so",
		     EXTENSION);
	cr_assert_eq(gc_count_of(PCS(LIBRARY + 1, EXTENSION + 0x21, PYTHON + 0x9001)), 0);
	world_symbol(0x21, "sock_finalize", NULL, 0);
	cr_assert_eq(gc_count_of(PCS(LIBRARY + 1, EXTENSION + 0x21, PYTHON + 0x9001)), 6);
}

/* Type objects are the interpreter's: what a library does in between is not Python's close. */
Test(gc, library_of_the_program)
{
	world_module(&world, world.image_ref, "/srv/libpool.so", LIBRARY);
	world_symbol(0x9001, "iobase_finalize", NULL, 0);
	cr_assert_eq(gc_count_of(PCS(LIBRARY + 1, PYTHON + 0x8001, PYTHON + 0x9001)), 0);
}

/* Python frames tell whose method a finaliser called. */
#define METHOD "-", "PyObject_Vectorcall", "_PyEval_EvalFrameDefault", "PyObject_VectorcallMethod"
#define FINALIZED "iobase_finalize", "-", "-", "_PyEval_EvalFrameDefault", "Py_RunMain"
#define SOCKET_PY "File \"/usr/lib/python3.11/socket.py\", line "
#define MODULE "File \"/srv/a.py\", line 9 in <module>\n-\n"

Test(gc, method_of_the_standard_library)
{
	close_text = SOCKET_PY "500 in socket._real_close\n" SOCKET_PY
			       "700 in SocketIO.close\n-\n" MODULE;
	cr_assert_eq(gc_count(STACK(METHOD, FINALIZED)), 3);
}

Test(gc, method_of_the_program)
{
	close_text = SOCKET_PY "500 in socket._real_close\n"
			       "File \"/srv/a.py\", line 4 in Raw.close\n-\n" MODULE;
	cr_assert_eq(gc_count(STACK(METHOD, FINALIZED)), 0);
}

Test(gc, method_of_an_installed_package)
{
	close_text =
		"File \"/usr/lib/python3/dist-packages/a.py\", line 4 in Raw.close\n-\n" MODULE;
	cr_assert_eq(gc_count(STACK(METHOD, FINALIZED)), 0);
}

/* A warning of a lost socket is printed with the line of source, from a file that is closed. */
Test(gc, file_that_a_warning_reads)
{
	close_text = "File \"/usr/lib/python3.11/linecache.py\", line 4 in updatecache\n"
		     "File \"/usr/lib/python3.11/warnings.py\", line 5 in _showwarnmsg\n-\n" MODULE;
	cr_assert_eq(gc_count(STACK(METHOD, FINALIZED)), 0);
}

#define DELETED "-", "PyObject_CallFinalizerFromDealloc", "-", "_PyEval_EvalFrameDefault"

Test(gc, finalizer_of_asyncio)
{
	close_text = SOCKET_PY "500 in socket.close\n"
			       "File \"/usr/lib/python3.11/asyncio/selector_events.py\", line 4 in "
			       "_SelectorTransport.__del__\n-\n" MODULE;
	cr_assert_eq(gc_count(STACK(METHOD, DELETED)), 3);
}

/* It closes what need not be closed, by its manual. */
Test(gc, finalizer_of_multiprocessing)
{
	close_text = "File \"/usr/lib/python3.11/multiprocessing/connection.py\", line 4 in "
		     "_ConnectionBase.__del__\n-\n" MODULE;
	cr_assert_eq(gc_count(STACK(METHOD, DELETED)), 0);
}

Test(gc, policies)
{
	world.options.gc = POLICY_IGNORE;
	cr_assert_eq(gc_count(STACK("-", "PyObject_CallFinalizerFromDealloc", "-")), 0);
	world.options.gc = POLICY_NOTE;
	cr_assert_eq(world_judge(&world)->finding_count, 1);
	cr_assert_eq(world.report->findings[0].noted, 3);
	cr_assert_eq(world.report->exit_status, 0);
	world.options.kinds = KIND_BIT(KIND_FILE);
	cr_assert_eq(world_judge(&world)->finding_count, 0);
}
