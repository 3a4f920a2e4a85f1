/* SPDX-License-Identifier: MIT */
/* The recording verbs, for a writer that is not the shim: one opening, one close, and what goes
 * wrong. */
#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

#include "recorder/addresses.h"
#include "recorder/events.h"
#include "recorder/openings.h"
#include "recorder/releases.h"

#define CALL_OPENS 1
#define CALL_CLOSES 2
#define NUMBER 7

static struct ledger ledger;
static uint32_t image_ref;
static _Atomic(struct ledger_slot *) leaves[LEDGER_INDEX_DIRECT];

static struct recorder recorder_make(enum table_link link, uint32_t parent_ref)
{
	struct recorder recorder = { .ledger = &ledger };
	struct ledger_table *parent = parent_ref ? ledger_table_at(&ledger, parent_ref) : NULL;

	recorder.process = ledger_process_new(&ledger, &recorder.process_index);
	recorder.table_ref =
		ledger_table_new(&ledger, link, parent_ref, parent ? ledger_table_tick(parent) : 0,
				 recorder.process_index);
	recorder.table = ledger_table_at(&ledger, recorder.table_ref);
	cr_assert(recorder.process && recorder.table);
	return recorder;
}

static struct recorder recorder_first(void)
{
	char path[256];

	cr_assert_eq(ledger_create(&ledger, "/tmp", ledger_size_allowed(), path, sizeof(path)), 0);
	unlink(path);
	image_ref = ledger_image_new(&ledger, 0, 0, 0);
	return recorder_make(LINK_NONE, 0);
}

static uint32_t stack_ref(uint64_t pc)
{
	bool is_new;

	return ledger_stack_intern(&ledger, image_ref, &pc, 1, 0, &is_new);
}

static void open_number(const struct recorder *recorder, int fd, uint32_t tid)
{
	recorder_opened(recorder, fd, &(struct opening){ CALL_OPENS, KIND_SOCKET, FACT_CLOEXEC, 0 },
			&(struct origin){ .stack_ref = stack_ref(0x1000), .tid = tid });
}

/* Returns what recorder_release_finish() says; *ret_is_known is false where it was not called. */
static bool close_number(const struct recorder *recorder, int fd, int error, bool *ret_is_known)
{
	struct release release = recorder_release_begin(recorder, CALL_CLOSES, fd);

	*ret_is_known = recorder_release_end(recorder, &release, error);
	return *ret_is_known &&
	       recorder_release_finish(recorder, &release, error, stack_ref(0x2000), 2);
}

static unsigned int state_of(const struct recorder *recorder, int fd)
{
	return slot_state(recorder_slot_find(recorder, fd)->word);
}

Test(verbs, an_opening_fills_the_slot_and_counts)
{
	struct recorder recorder = recorder_first();
	struct ledger_slot *slot;

	open_number(&recorder, NUMBER, 1);
	slot = recorder_slot_find(&recorder, NUMBER);
	cr_assert_not_null(slot);
	cr_expect_eq(slot_state(slot->word), SLOT_OPEN);
	cr_expect_eq(slot_call(slot->word), CALL_OPENS);
	cr_expect_eq(slot_kind(slot->word), KIND_SOCKET);
	cr_expect_eq(slot->opened_stack_ref, stack_ref(0x1000));
	cr_expect_eq(slot->opened_tid, 1);
	cr_expect_eq(slot->facts, FACT_CLOEXEC);
	cr_expect_eq(recorder.process->kinds[KIND_SOCKET].opened, 1);
	cr_expect_eq(recorder.process->kinds[KIND_SOCKET].peak, 1);
}

Test(verbs, a_close_ends_the_generation_and_counts_the_pair)
{
	struct recorder recorder = recorder_first();
	const struct ledger_pair *pair;
	bool is_known;

	open_number(&recorder, NUMBER, 1);
	cr_expect_not(close_number(&recorder, NUMBER, 0, &is_known), "no copy");
	cr_expect(is_known);
	cr_expect_eq(state_of(&recorder, NUMBER), SLOT_CLOSED);
	cr_expect_eq(recorder.process->kinds[KIND_SOCKET].closed, 1);
	pair = ledger_pair_find(&ledger, stack_ref(0x1000), stack_ref(0x2000));
	cr_assert_not_null(pair);
	cr_expect_eq(ledger_pair_count(pair), 1);
	cr_expect_eq(pair->last_fd, NUMBER);
	cr_expect_eq(pair->has_crossed, 1, "another thread than the opener's");
}

/* The number is somebody else's by the time the close is written down. */
Test(verbs, a_life_is_that_of_the_one_that_was_closed)
{
	struct recorder recorder = recorder_first();
	const uint64_t life = UINT64_C(1000) << LIFE_SHIFT;
	struct ledger_pair *pair;
	struct release release;

	ledger.header->started_monotonic_ns -= life;
	open_number(&recorder, NUMBER, 1);
	recorder_slot_find(&recorder, NUMBER)->opened_ns = 1;
	release = recorder_release_begin(&recorder, CALL_CLOSES, NUMBER);
	open_number(&recorder, NUMBER, 1);
	cr_assert(recorder_release_end(&recorder, &release, 0));
	(void)recorder_release_finish(&recorder, &release, 0, stack_ref(0x2000), 2);
	pair = ledger_pair_find(&ledger, stack_ref(0x1000), stack_ref(0x2000));
	cr_assert_not_null(pair);
	cr_expect_geq(pair->longest_life, 1000);
	cr_expect_eq(pair->last_life, pair->longest_life);
	cr_expect_eq(pair->last_opened_ns, 1);
	cr_expect_geq(ledger_pair_closed_ns(pair), life - LIFE_LEAD_NS);
}

/* The longest stays, whatever comes later; what was opened in the future has no life. */
Test(verbs, the_longest_life_stays)
{
	struct recorder recorder = recorder_first();
	struct ledger_pair *pair;
	bool is_known;

	ledger.header->started_monotonic_ns -= UINT64_C(5000) << LIFE_SHIFT;
	for (uint64_t opened = 3000; opened <= 9000; opened += 3000) {
		open_number(&recorder, NUMBER, 1);
		recorder_slot_find(&recorder, NUMBER)->opened_ns = opened << LIFE_SHIFT;
		(void)close_number(&recorder, NUMBER, 0, &is_known);
	}
	pair = ledger_pair_find(&ledger, stack_ref(0x1000), stack_ref(0x2000));
	cr_assert_not_null(pair);
	cr_expect_eq(ledger_pair_count(pair), 3);
	cr_expect_eq(ledger_pair_lives(pair, 0), 1);
	cr_expect_geq(pair->longest_life, 2000);
	cr_expect_lt(pair->longest_life, 3000);
	cr_expect_eq(pair->last_life, 0);
	ledger.header->started_monotonic_ns -= UINT64_C(1) << 53;
	open_number(&recorder, NUMBER, 1);
	recorder_slot_find(&recorder, NUMBER)->opened_ns = 0;
	(void)close_number(&recorder, NUMBER, 0, &is_known);
	cr_expect_eq(pair->longest_life, UINT32_MAX);
}

/* Those that live for long are counted by how long, as far as there is room. */
Test(verbs, long_lives_are_counted)
{
	static const uint64_t lives[LIFE_CLASSES] = { LIFE_LONG, LIFE_LONG << 4, LIFE_LONG << 8,
						      UINT64_C(1) << 40 };
	struct recorder recorder = recorder_first();
	struct ledger_pair *pair;
	bool is_known;

	ledger.header->started_monotonic_ns -= UINT64_C(1) << 61;
	for (unsigned int i = 0; i < 70 * LIFE_CLASSES; i++) {
		open_number(&recorder, NUMBER, 1);
		recorder_slot_find(&recorder, NUMBER)->opened_ns -= lives[i % LIFE_CLASSES]
								    << LIFE_SHIFT;
		(void)close_number(&recorder, NUMBER, 0, &is_known);
		pair = ledger_pair_find(&ledger, stack_ref(0x1000), stack_ref(0x2000));
		cr_assert_not_null(pair);
		cr_assert_eq(ledger_pair_count(pair), i + 1);
		for (unsigned int at = 0; at < LIFE_CLASSES; at++) {
			unsigned int count = i / LIFE_CLASSES + (at <= i % LIFE_CLASSES);

			cr_assert_eq(ledger_pair_lives(pair, at),
				     count < LIVES_MOST ? count : LIVES_MOST, "%u of class %u", i,
				     at);
		}
	}
	open_number(&recorder, NUMBER, 1);
	(void)close_number(&recorder, NUMBER, 0, &is_known);
	cr_expect_eq(ledger_pair_count(pair), 70 * LIFE_CLASSES + 1);
}

Test(verbs, a_failed_dup2_leaves_its_target)
{
	struct recorder recorder = recorder_first();
	struct release release;

	open_number(&recorder, NUMBER, 1);
	release = recorder_release_begin(&recorder, CALL_CLOSES, NUMBER);
	cr_expect_eq(state_of(&recorder, NUMBER), SLOT_CLOSING);
	recorder_release_cancel(&recorder, &release);
	cr_expect_eq(state_of(&recorder, NUMBER), SLOT_OPEN);
	cr_expect_eq(recorder.process->kinds[KIND_SOCKET].closed, 0);
}

/* The number was given away again between the kernel's close and our record of it. */
Test(verbs, an_opening_during_a_close_is_kept)
{
	struct recorder recorder = recorder_first();
	struct release release;

	open_number(&recorder, NUMBER, 1);
	release = recorder_release_begin(&recorder, CALL_CLOSES, NUMBER);
	open_number(&recorder, NUMBER, 3);
	cr_assert(recorder_release_end(&recorder, &release, 0));
	(void)recorder_release_finish(&recorder, &release, 0, stack_ref(0x2000), 1);
	cr_expect_eq(state_of(&recorder, NUMBER), SLOT_OPEN);
	cr_expect_eq(recorder_slot_find(&recorder, NUMBER)->opened_tid, 3);
}

Test(verbs, a_success_on_a_free_number_is_in_doubt)
{
	struct recorder recorder = recorder_first();
	bool is_known;

	open_number(&recorder, NUMBER, 1);
	(void)close_number(&recorder, NUMBER, 0, &is_known);
	(void)close_number(&recorder, NUMBER, 0, &is_known);
	cr_expect_not(is_known);
	cr_expect(recorder_slot_find(&recorder, NUMBER)->facts & FACT_CONTESTED);
	open_number(&recorder, NUMBER, 1);
	cr_expect(recorder_slot_find(&recorder, NUMBER)->facts & FACT_CONTESTED,
		  "the next opener keeps the mark");
}

Test(verbs, ebadf_on_an_open_number_is_in_doubt)
{
	struct recorder recorder = recorder_first();
	bool is_known;

	open_number(&recorder, NUMBER, 1);
	(void)close_number(&recorder, NUMBER, EBADF, &is_known);
	cr_expect(is_known);
	cr_expect_eq(state_of(&recorder, NUMBER), SLOT_CLOSED);
	cr_expect(recorder_slot_find(&recorder, NUMBER)->facts & FACT_CONTESTED);
}

Test(verbs, a_forked_childs_close_is_of_a_copy)
{
	struct recorder parent = recorder_first(), child;
	bool is_known;

	open_number(&parent, NUMBER, 1);
	child = recorder_make(LINK_FORK, parent.table_ref);
	cr_expect(close_number(&child, NUMBER, 0, &is_known), "a copy");
	cr_expect(is_known);
	cr_expect_eq(state_of(&parent, NUMBER), SLOT_OPEN, "the parent keeps its own");
	cr_expect_eq(child.process->kinds[KIND_SOCKET].closed, 0);
}

Test(verbs, a_duplicate_has_what_all_numbers_have)
{
	struct recorder recorder = recorder_first();
	struct opening opening = { CALL_OPENS, KIND_OTHER, FACT_DUP, NUMBER + 1 };

	open_number(&recorder, NUMBER, 1);
	recorder_fact(&recorder, NUMBER, FACT_LISTENING);
	recorder_inherit(&recorder, NUMBER, &opening);
	cr_expect_eq(opening.kind, KIND_SOCKET);
	cr_expect_eq(opening.facts, FACT_DUP | FACT_LISTENING, "not its close-on-exec");
}

Test(verbs, connect_keeps_the_last_result)
{
	const struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = 80 };
	struct recorder recorder = recorder_first();
	const struct ledger_slot *slot;

	open_number(&recorder, NUMBER, 1);
	slot = recorder_slot_find(&recorder, NUMBER);
	recorder_connect_failed(&recorder, NUMBER, ECONNREFUSED, stack_ref(0x3000));
	cr_expect_eq(slot->facts >> FACT_ERRNO_SHIFT, ECONNREFUSED);
	cr_expect_eq(slot->fact_stack_ref, stack_ref(0x3000));
	recorder_connected(&recorder, NUMBER);
	cr_expect_eq(slot->facts, FACT_CLOEXEC | FACT_CONNECTED);
	recorder_address(&recorder, NUMBER, ADDRESS_PEER, (const struct sockaddr *)&address,
			 sizeof(address));
	cr_expect_eq(ledger_address_at(&ledger, recorder.table, NUMBER, false)->length,
		     sizeof(address));
	recorder_address(&recorder, NUMBER + 1, ADDRESS_PEER, (const struct sockaddr *)&address,
			 sizeof(address)); /* not open: nothing happens */
}

Test(verbs, events_that_are_alike_are_one)
{
	struct recorder recorder = recorder_first();
	const struct ledger_event *event;
	struct ledger_slot *slot;
	bool is_known;

	open_number(&recorder, NUMBER, 1);
	(void)close_number(&recorder, NUMBER, 0, &is_known);
	cr_assert_eq(recorder_number(&recorder, NUMBER, &slot), NUMBER_CLOSED);
	cr_expect_eq(recorder_number(&recorder, NUMBER + 9, &slot), NUMBER_NEVER);
	for (int i = 0; i < 3; i++) {
		struct ledger_event again = { .type = EVENT_DOUBLE_CLOSE, .fd = NUMBER };

		recorder_event_fill(&again, recorder_slot_find(&recorder, NUMBER));
		again.here_stack_ref = stack_ref(0x4000);
		recorder_event(&recorder, &again, 5);
	}
	event = ledger_at(&ledger, recorder.process->events_ref, sizeof(*event));
	cr_assert_not_null(event);
	cr_expect_eq(event->count, 3);
	cr_expect_eq(event->next_ref, 0);
	cr_expect_eq(event->tid, 5);
	cr_expect_eq(event->closed_stack_ref, stack_ref(0x2000));
}

/* With leaves and without, the same slots. */
Test(verbs, leaves_are_only_a_short_way)
{
	struct recorder recorder = recorder_first(), with_leaves = recorder;

	with_leaves.leaves = leaves;
	for (int fd = 0; fd < 3000; fd += 7)
		open_number(&with_leaves, fd, 1);
	for (int fd = 0; fd < 3000; fd += 7)
		cr_assert_eq(recorder_slot_find(&recorder, fd),
			     recorder_slot_find(&with_leaves, fd), "%d", fd);
}
