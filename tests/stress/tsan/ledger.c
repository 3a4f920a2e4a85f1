/* SPDX-License-Identifier: MIT */
/*
 * Threads on one ledger, under ThreadSanitizer: storage, indexes, strings,
 * processes, stacks, pairs, slots and views, all at once. Ends with a look at
 * what must add up.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledger/ledger.h"

#define THREADS 4
#define ROUNDS 6000
#define NUMBERS 3000
#define STACKS 97

static struct ledger ledger;
static uint32_t table_ref, image_ref;
static _Atomic(uint64_t) pairs_counted, stacks_added;

static void check(bool is_right, const char *what)
{
	if (is_right)
		return;
	fprintf(stderr, "tsan_ledger: %s\n", what);
	exit(1);
}

/* The same few stacks from every thread: of those who add one, one wins. */
static uint32_t stack_of(unsigned int number)
{
	const uint64_t pcs[] = { 0x1000 + number, 0x2000, 0x3000 + number % 5 };
	bool is_new = false;
	uint32_t ref = ledger_stack_intern(&ledger, image_ref, pcs, 3, 0, &is_new);

	atomic_fetch_add(&stacks_added, is_new);
	check(ref && ledger_stack_at(&ledger, ref)->pcs[0] == pcs[0], "a stack is another's");
	return ref;
}

/* Open and close a number as the shim does it; numbers go from thread to thread. */
static void slot_use(unsigned int number, uint32_t stack_ref)
{
	struct ledger_table *table = ledger_table_at(&ledger, table_ref);
	struct ledger_slot *slot = ledger_slot_at(&ledger, table, (int)number, true);
	struct descriptor_view view;
	uint64_t word = atomic_load_explicit(&slot->word, memory_order_acquire);

	check(ledger_slot_keep(&ledger, slot, atomic_load(&table->forks)), "no room");
	atomic_store_explicit(&slot->opened_stack_ref, stack_ref, memory_order_relaxed);
	atomic_store_explicit(&slot->opened_fork, atomic_load(&table->forks), memory_order_relaxed);
	if (atomic_compare_exchange_strong_explicit(
		    &slot->word, &word,
		    SLOT_WORD(slot_generation(word) + 1, 1, KIND_SOCKET, SLOT_OPEN),
		    memory_order_release, memory_order_relaxed) &&
	    number % 2) {
		atomic_store_explicit(&slot->closed_fork, atomic_load(&table->forks),
				      memory_order_relaxed);
		atomic_fetch_and_explicit(&slot->word, ~UINT64_C(0xff), memory_order_release);
		atomic_fetch_or_explicit(&slot->word, SLOT_CLOSED, memory_order_release);
	}
	ledger_view(&ledger, table_ref, (int)number, &view);
	check(ledger_view_limit(&ledger, table_ref) > number, "the limit is too low");
}

static void *work(void *data)
{
	unsigned int seed = (unsigned int)(uintptr_t)data;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		unsigned int number = (unsigned int)rand_r(&seed);
		uint32_t stack_ref = stack_of(number % STACKS), index;
		struct ledger_pair *pair;
		char text[32];

		slot_use(number % NUMBERS, stack_ref);
		pair = ledger_pair_at(&ledger, stack_ref, stack_of(number / 7 % STACKS));
		if (pair) {
			atomic_fetch_add(&pair->count, 1);
			atomic_fetch_add(&pairs_counted, 1);
		}
		if (number % 16 == 0)
			(void)ledger_table_tick(ledger_table_at(&ledger, table_ref));
		if (number % 64 == 0)
			check(ledger_process_new(&ledger, &index) &&
				      ledger_process_at(&ledger, index),
			      "a process is not there");
		if (number % 32 == 0) {
			int length = snprintf(text, sizeof(text), "text %u", number % 100);
			uint32_t ref = ledger_string_add(&ledger, text, (size_t)length);

			check(ref && strcmp(ledger_string_at(&ledger, ref)->bytes, text) == 0,
			      "a text is another's");
		}
		if (number % 128 == 0)
			ledger_page_free(&ledger, ledger_page_alloc(&ledger));
	}
	return NULL;
}

/* Every pair that was counted is in some list. */
static uint64_t pairs_sum(void)
{
	uint64_t sum = 0;

	for (unsigned int number = 0; number < STACKS; number++) {
		const struct ledger_stack *stack = ledger_stack_at(&ledger, stack_of(number));
		uint32_t ref = stack->pairs_ref;

		while (ref) {
			const struct ledger_pair *pair = ledger_at(&ledger, ref, sizeof(*pair));

			sum += pair->count;
			ref = pair->next_ref;
		}
	}
	return sum;
}

int main(void)
{
	pthread_t threads[THREADS];
	char path[256];
	uint32_t process;

	check(ledger_create(&ledger, "/dev/shm", ledger_size_allowed(), path, sizeof(path)) == 0,
	      "cannot create a ledger in /dev/shm");
	(void)unlink(path); /* it stays mapped */
	check(ledger_process_new(&ledger, &process) != NULL, "no process");
	table_ref = ledger_table_new(&ledger, LINK_NONE, 0, 0, process);
	image_ref = ledger_image_new(&ledger, 0, 0, 0);
	for (uintptr_t i = 0; i < THREADS; i++)
		check(pthread_create(&threads[i], NULL, work, (void *)(i + 1)) == 0, "no thread");
	for (unsigned int i = 0; i < THREADS; i++)
		check(pthread_join(threads[i], NULL) == 0, "a thread is lost");
	check(stacks_added == STACKS, "a stack was added twice, or never");
	check(pairs_sum() == pairs_counted, "pairs do not add up");
	for (int i = 0; i < LOSS_COUNT; i++)
		check(ledger.header->lost[i] == 0, "something was lost");
	return 0;
}
