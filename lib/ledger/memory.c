/* SPDX-License-Identifier: MIT */
/* The blocks of memory that a process has to give back, by address, and their counts. */
#include "ledger/ledger.h"

/* Kinds from KIND_DESCRIPTORS on have their counts here. */
static struct ledger_kind_count *count_of(struct ledger_memory *memory, unsigned int kind)
{
	return &memory->kinds[(kind - KIND_DESCRIPTORS) % KIND_MEMORIES];
}

static struct ledger_block *block_at(struct ledger *ledger, struct ledger_memory *memory,
				     uint32_t number, bool is_create)
{
	return ledger_index_at(ledger, &memory->blocks, number, sizeof(struct ledger_block),
			       LEDGER_LEAF_SIZE, is_create);
}

struct ledger_memory *ledger_memory_at(struct ledger *ledger, const struct ledger_process *process)
{
	return ledger_at(ledger, LEDGER_LOAD(process->memory_ref), sizeof(struct ledger_memory));
}

struct ledger_block *ledger_block_at(struct ledger *ledger, struct ledger_memory *memory,
				     uint32_t number)
{
	return number < LEDGER_LOAD(memory->limit) && number < LEDGER_BLOCKS_MAX
		       ? block_at(ledger, memory, number, false)
		       : NULL;
}

/* A block that is the caller's to fill: one given back, or the next. NULL: no room. */
static struct ledger_block *block_claim(struct ledger *ledger, struct ledger_memory *memory)
{
	uint32_t hint = atomic_exchange(&memory->free_hint, 0);
	struct ledger_block *block = hint ? ledger_block_at(ledger, memory, hint - 1) : NULL;
	uint64_t expected = BLOCK_FREE;
	uint32_t number;

	if (block && atomic_compare_exchange_strong(&block->address, &expected, BLOCK_TAKEN))
		return block;
	if (LEDGER_LOAD(memory->limit) >= LEDGER_BLOCKS_MAX)
		return NULL;
	number = atomic_fetch_add(&memory->limit, 1);
	block = number < LEDGER_BLOCKS_MAX ? block_at(ledger, memory, number, true) : NULL;
	if (block)
		LEDGER_STORE(block->address, BLOCK_TAKEN);
	return block;
}

static void count_made(struct ledger_kind_count *count)
{
	uint32_t live = atomic_fetch_add(&count->opened, 1) + 1 - LEDGER_LOAD(count->closed);
	uint32_t peak = LEDGER_LOAD(count->peak);

	while (live > peak && live < INT32_MAX &&
	       !atomic_compare_exchange_weak(&count->peak, &peak, live))
		;
}

bool ledger_block_put(struct ledger *ledger, struct ledger_process *process, uint64_t address,
		      const struct ledger_block *made)
{
	struct ledger_memory *memory =
		ledger_made_at(ledger, &process->memory_ref, sizeof(struct ledger_memory), true);
	struct ledger_block *block = memory ? block_claim(ledger, memory) : NULL;

	if (!block)
		return false;
	block->made_ns = made->made_ns;
	block->stack_ref = made->stack_ref;
	block->tid = made->tid;
	block->call = made->call;
	block->kind = made->kind;
	count_made(count_of(memory, made->kind));
	atomic_store_explicit(&block->address, address, memory_order_release);
	return true;
}

/* From the last on: most are given back soon. */
static struct ledger_block *block_find(struct ledger *ledger, struct ledger_memory *memory,
				       uint64_t address, uint32_t *ret_number)
{
	uint32_t number = LEDGER_LOAD(memory->limit);

	if (number > LEDGER_BLOCKS_MAX)
		number = LEDGER_BLOCKS_MAX;
	while (number-- > 0) {
		struct ledger_block *block = block_at(ledger, memory, number, false);

		*ret_number = number;
		if (block && atomic_load_explicit(&block->address, memory_order_acquire) == address)
			return block;
	}
	return NULL;
}

bool ledger_block_take(struct ledger *ledger, struct ledger_process *process, uint64_t address,
		       struct ledger_block *ret_made)
{
	struct ledger_memory *memory = ledger_memory_at(ledger, process);
	uint32_t number;
	struct ledger_block *block = memory && address > BLOCK_TAKEN
					     ? block_find(ledger, memory, address, &number)
					     : NULL;

	if (!block)
		return false;
	*ret_made = (struct ledger_block){ .made_ns = block->made_ns,
					   .stack_ref = block->stack_ref,
					   .tid = block->tid,
					   .call = block->call,
					   .kind = block->kind };
	/* Of two threads that give the same back, which is a mistake, one has taken it. */
	if (!atomic_compare_exchange_strong(&block->address, &address, BLOCK_FREE))
		return false;
	atomic_fetch_add(&count_of(memory, ret_made->kind)->closed, 1);
	atomic_store(&memory->free_hint, number + 1);
	return true;
}
