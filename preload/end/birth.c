/* SPDX-License-Identifier: MIT */
/* What a forked child is born with that the record does not tell: the kernel is asked for it. */
#include "end/birth.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>

#include "base/raw.h"
#include "end/inherited.h"
#include "end/open_by_poll.h"
#include "record/fork_copies.h"
#include "shim/state.h"

#define NUMBERS_ASKED 64

/* So far behind the numbers that the record knows those are looked for that it does not. */
#define NUMBERS_BEHIND 256

/* A row of numbers, one after the other. */
struct row {
	struct pollfd asked[NUMBERS_ASKED];
	unsigned int count; /* of those that are asked for */
	unsigned int sure;  /* open for certain */
};

static void row_fill(struct row *row, uint32_t first)
{
	row->count = row->sure = 0;
	for (uint32_t fd = first; fd < first + NUMBERS_ASKED; fd++) {
		if (ledger_view_is_settled(&shim.ledger, shim.recorder.table, (int)fd))
			row->sure++;
		else
			row->asked[row->count++] = (struct pollfd){ .fd = (int)fd };
	}
}

/* poll() takes no more numbers than the process may have: then one by one. */
static void row_ask(struct row *row)
{
	struct timespec none = { 0 };

	if (!raw_failed(raw5(SYS_ppoll, row->asked, row->count, &none, 0, 0)))
		return;
	for (unsigned int i = 0; i < row->count; i++)
		row->asked[i].revents =
			raw2(SYS_fcntl, row->asked[i].fd, F_GETFD) == -EBADF ? POLLNVAL : 0;
}

/* The number is as the kernel says it is, and has been so since before the child. */
static void answer_note(struct ledger_table *child, int fd, bool is_open)
{
	struct ledger_slot *slot = ledger_slot_at(&shim.ledger, child, fd, true);

	if (!slot) {
		ledger_lose(&shim.ledger, LOSS_SLOTS);
		return;
	}
	LEDGER_STORE(slot->facts, is_open ? FACT_OUTSIDE : FACT_INHERITED);
	atomic_store_explicit(&slot->word,
			      SLOT_WORD(is_open, 0, KIND_OTHER,
					is_open ? SLOT_OUTSIDE : SLOT_CLOSED),
			      memory_order_release);
}

/*
 * Returns how many of the row are open. What is open is noted even where the record
 * says so, too: it may be about to say that the number had been closed before the fork.
 */
static unsigned int row_note(const struct row *row)
{
	unsigned int open = row->sure;

	for (unsigned int i = 0; i < row->count; i++) {
		int fd = row->asked[i].fd;
		bool is_open = row->asked[i].revents != POLLNVAL;

		open += is_open;
		if (is_open || ledger_view_is_open(&shim.ledger, shim.recorder.table_ref, fd))
			answer_note(shim.recorder.table, fd, is_open);
	}
	return open;
}

/* Of the process's table in the kernel; more than NUMBERS_MAX where that does not show. */
static uint32_t table_end(void)
{
	uint32_t end = NUMBERS_FEW;

	while (end <= NUMBERS_MAX && !number_is_behind_table(end))
		end *= 2;
	return end;
}

/*
 * The lowest free number is the next: what the threads were opening lies among the
 * numbers that the record knows, or right behind them.
 */
void birth_note(void)
{
	uint32_t limit = ledger_view_limit(&shim.ledger, shim.recorder.table_ref);
	uint32_t end = table_end();
	unsigned int open = NUMBERS_ASKED;
	long count = 0;
	struct row row;

	for (uint32_t fd = 0; fd < limit || fd < end || open > 0; fd += NUMBERS_ASKED) {
		row_fill(&row, fd);
		if (row.count > 0)
			row_ask(&row);
		open = row_note(&row);
		count += open;
	}
	copies_note_start(count);
}

/* Those of the row that the record calls closed. */
static void row_fill_closed(struct row *row, uint32_t first)
{
	uint32_t table_ref = shim.recorder.table_ref;
	uint32_t known = ledger_view_next(&shim.ledger, table_ref, first);

	row->count = 0;
	for (uint32_t fd = first; fd < first + NUMBERS_ASKED; fd++)
		if (fd < known || !ledger_view_is_open(&shim.ledger, table_ref, (int)fd))
			row->asked[row->count++] = (struct pollfd){ .fd = (int)fd };
}

/* Returns how many of them are open. */
static long row_note_open(const struct row *row, struct ledger_table *child)
{
	long found = 0;

	for (unsigned int i = 0; i < row->count; i++) {
		if (row->asked[i].revents == POLLNVAL)
			continue;
		answer_note(child, row->asked[i].fd, true);
		found++;
	}
	return found;
}

/*
 * May a large table have numbers that the record does not know? Where the kernel counts as
 * many as the record has, it has not. Where it does not count, each power of two of
 * the forks asks for them: all together cost a share of what the forks cost.
 */
static bool may_have_unseen(uint32_t forks)
{
	long count = self.fork_copies < 0 ? -1 : descriptor_count();

	return count < 0 ? (forks & (forks - 1)) == 0 : count != self.fork_copies;
}

/* Where the numbers end that are to be asked for; 0: none is. */
static uint32_t end_of_asked(const struct ledger_table *child)
{
	uint32_t end = table_end();

	if (end <= NUMBERS_MAX)
		return end;
	return may_have_unseen(child->parent_fork)
		       ? ledger_view_limit(&shim.ledger, shim.recorder.table_ref) + NUMBERS_BEHIND
		       : 0;
}

void birth_announce(struct ledger_table *child)
{
	uint32_t end;
	long found = 0, here = 0;
	struct row row;

	if (!process_is_single_threaded() || shim.is_table_shared || !shim_may_call_kernel())
		return;
	end = end_of_asked(child);
	for (uint32_t fd = 0; fd < end || here > 0; fd += NUMBERS_ASKED) {
		here = 0;
		row_fill_closed(&row, fd);
		if (row.count == 0)
			continue;
		row_ask(&row);
		here = row_note_open(&row, child);
		found += here;
	}
	if (self.fork_copies >= 0)
		self.fork_copies += found;
}
