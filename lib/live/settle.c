/* SPDX-License-Identifier: MIT */
/* Compares two snapshots of a process with the kernel's list, and corrects the later one. */
#include "live/settle.h"

#include <errno.h>
#include <stdlib.h>

#include "base/kind_link.h"

/* What is known of a number at both ends of the look. */
struct number {
	int fd;
	struct descriptor_view before, after;
	const struct live_descriptor *listed; /* NULL: the kernel has it closed */
};

static uint32_t table_of(struct snapshot *snapshot, uint32_t index)
{
	const struct ledger_process *process = ledger_process_at(&snapshot->ledger, index);

	return process ? LEDGER_LOAD(process->table_ref) : 0;
}

static bool is_open(const struct descriptor_view *view)
{
	return view->origin != DESCRIPTOR_NOT_OPEN;
}

static bool is_same(const struct number *number)
{
	const struct descriptor_view *one = &number->before, *other = &number->after;

	return one->origin == other->origin && one->table_ref == other->table_ref &&
	       one->generation == other->generation && !other->is_closing;
}

/* As it stands in the process's own table; 0 where that has no slot. */
static uint64_t own_word(struct snapshot *snapshot, uint32_t table_ref, int fd)
{
	struct ledger_table *table = ledger_table_at(&snapshot->ledger, table_ref);
	const struct ledger_slot *slot =
		table ? ledger_slot_at(&snapshot->ledger, table, fd, false) : NULL;

	return slot ? LEDGER_LOAD(slot->word) : 0;
}

static void number_read(const struct live_settling *settling, int fd, struct number *ret_number)
{
	uint32_t index = settling->index;

	ret_number->fd = fd;
	ret_number->listed = live_listing_find(settling->listing, fd);
	ledger_view(&settling->before->ledger, table_of(settling->before, index), fd,
		    &ret_number->before);
	ledger_view(&settling->after->ledger, table_of(settling->after, index), fd,
		    &ret_number->after);
}

/* Open by the kernel's list, and by nobody's record, before and after it was read. */
static bool is_unseen(const struct live_settling *settling, const struct number *number)
{
	uint32_t index = settling->index;

	return number->listed && !is_open(&number->before) && !is_open(&number->after) &&
	       own_word(settling->before, table_of(settling->before, index), number->fd) ==
		       own_word(settling->after, table_of(settling->after, index), number->fd);
}

static int unseen_add(struct live_unseen *unseen, const struct live_descriptor *descriptor)
{
	struct live_descriptor *list;

	if (unseen->count % 64 == 0) {
		list = reallocarray(unseen->list, unseen->count + 64, sizeof(*list));
		if (!list)
			return -ENOMEM;
		unseen->list = list;
	}
	unseen->list[unseen->count++] = *descriptor;
	return 0;
}

int live_unseen_find(struct live_settling *settling)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < settling->listing->count; i++) {
		struct number number;

		number_read(settling, settling->listing->list[i].fd, &number);
		if (is_unseen(settling, &number))
			result = unseen_add(&settling->unseen, number.listed);
	}
	return result;
}

static bool is_known(const struct live_unseen *known, const struct live_descriptor *descriptor)
{
	for (size_t low = 0, high = known ? known->count : 0; low < high;) {
		size_t middle = low + (high - low) / 2;
		const struct live_descriptor *one = &known->list[middle];

		if (one->fd == descriptor->fd)
			return one->inode == descriptor->inode && one->device == descriptor->device;
		if (one->fd < descriptor->fd)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* The word of the process's own slot says closed, or open without an opener. */
static void slot_set(struct live_settling *settling, int fd, unsigned int kind, unsigned int state)
{
	struct ledger *ledger = &settling->after->ledger;
	struct ledger_table *table =
		ledger_table_at(ledger, table_of(settling->after, settling->index));
	struct ledger_slot *slot = table ? ledger_slot_at(ledger, table, fd, true) : NULL;
	uint64_t word;
	bool was_open;

	if (!slot) {
		settling->has_no_room = true;
		return;
	}
	word = LEDGER_LOAD(slot->word);
	was_open = slot_state(word) == SLOT_OPEN || slot_state(word) == SLOT_CLOSING;
	if (state == SLOT_UNSEEN) {
		LEDGER_STORE(slot->word,
			     SLOT_WORD(slot_generation(word) + 1, 0, kind, SLOT_UNSEEN));
		return;
	}
	if (!was_open)
		LEDGER_STORE(slot->facts, LEDGER_LOAD(slot->facts) | FACT_INHERITED);
	/* A child that was forked meanwhile and has it, has it from here. */
	LEDGER_STORE(slot->closed_fork, LEDGER_LOAD(table->forks));
	LEDGER_STORE(slot->word, (word & ~UINT64_C(0xff)) | SLOT_CLOSED);
}

/* It was opened as something that this cannot be: the number changed hands behind the record. */
static bool is_another(const struct number *number)
{
	const struct ledger_slot *slot = number->after.slot;

	return number->after.origin == DESCRIPTOR_OWN && slot && !number->after.is_before &&
	       number->listed->has_stat && slot_call(LEDGER_LOAD(slot->word)) &&
	       !kind_is_possible(slot_kind(LEDGER_LOAD(slot->word)), number->listed->kind);
}

static void number_settle(struct live_settling *settling, const struct number *number)
{
	const struct live_descriptor *listed = number->listed;

	if (is_unseen(settling, number)) {
		if (is_known(settling->known, listed))
			slot_set(settling, number->fd, listed->kind, SLOT_UNSEEN);
		else
			settling->in_flux++;
		return;
	}
	if (is_open(&number->after) && is_same(number) && listed) {
		if (is_another(number))
			slot_set(settling, number->fd, listed->kind, SLOT_UNSEEN);
		return;
	}
	if (is_open(&number->after))
		slot_set(settling, number->fd, KIND_OTHER, SLOT_CLOSED);
	/* What nobody closed by a call of libc was not open all the time: not in flux. */
	settling->in_flux += listed || !is_same(number);
}

void live_cut(struct snapshot *snapshot, uint32_t index, uint64_t until_ns, int until_fd)
{
	struct ledger_process *process = ledger_process_at(&snapshot->ledger, index);
	struct ledger_table *table =
		process ? ledger_table_at(&snapshot->ledger, LEDGER_LOAD(process->table_ref))
			: NULL;
	uint32_t limit = table ? ledger_table_limit(table) : 0;

	for (uint32_t fd = 0;
	     (fd = ledger_table_next(&snapshot->ledger, table, fd)) < limit && fd < INT32_MAX;
	     fd++) {
		struct ledger_slot *slot = ledger_slot_at(&snapshot->ledger, table, (int)fd, false);
		uint64_t word = slot ? LEDGER_LOAD(slot->word) : 0;

		if (slot_state(word) == SLOT_OPEN && (int)fd != until_fd &&
		    LEDGER_LOAD(slot->opened_ns) > until_ns)
			LEDGER_STORE(slot->word, (word & ~UINT64_C(0xff)) | SLOT_CLOSED);
	}
	if (table)
		LEDGER_STORE(process->table_seal, 0); /* it is another table now */
}

int live_settle(struct live_settling *settling)
{
	struct ledger *ledger = &settling->after->ledger;
	uint32_t table_ref = table_of(settling->after, settling->index);
	uint32_t limit = ledger_view_limit(ledger, table_ref);
	struct number number;
	size_t at = 0;

	for (uint32_t fd = 0;
	     (fd = ledger_view_next(ledger, table_ref, fd)) < limit && fd < INT32_MAX; fd++) {
		/* Those that no table has a leaf for come first. */
		for (;
		     at < settling->listing->count && (uint32_t)settling->listing->list[at].fd < fd;
		     at++) {
			number_read(settling, settling->listing->list[at].fd, &number);
			number_settle(settling, &number);
		}
		number_read(settling, (int)fd, &number);
		if (number.listed)
			at++;
		if (number.listed || is_open(&number.after) || is_open(&number.before))
			number_settle(settling, &number);
	}
	for (; at < settling->listing->count; at++) {
		number_read(settling, settling->listing->list[at].fd, &number);
		number_settle(settling, &number);
	}
	return settling->has_no_room ? -ENOMEM : 0;
}

void live_facts_write(struct live_facts *facts, uint32_t table_ref)
{
	LEDGER_STORE(facts->entry->facts_ref, 0);
	for (size_t i = 0; i < facts->listing->count; i++) {
		const struct live_descriptor *descriptor = &facts->listing->list[i];
		struct descriptor_view view;

		if (!descriptor->has_stat)
			continue;
		ledger_view(&facts->snapshot->ledger, table_ref, descriptor->fd, &view);
		if (is_open(&view) && !live_fact_write(facts, descriptor, &view))
			return;
	}
}
