/* SPDX-License-Identifier: MIT */
/* Backtraces of one program: the same place is one record, whichever process was there. */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "ledger/ledger.h"

static struct ledger ledger;
static char path[256];
static uint32_t exe_ref, home_ref;

static void setup(void)
{
	cr_assert_eq(ledger_create(&ledger, "/tmp", UINT64_C(64) << LEDGER_WINDOW_SHIFT, path,
				   sizeof(path)),
		     0);
	exe_ref = ledger_string_add(&ledger, "/bin/cat", 8);
	home_ref = ledger_home_of(&ledger, exe_ref);
	cr_assert_neq(home_ref, 0);
}

static void teardown(void)
{
	unlink(path);
}

TestSuite(home, .init = setup, .fini = teardown);

static struct ledger_image *image_new(void)
{
	return ledger_at(&ledger, ledger_image_new(&ledger, exe_ref, 0, 0),
			 sizeof(struct ledger_image));
}

/* An object of 64 KiB, one page behind its base. */
static struct ledger_module *load(struct ledger_image *image, const char *name, uint64_t start,
				  uint32_t layout)
{
	uint32_t ref = ledger_record_alloc(&ledger, sizeof(struct ledger_module));
	struct ledger_module *module = ledger_at(&ledger, ref, sizeof(*module));

	module->path_ref = ledger_string_add(&ledger, name, strlen(name));
	module->start = start;
	module->end = start + 0x10000;
	module->base = start - 0x1000;
	module->layout = layout;
	atomic_store(&module->unloaded_epoch, UINT32_MAX);
	module->home_ref = ledger_home_module(&ledger, home_ref, module);
	module->next_ref = atomic_load(&image->modules_ref);
	atomic_store(&image->modules_ref, ref);
	return module;
}

static struct ledger_image *process_new(uint64_t program, uint64_t library)
{
	struct ledger_image *image = image_new();

	(void)load(image, "/bin/cat", program, 1);
	(void)load(image, "/lib/libc.so.6", library, 2);
	return image;
}

/* A call in the library, whose last instruction it is, from the program. */
static uint32_t stack_at(const struct ledger_image *image, uint64_t program, uint64_t library)
{
	uint64_t pcs[] = { library + 0x10000, program + 0x123 };
	bool is_new;

	if (!ledger_pcs_to_home(&ledger, image, pcs, 2))
		return 0;
	return ledger_stack_intern(&ledger, home_ref, pcs, 2, 0, &is_new);
}

Test(home, of_a_program_is_one)
{
	uint32_t other_ref = ledger_string_add(&ledger, "/bin/tac", 8);
	uint32_t again_ref = ledger_string_put(&ledger, "/bin/cat", 8);

	cr_expect_neq(again_ref, exe_ref);
	cr_expect_eq(ledger_home_of(&ledger, again_ref), home_ref);
	cr_expect_neq(ledger_home_of(&ledger, other_ref), home_ref);
	cr_expect_eq(ledger_home_of(&ledger, 0), 0);
}

Test(home, a_place_is_one_record_in_two_processes)
{
	const struct ledger_image *one = process_new(0x550000000000, 0x7f0000000000);
	const struct ledger_image *two = process_new(0x560000000000, 0x7e0000000000);
	uint32_t ref = stack_at(one, 0x550000000000, 0x7f0000000000);
	const struct ledger_stack *stack = ledger_stack_at(&ledger, ref);
	const uint64_t walk[] = { 0x7e0000010000, 0x560000000123, 0x1000 };

	cr_assert_not_null(stack);
	cr_expect_eq(stack_at(two, 0x560000000000, 0x7e0000000000), ref);
	cr_expect_eq(ledger_pc_in_process(&ledger, one, stack->pcs[0]), 0x7f0000010000);
	cr_expect_eq(ledger_pc_in_process(&ledger, two, stack->pcs[1]), 0x560000000123);
	cr_expect(ledger_stack_is_walk(&ledger, two, stack, walk, 3));
	cr_expect(ledger_stack_is_walk(&ledger, two, stack, walk, 2));
	cr_expect_not(ledger_stack_is_walk(&ledger, two, stack, walk, 1));
	cr_expect_not(ledger_stack_is_walk(&ledger, one, stack, walk, 3));
}

/* A program that was built anew while the session runs is another one. */
Test(home, another_build_is_another_object)
{
	struct ledger_image *one = image_new(), *two = image_new();
	uint32_t first = load(one, "/bin/cat", 0x550000000000, 1)->home_ref;

	cr_expect_neq(first, 0);
	cr_expect_neq(load(two, "/bin/cat", 0x550000000000, 7)->home_ref, first);
	cr_expect_eq(load(two, "/bin/cat", 0x560000000000, 1)->home_ref, first);
}

/* Code made at run time is in no object; what is unloaded leads nowhere. */
Test(home, what_is_not_there_stays_away)
{
	struct ledger_image *image = image_new();
	struct ledger_module *module = load(image, "/bin/cat", 0x550000000000, 1);
	uint64_t pcs[] = { 0x550000000010, 0x7000000 };
	const uint64_t at_home = ledger_home_address(module->home_ref) + 0x10;

	cr_expect_not(ledger_pcs_to_home(&ledger, image, pcs, 2));
	cr_expect_eq(pcs[0], 0x550000000010);
	cr_expect_eq(ledger_pc_in_process(&ledger, image, 0x7000000), 0x7000000);
	cr_expect_eq(ledger_pc_in_process(&ledger, image, at_home), 0x550000000010);
	atomic_store(&module->place, MODULE_UNLOADED);
	cr_expect_not(ledger_pcs_to_home(&ledger, image, pcs, 1));
	cr_expect_eq(ledger_pc_in_process(&ledger, image, at_home), 0);
}

/* What the judge makes of a counter at home: its address in the file. */
Test(home, objects_are_where_the_judge_looks)
{
	const struct ledger_image *image = process_new(0x550000000000, 0x7f0000000000);
	const struct ledger_stack *stack =
		ledger_stack_at(&ledger, stack_at(image, 0x550000000000, 0x7f0000000000));
	uint32_t ref = atomic_load(&ledger_home_at(&ledger, home_ref)->image.modules_ref);
	const struct ledger_module *module = ledger_at(&ledger, ref, sizeof(*module));

	cr_assert_not_null(module);
	cr_expect_eq(stack->image_ref, home_ref);
	cr_expect_eq(stack->pcs[0] - 1 - module->base, 0x10000 - 1 + 0x1000);
	cr_expect_eq(module->end - module->start, 0x10000);
}
