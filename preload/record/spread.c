/* SPDX-License-Identifier: MIT */
/* Numbers that are not given twice. */
#include "record/spread.h"

#include <fcntl.h>
#include <sys/select.h>
#include <unistd.h>

#include "base/raw.h"
#include "libc/loaded.h"

/* A forked child goes on with these: its program may still know its parent's numbers. */
static struct {
	_Atomic(uint32_t)
		next; /* the one to try next; before is_again none from here on was given */
	_Atomic(uint32_t) most; /* below which they are; 0: not decided, FD_SETSIZE at least */
	_Atomic(bool) is_again; /* all were given */
	_Atomic(bool) has_lock; /* of fcntl() */
} numbers;

static bool was_used(int fd)
{
	const struct ledger_slot *slot = recorder_slot_find(shim_recorder(), fd);

	return slot && slot_state(LEDGER_LOAD(slot->word)) != SLOT_NONE;
}

static bool is_fresh(int fd)
{
	return !numbers.is_again && (uint32_t)fd >= numbers.next && !was_used(fd);
}

/* No number below was never given, or will be. */
static void advance(uint32_t next)
{
	uint32_t known = numbers.next;

	while (known < next && !atomic_compare_exchange_weak(&numbers.next, &known, next))
		;
}

/* A number is used twice in this process, from now on or this once. The first reason stays. */
static void note_used_again(enum spread_end reason)
{
	uint32_t none = SPREAD_HOLDS;

	atomic_compare_exchange_strong(&shim_recorder()->process->spread_end, &none, reason);
}

static void begin_again(enum spread_end reason)
{
	note_used_again(reason);
	numbers.is_again = true;
	numbers.next = STDERR_FILENO + 1;
}

/* What the program was started with is asked: what it opens later is met by its first select(). */
static bool may_select(void)
{
	return loaded_asks_for("select\0pselect\0__select\0__fdelt_chk\0");
}

static uint32_t most_for(uint32_t number)
{
	uint32_t none = 0;

	if (number < FD_SETSIZE)
		return FD_SETSIZE;
	if (!numbers.most)
		atomic_compare_exchange_strong(&numbers.most, &none,
					       may_select() ? FD_SETSIZE : SPREAD_MOST);
	return numbers.most;
}

/* Take a number to try. What is in the way of it; SPREAD_HOLDS: nothing. */
static enum spread_end take(int least, uint32_t *ret_number)
{
	uint32_t next = numbers.next, number;

	do {
		number = next < (uint32_t)least ? (uint32_t)least : next;
		while (!numbers.is_again && number < most_for(number) && was_used((int)number))
			number++;
		if (number >= most_for(number))
			return most_for(number) == FD_SETSIZE ? SPREAD_SELECT : SPREAD_FULL;
	} while (!atomic_compare_exchange_weak(&numbers.next, &next, number + 1));
	*ret_number = number;
	return recorder_slot_make(shim_recorder(), (int)number) ? SPREAD_HOLDS : SPREAD_ROOM;
}

/* Duplicate `fd` onto a number that was not used, or not lately. Negative: it cannot be. */
static long duplicate(int fd, int least)
{
	long flags = raw2(SYS_fcntl, fd, F_GETFD), moved = -1;

	if (raw_failed(flags))
		return flags;
	for (int turn = 0; turn < 2; turn++) {
		uint32_t number = 0;
		enum spread_end end = take(least, &number);

		if (end == SPREAD_HOLDS)
			moved = raw3(SYS_fcntl, fd, flags & FD_CLOEXEC ? F_DUPFD_CLOEXEC : F_DUPFD,
				     number);
		if (end == SPREAD_HOLDS && !raw_failed(moved)) {
			advance((uint32_t)moved + 1);
			return moved;
		}
		begin_again(end == SPREAD_HOLDS ? SPREAD_LIMIT : end);
	}
	return moved;
}

/* Is there a reason to leave it where it is? SPREAD_HOLDS: none. */
static enum spread_end reason_to_stay(unsigned int kind)
{
	if (!shim_may_call_kernel())
		return SPREAD_FILTER;
	if (kind == KIND_MQUEUE)
		return SPREAD_QUEUE;
	if (numbers.has_lock && (kind == KIND_FILE || kind == KIND_MEMFD || kind == KIND_OTHER))
		return SPREAD_LOCK;
	return SPREAD_HOLDS;
}

int spread_move(unsigned int kind, int fd, int least)
{
	enum spread_end reason;
	long moved;

	/* From 3 on is how libraries ask for any but the first three. */
	if (fd <= STDERR_FILENO || (least > STDERR_FILENO + 1 && fd == least) ||
	    least >= FD_SETSIZE)
		return fd;
	if (is_fresh(fd)) {
		advance((uint32_t)fd + 1);
		return fd;
	}
	reason = reason_to_stay(kind);
	if (reason != SPREAD_HOLDS) {
		note_used_again(reason);
		return fd;
	}
	moved = duplicate(fd, least);
	if (raw_failed(moved))
		return fd;
	(void)raw1(SYS_close, fd); /* nobody has seen it */
	return (int)moved;
}

void spread_meets_select(void)
{
	numbers.most = FD_SETSIZE;
}

void spread_meets_lock(void)
{
	numbers.has_lock = true;
}
