/* SPDX-License-Identifier: MIT */
#include "ledger/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#include "base/raw.h"
#include "base/text.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif

#define STRING_MAX 4000

uint64_t ledger_size_allowed(void)
{
	uint64_t size = (uint64_t)LEDGER_WINDOWS_MAX << LEDGER_WINDOW_SHIFT;
	struct rlimit limit;

	/* A file longer than this costs the writer SIGXFSZ. */
	if (raw4(SYS_prlimit64, 0, RLIMIT_FSIZE, NULL, &limit) == 0 && limit.rlim_cur < size)
		size = limit.rlim_cur & ~(uint64_t)(LEDGER_WINDOW_SIZE - 1);
	return size;
}

static uint64_t clock_read_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t ledger_now_ns(const struct ledger *ledger)
{
	return clock_read_ns(CLOCK_MONOTONIC) - ledger->header->started_monotonic_ns;
}

uint64_t ledger_now_coarse_ns(const struct ledger *ledger)
{
	uint64_t now = clock_read_ns(CLOCK_MONOTONIC_COARSE);
	uint64_t started = ledger->header->started_monotonic_ns;

	return now > started ? now - started : 0; /* the last tick may lie before the start */
}

/*
 * Storage behind `length` bytes, or -errno. Where the file system is full
 * MADV_POPULATE_WRITE answers EFAULT and a plain store would be a SIGBUS.
 * Kernels before 5.14 answer EINVAL: there rt_sigprocmask copies a mask into
 * each page for us, and the kernel's own copy fails with EFAULT instead.
 */
static int storage_populate(uint8_t *at, size_t length)
{
	long result = raw3(SYS_madvise, at, length, MADV_POPULATE_WRITE);

	if (result != -EINVAL)
		return (int)result;
	for (size_t offset = 0; offset < length; offset += LEDGER_PAGE_SIZE) {
		result = raw4(SYS_rt_sigprocmask, 0, NULL, at + offset, 8);
		if (raw_failed(result))
			return (int)result;
		memset(at + offset, 0, 8);
	}
	return 0;
}

/* Map one window of an open ledger file. */
static int window_map(struct ledger *ledger, int fd)
{
	long address = raw6(SYS_mmap, 0, LEDGER_WINDOW_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			    0);

	if (raw_failed(address))
		return (int)address;
	(void)raw3(SYS_madvise, address, LEDGER_WINDOW_SIZE, MADV_DONTDUMP); /* advice only */
	atomic_store_explicit(&ledger->windows[0], (uint8_t *)address, memory_order_release);
	ledger->header = (struct ledger_header *)address;
	return 0;
}

static void header_write(struct ledger_header *header, uint64_t size_bytes, uint64_t session_id)
{
	header->version = LEDGER_VERSION;
	header->header_size = sizeof(*header);
	header->session_id = session_id;
	header->file_size = size_bytes;
	header->started_wall_ns = clock_read_ns(CLOCK_REALTIME);
	header->started_monotonic_ns = clock_read_ns(CLOCK_MONOTONIC);
	header->creator_pid = (int32_t)raw0(SYS_getpid);
	header->next_page = 1;
	header->ready_page = LEDGER_GROUP_PAGES;
	atomic_thread_fence(memory_order_release);
	header->magic = LEDGER_MAGIC;
}

/* A number nobody else has: good enough for a file name, when there is no getrandom. */
static uint64_t session_id_make(void)
{
	uint64_t id = 0;

	if (raw3(SYS_getrandom, &id, sizeof(id), 1 /* GRND_NONBLOCK */) != sizeof(id))
		id = clock_read_ns(CLOCK_MONOTONIC) * UINT64_C(0x9e3779b97f4a7c15) ^
		     (uint64_t)raw0(SYS_getpid);
	return id;
}

int ledger_create(struct ledger *ledger, const char *directory, uint64_t size_bytes, char *ret_path,
		  size_t path_size)
{
	uint64_t session_id = session_id_make();
	struct text path;
	int result;
	long fd;

	if (size_bytes < LEDGER_WINDOW_SIZE)
		return -EFBIG;
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
	result = (int)raw2(SYS_ftruncate, fd, size_bytes);
	if (result == 0)
		result = window_map(ledger, (int)fd);
	if (result == 0)
		result = storage_populate((uint8_t *)ledger->header,
					  LEDGER_GROUP_PAGES * LEDGER_PAGE_SIZE);
	(void)raw1(SYS_close, fd); /* nothing was written through it */
	if (result < 0) {
		(void)raw3(SYS_unlinkat, AT_FDCWD, ret_path, 0);
		if (ledger->header)
			(void)raw2(SYS_munmap, ledger->header, LEDGER_WINDOW_SIZE);
		ledger->header = NULL;
		atomic_store_explicit(&ledger->windows[0], NULL, memory_order_relaxed);
		return result;
	}
	header_write(ledger->header, size_bytes, session_id);
	return 0;
}

static bool header_is_ours(const struct ledger_header *header)
{
	return header->magic == LEDGER_MAGIC && header->version == LEDGER_VERSION &&
	       header->header_size == sizeof(*header);
}

int ledger_attach(struct ledger *ledger, const char *path)
{
	long fd = raw4(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0);
	long end;
	int result;

	if (raw_failed(fd))
		return (int)fd;
	/* A store into a page behind the end of the file is a SIGBUS. */
	end = raw3(SYS_lseek, fd, 0, SEEK_END);
	result = end >= LEDGER_WINDOW_SIZE ? window_map(ledger, (int)fd) : -EPROTO;
	(void)raw1(SYS_close, fd); /* nothing was written through it */
	if (result < 0)
		return result;
	if (!header_is_ours(ledger->header) || ledger->header->file_size > (uint64_t)end) {
		(void)raw2(SYS_munmap, ledger->header, LEDGER_WINDOW_SIZE);
		ledger->header = NULL;
		atomic_store_explicit(&ledger->windows[0], NULL, memory_order_relaxed);
		return -EPROTO;
	}
	return 0;
}

/*
 * A window is mapped without a descriptor and without the file's name, so it
 * works at the descriptor limit, in a chroot and after setuid: mremap() of no
 * bytes of a shared mapping makes a second mapping of the same file, as long
 * as asked for (man 2 mremap, "old_size is zero"). What lies before the window
 * is unmapped again.
 */
uint8_t *ledger_map_window(struct ledger *ledger, uint32_t number)
{
	uint32_t from = number;
	uint8_t *known, *expected = NULL;
	size_t skip;
	long address;

	if (ledger->is_frozen || !ledger->header ||
	    ((uint64_t)number + 1) << LEDGER_WINDOW_SHIFT > ledger->header->file_size)
		return NULL;
	do
		known = atomic_load_explicit(&ledger->windows[--from], memory_order_acquire);
	while (!known);
	skip = (size_t)(number - from) << LEDGER_WINDOW_SHIFT;
	address = raw4(SYS_mremap, known, 0, skip + LEDGER_WINDOW_SIZE, MREMAP_MAYMOVE);
	if (raw_failed(address))
		return NULL;
	(void)raw2(SYS_munmap, address, skip); /* cannot fail: these are whole pages */
	address += (long)skip;
	if (!atomic_compare_exchange_strong(&ledger->windows[number], &expected,
					    (uint8_t *)address)) {
		(void)raw2(SYS_munmap, address, LEDGER_WINDOW_SIZE);
		return expected;
	}
	return (uint8_t *)address;
}

void ledger_lose(struct ledger *ledger, enum ledger_loss what)
{
	atomic_fetch_add_explicit(&ledger->header->lost[what], 1, memory_order_relaxed);
}

/* Take a page from those given back; 0 when there is none. */
static uint32_t page_take_free(struct ledger *ledger)
{
	ledger_u64 *head = &ledger->header->free_pages;
	uint64_t seen = atomic_load_explicit(head, memory_order_acquire);

	while ((uint32_t)seen != 0) {
		uint32_t ref = (uint32_t)seen << LEDGER_PAGE_SHIFT;
		ledger_u32 *page = ledger_at(ledger, ref, LEDGER_PAGE_SIZE);
		uint64_t next;

		if (!page)
			return 0;
		/* The upper half counts changes: a page that came back meanwhile is noticed. */
		next = atomic_load_explicit(page, memory_order_relaxed) |
		       ((seen >> 32) + 1) << 32;
		if (atomic_compare_exchange_weak_explicit(head, &seen, next, memory_order_acq_rel,
							  memory_order_acquire)) {
			memset(page, 0, LEDGER_PAGE_SIZE);
			return ref;
		}
	}
	return 0;
}

/* Put storage behind the group of pages that holds `page`. */
static bool group_make_ready(struct ledger *ledger, uint32_t page)
{
	struct ledger_header *header = ledger->header;
	uint32_t first = page & ~(uint32_t)(LEDGER_GROUP_PAGES - 1);
	uint32_t ready = atomic_load_explicit(&header->ready_page, memory_order_relaxed);
	uint8_t *group;

	if (ledger->is_frozen || atomic_load_explicit(&header->is_full, memory_order_relaxed))
		return false;
	group = ledger_at(ledger, first << LEDGER_PAGE_SHIFT,
			  LEDGER_GROUP_PAGES * LEDGER_PAGE_SIZE);
	if (!group)
		return false;
	if (storage_populate(group, LEDGER_GROUP_PAGES * LEDGER_PAGE_SIZE) < 0) {
		atomic_store_explicit(&header->is_full, 1, memory_order_relaxed);
		return false;
	}
	/* Groups may get ready out of order; the mark then passes only what is ready. */
	while (ready == first &&
	       !atomic_compare_exchange_weak_explicit(&header->ready_page, &ready,
						      first + LEDGER_GROUP_PAGES,
						      memory_order_release, memory_order_relaxed))
		;
	return true;
}

uint32_t ledger_page_alloc(struct ledger *ledger)
{
	struct ledger_header *header = ledger->header;
	uint32_t ref = page_take_free(ledger);
	uint32_t page;

	if (ref)
		return ref;
	page = atomic_load_explicit(&header->next_page, memory_order_relaxed);
	do {
		if ((uint64_t)(page + 1) << LEDGER_PAGE_SHIFT > header->file_size)
			return 0;
		/* Storage first: a page that was handed out is a page that can be stored to. */
		if (page >= atomic_load_explicit(&header->ready_page, memory_order_acquire) &&
		    !group_make_ready(ledger, page))
			return 0;
	} while (!atomic_compare_exchange_weak_explicit(&header->next_page, &page, page + 1,
							memory_order_acq_rel,
							memory_order_relaxed));
	return page << LEDGER_PAGE_SHIFT;
}

void ledger_page_free(struct ledger *ledger, uint32_t page_ref)
{
	ledger_u64 *head = &ledger->header->free_pages;
	ledger_u32 *page = ledger_at(ledger, page_ref, LEDGER_PAGE_SIZE);
	uint64_t seen = atomic_load_explicit(head, memory_order_relaxed);

	if (!page)
		return;
	do
		atomic_store_explicit(page, (uint32_t)seen, memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(
		head, &seen, ((seen >> 32) + 1) << 32 | page_ref >> LEDGER_PAGE_SHIFT,
		memory_order_acq_rel, memory_order_relaxed));
}

uint32_t ledger_record_alloc(struct ledger *ledger, size_t size_bytes)
{
	ledger_u64 *arena = &ledger->header->arena;
	uint64_t seen = atomic_load_explicit(arena, memory_order_relaxed);
	uint64_t size = (size_bytes + 7) & ~(uint64_t)7;

	if (size > LEDGER_PAGE_SIZE)
		return 0;
	for (;;) {
		uint64_t offset = seen & (LEDGER_PAGE_SIZE - 1);
		uint32_t page;

		/* A page is used up exactly when its end, the start of another, is reached. */
		if (offset != 0 && offset + size <= LEDGER_PAGE_SIZE) {
			if (atomic_compare_exchange_weak_explicit(arena, &seen, seen + size,
								  memory_order_acq_rel,
								  memory_order_relaxed))
				return (uint32_t)seen;
			continue;
		}
		page = ledger_page_alloc(ledger);
		if (!page)
			return 0;
		if (size == LEDGER_PAGE_SIZE)
			return page;
		if (atomic_compare_exchange_strong_explicit(arena, &seen, (uint64_t)page + size,
							    memory_order_acq_rel,
							    memory_order_relaxed))
			return page;
		ledger_page_free(ledger, page);
	}
}

uint32_t ledger_string_add(struct ledger *ledger, const char *bytes, size_t length)
{
	bool is_truncated = length > STRING_MAX;
	struct ledger_string *string;
	uint32_t ref;

	if (is_truncated)
		length = STRING_MAX;
	ref = ledger_record_alloc(ledger, sizeof(*string) + length + 1);
	string = ledger_at(ledger, ref, sizeof(*string) + length + 1);
	if (!string)
		return 0;
	string->length = (uint32_t)length;
	string->is_truncated = is_truncated;
	memcpy(string->bytes, bytes, length);
	string->bytes[length] = '\0';
	return ref;
}

const struct ledger_string *ledger_string_at(struct ledger *ledger, uint32_t ref)
{
	const struct ledger_string *string = ledger_at(ledger, ref, sizeof(*string));

	if (!string || string->length > STRING_MAX ||
	    !ledger_at(ledger, ref, sizeof(*string) + string->length + 1))
		return NULL;
	return string;
}

/* The page that a reference names; with is_create, made when there is none yet. */
static void *index_page(struct ledger *ledger, ledger_u32 *entry, bool is_create)
{
	uint32_t ref = atomic_load_explicit(entry, memory_order_acquire);

	if (ref == 0 && is_create) {
		uint32_t made = ledger_page_alloc(ledger);

		if (!made)
			return NULL;
		if (atomic_compare_exchange_strong_explicit(entry, &ref, made, memory_order_acq_rel,
							    memory_order_acquire))
			ref = made;
		else
			ledger_page_free(ledger, made);
	}
	return ledger_at(ledger, ref, LEDGER_PAGE_SIZE);
}

void *ledger_index_at(struct ledger *ledger, struct ledger_index *index, uint32_t number,
		      uint32_t entry_size, bool is_create)
{
	uint32_t per_page = LEDGER_PAGE_SIZE / entry_size;
	uint32_t page = number / per_page;
	uint8_t *entries;

	if (page < LEDGER_INDEX_DIRECT) {
		entries = index_page(ledger, &index->direct[page], is_create);
	} else {
		uint32_t behind = page - LEDGER_INDEX_DIRECT;
		ledger_u32 *refs;

		if (behind / LEDGER_REFS_PER_PAGE >= LEDGER_INDEX_INDIRECT)
			return NULL;
		refs = index_page(ledger, &index->indirect[behind / LEDGER_REFS_PER_PAGE],
				  is_create);
		if (!refs)
			return NULL;
		entries = index_page(ledger, &refs[behind % LEDGER_REFS_PER_PAGE], is_create);
	}
	return entries ? entries + (size_t)(number % per_page) * entry_size : NULL;
}
