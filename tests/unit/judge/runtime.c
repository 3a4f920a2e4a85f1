/* SPDX-License-Identifier: MIT */
/* The table of runtimes, and ledgers that tell of a runtime that nobody knows. */
#include <criterion/criterion.h>
#include <string.h>

#include "judge/stack/runtime.h"
#include "world.h"

#define PYTHON 0x600000

static struct world world;

static void setup(void)
{
	world_open(&world);
	world_module(&world, world.image_ref, "/usr/bin/python3.11", PYTHON);
	world_symbol(0x11, "_PyEval_EvalFrameDefault", NULL, 0);
}

static void teardown(void)
{
	world_close(&world);
}

TestSuite(runtime, .init = setup, .fini = teardown);

Test(runtime, rows_are_whole)
{
	for (unsigned int i = RUNTIME_NONE + 1; i < RUNTIME_COUNT; i++) {
		const struct runtime_frames *row = runtime_frames(i);

		cr_assert_not_null(row, "%u", i);
		cr_expect(row->has_module && row->owns && row->functions, "%u", i);
		cr_expect(row->merge && row->key && row->word, "%u", i);
		cr_expect_gt(strlen(runtime_title(i)), 0, "%u", i);
		cr_expect_eq(runtime_of_language(runtime_language(i)), i);
	}
}

Test(runtime, others_are_none)
{
	cr_expect_null(runtime_frames(RUNTIME_NONE));
	cr_expect_null(runtime_frames(RUNTIME_COUNT));
	cr_expect_null(runtime_frames(UINT32_MAX));
	cr_expect_str_eq(runtime_language(RUNTIME_NONE), "");
	cr_expect_str_eq(runtime_title(UINT32_MAX), "");
	cr_expect_eq(runtime_of_language(NULL), RUNTIME_NONE);
	cr_expect_eq(runtime_of_language(""), RUNTIME_NONE);
	cr_expect_eq(runtime_of_language("c"), RUNTIME_NONE);
	cr_expect_eq(runtime_of_module("/usr/bin/cat", "cat"), RUNTIME_NONE);
}

/* A text of a runtime that nobody knows is left aside: the native stack is shown. */
Test(runtime, unknown_numbers)
{
	static const unsigned int numbers[] = { RUNTIME_NONE, RUNTIME_COUNT, 0xff };
	static const char text[] = "File \"/srv/a.py\", line 3 in f\n-\n";
	uint32_t text_ref = ledger_string_add(&world.ledger, text, strlen(text));

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		uint32_t stack = world_stack(&world, (const uint64_t[]){ PYTHON + 0x11, 0 });
		const struct finding *finding;

		stack = ledger_stack_intern_text(&world.ledger, stack, text_ref);
		ledger_stack_at(&world.ledger, stack)->flags =
			(uint16_t)(numbers[i] * STACK_RUNTIME);
		world_slot(&world, 0, 5, WORLD_SOCKET, KIND_SOCKET, stack);
		finding = world_finding(&world);
		cr_assert_eq(finding->stack.frame_count, 1);
		cr_expect_str_eq(finding->stack.frames[0].function, "_PyEval_EvalFrameDefault");
		cr_expect_eq(finding->stack.frames[0].runtime, RUNTIME_NONE);
	}
}

Test(runtime, unknown_reasons)
{
	static const char *const reasons[] = { "", " ", "Python", "Pythonic 1: why",
					       "3.99.0: why" };
	struct ledger_image *image = ledger_at(&world.ledger, world.image_ref, sizeof(*image));

	world_slot(&world, 0, 5, WORLD_SOCKET, KIND_SOCKET,
		   world_stack(&world, (const uint64_t[]){ PYTHON + 0x11, 0 }));
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		const struct report *report;

		image->interpreter_ref =
			ledger_string_add(&world.ledger, reasons[i], strlen(reasons[i]));
		report = world_judge(&world);
		for (size_t j = 0; j < report->diagnostic_count; j++)
			cr_expect_null(strstr(report->diagnostics[j].code, "-frames"), "%s",
				       reasons[i]);
	}
}
