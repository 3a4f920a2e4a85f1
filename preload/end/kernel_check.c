/* SPDX-License-Identifier: MIT */
/*
 * The table notices, the kernel decides: after this the slots of the table say
 * what the kernel says. Recorded numbers are asked one by one (F_GETFD, 0.26 µs
 * each); if no others are open, or as many as the kernel counts, that is all.
 */
#include <errno.h>
#include <sys/stat.h>

#include "base/raw.h"
#include "end/facts.h"
#include "end/finish.h"
#include "end/inherited.h"
#include "end/open_by_poll.h"
#include "record/fork_copies.h"
#include "shim/names.h"
#include "shim/state.h"

/* Numbers asked one by one where neither a count nor a listing is to be had. */
#define SCAN_MAX 65536

/*
 * Copies in a forked child from which on they may be counted instead of asked for
 * one by one, and what the question costs for each. It is put all the same where
 * it takes no more than a tenth of the child's life.
 */
#define COPIES_MANY 256
#define COPY_ASK_NS 500
#define LIFE_SHARE 10

static uint64_t slot_word(const struct ledger_slot *slot)
{
	return atomic_load_explicit(&slot->word, memory_order_acquire);
}

/* Only EBADF means closed; a filter may answer anything else. */
static bool is_open(int fd)
{
	return raw2(SYS_fcntl, fd, F_GETFD) != -EBADF;
}

/*
 * The same of what this process has opened itself: for a little more the kernel says
 * what it is, too. Another kind than the call makes came behind our back.
 */
static bool own_is_open(int fd, struct ledger_slot *slot, uint64_t word)
{
	unsigned int kind = slot_kind(word) % KIND_DESCRIPTORS;
	struct stat status;
	long result;

	if (!fact_kind_is_plain(kind))
		return is_open(fd);
	result = raw2(SYS_fstat, fd, &status);
	if (!raw_failed(result) && !fact_kind_fits(kind, status.st_mode))
		slot_correct_kind(slot, word, fact_kind_find(fd, KIND_OTHER));
	return result != -EBADF;
}

/* The word that makes a slot say closed, or open without an opener. */
static uint64_t word_of(uint64_t word, unsigned int state)
{
	if (state == SLOT_UNSEEN)
		return SLOT_WORD(slot_generation(word) + 1, 0, KIND_OTHER, SLOT_UNSEEN);
	return (word & ~UINT64_C(0xff)) | state;
}

static bool word_is_open(uint64_t word)
{
	unsigned int state = slot_state(word);

	return state == SLOT_OPEN || state == SLOT_CLOSING || state == SLOT_OUTSIDE;
}

/*
 * Correct a slot. Other threads may go on to the end: what one of them has
 * written meanwhile is later than what the kernel said to us, and stays.
 */
static bool slot_set(int fd, unsigned int state, uint32_t facts, const struct ledger_slot *seen,
		     uint64_t seen_word)
{
	struct ledger_slot *slot = ledger_slot_at(&shim.ledger, shim.recorder.table, fd, true);
	uint64_t word;

	if (!slot) {
		ledger_lose(&shim.ledger, LOSS_SLOTS);
		return false;
	}
	word = slot_word(slot);
	if (slot == seen ? word != seen_word : word_is_open(word))
		return false;
	atomic_fetch_or_explicit(&slot->facts, facts, memory_order_relaxed);
	/* Closed at some time: a child that was forked meanwhile and has it, has it from us. */
	if (state == SLOT_CLOSED)
		atomic_store_explicit(
			&slot->closed_fork,
			atomic_load_explicit(&shim.recorder.table->forks, memory_order_relaxed),
			memory_order_relaxed);
	return atomic_compare_exchange_strong_explicit(&slot->word, &word, word_of(word, state),
						       memory_order_release, memory_order_relaxed);
}

/*
 * The table says open, the kernel says closed. A number of the parent's that
 * has no slot here gets one that says so; `slot` and `word` are our own.
 */
static void slot_drop(int fd, const struct ledger_slot *slot, uint64_t word)
{
	bool is_ours = word_is_open(word);

	if (slot_set(fd, SLOT_CLOSED, is_ours ? 0 : FACT_INHERITED, slot, word) && is_ours &&
	    slot_call(word))
		atomic_fetch_add_explicit(
			&shim.recorder.process->kinds[slot_kind(word) % KIND_DESCRIPTORS].closed, 1,
			memory_order_relaxed);
}

/* Ask for the numbers that this process has opened itself. Returns how many are open. */
static uint32_t own_ask(void)
{
	uint32_t limit = ledger_table_limit(shim.recorder.table), count = 0;

	for (uint32_t fd = 0;
	     (fd = ledger_table_next(&shim.ledger, shim.recorder.table, fd)) < limit; fd++) {
		struct ledger_slot *slot =
			ledger_slot_at(&shim.ledger, shim.recorder.table, (int)fd, false);
		uint64_t word = slot ? slot_word(slot) : 0;

		if (!word_is_open(word) || !slot_call(word))
			continue;
		if (own_is_open((int)fd, slot, word))
			count++;
		else
			slot_drop((int)fd, slot, word);
	}
	return count;
}

static bool are_too_many_to_ask(long copies)
{
	uint64_t life_ns = ledger_now_ns(&shim.ledger) - shim.recorder.process->started_ns;

	return copies >= COPIES_MANY && life_ns < (uint64_t)copies * COPY_ASK_NS * LIFE_SHARE;
}

/*
 * A short child of a process with many descriptors, none of which will be asked
 * for: if the kernel counts as many as the parent's record and our own say, that
 * will do. A copy closed and another number opened, both unseen, would pass.
 */
static bool copies_are_counted(long count, struct check_result *ret_result)
{
	long copies = copies_expected();

	if (count < 0 || !are_too_many_to_ask(copies) || !copies_do_not_matter() ||
	    count != copies + (long)own_ask())
		return false;
	*ret_result = (struct check_result){ CHECK_COUNTED, (uint32_t)count, true };
	return true;
}

/* Ask for every number the table has as open. Returns how many are. */
static uint32_t recorded_ask(struct numbers *ret_open, bool *ret_has_facts)
{
	uint32_t limit = ledger_view_limit(&shim.ledger, shim.recorder.table_ref), count = 0;
	bool has_facts = false;

	for (uint32_t fd = 0;
	     (fd = ledger_view_next(&shim.ledger, shim.recorder.table_ref, fd)) < limit; fd++) {
		struct ledger_slot *slot;
		uint64_t word;

		if (!ledger_view_is_open(&shim.ledger, shim.recorder.table_ref, (int)fd))
			continue;
		/* Before the kernel is asked: what changes from here on is later than its answer. */
		slot = ledger_slot_at(&shim.ledger, shim.recorder.table, (int)fd, false);
		word = slot ? slot_word(slot) : 0;
		if (word_is_open(word) && slot_call(word) ? own_is_open((int)fd, slot, word)
							  : is_open((int)fd)) {
			count++;
			numbers_note(ret_open, (int)fd);
			has_facts = has_facts || fact_is_due((int)fd);
			continue;
		}
		if (!slot && ledger_table_has_standard(shim.recorder.table, (int)fd)) {
			slot = ledger_slot_at(&shim.ledger, shim.recorder.table, (int)fd, true);
			word = slot ? slot_word(slot) : 0;
		}
		slot_drop((int)fd, slot, word);
	}
	*ret_has_facts = has_facts;
	return count;
}

struct listing {
	int ignored_fd;
	uint32_t unseen;
};

static void unseen_note(int fd, void *data)
{
	struct listing *listing = data;

	if (fd == listing->ignored_fd ||
	    ledger_view_is_open(&shim.ledger, shim.recorder.table_ref, fd))
		return;
	if (!ledger_slot_at(&shim.ledger, shim.recorder.table, fd, true))
		LEDGER_COUNT(shim.ledger.header->open_lost[fact_kind_find(fd, KIND_OTHER) %
							  KIND_DESCRIPTORS]);
	if (slot_set(fd, SLOT_UNSEEN, 0, NULL, 0))
		listing->unseen++;
}

/* Without /proc: ask for every number there can be. */
static bool numbers_scan(struct listing *listing)
{
	struct rlimit limit;

	if (raw4(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit) != 0)
		return false;
	for (uint32_t fd = 0; fd < SCAN_MAX && fd < limit.rlim_cur; fd++)
		if (is_open((int)fd))
			unseen_note((int)fd, listing);
	return limit.rlim_cur <= SCAN_MAX;
}

/* How many are open, without the one; -1 not known. */
static long count_but(int ignored_fd)
{
	long count = descriptor_count();

	return count >= 0 && ignored_fd >= 0 ? count - 1 : count;
}

struct check_result kernel_check(int ignored_fd)
{
	struct check_result result = { .check = CHECK_COUNTED };
	struct listing listing = { .ignored_fd = ignored_fd };
	struct numbers open = { 0 };

	if (copies_expected() >= COPIES_MANY &&
	    copies_are_counted(count_but(ignored_fd), &result))
		return result;
	result.open_count = recorded_ask(&open, &result.has_facts);
	if (ignored_fd >= 0)
		numbers_note(&open, ignored_fd);
	/* The second time /proc is the cheaper one. */
	if (!shim.has_asked_proc && numbers_are_all(&open, NUMBERS_MAX))
		return result;
	if (count_but(ignored_fd) == (long)result.open_count)
		return result;
	if (descriptor_list(unseen_note, &listing) == 0)
		result.check = CHECK_LISTED;
	else
		result.check = numbers_scan(&listing) ? CHECK_SCANNED : CHECK_PARTIAL;
	result.open_count += listing.unseen;
	result.has_facts |= listing.unseen > 0;
	return result;
}
