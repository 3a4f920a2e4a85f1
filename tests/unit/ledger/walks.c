/* SPDX-License-Identifier: MIT */
/* Lists that somebody has bent into circles, and references that lead nowhere: walks end. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "ledger/earlier.h"
#include "ledger/seal.h"
#include "ledger/walk.h"

static struct ledger ledger;
static char path[256];
static struct ledger_image *image;
static uint32_t image_ref;

static void setup(void)
{
	const char *directory = getenv("TMPDIR");

	cr_assert_eq(ledger_create(&ledger, directory ? directory : "/tmp", UINT64_C(64) << 20,
				   path, sizeof(path)),
		     0);
	image_ref = ledger_image_new(&ledger, ledger_string_add(&ledger, "/bin/a", 6), 0, 0);
	image = ledger_at(&ledger, image_ref, sizeof(*image));
	cr_assert_not_null(image);
}

static void teardown(void)
{
	unlink(path);
}

TestSuite(walks, .init = setup, .fini = teardown, .timeout = 60);

static uint32_t stack_of(uint64_t pc)
{
	bool is_new;

	return ledger_stack_intern(&ledger, image_ref, &pc, 1, 0, &is_new);
}

Test(walks, circles_are_met)
{
	static const uint32_t rounds[] = { 1, 2, 3, 7, 64, 1000 };

	for (size_t i = 0; i < sizeof(rounds) / sizeof(rounds[0]); i++)
		for (uint32_t before = 0; before < 5; before++) {
			struct ledger_walk walk = { 0 };
			uint32_t steps = 0, ref = 8;

			/* `before` members, then a circle of rounds[i]. */
			while (walk_goes_on(&walk, ref)) {
				cr_assert_lt(++steps, 4 * (rounds[i] + before) + 4);
				ref = ref / 8 < before + rounds[i] ? ref + 8 : 8 * (before + 1);
			}
			cr_assert_geq(steps, before + rounds[i], "all are looked at");
		}
}

Test(walks, stacks_and_pairs)
{
	uint32_t first = stack_of(0x1000), pair_ref;
	struct ledger_stack *stack = ledger_stack_at(&ledger, first);
	struct ledger_pair *pair = ledger_pair_at(&ledger, first, first);

	cr_assert_not_null(pair);
	for (unsigned int i = 0; i < LEDGER_STACK_BUCKETS; i++) {
		ledger_u32 *head = ledger_stack_bucket(&ledger, image, i, true);

		cr_assert_not_null(head);
		LEDGER_STORE(*head, first);
	}
	stack->next_ref = first;
	pair_ref = LEDGER_LOAD(stack->pairs_ref);
	pair->next_ref = pair_ref;
	cr_expect_eq(stack_of(0x1000), first);
	cr_expect_neq(stack_of(0x2000), 0, "it has a place all the same");
	cr_expect_not_null(ledger_pair_at(&ledger, first, stack_of(0x3000)));
	cr_expect_null(ledger_pair_find(&ledger, first, 0x12340));
}

Test(walks, homes_and_modules)
{
	uint32_t home_ref = ledger_home_of(&ledger, image->exe_ref), module_ref;
	struct ledger_home *home = ledger_home_at(&ledger, home_ref);
	struct ledger_module wanted = { .start = 0x1000, .end = 0x2000, .base = 0x1000 };
	struct ledger_module *module;
	uint64_t pcs[] = { 0x9000 };

	cr_assert_not_null(home);
	home->next_ref = home_ref;
	for (unsigned int i = 0; i < LEDGER_HOMES_LISTS; i++)
		LEDGER_STORE(ledger.header->homes[i], home_ref);
	cr_expect_neq(ledger_home_of(&ledger, ledger_string_add(&ledger, "/bin/b", 6)), 0);
	module_ref = ledger_home_module(&ledger, home_ref, &wanted);
	module = ledger_at(&ledger, module_ref, sizeof(*module));
	cr_assert_not_null(module);
	LEDGER_STORE(module->next_ref, module_ref);
	wanted.layout = 1;
	cr_expect_neq(ledger_home_module(&ledger, home_ref, &wanted), 0);
	LEDGER_STORE(image->modules_ref, module_ref);
	cr_expect_not(ledger_pcs_to_home(&ledger, image, pcs, 1));
	cr_expect_eq(ledger_pc_in_process(&ledger, image, ledger_home_address(8) + 4), 0);
	ledger_modules_drop(&ledger, image);
	LEDGER_STORE(module->gone_next_ref, module_ref);
	LEDGER_STORE(image->gone_ref, module_ref);
	ledger_modules_free(&ledger, image);
}

Test(walks, tables_above_one_another)
{
	uint32_t above = ledger_table_new(&ledger, LINK_NONE, 0, 0, 3);
	uint32_t below = ledger_table_new(&ledger, LINK_FORK, above, 1, 5);
	struct ledger_table *table = ledger_table_at(&ledger, above);
	struct descriptor_view view;

	table->link = LINK_FORK;
	table->parent_ref = below; /* of a process that came later */
	ledger_view(&ledger, below, 4, &view);
	cr_expect_eq(view.origin, DESCRIPTOR_NOT_OPEN);
	table->parent_ref = above; /* itself */
	ledger_view(&ledger, below, 4, &view);
	cr_expect_eq(view.origin, DESCRIPTOR_NOT_OPEN);
	cr_expect_eq(ledger_view_next(&ledger, below, 0), UINT32_MAX);
	cr_expect_eq(ledger_view_limit(&ledger, below), 0);
	table->parent_ref = 12345;
	cr_expect_eq(ledger_view_next(&ledger, below, 0), UINT32_MAX);
}

Test(walks, lists_of_a_process)
{
	uint32_t index, ref = ledger_record_alloc(&ledger, sizeof(struct ledger_fact));
	struct ledger_process *process = ledger_process_new(&ledger, &index);
	struct ledger_fact *fact = ledger_at(&ledger, ref, sizeof(*fact));

	fact->next_ref = ref;
	LEDGER_STORE(process->facts_ref, ref);
	LEDGER_STORE(process->events_ref, ref);
	cr_expect_neq(ledger_process_sum(&ledger, process), 0);
	cr_expect_neq(ledger_table_sum(&ledger, process), 0);
}

/* Each field that is final, and each slot, changes the sum. */
Test(walks, seals)
{
	uint32_t index, table_ref = ledger_table_new(&ledger, LINK_NONE, 0, 0, 0), sum, table_sum;
	struct ledger_process *process = ledger_process_new(&ledger, &index);
	struct ledger_table *table = ledger_table_at(&ledger, table_ref);
	struct ledger_slot *slot = ledger_slot_at(&ledger, table, 700, true);

	LEDGER_STORE(process->table_ref, table_ref);
	sum = ledger_process_sum(&ledger, process);
	table_sum = ledger_table_sum(&ledger, process);
	LEDGER_STORE(slot->facts, FACT_BOUND);
	cr_expect_neq(ledger_table_sum(&ledger, process), table_sum);
	LEDGER_STORE(slot->facts, 0);
	cr_expect_eq(ledger_table_sum(&ledger, process), table_sum);
	LEDGER_STORE(process->kinds[KIND_SOCKET].closed, 1);
	cr_expect_neq(ledger_table_sum(&ledger, process), table_sum);
	LEDGER_STORE(process->check, CHECK_LISTED);
	cr_expect_neq(ledger_process_sum(&ledger, process), sum);
	LEDGER_STORE(process->check, CHECK_NONE);
	LEDGER_STORE(process->waited, PROCESS_WAITED); /* by its parent, later */
	LEDGER_STORE(process->pid, 77);
	cr_expect_eq(ledger_process_sum(&ledger, process), sum);
}

/* The header's words are anybody's: the file is as long as the kernel has said. */
Test(walks, pages_behind_the_file)
{
	ledger.header->file_size = UINT64_MAX;
	LEDGER_STORE(ledger.header->next_page, UINT32_MAX - 1);
	cr_expect_eq(ledger_page_alloc(&ledger), 0);
	LEDGER_STORE(ledger.header->next_page, (uint32_t)(ledger.size_bytes >> LEDGER_PAGE_SHIFT));
	cr_expect_eq(ledger_page_alloc(&ledger), 0);
	LEDGER_STORE(ledger.header->process_count, UINT32_MAX);
	cr_expect_lt(ledger_process_count(&ledger), UINT32_MAX / 256);
}

/* Who asks the kernel for each number below it comes to an end. */
Test(walks, limit_that_was_overwritten)
{
	uint32_t ref = ledger_table_new(&ledger, LINK_NONE, 0, 0, 0);
	struct ledger_table *table = ledger_table_at(&ledger, ref);

	cr_assert_not_null(table);
	LEDGER_STORE(table->limit, UINT32_MAX);
	cr_expect_leq(ledger_view_limit(&ledger, ref), LEDGER_INDEX_LEAVES * LEDGER_SLOTS_PER_LEAF);
	cr_expect_leq(ledger_table_limit(table), LEDGER_INDEX_LEAVES * LEDGER_SLOTS_PER_LEAF);
}
