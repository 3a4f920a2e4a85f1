/* SPDX-License-Identifier: MIT */
/* What a program expects of its own descriptors: none left, no growth. */
#include "end/census.h"
#include "shim/state.h"
#include "stack/capture.h"

struct expectation {
	uint32_t stack_ref; /* of the caller */
	uint64_t at_ns;
	long count;
};

static void event_publish(struct ledger_event *event, uint32_t ref)
{
	ledger_u32 *head = &shim.recorder.process->events_ref;
	uint32_t first = LEDGER_LOAD(*head);

	atomic_store_explicit(&shim.has_events, true, memory_order_relaxed);
	do
		event->next_ref = first;
	while (!atomic_compare_exchange_weak_explicit(head, &first, ref, memory_order_release,
						      memory_order_relaxed));
}

static int disappoint(const struct census_entry *entry, void *data)
{
	struct expectation *expectation = data;
	struct ledger_event *event;
	uint32_t ref;

	if (!entry->is_counted)
		return 0;
	expectation->count++;
	ref = ledger_record_alloc(&shim.ledger, sizeof(*event));
	event = ledger_at(&shim.ledger, ref, sizeof(*event));
	if (!event) {
		ledger_lose(&shim.ledger, LOSS_EVENTS);
		return 0;
	}
	if (!expectation->stack_ref)
		expectation->stack_ref = capture_whole();
	*event = (struct ledger_event){
		.type = EVENT_EXPECTED_NONE,
		.fd = entry->fd,
		.call = slot_call(entry->word),
		.kind = entry->kind,
		.count = slot_generation(entry->word),
		.tid = thread_tid(),
		.opened_tid = LEDGER_LOAD(entry->slot->opened_tid),
		.here_stack_ref = expectation->stack_ref,
		.opened_stack_ref = LEDGER_LOAD(entry->slot->opened_stack_ref),
		.at_ns = expectation->at_ns,
		.scope_ref = entry->scope_ref,
	};
	event_publish(event, ref);
	return 0;
}

long census_expect_none(void)
{
	struct expectation expectation = { .at_ns = ledger_now_ns(&shim.ledger) };
	uint32_t scope_ref = scope_current();

	(void)census(scope_ref ? scope_ref : UNCLOSED_EVERYTHING, disappoint, &expectation);
	return expectation.count;
}

/* When the last checkpoint was. */
static ledger_u64 last_checkpoint_ns;

struct growth {
	uint64_t since_ns;
	const struct census_entry *entry; /* is there an older one of this place? */
	bool has_older;
	long count;
};

static int find_older(const struct census_entry *entry, void *data)
{
	struct growth *growth = data;

	growth->has_older = entry->is_counted &&
			    LEDGER_LOAD(entry->slot->opened_ns) <= growth->since_ns &&
			    LEDGER_LOAD(entry->slot->opened_stack_ref) ==
				    LEDGER_LOAD(growth->entry->slot->opened_stack_ref);
	return growth->has_older;
}

static int count_growth(const struct census_entry *entry, void *data)
{
	struct growth *growth = data;

	if (!entry->is_counted || LEDGER_LOAD(entry->slot->opened_ns) <= growth->since_ns)
		return 0;
	growth->entry = entry;
	growth->has_older = false;
	(void)census(UNCLOSED_EVERYTHING, find_older, growth);
	growth->count += growth->has_older;
	return 0;
}

long census_checkpoint(void)
{
	uint64_t now_ns = ledger_now_ns(&shim.ledger), none = 0;
	struct growth growth = {
		.since_ns =
			atomic_exchange_explicit(&last_checkpoint_ns, now_ns, memory_order_relaxed),
	};

	if (growth.since_ns == 0) {
		(void)atomic_compare_exchange_strong(&shim.recorder.process->checkpoint_ns, &none,
						     now_ns);
		return 0;
	}
	(void)census(UNCLOSED_EVERYTHING, count_growth, &growth);
	return growth.count;
}
