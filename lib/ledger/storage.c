/* SPDX-License-Identifier: MIT */
/* Pages and small records: one allocator a session, and a reserve for sandboxed processes. */
#include "ledger/ledger.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/raw.h"
#include "ledger/populate.h"

void ledger_lose(struct ledger *ledger, enum ledger_loss what)
{
	atomic_fetch_add_explicit(&ledger->header->lost[what], 1, memory_order_relaxed);
}

/*
 * The page behind a free one. Another thread may have taken the page meanwhile
 * and be writing there: what is read is then not used, because the head has
 * changed. ThreadSanitizer cannot know that.
 */
#if __has_attribute(disable_sanitizer_instrumentation) /* clang's no_sanitize leaves atomics */
__attribute__((noinline, disable_sanitizer_instrumentation))
#else
__attribute__((noinline, no_sanitize("thread")))
#endif
static uint32_t page_link(const ledger_u32 *page)
{
	return atomic_load_explicit(page, memory_order_relaxed);
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
		next = page_link(page) | ((seen >> 32) + 1) << 32;
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

	if (atomic_load_explicit(&header->is_full, memory_order_relaxed))
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

/*
 * What a process that may not ask the kernel any more lives on, in a page of
 * the ledger: its forked children, which share it, count on with it.
 */
struct reserve {
	ledger_u32 taken;
	ledger_u64 arena; /* as in the header, for the records of these processes */
	uint32_t pages[LEDGER_RESERVE_PAGES];
};

static_assert(sizeof(struct reserve) <= LEDGER_PAGE_SIZE, "the reserve's own page");

static struct reserve *reserve_of(struct ledger *ledger)
{
	return ledger_at(ledger, ledger->reserve_ref, sizeof(struct reserve));
}

/* A page that was taken ahead; a snapshot has none. */
static uint32_t reserve_take(struct ledger *ledger)
{
	struct reserve *reserve = reserve_of(ledger);
	uint32_t number;

	if (!reserve || atomic_load_explicit(&reserve->taken, memory_order_relaxed) >=
				LEDGER_RESERVE_PAGES)
		return 0;
	number = atomic_fetch_add_explicit(&reserve->taken, 1, memory_order_relaxed);
	return number < LEDGER_RESERVE_PAGES ? reserve->pages[number] : 0;
}

void ledger_reserve(struct ledger *ledger)
{
	struct reserve *reserve;
	uint32_t next;

	if (ledger->is_frozen || ledger->reserve_ref)
		return;
	ledger->reserve_ref = next = ledger_page_alloc(ledger);
	reserve = reserve_of(ledger);
	for (uint32_t i = 0; reserve && i < LEDGER_RESERVE_PAGES; i++)
		reserve->pages[i] = ledger_page_alloc(ledger);
	/* What others write there is read from here: entries of processes, above all. */
	for (uint32_t i = 1; i <= LEDGER_RESERVE_WINDOWS; i++)
		(void)ledger_map_window(ledger, (next >> LEDGER_WINDOW_SHIFT) + i);
}

uint32_t ledger_page_alloc(struct ledger *ledger)
{
	struct ledger_header *header = ledger->header;
	uint32_t ref, page;

	if (ledger->is_frozen)
		return reserve_take(ledger);
	ref = page_take_free(ledger);
	if (ref)
		return ref;
	page = atomic_load_explicit(&header->next_page, memory_order_relaxed);
	do {
		/* The header's words are anybody's: the kernel has said how long the file is. */
		if (((uint64_t)page + 1) << LEDGER_PAGE_SHIFT > ledger->size_bytes)
			return 0;
		/* Storage first: a page that was handed out is a page that can be stored to. */
		if (page >= atomic_load_explicit(&header->ready_page, memory_order_acquire) &&
		    !group_make_ready(ledger, page))
			return 0;
		/* And it is no use to a process that has no room to map it. */
		if (!ledger_at(ledger, page << LEDGER_PAGE_SHIFT, LEDGER_PAGE_SIZE))
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

static ledger_u64 *arena_of(struct ledger *ledger)
{
	struct reserve *reserve = ledger->is_frozen ? reserve_of(ledger) : NULL;

	return reserve ? &reserve->arena : &ledger->header->arena;
}

/* Of records of that size, a multiple of 8; NULL: they are not kept. */
static ledger_u64 *free_list_of(struct ledger *ledger, size_t size)
{
	return size >= 8 && size <= LEDGER_LEAF_SIZE && !ledger->is_frozen
		       ? &ledger->header->free_records[size / 8 - 1]
		       : NULL;
}

/* As page_take_free(), by the same rules. */
static uint32_t record_take_free(struct ledger *ledger, size_t size)
{
	ledger_u64 *head = free_list_of(ledger, size);
	uint64_t seen = head ? atomic_load_explicit(head, memory_order_acquire) : 0;

	while ((uint32_t)seen != 0) {
		uint32_t ref = (uint32_t)seen * 8;
		ledger_u32 *record = ledger_at(ledger, ref, size);
		uint64_t next;

		if (!record)
			return 0;
		next = page_link(record) | ((seen >> 32) + 1) << 32;
		if (atomic_compare_exchange_weak_explicit(head, &seen, next, memory_order_acq_rel,
							  memory_order_acquire)) {
			memset(record, 0, size);
			return ref;
		}
	}
	return 0;
}

static void record_push_free(struct ledger *ledger, uint32_t ref, size_t size)
{
	ledger_u64 *head = free_list_of(ledger, size);
	ledger_u32 *record = ledger_at(ledger, ref, size);
	uint64_t seen;

	if (!head || !record)
		return;
	seen = atomic_load_explicit(head, memory_order_relaxed);
	do
		atomic_store_explicit(record, (uint32_t)seen, memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(head, &seen,
						      ((seen >> 32) + 1) << 32 | ref / 8,
						      memory_order_acq_rel, memory_order_relaxed));
}

/* Leaves are aligned, and so are the parts of what is larger. */
void ledger_record_free(struct ledger *ledger, uint32_t ref, size_t size_bytes)
{
	size_t size = (size_bytes + 7) & ~(size_t)7;

	if (size == LEDGER_PAGE_SIZE) {
		ledger_page_free(ledger, ref);
		return;
	}
	for (; size >= LEDGER_LEAF_SIZE; size -= LEDGER_LEAF_SIZE, ref += LEDGER_LEAF_SIZE)
		record_push_free(ledger, ref, LEDGER_LEAF_SIZE);
	record_push_free(ledger, ref, size);
}

uint32_t ledger_record_alloc(struct ledger *ledger, size_t size_bytes)
{
	ledger_u64 *arena = arena_of(ledger);
	uint64_t seen = atomic_load_explicit(arena, memory_order_relaxed);
	uint64_t size = (size_bytes + 7) & ~(uint64_t)7;
	uint64_t mask = size >= LEDGER_LEAF_SIZE ? LEDGER_LEAF_ALIGNMENT - 1 : 7;

	uint32_t again;

	if (size > LEDGER_PAGE_SIZE)
		return 0;
	again = record_take_free(ledger, size);
	if (again)
		return again;
	for (;;) {
		uint64_t start = (seen + mask) & ~mask, offset = start & (LEDGER_PAGE_SIZE - 1);
		uint32_t page;

		/* A page is used up exactly when its end, the start of another, is reached. */
		if (seen % LEDGER_PAGE_SIZE != 0 && offset != 0 &&
		    offset + size <= LEDGER_PAGE_SIZE) {
			if (atomic_compare_exchange_weak_explicit(arena, &seen, start + size,
								  memory_order_acq_rel,
								  memory_order_relaxed))
				return (uint32_t)start;
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

uint32_t ledger_near_alloc(struct ledger *ledger, size_t size_bytes)
{
	ledger_u32 *next = &ledger->header->near_next;
	uint32_t size = ((uint32_t)size_bytes + 7) & ~UINT32_C(7);
	uint32_t start = atomic_load_explicit(next, memory_order_relaxed);

	do {
		/* What a damaged ledger says is not near. */
		if (start < LEDGER_NEAR_START || start % 8 != 0 || start >= LEDGER_NEAR_END ||
		    size_bytes > LEDGER_NEAR_END - start || size > LEDGER_NEAR_END - start)
			return ledger_record_alloc(ledger, size_bytes);
	} while (!atomic_compare_exchange_weak_explicit(next, &start, start + size,
							memory_order_acq_rel,
							memory_order_relaxed));
	return start;
}
