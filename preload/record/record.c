/* SPDX-License-Identifier: MIT */
/* The shim as a writer: guards and backtraces around the verbs of recorder/recorder.h. */
#include "record/record.h"

#include <errno.h>
#include <string.h>

#include "record/fork_copies.h"
#include "record/guest.h"
#include "record/limit.h"
#include "record/misuse.h"
#include "record/scopes.h"
#include "record/spread.h"
#include "record/stderr.h"
#include "record/vforked.h"
#include "recorder/openings.h"
#include "recorder/releases.h"
#include "shim/state.h"
#include "stack/capture.h"
#include "stack/runtime.h"

static void record_new(int fd, const struct opening *opening)
{
	struct origin origin;

	guest_find();
	if (fd <= STDERR_FILENO && opening->kind == KIND_SOCKET && !(opening->facts & FACT_DUP))
		misuse_standard_taken(opening->call, fd);
	origin = (struct origin){ .stack_ref = capture_whole(),
				  .tid = thread_tid(),
				  .scope_ref = scope_of_opening(opening->kind) };
	limit_watch(fd, opening->call, origin.stack_ref);
	recorder_opened(shim_recorder(), fd, opening, &origin);
}

/* The call failed, or nothing is recorded here. Apart: see moved(). */
static __attribute__((noinline)) void not_recorded(enum call call, int fd, uint32_t facts)
{
	if (fd < 0)
		misuse_open_failed(call);
	else if (vforked_notes(fd))
		vforked_opened(fd, &(struct opening){ call, call_kind(call), facts, 0 });
}

static inline __attribute__((always_inline)) void held(enum call call, int fd, uint32_t facts)
{
	if (__builtin_expect(fd >= 0 && shim_is_recording(), 1))
		record_new(fd, &(struct opening){ call, call_kind(call), facts, 0 });
	else
		not_recorded(call, fd, facts);
}

void record_held(enum call call, int fd, uint32_t facts)
{
	held(call, fd, facts);
}

/* Apart, so that an opening that is not moved has no registers to save for it. */
static __attribute__((noinline)) int moved(enum call call, int fd)
{
	return fd < 0 ? fd : spread(call_kind(call), fd, 0);
}

DIRECT int record_opened_with(enum call call, int fd, uint32_t facts)
{
	if (__builtin_expect(shim.spreads_numbers, 0) && shim_is_recording())
		fd = moved(call, fd);
	held(call, fd, facts);
	return fd;
}

void record_opened_at(enum call call, unsigned int kind, void *place, uint32_t facts)
{
	int fd;

	memcpy(&fd, place, sizeof(fd));
	if (vforked_notes(fd))
		vforked_opened(fd, &(struct opening){ call, kind, facts, 0 });
	if (fd < 0 || !shim_is_recording())
		return;
	fd = spread(kind, fd, 0);
	memcpy(place, &fd, sizeof(fd));
	record_new(fd, &(struct opening){ call, kind, facts, 0 });
}

int record_opened(enum call call, int fd)
{
	return record_opened_with(call, fd, 0);
}

int record_opened_pair(enum call call, int result, int fds[2], uint32_t facts)
{
	if (result != 0)
		misuse_open_failed(call);
	for (int i = 0; i < 2 && result == 0; i++)
		if (vforked_notes(fds[i]))
			vforked_opened(fds[i], &(struct opening){ call, call_kind(call),
								  FACT_PAIR | facts |
									  (i ? FACT_SECOND_END : 0),
								  (uint32_t)fds[1 - i] + 1 });
	if (result != 0 || !shim_is_recording())
		return result;
	for (int i = 0; i < 2; i++)
		fds[i] = spread(call_kind(call), fds[i], 0);
	for (int i = 0; i < 2; i++)
		record_new(fds[i], &(struct opening){ call, call_kind(call),
						      FACT_PAIR | facts |
							      (i ? FACT_SECOND_END : 0),
						      (uint32_t)fds[1 - i] + 1 });
	return result;
}

/* The number is `least` or above, and may be another one; -1: it is that very one. */
static int duplicated(enum call call, int from, int fd, int least)
{
	struct opening opening = { call, KIND_OTHER, FACT_DUP, (uint32_t)from + 1 };

	if (fd < 0)
		misuse_open_failed(call);
	if (vforked_notes(fd))
		vforked_opened(fd, &opening);
	if (fd < 0 || !shim_is_recording())
		return fd;
	guest_find();
	recorder_inherit(shim_recorder(), from, &opening);
	if (least >= 0)
		fd = spread(opening.kind, fd, least);
	record_new(fd, &opening);
	return fd;
}

int record_duplicate(enum call call, int from, int fd, int least)
{
	return duplicated(call, from, fd, least);
}

void record_duplicate_held(enum call call, int from, int fd)
{
	(void)duplicated(call, from, fd, -1);
}

/* Not inlined in parts: that costs every close() a second call. */
__attribute__((noinline)) DIRECT struct release record_release_begin(enum call call, int fd)
{
	if (__builtin_expect(fd < 0 || !shim_is_recording(), 0))
		return (struct release){ .call = call, .fd = fd };
	guest_find();
	if (__builtin_expect(fd == STDERR_FILENO, 0))
		stderr_guard(STDERR_FILENO, STDERR_FILENO);
	return recorder_release_begin(shim_recorder(), call, fd);
}

/* Pairs that were met are remembered by a process that closes more than a short one. */
static void pairs_remember(void)
{
	static _Atomic(struct ledger_pair *) pairs[RECORDER_PAIRS];

	if (process_walks_much())
		__atomic_store_n(&shim.recorder.pairs, pairs, __ATOMIC_RELAXED);
}

static void release_finish(const struct recorder *recorder, const struct release *release,
			   int error, uint32_t stack_ref)
{

	if (atomic_load_explicit(&release->slot->word, memory_order_relaxed) == release->word)
		misuse_watch(release, stack_ref);
	if (__builtin_expect(!__atomic_load_n(&shim.recorder.pairs, __ATOMIC_RELAXED), 0))
		pairs_remember();
	if (recorder_release_finish(recorder, release, error, stack_ref, thread_tid()))
		copies_note_closed();
}

DIRECT void record_release_end(struct release *release, int error)
{
	const struct recorder *recorder = shim_recorder();
	uint32_t stack_ref;

	if (__builtin_expect(error == EBADF, 0) && !release->word)
		misuse_release_failed(release->call, release->fd);
	if (!recorder_release_end(recorder, release, error))
		return;
	/* capture_whole(), without the call that costs every program's close() a frame. */
	stack_ref = capture_stack();
	if (__builtin_expect(runtimes_are_met(), 0))
		stack_ref = runtime_stack(stack_ref);
	release_finish(recorder, release, error, stack_ref);
}

void record_release_cancel(struct release *release)
{
	recorder_release_cancel(shim_recorder(), release);
}

struct range record_range_begin(enum call call, unsigned int first, unsigned int last)
{
	return (struct range){ call, first, last,
			       shim_is_recording() ? ledger_now_ns(&shim.ledger) : 0 };
}

/* Opened by another thread while the call ran: closed by it, or spared. The kernel check decides.
 */
static bool is_opened_since(const struct range *range, const struct release *release)
{
	const struct ledger_slot *slot = release->slot;

	return !(atomic_load_explicit(&slot->facts, memory_order_relaxed) & FACT_INHERITED) &&
	       atomic_load_explicit(&slot->opened_ns, memory_order_relaxed) > range->started_ns;
}

void record_range_end(const struct range *range)
{
	const struct recorder *recorder = shim_recorder();
	uint32_t limit, stack_ref;

	if (!shim_is_recording())
		return;
	guest_find();
	stack_ref = capture_whole();
	limit = ledger_view_limit(recorder->ledger, recorder->table_ref);
	for (uint32_t fd = range->first;
	     (fd = ledger_view_next(recorder->ledger, recorder->table_ref, fd)) < limit &&
	     fd <= range->last;
	     fd++) {
		struct release release = record_release_begin(range->call, (int)fd);

		if (!release.slot || !release.word)
			continue;
		if (is_opened_since(range, &release)) {
			record_release_cancel(&release);
			recorder_slot_contest(recorder, release.slot);
			continue;
		}
		release_finish(recorder, &release, 0, stack_ref);
	}
}

void record_range_marked(const struct range *range)
{
	const struct recorder *recorder = shim_recorder();
	uint32_t limit;

	if (!shim_is_recording())
		return;
	guest_find();
	limit = ledger_view_limit(recorder->ledger, recorder->table_ref);
	for (uint32_t fd = range->first;
	     (fd = ledger_table_next(recorder->ledger, recorder->table, fd)) < limit &&
	     fd <= range->last;
	     fd++)
		recorder_fact(recorder, (int)fd, FACT_SETFD);
}

void record_fact(int fd, uint32_t facts)
{
	if (fd < 0 || !shim_is_recording())
		return;
	guest_find();
	recorder_fact(shim_recorder(), fd, facts);
}
