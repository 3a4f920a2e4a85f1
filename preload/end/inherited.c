/* SPDX-License-Identifier: MIT */
/* The descriptors that a process starts with: asked of the kernel, noted in its table. */
#include "end/inherited.h"

#include <string.h>
#include <sys/stat.h>

#include "base/raw.h"
#include "base/text.h"
#include "end/open_by_poll.h"
#include "record/fork_copies.h"
#include "record/givers.h"
#include "shim/names.h"
#include "shim/state.h"

/* Numbers asked one by one before /proc is listed; most processes start with three. */
#define ASKED_FIRST 256

/* Of a listing, at a time: a crash handler may call _exit() on a stack of 8 KiB. */
#define LISTING_SIZE 1024

struct directory_entry {
	uint64_t inode;
	int64_t offset;
	unsigned short length;
	unsigned char type;
	char name[];
};

long descriptor_count(void)
{
	/* On the stack: a forked child has not yet a page of our constants. */
	const char path[] = "/proc/self/fd";
	struct stat status;

	if (raw_failed(raw4(SYS_newfstatat, AT_FDCWD, path, &status, 0)) || status.st_size == 0)
		return -1;
	shim.has_asked_proc = true;
	return (long)status.st_size;
}

int descriptor_list(void (*each)(int fd, void *data), void *data)
{
	char buffer[LISTING_SIZE] __attribute__((aligned(8)));
	long directory =
		raw4(SYS_openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	long length;

	if (raw_failed(directory))
		return (int)directory;
	while ((length = raw3(SYS_getdents64, directory, buffer, sizeof(buffer))) > 0) {
		for (long at = 0; at < length;) {
			struct directory_entry *entry = (void *)(buffer + at);
			uint64_t fd;

			if (text_parse_number(entry->name, strlen(entry->name), &fd) &&
			    (long)fd != directory)
				each((int)fd, data);
			at += entry->length;
		}
	}
	(void)raw1(SYS_close, directory); /* was only read */
	return (int)length;
}

static void note_as(int fd, uint32_t facts)
{
	struct ledger_slot *slot;

	/* What most processes start with needs no leaf of slots. */
	if (fd <= STDERR_FILENO) {
		ledger_table_note_standard(&shim.ledger, shim.recorder.table, fd, facts);
		return;
	}
	slot = ledger_slot_at(&shim.ledger, shim.recorder.table, fd, true);
	if (!slot) {
		ledger_lose(&shim.ledger, LOSS_SLOTS);
		return;
	}
	atomic_store_explicit(&slot->facts, facts, memory_order_relaxed);
	atomic_store_explicit(&slot->word, SLOT_WORD(1, 0, KIND_OTHER, SLOT_OUTSIDE),
			      memory_order_release);
}

static bool is_noted(int fd)
{
	const struct ledger_slot *slot =
		ledger_slot_at(&shim.ledger, shim.recorder.table, fd, false);

	return slot ? atomic_load_explicit(&slot->word, memory_order_relaxed) != 0
		    : ledger_table_has_standard(shim.recorder.table, fd);
}

static void note(int fd, void *data)
{
	(void)data; /* the table is the process's */
	if (!is_noted(fd))
		note_as(fd, FACT_OUTSIDE);
}

/* Is it there, and not noted yet? */
static bool note_if_open(struct numbers *numbers, int fd, uint32_t facts)
{
	if (is_noted(fd) || raw_failed(raw2(SYS_fcntl, fd, F_GETFD)))
		return false;
	note_as(fd, facts);
	numbers_note(numbers, fd);
	return true;
}

/* FACT_STRANGER where those before know that nobody of the session has opened it. */
static uint32_t stranger_of(const struct descriptor_view *view)
{
	return view->origin == DESCRIPTOR_OUTSIDE
		       ? FACT_STRANGER &
				 atomic_load_explicit(&view->slot->facts, memory_order_relaxed)
		       : 0;
}

/* What reading it gives is noted by us from now on. */
static uint32_t gives_of(const struct descriptor_view *view)
{
	uint32_t facts = view->slot ? LEDGER_LOAD(view->slot->facts) : 0;

	if (!(facts & FACT_GIVES))
		return 0;
	givers_expect();
	return facts & (FACT_GIVES | FACT_GIVES_CLOEXEC);
}

/*
 * What the image before us, or the process that started us, has open by its own
 * table. A CI runner hands down numbers such as 155 and 158 to every process of
 * a suite: asking for all below them takes 30 µs.
 */
static long handed_down_note(struct numbers *numbers)
{
	uint32_t before =
		shim.recorder.table->link == LINK_NONE ? 0 : shim.recorder.table->parent_ref;
	uint32_t limit = before ? ledger_view_limit(&shim.ledger, before) : 0;
	long found = 0;

	if (limit > ASKED_FIRST)
		limit = ASKED_FIRST;
	for (uint32_t fd = 0; (fd = ledger_view_next(&shim.ledger, before, fd)) < limit; fd++) {
		struct descriptor_view view;

		ledger_view_near(&shim.ledger, before, (int)fd, &view);
		if (view.origin != DESCRIPTOR_NOT_OPEN)
			found += note_if_open(numbers, (int)fd,
					      FACT_OUTSIDE | stranger_of(&view) | gives_of(&view));
	}
	return found;
}

/* What a vfork child has opened for us (record/vforked.h) is in our table, and open. */
static long handed_over_count(struct numbers *numbers)
{
	uint32_t limit = ledger_table_limit(shim.recorder.table);
	long count = 0;

	for (uint32_t fd = 0;
	     (fd = ledger_table_next(&shim.ledger, shim.recorder.table, fd)) < limit; fd++)
		if (is_noted((int)fd)) {
			numbers_note(numbers, (int)fd);
			count++;
		}
	return count;
}

void outside_note(void)
{
	uint32_t facts =
		FACT_OUTSIDE | (shim.recorder.table->link == LINK_NONE ? FACT_STRANGER : 0);
	struct numbers numbers = { 0 };
	long found = handed_over_count(&numbers), count;

	found += handed_down_note(&numbers);
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		found += note_if_open(&numbers, fd, facts);
	count = numbers_are_all(&numbers, NUMBERS_FEW) ? found : descriptor_count();
	for (int fd = 0; fd < ASKED_FIRST && found != count; fd++)
		found += note_if_open(&numbers, fd, facts);
	copies_note_start(found == count ? count : -1);
	if (found != count)
		(void)descriptor_list(note, NULL); /* without /proc the first numbers must do */
}
