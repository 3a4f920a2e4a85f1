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
#define DEEPEST 16

static struct world world;
static unsigned int close_flags; /* of the stack that closes: enum stack_flags */

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

/* How many closes by Python the judge sees when a socket is closed there. */
static uint64_t gc_count(const char *const *names)
{
	static const char *const opener[] = { "-", "_PyEval_EvalFrameDefault", "Py_BytesMain",
					      NULL };
	struct report *report;
	uint32_t open = python_stack(opener, 0x100), close = python_stack(names, 0x1000);

	ledger_stack_at(&world.ledger, close)->flags |= close_flags;

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

#define STACK(...) ((const char *const[]){ __VA_ARGS__, NULL })

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
	cr_assert_eq(gc_count(STACK("-", "-", "PyObject_Vectorcall", "_PyEval_EvalFrameDefault",
				    "-", "-", "PyObject_CallFinalizerFromDealloc", "-",
				    "Py_RunMain")),
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
