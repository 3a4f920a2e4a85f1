/* SPDX-License-Identifier: MIT */
/* A child of several threads at its birth: the numbers that were changing hands are asked for. */
#include "end/birth.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>

#include "base/raw.h"
#include "record/fork_copies.h"
#include "shim/state.h"

#define NUMBERS_ASKED 64

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
static void answer_note(int fd, bool is_open)
{
	struct ledger_slot *slot = ledger_slot_at(&shim.ledger, shim.recorder.table, fd, true);

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
			answer_note(fd, is_open);
	}
	return open;
}

/*
 * The lowest free number is the next: what the threads were opening lies among the
 * numbers that the record knows, or right behind them.
 */
void birth_note(void)
{
	uint32_t limit = ledger_view_limit(&shim.ledger, shim.recorder.table_ref);
	unsigned int open = NUMBERS_ASKED;
	long count = 0;
	struct row row;

	for (uint32_t fd = 0; fd < limit || open > 0; fd += NUMBERS_ASKED) {
		row_fill(&row, fd);
		if (row.count > 0)
			row_ask(&row);
		open = row_note(&row);
		count += open;
	}
	copies_note_start(count);
}
