/* SPDX-License-Identifier: MIT */
/*
 * What the kernel knows of the descriptors that are still open at the end.
 * Bounded: so many for each place that opened them, so many for a process.
 */
#include "end/facts.h"

#include <string.h>
#include <sys/stat.h>

#include "base/raw.h"
#include "base/text.h"
#include "end/finish.h"
#include "record/fork_copies.h"
#include "shim/names.h"
#include "shim/state.h"

#define FACTS_PER_STACK 100
#define FACTS_PER_PROCESS 5000

/* Where the descriptor points; "" without /proc. Returns the string's reference. */
static uint32_t target_read(int fd, char *target, size_t size)
{
	char path[32];
	struct text text;
	long length;

	text_init(&text, path, sizeof(path));
	text_add(&text, "/proc/self/fd/");
	text_add_number(&text, (uint64_t)fd);
	length = raw4(SYS_readlinkat, AT_FDCWD, path, target, size - 1);
	target[raw_failed(length) ? 0 : length] = '\0';
	return raw_failed(length) ? 0 : ledger_string_add(&shim.ledger, target, (size_t)length);
}

static void fact_fill(int fd, struct ledger_fact *fact)
{
	char target[512];
	struct stat status;
	long flags = raw2(SYS_fcntl, fd, F_GETFD);

	fact->fd = fd;
	fact->path_ref = target_read(fd, target, sizeof(target));
	if (!raw_failed(flags)) {
		fact->is_cloexec = (flags & FD_CLOEXEC) != 0;
		fact->has |= HAS_CLOEXEC;
	}
	fact->kind = KIND_OTHER;
	if (raw_failed(raw2(SYS_fstat, fd, &status)))
		return;
	fact->mode = status.st_mode;
	fact->inode = status.st_ino;
	fact->device = status.st_dev;
	fact->has |= HAS_STAT;
	if (status.st_nlink == 0 && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)))
		fact->has |= HAS_UNLINKED;
	fact->kind = (uint8_t)fact_kind(fd, status.st_mode, target);
}

/* What only those want to know who asked for the kind. */
static void fact_ask_more(int fd, const struct descriptor_view *view, struct ledger_fact *fact)
{
	if (!fact_is_asked(fact->kind) && fact->kind != KIND_SOCKET)
		return;
	if (fact->kind == KIND_SOCKET || fact->kind == KIND_PIPE)
		fact_read_poll(fd, fact);
	if (fact->kind == KIND_SOCKET)
		fact_read_socket(fd, view->origin == DESCRIPTOR_OWN, fact);
	fact_read_opener(view, fact);
	fact_read_original(view, fact);
}

/* Has the place that opened this one facts enough? */
static bool place_is_full(const struct descriptor_view *view)
{
	struct ledger_stack *stack = NULL;

	if (view->slot && !view->is_before)
		stack = ledger_stack_at(&shim.ledger, LEDGER_LOAD(view->slot->opened_stack_ref));
	return stack && LEDGER_COUNT(stack->facts_taken) >= FACTS_PER_STACK;
}

/*
 * The kernel's word on a kind that no call could tell: received, duplicated,
 * unseen. Where the call cannot have made it, the number has changed hands
 * behind us, and the call is not its origin.
 */
static void slot_correct_kind(const struct descriptor_view *view, unsigned int kind)
{
	struct ledger_kind_count *kinds = shim.recorder.process->kinds;
	uint64_t word = LEDGER_LOAD(view->slot->word), next;
	unsigned int before = slot_kind(word) % KIND_DESCRIPTORS;

	if (view->table_ref != shim.recorder.table_ref || view->is_before || before == kind)
		return;
	next = SLOT_WORD(slot_generation(word), slot_call(word), kind, slot_state(word));
	if (slot_call(word) && fact_kind_is_possible(call_kind(slot_call(word)), kind)) {
		atomic_fetch_sub_explicit(&kinds[before].opened, 1, memory_order_relaxed);
		LEDGER_COUNT(kinds[kind].opened);
	} else if (slot_call(word)) {
		LEDGER_COUNT(kinds[before].closed);
		next = SLOT_WORD(slot_generation(word) + 1, 0, kind, SLOT_UNSEEN);
	}
	(void)atomic_compare_exchange_strong(&view->slot->word, &word,
					     next); /* else it has moved on */
}

static bool fact_write(int fd, const struct descriptor_view *view)
{
	uint32_t ref = ledger_record_alloc(&shim.ledger, sizeof(struct ledger_fact));
	struct ledger_fact *fact = ledger_at(&shim.ledger, ref, sizeof(*fact));
	unsigned int kind;

	if (!fact) {
		ledger_lose(&shim.ledger, LOSS_FACTS);
		return false;
	}
	fact_fill(fd, fact);
	kind = slot_kind(LEDGER_LOAD(view->slot->word)) % KIND_DESCRIPTORS;
	if (!fact->path_ref && !view->is_before && fact_kind_is_possible(kind, fact->kind))
		fact->kind = (uint8_t)kind; /* without /proc the call knows more */
	fact_ask_more(fd, view, fact);
	slot_correct_kind(view, fact->kind);
	fact->next_ref = LEDGER_LOAD(shim.recorder.process->facts_ref);
	atomic_store_explicit(&shim.recorder.process->facts_ref, ref, memory_order_release);
	return true;
}

/* What came from outside is told of once, by the program: 400 bytes a process. */
static bool view_is_due(const struct descriptor_view *view)
{
	return view->origin == DESCRIPTOR_OUTSIDE ? shim.is_program
						  : view->origin != DESCRIPTOR_NOT_OPEN;
}

/* Nobody is asked for the three that every program has. */
bool fact_is_due(int fd)
{
	struct descriptor_view view;

	if (fd <= STDERR_FILENO)
		return false;
	ledger_view_near(&shim.ledger, shim.recorder.table_ref, fd, &view);
	if (view.origin == DESCRIPTOR_OUTSIDE && LEDGER_LOAD(view.slot->facts) & FACT_STRANGER)
		return shim.is_program;
	ledger_view(&shim.ledger, shim.recorder.table_ref, fd, &view);
	return view_is_due(&view);
}

static uint32_t number_next(bool is_own_only, uint32_t fd)
{
	return is_own_only ? ledger_table_next(&shim.ledger, shim.recorder.table, fd)
			   : ledger_view_next(&shim.ledger, shim.recorder.table_ref, fd);
}

void facts_write(int ignored_fd, bool are_due)
{
	bool is_own_only = copies_do_not_matter();
	uint32_t limit = is_own_only ? LEDGER_LOAD(shim.recorder.table->limit)
				     : ledger_view_limit(&shim.ledger, shim.recorder.table_ref);
	uint32_t count = 0, omitted = 0;

	if (!are_due)
		limit = 0; /* a second look at the same numbers would find nothing */
	LEDGER_STORE(shim.recorder.process->facts_ref, 0);
	for (uint32_t fd = 0; (fd = number_next(is_own_only, fd)) < limit; fd++) {
		struct descriptor_view view;

		if ((int)fd == ignored_fd || fd <= STDERR_FILENO)
			continue;
		ledger_view(&shim.ledger, shim.recorder.table_ref, (int)fd, &view);
		if (!view_is_due(&view))
			continue;
		if (count >= FACTS_PER_PROCESS || place_is_full(&view))
			omitted++;
		else if (fact_write((int)fd, &view))
			count++;
	}
	LEDGER_STORE(shim.recorder.process->facts_omitted, omitted);
	facts_read_apart();
}
