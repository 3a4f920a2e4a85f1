/* SPDX-License-Identifier: MIT */
/* Objects that are loaded and unloaded for hours: their lists stay short, backtraces stay true. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledger/ledger.h"

#define PLACE UINT64_C(0x7f0000000000)

static struct ledger ledger;
static struct ledger_image *image;
static uint32_t image_ref;
static char path[256];

static void setup(void)
{
	cr_assert_eq(ledger_create(&ledger, "/tmp", UINT64_C(64) << LEDGER_WINDOW_SHIFT, path,
				   sizeof(path)),
		     0);
	image_ref = ledger_image_new(&ledger, ledger_string_add(&ledger, "/bin/cat", 8), 0, 0);
	image = ledger_at(&ledger, image_ref, sizeof(*image));
	cr_assert_not_null(image);
}

static void teardown(void)
{
	unlink(path);
}

TestSuite(modules, .init = setup, .fini = teardown);

static struct ledger_module *at(uint32_t ref)
{
	struct ledger_module *module = ledger_at(&ledger, ref, sizeof(*module));

	if (!module)
		abort(); /* a list leads out of the ledger */
	return module;
}

/* As the shim does when the first frame is met that lies in it. */
static void load(const char *name, uint64_t start)
{
	struct ledger_module wanted = { .path_ref = ledger_name_add(&ledger, name, strlen(name)),
					.start = start,
					.end = start + 0x4000,
					.base = start,
					.unloaded_epoch = UINT32_MAX };
	uint32_t ref;

	if (ledger_module_again(&ledger, image, &wanted))
		return;
	ledger_modules_evict(&ledger, image, wanted.start, wanted.end, true);
	ref = ledger_record_alloc(&ledger, sizeof(wanted));
	wanted.loaded_epoch = image->epoch;
	memcpy(at(ref), &wanted, sizeof(wanted));
	ledger_module_add(&ledger, image, ref);
}

static void unload(uint64_t start)
{
	for (uint32_t ref = image->modules_ref; ref; ref = at(ref)->next_ref)
		if (at(ref)->start == start)
			at(ref)->place |= MODULE_UNLOADED;
	ledger_modules_drop(&ledger, image);
}

static unsigned int count_loaded(void)
{
	unsigned int count = 0;

	for (uint32_t ref = image->modules_ref; ref; ref = at(ref)->next_ref)
		count++;
	return count;
}

static unsigned int count_gone(void)
{
	unsigned int count = 0;

	for (uint32_t ref = image->gone_ref; ref; ref = at(ref)->gone_next_ref)
		count++;
	return count;
}

static uint32_t stack_record(uint64_t pc)
{
	bool is_new;

	return ledger_stack_intern(&ledger, image_ref, &pc, 1, 0, &is_new);
}

/* The name of what lay there when the backtrace was recorded, as a reader finds it. */
static const char *name_at(uint32_t stack_ref)
{
	const struct ledger_stack *stack = ledger_stack_at(&ledger, stack_ref);
	const struct ledger_module *found = NULL;

	for (uint32_t ref = image->gone_ref; ref; ref = at(ref)->gone_next_ref)
		if (stack->pcs[0] - at(ref)->start < 0x4000 &&
		    at(ref)->loaded_epoch <= stack->epoch &&
		    stack->epoch < at(ref)->unloaded_epoch) {
			cr_expect_null(found);
			found = at(ref);
		}
	return found ? (const char *)ledger_string_at(&ledger, found->path_ref)->bytes : "";
}

Test(modules, one_that_comes_again_is_the_same)
{
	uint32_t stack_ref;

	load("host", PLACE - 0x10000);
	load("plugin", PLACE);
	stack_ref = stack_record(PLACE + 8);
	for (int i = 0; i < 1000; i++) {
		unload(PLACE);
		cr_assert_eq(count_loaded(), 1);
		load("plugin", PLACE);
		cr_assert_eq(count_loaded(), 2);
		cr_assert_eq(stack_record(PLACE + 8), stack_ref);
	}
	cr_expect_eq(count_gone(), 1);
	cr_expect_eq(image->epoch, 0);
}

/* As long as no backtrace is the image's own, they come again one where the other was. */
static void alternate(unsigned int gone)
{
	for (int i = 0; i < 100; i++) {
		load(i % 2 ? "one" : "two", PLACE);
		unload(PLACE);
	}
	cr_expect_eq(count_loaded(), 0);
	cr_expect_eq(count_gone(), gone);
}

Test(modules, two_at_one_place)
{
	alternate(2);
	(void)stack_record(PLACE - 1);
	alternate(102);
}

Test(modules, backtraces_tell_which_of_them)
{
	uint32_t one, two, jit, again;

	load("one", PLACE);
	one = stack_record(PLACE + 8);
	unload(PLACE);
	load("two", PLACE);
	two = stack_record(PLACE + 8);
	unload(PLACE);
	ledger_modules_evict(&ledger, image, PLACE + 8, PLACE + 9, false); /* code in no object */
	jit = stack_record(PLACE + 8);
	load("one", PLACE);
	again = stack_record(PLACE + 8);
	unload(PLACE);
	cr_expect_str_eq(name_at(one), "one");
	cr_expect_str_eq(name_at(two), "two");
	cr_expect_str_eq(name_at(jit), "");
	cr_expect_str_eq(name_at(again), "one");
}

/* More at places of their own than are looked through: each is a record more, and no list is lost.
 */
Test(modules, many_places)
{
	for (unsigned int i = 0; i < 600; i++) {
		load("plugin", PLACE + i * UINT64_C(0x10000));
		cr_assert_eq(count_loaded(), 1);
		unload(PLACE + i * UINT64_C(0x10000));
	}
	cr_expect_eq(count_gone(), 600);
	ledger_modules_free(&ledger, image);
}
