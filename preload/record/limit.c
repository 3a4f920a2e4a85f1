/* SPDX-License-Identifier: MIT */
/* Which marks on the way to the limit of descriptors are met, and who is told. */
#include "record/limit.h"

#include <errno.h>
#include <limits.h>

#include "base/raw.h"
#include "record/record.h"
#include "recorder/limits.h"

/* Below that it is a sandbox's, which means to have nothing opened: no marks. */
#define LIMIT_LEAST 8

/* So many openings on chosen numbers pass between two countings of all: a 64th of the limit. */
#define PATIENCE_SHIFT 6

/* Lower alarms that more numbers above them make: so often at most. */
#define ALARM_STEPS 3

/* Touched near the limit only, or by a refusal. */
static struct {
	_Atomic(uint32_t) met; /* a bit an enum limit_mark */
	_Atomic(uint32_t)
		patience; /* so many openings on chosen numbers before the next counting */
} marks;

#define MARK_BIT(mark) (UINT32_C(1) << (mark))

/* The lowest mark that may still be met; LIMIT_EMFILE: none of those that openings meet. */
static enum limit_mark mark_next(void)
{
	uint32_t met = atomic_load_explicit(&marks.met, memory_order_relaxed);
	enum limit_mark mark = LIMIT_80;

	while (mark < LIMIT_EMFILE && met & MARK_BIT(mark))
		mark++;
	return mark;
}

static uint32_t limit_now(void)
{
	return atomic_load_explicit(&shim.limit, memory_order_relaxed);
}

static void alarm_store(uint32_t alarm_fd)
{
	atomic_store_explicit(&shim.alarm_fd, alarm_fd, memory_order_relaxed);
}

/* As if no number above was open. */
static void alarm_set(void)
{
	enum limit_mark mark = mark_next();
	uint32_t limit = limit_now();

	alarm_store(mark < LIMIT_EMFILE && limit >= LIMIT_LEAST ? limit_mark_count(mark, limit) - 1
								: UINT32_MAX);
}

static void limit_read(void)
{
	struct {
		uint64_t soft, hard;
	} limit;

	if (!shim_may_call_kernel())
		return;
	if (raw_failed(raw4(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit)))
		limit.soft = 0;
	atomic_store_explicit(&shim.limit, limit.soft > INT_MAX ? INT_MAX : (uint32_t)limit.soft,
			      memory_order_relaxed);
}

void limit_ask(void)
{
	limit_read();
	alarm_set();
}

/* Does the kernel choose the number, the lowest one that is free? */
static bool call_takes_lowest(enum call call)
{
	if (shim.spreads_numbers)
		return false;
	switch (call) {
#define TAKES_LOWEST(name) case CALL_##name:
#define TAKES_ANY(name)
#define TAKES_PLACED(name)
#define CALL(name, opens, released, number, cloexec) TAKES_##number(name)
#define CALL_NUMBER(name, ...) CALL(name, __VA_ARGS__)
#include "libc/calls.def"
#undef CALL
#undef TAKES_LOWEST
#undef TAKES_ANY
#undef TAKES_PLACED
		return true;
	default:
		return false;
	}
}

/*
 * Fewer are open than `wanted`. Numbers above the next alarm are open already: when the lowest
 * that is free has come so far, all below are open, too.
 */
static void alarm_lower(uint32_t wanted)
{
	uint32_t alarm_fd = wanted - 1;

	for (int i = 0; i < ALARM_STEPS; i++) {
		uint32_t above = recorder_open_count(shim_recorder(), alarm_fd + 1);
		uint32_t lower = above < wanted ? wanted - 1 - above : 0;

		if (lower >= alarm_fd)
			break;
		alarm_fd = lower;
	}
	alarm_store(alarm_fd);
}

/* With the new one, which is not recorded yet. */
static uint32_t open_count(int fd, bool is_lowest)
{
	const struct recorder *recorder = shim_recorder();
	const struct ledger_slot *slot = recorder_slot_find(recorder, fd);
	bool is_recorded = slot && slot_state(LEDGER_LOAD(slot->word)) == SLOT_OPEN;
	uint32_t open = recorder_open_count(recorder, 0) + !is_recorded;

	/* Some may have been opened without a call that was seen. */
	return is_lowest && open < (uint32_t)fd + 1 ? (uint32_t)fd + 1 : open;
}

/* The launcher takes it within a tenth of a second, or a tool that this process starts. */
static void ring(void)
{
	struct ledger_header *header = shim.ledger.header;

	atomic_fetch_add_explicit(&header->bell, 1, memory_order_release);
	if (!LEDGER_LOAD(header->listens) && shim_may_call_kernel() && shim.snapshot_start)
		shim.snapshot_start();
}

/* The first of the process to meet this mark tells, and the marks below are met by that, too. */
static void mark_meet(enum limit_mark mark, uint32_t marks_met, uint32_t open, int fd,
		      enum call call, uint32_t stack_ref)
{
	struct ledger_limit limit = { .mark = mark,
				      .limit = atomic_load_explicit(&shim.limit,
								    memory_order_relaxed),
				      .open = open,
				      .fd = fd,
				      .call = call,
				      .stack_ref = stack_ref };
	uint32_t before = atomic_fetch_or_explicit(&marks.met, marks_met, memory_order_relaxed);

	alarm_set();
	if (!(before & MARK_BIT(mark)) && recorder_limit(shim_recorder(), &limit))
		ring();
}

/* So many are open, fewer than at the next mark, or so many as at one or several. */
static void open_weigh(uint32_t open, int fd, enum call call, uint32_t stack_ref)
{
	uint32_t limit = limit_now(), wanted = limit_mark_count(mark_next(), limit);
	enum limit_mark mark = LIMIT_95;

	if (open < wanted) {
		alarm_lower(wanted);
		atomic_store_explicit(&marks.patience, limit >> PATIENCE_SHIFT,
				      memory_order_relaxed);
		return;
	}
	while (open < limit_mark_count(mark, limit))
		mark--; /* to the next one at least */
	mark_meet(mark, MARK_BIT(mark + 1) - 1, open, fd, call, stack_ref);
}

void limit_near(int fd, enum call call, uint32_t stack_ref)
{
	bool is_lowest = call_takes_lowest(call);
	int saved_errno = errno;

	if (!is_lowest && atomic_load_explicit(&marks.patience, memory_order_relaxed) > 0) {
		atomic_fetch_sub_explicit(&marks.patience, 1, memory_order_relaxed);
		return;
	}
	limit_read(); /* another process may have changed it */
	if (mark_next() == LIMIT_EMFILE || limit_now() < LIMIT_LEAST)
		alarm_set();
	else
		open_weigh(open_count(fd, is_lowest), fd, call, stack_ref);
	errno = saved_errno;
}

/* The number of these is a matter of the user, too (fs.inotify.max_user_instances). */
static bool call_has_other_limit(enum call call)
{
	return call == CALL_inotify_init || call == CALL_inotify_init1 ||
	       call == CALL_fanotify_init;
}

uint32_t limit_refusal(enum call call, int error)
{
	if (error == ENFILE)
		return EVENT_OF_SYSTEM;
	if (call_takes_lowest(call) && !call_has_other_limit(call))
		return 0;
	limit_read();
	return recorder_open_count(shim_recorder(), 0) < limit_mark_count(LIMIT_95, limit_now())
		       ? EVENT_OF_USER
		       : 0;
}

void limit_refused(enum call call, uint32_t refusal, uint32_t stack_ref)
{
	enum limit_mark mark = refusal & EVENT_OF_SYSTEM ? LIMIT_ENFILE : LIMIT_EMFILE;

	if (refusal & EVENT_OF_USER ||
	    atomic_load_explicit(&marks.met, memory_order_relaxed) & MARK_BIT(mark))
		return;
	limit_read();
	if (limit_now() >= LIMIT_LEAST)
		mark_meet(mark, MARK_BIT(mark), recorder_open_count(shim_recorder(), 0), -1, call,
			  stack_ref);
}
