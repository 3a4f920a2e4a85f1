/* SPDX-License-Identifier: MIT */
/*
 * What the kernel knows of the descriptors that are still open at the end. What
 * kind it is of is found out for each of them, and goes into its slot. The rest
 * is bounded: so many for each place that opened them, so many for a process. What
 * may be proof of a leak is written beyond these bounds.
 */
#include "end/facts.h"

#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include "base/raw.h"
#include "base/text.h"
#include "end/finish.h"
#include "record/fork_copies.h"
#include "shim/names.h"
#include "shim/state.h"

#define FACTS_PER_PLACE 100  /* a process */
#define FACTS_PER_STACK 5000 /* all processes of a program */
#define FACTS_PER_PROCESS 5000
#define FACTS_UNASKED 500 /* a process, of kinds that nobody asks for */
#define FACTS_OF_PROOF 100000 /* a process, beyond these: 20 MB */

/* Kinds that only /proc tells from one another. */
#define KINDS_NAMELESS                                                                    \
	(KIND_BIT(KIND_EVENTFD) | KIND_BIT(KIND_EPOLL) | KIND_BIT(KIND_TIMERFD) |          \
	 KIND_BIT(KIND_SIGNALFD) | KIND_BIT(KIND_INOTIFY) | KIND_BIT(KIND_FANOTIFY) |      \
	 KIND_BIT(KIND_PIDFD) | KIND_BIT(KIND_IO_URING))

#define FACT_PLACES 256

/* What facts_write() has done so far. */
struct facts {
	uint32_t count;
	uint32_t unasked; /* of them, of kinds that nobody asks for */
	uint32_t proving; /* beyond the bounds, for what may be proof */
	uint32_t omitted; /* of kinds that somebody asks for */
	bool are_kinds_told;
	uint8_t of_place[FACT_PLACES]; /* by stack; two that meet here have to share */
};

/* `recorded`: what it is by the record, for where the kernel does not tell. */
static void fact_fill(int fd, unsigned int recorded, struct ledger_fact *fact)
{
	char target[512];
	struct stat status;
	long flags = raw2(SYS_fcntl, fd, F_GETFD);
	long length = fact_target(fd, target, sizeof(target));

	fact->fd = fd;
	if (length > 0)
		fact->path_ref = ledger_string_add(&shim.ledger, target, (size_t)length);
	if (!raw_failed(flags)) {
		fact->is_cloexec = (flags & FD_CLOEXEC) != 0;
		fact->has |= HAS_CLOEXEC;
	}
	fact->kind = (uint8_t)recorded;
	if (raw_failed(raw2(SYS_fstat, fd, &status)))
		return;
	fact->mode = status.st_mode;
	fact->inode = status.st_ino;
	fact->device = status.st_dev;
	fact->has |= HAS_STAT;
	if (status.st_nlink == 0 && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)))
		fact->has |= HAS_UNLINKED;
	fact->kind = (uint8_t)fact_kind(fd, &status, target, recorded);
}

/* What only those want to know who asked for the kind. */
static void fact_ask_more(int fd, const struct descriptor_view *view, struct ledger_fact *fact)
{
	if (!fact_is_asked(fact->kind) && fact->kind != KIND_SOCKET)
		return;
	if (fact->kind == KIND_SOCKET || fact->kind == KIND_PIPE)
		fact_read_poll(fd, fact);
	if (fact->kind == KIND_PIPE)
		fact_read_pipe(fd, fact);
	if (fact->kind == KIND_SOCKET)
		fact_read_socket(fd, view->origin == DESCRIPTOR_OWN, fact);
	fact_read_opener(view, fact);
	fact_read_original(view, fact);
}

/* Has the place that opened this one facts enough? What is unseen has none. */
static bool place_is_full(struct facts *facts, const struct descriptor_view *view)
{
	struct ledger_stack *stack = NULL;
	uint32_t ref = 0;
	uint8_t *here;

	if (view->slot && !view->is_before && view->origin != DESCRIPTOR_UNSEEN)
		ref = LEDGER_LOAD(view->slot->opened_stack_ref);
	stack = ledger_stack_at(&shim.ledger, ref);
	here = &facts->of_place[(ref >> 3) % FACT_PLACES];
	if (!stack || *here >= FACTS_PER_PLACE)
		return stack != NULL;
	++*here;
	return LEDGER_COUNT(stack->facts_taken) >= FACTS_PER_STACK;
}

/* Is there room for one more? What nobody asks for takes no room from what counts. */
static bool facts_have_room(struct facts *facts, const struct descriptor_view *view,
			    unsigned int kind)
{
	if (kind != KIND_SOCKET && kind != KIND_PIPE && !fact_is_asked(kind))
		return facts->unasked++ < FACTS_UNASKED;
	return facts->count < FACTS_PER_PROCESS + facts->unasked && !place_is_full(facts, view);
}

/*
 * May the kernel have proof that it is of no use any more: is the other end gone? Of a
 * TCP socket that never had one poll() says POLLHUP alone, of one that had POLLRDHUP.
 */
static bool may_be_over(struct facts *facts, int fd, unsigned int kind)
{
	struct ledger_fact fact = { 0 };

	if ((kind != KIND_SOCKET && kind != KIND_PIPE) || !fact_is_asked(kind) ||
	    facts->proving >= FACTS_OF_PROOF)
		return false;
	fact_read_poll(fd, &fact);
	if (!(fact.poll_events & (kind == KIND_PIPE ? POLLHUP | POLLERR : POLLRDHUP)))
		return false;
	facts->proving++;
	return true;
}

static bool fact_write(int fd, const struct descriptor_view *view, unsigned int *kind)
{
	uint32_t ref = ledger_record_alloc(&shim.ledger, sizeof(struct ledger_fact));
	struct ledger_fact *fact = ledger_at(&shim.ledger, ref, sizeof(*fact));

	if (!fact) {
		ledger_lose(&shim.ledger, LOSS_FACTS);
		return false;
	}
	fact_fill(fd, *kind, fact);
	*kind = fact->kind;
	fact_ask_more(fd, view, fact);
	fact->next_ref = LEDGER_LOAD(shim.recorder.process->facts_ref);
	atomic_store_explicit(&shim.recorder.process->facts_ref, ref, memory_order_release);
	return true;
}

static bool kind_is_told(int fd, unsigned int kind)
{
	char target[32];

	return kind != KIND_OTHER || fact_target(fd, target, sizeof(target)) > 0;
}

/*
 * The kind of one that is open goes into its slot, where that is ours. A copy from
 * before a fork has a slot of another process's, which may be at work on it: if it
 * is another kind than that says, a fact is written whatever the bounds.
 */
static void number_look(struct facts *facts, int fd, const struct descriptor_view *view)
{
	uint64_t word = LEDGER_LOAD(view->slot->word);
	unsigned int recorded = slot_kind(word) % KIND_DESCRIPTORS, kind = recorded;
	bool is_ours = view->table_ref == shim.recorder.table_ref && !view->is_before;
	bool is_written = false;

	if (recorded == KIND_OTHER)
		kind = fact_kind_find(fd, recorded);
	if (facts_have_room(facts, view, kind) || may_be_over(facts, fd, kind))
		is_written = fact_write(fd, view, &kind);
	else if (recorded != KIND_OTHER && !fact_kind_is_plain(recorded))
		kind = fact_kind_find(fd, recorded);
	if (is_ours)
		slot_correct_kind(view->slot, word, kind);
	else if (kind != recorded && !is_written)
		is_written = fact_write(fd, view, &kind);
	facts->count += is_written;
	facts->omitted += !is_written && fact_is_asked(kind);
	facts->are_kinds_told = facts->are_kinds_told && kind_is_told(fd, kind);
}

/*
 * What came from outside is told of once, by the program: 400 bytes a process. Nobody
 * is asked for the three that every program has, unless it opened them itself.
 */
static bool view_is_due(const struct descriptor_view *view, int fd)
{
	switch (view->origin) {
	case DESCRIPTOR_NOT_OPEN:
		return false;
	case DESCRIPTOR_OUTSIDE:
		return shim.is_program && fd > STDERR_FILENO;
	default:
		return true;
	}
}

bool fact_is_due(int fd)
{
	struct descriptor_view view;

	ledger_view_near(&shim.ledger, shim.recorder.table_ref, fd, &view);
	if (view.origin == DESCRIPTOR_OUTSIDE && LEDGER_LOAD(view.slot->facts) & FACT_STRANGER)
		return shim.is_program && fd > STDERR_FILENO;
	ledger_view(&shim.ledger, shim.recorder.table_ref, fd, &view);
	return view_is_due(&view, fd);
}

static uint32_t number_next(bool is_own_only, uint32_t fd)
{
	return is_own_only ? ledger_table_next(&shim.ledger, shim.recorder.table, fd)
			   : ledger_view_next(&shim.ledger, shim.recorder.table_ref, fd);
}

bool facts_write(int ignored_fd, bool are_due)
{
	bool is_own_only = copies_do_not_matter();
	uint32_t limit = is_own_only ? ledger_table_limit(shim.recorder.table)
				     : ledger_view_limit(&shim.ledger, shim.recorder.table_ref);
	struct facts facts = { .are_kinds_told = true };

	if (!are_due)
		limit = 0; /* a second look at the same numbers would find nothing */
	LEDGER_STORE(shim.recorder.process->facts_ref, 0);
	for (uint32_t fd = 0; (fd = number_next(is_own_only, fd)) < limit; fd++) {
		struct descriptor_view view;

		if ((int)fd == ignored_fd)
			continue;
		ledger_view(&shim.ledger, shim.recorder.table_ref, (int)fd, &view);
		if (view_is_due(&view, (int)fd))
			number_look(&facts, (int)fd, &view);
	}
	LEDGER_STORE(shim.recorder.process->facts_omitted, facts.omitted);
	facts_read_apart();
	return facts.are_kinds_told || !fact_is_asked_any(KINDS_NAMELESS);
}
