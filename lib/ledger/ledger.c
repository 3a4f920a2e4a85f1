/* SPDX-License-Identifier: MIT */
/* A ledger's file, created, attached to and mapped window by window; and its clock. */
#include "ledger/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "base/raw.h"
#include "base/text.h"
#include "ledger/access.h"
#include "ledger/populate.h"
#include "ledger/seal.h"

uint64_t ledger_size_allowed(void)
{
	uint64_t size = (uint64_t)LEDGER_WINDOWS_MAX << LEDGER_WINDOW_SHIFT;
	struct rlimit limit;

	/* A file longer than this costs the writer SIGXFSZ. */
	if (raw4(SYS_prlimit64, 0, RLIMIT_FSIZE, NULL, &limit) == 0 && limit.rlim_cur < size)
		size = limit.rlim_cur & ~(uint64_t)(LEDGER_WINDOW_SIZE - 1);
	return size;
}

DIRECT uint64_t ledger_now_ns(const struct ledger *ledger)
{
	return clock_read_ns(ledger->clock, CLOCK_MONOTONIC) - ledger->header->started_monotonic_ns;
}

DIRECT uint64_t ledger_life_since(const struct ledger *ledger, uint64_t opened_ns)
{
	/* The last tick may lie before the start, and before the opening: the lead is longer. */
	return (clock_read_ns(ledger->clock, CLOCK_MONOTONIC_COARSE) -
		ledger->header->started_monotonic_ns - opened_ns + LIFE_LEAD_NS) >>
	       LIFE_SHIFT;
}

/* Map one window of an open ledger file. */
static int window_map(struct ledger *ledger, int fd, uint32_t number)
{
	long address = raw6(SYS_mmap, 0, LEDGER_WINDOW_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			    (long)number << LEDGER_WINDOW_SHIFT);

	if (raw_failed(address))
		return (int)address;
	(void)raw3(SYS_madvise, address, LEDGER_WINDOW_SIZE, MADV_DONTDUMP); /* advice only */
	atomic_store_explicit(&ledger->windows[number], (uint8_t *)address, memory_order_release);
	if (number == 0)
		ledger->header = (struct ledger_header *)address;
	return 0;
}

/* Note which file it is. Returns its bytes, or -errno. */
static int64_t file_note(struct ledger *ledger, int fd)
{
	struct stat status;
	long result = raw2(SYS_fstat, fd, &status);

	if (raw_failed(result))
		return result;
	ledger->device = status.st_dev;
	ledger->inode = status.st_ino;
	ledger->size_bytes = (uint64_t)status.st_size;
	return status.st_size;
}

static void window_unmap(struct ledger *ledger)
{
	(void)raw2(SYS_munmap, ledger->header, LEDGER_WINDOW_SIZE);
	ledger->header = NULL;
	atomic_store_explicit(&ledger->windows[0], NULL, memory_order_relaxed);
}

/*
 * The nodes that lead to processes lie near: each would be made when it is first
 * needed, among the records of that time, in a window that most processes map for
 * nothing else.
 */
static void nodes_make(struct ledger_header *header)
{
	uint32_t size = LEDGER_NODE_REFS * sizeof(uint32_t), next = LEDGER_NEAR_START;
	ledger_u32 *ref = &header->processes.root_ref;

	for (unsigned int level = 1; level < LEDGER_NODE_LEVELS; level++) {
		*ref = next;
		ref = (ledger_u32 *)((uint8_t *)header + next);
		next += size;
	}
	for (uint32_t i = 0; i < LEDGER_NODE_REFS; i++, next += size)
		ref[i] = next;
	header->near_next = next;
}

/* A record that nobody else can want: the ledger is being made. */
static uint32_t near_take(struct ledger_header *header, size_t size)
{
	uint32_t ref = header->near_next;

	header->near_next = ref + (uint32_t)size;
	return ref;
}

/* What every process reads, or writes when it has waited for another. */
static void shared_make(struct ledger_header *header)
{
	struct ledger_slot *standard;

	header->returns_ref = near_take(header, LEDGER_RETURNS * sizeof(struct ledger_returns));
	header->standard_ref = near_take(header, 2 * sizeof(*standard));
	standard = (struct ledger_slot *)((uint8_t *)header + header->standard_ref);
	for (unsigned int is_stranger = 0; is_stranger <= 1; is_stranger++) {
		LEDGER_STORE(standard[is_stranger].word,
			     SLOT_WORD(1, 0, KIND_OTHER, SLOT_OUTSIDE));
		LEDGER_STORE(standard[is_stranger].facts,
			     FACT_OUTSIDE | (is_stranger ? FACT_STRANGER : 0));
	}
}

static void header_write(const struct ledger *ledger, uint64_t size_bytes, uint64_t session_id)
{
	struct ledger_header *header = ledger->header;

	header->version = LEDGER_VERSION;
	header->header_size = sizeof(*header);
	header->session_id = session_id;
	header->file_size = size_bytes;
	header->started_wall_ns = clock_read_ns(ledger->clock, CLOCK_REALTIME);
	header->started_monotonic_ns = clock_read_ns(ledger->clock, CLOCK_MONOTONIC);
	header->creator_pid = (int32_t)raw0(SYS_getpid);
	header->next_page = LEDGER_GROUP_PAGES;
	header->ready_page = LEDGER_GROUP_PAGES;
	nodes_make(header);
	shared_make(header);
	atomic_thread_fence(memory_order_release);
	header->magic = LEDGER_MAGIC;
	header->seal = ledger_header_sum(header); /* of a session without options of its own */
}

/* A number nobody else has: good enough for a file name, when there is no getrandom. */
static uint64_t session_id_make(void)
{
	uint64_t id = 0;

	if (raw3(SYS_getrandom, &id, sizeof(id), 1 /* GRND_NONBLOCK */) != sizeof(id))
		id = clock_read_ns(NULL, CLOCK_MONOTONIC) * UINT64_C(0x9e3779b97f4a7c15) ^
		     (uint64_t)raw0(SYS_getpid);
	return id;
}

/* File systems that know no owners (vfat) make one up. */
static int file_is_ours(int fd, const char *path)
{
	return ledger_access_check(fd, path, MAKER_NAMED) == LEDGER_TRUSTED ? 0 : -EPERM;
}

int ledger_create_open(struct ledger *ledger, const char *directory, uint64_t size_bytes,
		       char *ret_path, size_t path_size)
{
	uint64_t session_id = session_id_make();
	struct text path;
	int result;
	long fd;

	if (size_bytes < LEDGER_WINDOW_SIZE)
		return -EFBIG;
	ledger->clock = clock_find();
	text_init(&path, ret_path, path_size);
	text_add(&path, directory);
	text_add(&path, "/unclosed-");
	text_add_number(&path, (uint64_t)raw0(SYS_geteuid));
	text_add(&path, "-");
	text_add_hex(&path, session_id);
	if (path.is_cut)
		return -ENAMETOOLONG;

	fd = raw4(SYS_openat, AT_FDCWD, ret_path,
		  O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (raw_failed(fd))
		return (int)fd;
	result = file_is_ours((int)fd, ret_path);
	if (result == 0)
		result = (int)raw2(SYS_ftruncate, fd, size_bytes);
	if (result == 0 && file_note(ledger, (int)fd) < 0)
		result = -EIO;
	if (result == 0)
		result = window_map(ledger, (int)fd, 0);
	if (result == 0)
		result = storage_populate((uint8_t *)ledger->header,
					  LEDGER_GROUP_PAGES * LEDGER_PAGE_SIZE);
	if (result < 0) {
		(void)raw1(SYS_close, fd); /* nothing was written through it */
		(void)raw3(SYS_unlinkat, AT_FDCWD, ret_path, 0);
		if (ledger->header)
			window_unmap(ledger);
		return result;
	}
	header_write(ledger, size_bytes, session_id);
	return (int)fd;
}

int ledger_create(struct ledger *ledger, const char *directory, uint64_t size_bytes, char *ret_path,
		  size_t path_size)
{
	int fd = ledger_create_open(ledger, directory, size_bytes, ret_path, path_size);

	if (fd < 0)
		return fd;
	(void)raw1(SYS_close, fd); /* nothing was written through it */
	return 0;
}

/* Of one that lost something nobody who starts is helped. */
static bool header_is_ours(const struct ledger_header *header)
{
	return header->magic == LEDGER_MAGIC && header->version == LEDGER_VERSION &&
	       header->header_size == sizeof(*header) && !(LEDGER_LOAD(header->cuts) & CUTS_LOST);
}

/* Say so also where the header is gone, and no more than that. */
static void header_mark_lost(struct ledger_header *header)
{
	(void)atomic_fetch_or(&header->cuts, CUTS_LOST);
	header->version = LEDGER_VERSION;
	header->header_size = sizeof(*header);
	atomic_thread_fence(memory_order_release);
	header->magic = LEDGER_MAGIC;
}

bool ledger_is_cut(struct ledger *ledger)
{
	if (ledger->header->magic != LEDGER_MAGIC)
		header_mark_lost(ledger->header);
	return LEDGER_LOAD(ledger->header->cuts) & CUTS_LOST;
}

void ledger_mend(struct ledger *ledger, const char *path, uint64_t size_bytes)
{
	struct ledger_header *header = ledger->header;

	/* The launcher, which hears of a change, finds the reason. */
	if (size_bytes >= LEDGER_PAGE_SIZE)
		LEDGER_COUNT(header->cuts);
	if (raw_failed(raw2(SYS_truncate, path, ledger->size_bytes)))
		return;
	if (header->magic != LEDGER_MAGIC ||
	    size_bytes < (uint64_t)LEDGER_LOAD(header->next_page) << LEDGER_PAGE_SHIFT)
		header_mark_lost(header);
	else /* whoever wanted more room meanwhile found none */
		LEDGER_STORE(header->is_full, 0);
}

/*
 * The window that records go to now, while there is a descriptor to map it with. The header's
 * words are anybody's: how long the file is, the kernel has said.
 */
static void window_map_current(struct ledger *ledger, int fd)
{
	uint64_t page = atomic_load_explicit(&ledger->header->next_page, memory_order_relaxed);
	uint64_t number = page << LEDGER_PAGE_SHIFT >> LEDGER_WINDOW_SHIFT;

	if (number > 0 && number < LEDGER_WINDOWS_MAX &&
	    (number + 1) << LEDGER_WINDOW_SHIFT <= ledger->size_bytes)
		(void)window_map(ledger, fd, (uint32_t)number); /* else it is mapped when needed */
}

/* The session that the path names, and no other that lies there by now. */
static bool header_is_of(const struct ledger_header *header, const char *path)
{
	uint64_t session_id;
	uint32_t owner;

	return ledger_name_read(path, &owner, &session_id) && header->session_id == session_id;
}

int ledger_attach(struct ledger *ledger, const char *path)
{
	long fd = raw4(SYS_openat, AT_FDCWD, path,
		       O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
	int64_t end;
	int result;

	if (raw_failed(fd))
		return (int)fd;
	if (ledger_access_check((int)fd, path, MAKER_NAMED) != LEDGER_TRUSTED) {
		(void)raw1(SYS_close, fd); /* nothing was read */
		return -EPERM;
	}
	ledger->clock = clock_find();
	/* A store into a page behind the end of the file is a SIGBUS. */
	end = file_note(ledger, (int)fd);
	result = end >= LEDGER_WINDOW_SIZE ? window_map(ledger, (int)fd, 0) : -EPROTO;
	if (result == 0 &&
	    (!header_is_ours(ledger->header) || !header_is_of(ledger->header, path) ||
	     ledger->header->file_size > (uint64_t)end)) {
		window_unmap(ledger);
		result = -EPROTO;
	}
	if (result == 0)
		window_map_current(ledger, (int)fd);
	(void)raw1(SYS_close, fd); /* nothing was written through it */
	return result;
}

void ledger_detach(struct ledger *ledger)
{
	for (uint32_t i = 1; i < LEDGER_WINDOWS_MAX; i++) {
		uint8_t *window = atomic_load_explicit(&ledger->windows[i], memory_order_relaxed);

		if (!window)
			continue;
		(void)raw2(SYS_munmap, window, LEDGER_WINDOW_SIZE); /* a mapping of ours */
		atomic_store_explicit(&ledger->windows[i], NULL, memory_order_relaxed);
	}
	window_unmap(ledger);
}

/*
 * A second mapping of the windows behind `known`, the last of which is kept.
 * mremap() of no bytes of a shared mapping makes another one of the same file,
 * as long as asked for (man 2 mremap, "old_size is zero").
 */
static long window_reach(uint8_t *known, uint32_t distance)
{
	size_t skip = (size_t)distance << LEDGER_WINDOW_SHIFT;
	long address = raw4(SYS_mremap, known, 0, skip + LEDGER_WINDOW_SIZE, MREMAP_MAYMOVE);

	if (raw_failed(address))
		return address;
	(void)raw2(SYS_munmap, address, skip); /* cannot fail: these are whole pages */
	return address + (long)skip;
}

/* The same in steps of one window, where there is no room for all of them (ulimit -v). */
static long window_reach_by_steps(uint8_t *known, uint32_t distance)
{
	long address = (long)(uintptr_t)known;

	for (uint32_t i = 0; i < distance; i++) {
		long next = window_reach((uint8_t *)address, 1);

		if (i > 0)
			(void)raw2(SYS_munmap, address, LEDGER_WINDOW_SIZE); /* ours alone */
		if (raw_failed(next))
			return next;
		address = next;
	}
	return address;
}

/*
 * A window is mapped without a descriptor and without the file's name, so it
 * works at the descriptor limit, in a chroot and after setuid.
 */
uint8_t *ledger_map_window(struct ledger *ledger, uint32_t number)
{
	uint32_t from = number;
	uint8_t *known, *expected = NULL;
	long address;

	if (ledger->is_frozen || !ledger->header || number >= LEDGER_WINDOWS_MAX ||
	    ((uint64_t)number + 1) << LEDGER_WINDOW_SHIFT > ledger->size_bytes)
		return NULL;
	do
		known = atomic_load_explicit(&ledger->windows[--from], memory_order_acquire);
	while (!known);
	address = window_reach(known, number - from);
	if (raw_failed(address) && number - from > 1)
		address = window_reach_by_steps(known, number - from);
	if (raw_failed(address))
		return NULL;
	(void)raw3(SYS_madvise, address, LEDGER_WINDOW_SIZE, MADV_DONTDUMP); /* advice only */
	if (!atomic_compare_exchange_strong(&ledger->windows[number], &expected,
					    (uint8_t *)address)) {
		(void)raw2(SYS_munmap, address, LEDGER_WINDOW_SIZE);
		return expected;
	}
	return (uint8_t *)address;
}
