/* SPDX-License-Identifier: MIT */
/* Blocks of memory: put, taken, used again, and no room. */
#include <criterion/criterion.h>
#include <unistd.h>

#include "ledger/ledger.h"

static struct ledger ledger;
static struct ledger_process *process;
static char path[256];

static void setup(void)
{
	uint32_t index;

	cr_assert_eq(ledger_create(&ledger, "/tmp", UINT64_C(64) << LEDGER_WINDOW_SHIFT, path,
				   sizeof(path)),
		     0);
	process = ledger_process_new(&ledger, &index);
	cr_assert_not_null(process);
}

static void teardown(void)
{
	unlink(path);
}

TestSuite(memory, .init = setup, .fini = teardown);

static bool put(uint64_t address)
{
	const struct ledger_block made = { .stack_ref = (uint32_t)address,
					   .kind = KIND_ADDRINFO,
					   .call = 7 };

	return ledger_block_put(&ledger, process, address, &made);
}

static bool take(uint64_t address)
{
	struct ledger_block made = { .call = 0 };

	if (!ledger_block_take(&ledger, process, address, &made))
		return false;
	cr_expect_eq(made.stack_ref, (uint32_t)address);
	cr_expect_eq(made.call, 7);
	return true;
}

Test(memory, what_was_put_is_taken_once)
{
	cr_expect_null(ledger_memory_at(&ledger, process));
	cr_expect_not(take(0x1000));
	cr_expect(put(0x1000));
	cr_expect(put(0x2000));
	cr_expect_not(take(0x3000));
	cr_expect(take(0x1000));
	cr_expect_not(take(0x1000));
	cr_expect(take(0x2000));
	cr_expect_not(take(0), "no address, and what free blocks hold");
	cr_expect_not(take(BLOCK_TAKEN));
}

Test(memory, blocks_are_used_again)
{
	const struct ledger_memory *memory;

	for (uint64_t i = 0; i < 1000; i++) {
		cr_assert(put(0x1000 + i * 16));
		cr_assert(take(0x1000 + i * 16));
	}
	memory = ledger_memory_at(&ledger, process);
	cr_expect_eq(memory->limit, 1);
	cr_expect_eq(memory->kinds[0].opened, 1000);
	cr_expect_eq(memory->kinds[0].closed, 1000);
	cr_expect_eq(memory->kinds[0].peak, 1);
}

Test(memory, no_more_than_fit)
{
	for (uint64_t i = 0; i < LEDGER_BLOCKS_MAX; i++)
		cr_assert(put(0x1000 + i * 16));
	cr_expect_not(put(0x10));
	cr_expect(take(0x1000));
	cr_expect(put(0x20));
	cr_expect(take(0x20));
}
