/* SPDX-License-Identifier: MIT */
/* The list of processes in a ledger, and the images that they run. */
#include "ledger/ledger.h"

#define PROCESSES_MAX (LEDGER_INDEX_LEAVES * LEDGER_PROCESSES_PER_PAGE)

uint32_t ledger_process_count(struct ledger *ledger)
{
	uint32_t count = atomic_load_explicit(&ledger->header->process_count, memory_order_acquire);

	return count < PROCESSES_MAX ? count : PROCESSES_MAX;
}

struct ledger_process *ledger_process_at(struct ledger *ledger, uint32_t index)
{
	uint32_t count = atomic_load_explicit(&ledger->header->process_count, memory_order_acquire);

	if (index >= count || index >= PROCESSES_MAX)
		return NULL;
	return ledger_index_at(ledger, &ledger->header->processes, index,
			       sizeof(struct ledger_process), LEDGER_PAGE_SIZE, false);
}

struct ledger_process *ledger_process_new(struct ledger *ledger, uint32_t *ret_index)
{
	ledger_u32 *count = &ledger->header->process_count;
	uint32_t index = atomic_load_explicit(count, memory_order_relaxed);
	struct ledger_process *process;

	/* The page first: a number below the count always has its entry. */
	for (;;) {
		uint32_t seen = index;

		if (index >= PROCESSES_MAX)
			return NULL;
		process = ledger_index_at(ledger, &ledger->header->processes, index,
					  sizeof(*process), LEDGER_PAGE_SIZE, true);
		if (process &&
		    atomic_compare_exchange_strong_explicit(count, &index, index + 1,
							    memory_order_acq_rel,
							    memory_order_relaxed))
			break;
		/* No room; or all of that page came and went since its number was read. */
		if (!process)
			index = LEDGER_LOAD(*count);
		if (!process && index == seen)
			return NULL;
	}
	process->parent = index;
	process->exec_of = index;
	process->started_ns = ledger_now_ns(ledger);
	*ret_index = index;
	return process;
}

void ledger_process_replaced(struct ledger *ledger, struct ledger_process *process,
			     uint32_t successor)
{
	LEDGER_STORE(process->successor, successor + 1);
	LEDGER_STORE(process->end_how, END_EXEC);
	LEDGER_STORE(process->ended_ns, ledger_now_ns(ledger));
	atomic_store_explicit(&process->state, PROCESS_REPLACED, memory_order_release);
}

void ledger_process_return(struct ledger *ledger, uint32_t index)
{
	ledger_u32 *leaf = ledger_index_leaf(ledger, &ledger->header->processes,
					     index / LEDGER_PROCESSES_PER_PAGE);
	uint32_t ref = leaf ? atomic_load_explicit(leaf, memory_order_acquire) : 0;
	uint8_t *page = ledger_at(ledger, ref, LEDGER_PAGE_SIZE);
	struct ledger_processes_tail *tail;
	struct ledger_process *process;

	if (!page)
		return;
	process = ledger_process_at(ledger, index);
	if (process)
		atomic_store_explicit(&process->state, PROCESS_RETURNED, memory_order_release);
	tail = (void *)(page + LEDGER_PAGE_SIZE - sizeof(*tail));
	if (atomic_fetch_add(&tail->returned, 1) + 1 != LEDGER_PROCESSES_PER_PAGE)
		return;
	atomic_store(leaf, LEDGER_LEAF_GONE);
	ledger_page_free(ledger, ref);
}

uint32_t ledger_image_new(struct ledger *ledger, uint32_t exe_ref, uint32_t argv_ref,
			  uint32_t cwd_ref)
{
	uint32_t ref = ledger_record_alloc(ledger, sizeof(struct ledger_image));
	struct ledger_image *image = ledger_at(ledger, ref, sizeof(*image));

	if (!image)
		return 0;
	image->exe_ref = exe_ref;
	image->argv_ref = argv_ref;
	image->cwd_ref = cwd_ref;
	return ref;
}
