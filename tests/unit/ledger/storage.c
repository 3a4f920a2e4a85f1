/* SPDX-License-Identifier: MIT */
/* Pages, records, strings and indexes; and what is left of them behind a sandbox. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "ledger/ledger.h"

static struct ledger ledger;
static char path[256];

static void setup(void)
{
	cr_assert_eq(ledger_create(&ledger, "/tmp", UINT64_C(512) << LEDGER_WINDOW_SHIFT, path,
				   sizeof(path)),
		     0);
}

static void teardown(void)
{
	unlink(path);
}

TestSuite(storage, .init = setup, .fini = teardown);

Test(storage, same_text_is_stored_once)
{
	uint32_t one = ledger_string_add(&ledger, "/bin/true", 9);
	uint32_t two = ledger_string_add(&ledger, "/bin/truth", 10);

	cr_expect_neq(one, 0);
	cr_expect_neq(one, two);
	cr_expect_eq(ledger_string_add(&ledger, "/bin/true", 9), one);
	cr_expect_eq(ledger_string_at(&ledger, one)->length, 9);
	cr_expect_eq(ledger_string_at(&ledger, ledger_string_add(&ledger, "", 0))->length, 0);
}

/* Text that was cut is not taken for another of the same beginning. */
Test(storage, cut_text_is_marked)
{
	static char text[6000];
	uint32_t whole, cut;

	memset(text, 'x', sizeof(text));
	cut = ledger_string_add(&ledger, text, sizeof(text));
	whole = ledger_string_add(&ledger, text, 4000);
	cr_expect_neq(cut, whole);
	cr_expect_eq(ledger_string_at(&ledger, cut)->is_truncated, 1);
	cr_expect_eq(ledger_string_at(&ledger, whole)->is_truncated, 0);
}

/* What is known of a program is not believed of another file, or of one that was written to. */
Test(storage, program_is_known_by_its_file)
{
	const struct ledger_program filled = {
		.file = { .device = 1, .inode = 77, .size = 1000, .changed_ns = 5 },
		.is_foreign = 1,
		.has_sanitizer = 1,
	};
	struct ledger_file changed = filled.file, longer = filled.file, other = filled.file;
	struct ledger_program *found;

	changed.changed_ns++;
	longer.size++;
	other.inode += LEDGER_PROGRAMS_KNOWN;
	cr_expect_null(ledger_program_find(&ledger, "/bin/true", &filled.file));
	ledger_program_add(&ledger, "/bin/true", &filled);
	found = ledger_program_find(&ledger, "/bin/true", &filled.file);
	cr_assert_not_null(found);
	cr_expect_eq(found->is_foreign, 1);
	cr_expect_eq(found->has_sanitizer, 1);
	cr_expect_eq(found->exe_ref, 0);
	cr_expect_null(ledger_program_find(&ledger, "/bin/truth", &filled.file));
	cr_expect_null(ledger_program_find(&ledger, "/bin/true", &changed));
	cr_expect_null(ledger_program_find(&ledger, "/bin/true", &longer));
	cr_expect_null(ledger_program_find(&ledger, "/bin/true", &other));
}

/* One file may be known by two paths at once: /bin/sh, /usr/bin/sh. */
Test(storage, program_by_two_paths)
{
	const struct ledger_program filled = { .file = { .device = 1, .inode = 77 } };

	ledger_program_add(&ledger, "/bin/sh", &filled);
	ledger_program_add(&ledger, "/usr/bin/sh", &filled);
	cr_expect_not_null(ledger_program_find(&ledger, "/bin/sh", &filled.file));
	cr_expect_not_null(ledger_program_find(&ledger, "/usr/bin/sh", &filled.file));
}

Test(storage, index_reaches_far)
{
	static const uint32_t numbers[] = { 0, 7, 8, 127, 128, 639, 640, 4096, 32767, 1048575, 2000000 };
	const size_t count = sizeof(numbers) / sizeof(numbers[0]);
	struct ledger_index index = { 0 };

	for (size_t i = 0; i < count; i++) {
		uint64_t *entry = ledger_index_at(&ledger, &index, numbers[i], 64, LEDGER_LEAF_SIZE,
						  true);

		cr_assert_not_null(entry, "%u", numbers[i]);
		cr_expect_eq((uintptr_t)entry % 64, 0);
		cr_expect_eq(*entry, 0);
		*entry = numbers[i] + 1;
	}
	for (size_t i = 0; i < count; i++)
		cr_expect_eq(*(uint64_t *)ledger_index_at(&ledger, &index, numbers[i], 64,
							  LEDGER_LEAF_SIZE, false),
			     numbers[i] + 1);
	cr_expect_null(ledger_index_at(&ledger, &index, 500000, 64, LEDGER_LEAF_SIZE, false));
	cr_expect_null(ledger_index_at(&ledger, &index, UINT32_MAX, 64, LEDGER_LEAF_SIZE, true));
}

/* Frozen, a process lives on its reserve and takes nothing else; others are not disturbed. */
Test(storage, reserve)
{
	struct ledger forked;
	uint32_t next, pages = 0;

	ledger_reserve(&ledger);
	ledger_reserve(&ledger); /* once */
	next = atomic_load(&ledger.header->next_page);
	cr_expect_eq(next, LEDGER_GROUP_PAGES + 1 + LEDGER_RESERVE_PAGES);
	ledger.is_frozen = true;
	forked = ledger; /* as fork() leaves it to the child */
	cr_expect_neq(ledger_record_alloc(&ledger, 100), ledger_record_alloc(&forked, 100));
	while (ledger_page_alloc(pages % 2 ? &ledger : &forked))
		pages++;
	cr_expect_eq(pages, LEDGER_RESERVE_PAGES - 1);
	cr_expect_eq(ledger_page_alloc(&ledger), 0);
	cr_expect_neq(ledger_record_alloc(&ledger, 100), 0); /* the rest of its records' page */
	cr_expect_eq(atomic_load(&ledger.header->next_page), next);
	ledger.is_frozen = false;
	cr_expect_eq(ledger_page_alloc(&ledger), next << LEDGER_PAGE_SHIFT);
}

Test(storage, frozen_without_reserve)
{
	ledger.is_frozen = true;
	cr_expect_eq(ledger_page_alloc(&ledger), 0);
	cr_expect_null(ledger_map_window(&ledger, 3));
}

/* 300 windows further, in an address space with room for a few. */
Test(storage, far_window_in_a_tight_address_space)
{
	struct rlimit limit;
	uint64_t used_kib = 0;
	FILE *status = fopen("/proc/self/status", "re");
	char line[128];
	uint8_t *window;

	while (status && fgets(line, sizeof(line), status))
		if (sscanf(line, "VmSize: %lu kB", &used_kib) == 1)
			break;
	cr_assert_neq(used_kib, 0);
	fclose(status);
	getrlimit(RLIMIT_AS, &limit);
	limit.rlim_cur = (used_kib << 10) + (UINT64_C(16) << 20);
	setrlimit(RLIMIT_AS, &limit);
	window = ledger_map_window(&ledger, 300);
	cr_assert_not_null(window);
	window[0] = 7;
	cr_expect_eq(mmap(NULL, UINT64_C(64) << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		     MAP_FAILED); /* the limit holds */
	cr_expect_eq(ledger_at(&ledger, UINT32_C(300) << LEDGER_WINDOW_SHIFT, 8), window);
}

/* Short names and the nodes of processes are in the first group, until it is full. */
Test(storage, what_is_near)
{
	char name[32];
	uint32_t ref = 0, index = 0;

	for (uint32_t i = 0; i < 20 * LEDGER_PROCESSES_PER_PAGE; i++)
		cr_assert(ledger_process_new(&ledger, &index));
	cr_expect(atomic_load(&ledger.header->processes.direct[0]) >= LEDGER_NEAR_END);
	cr_expect(ledger_process_at(&ledger, index));
	ref = ledger_name_add(&ledger, "/usr/bin/true", 13);
	cr_expect(ref >= LEDGER_NEAR_START && ref < LEDGER_NEAR_END);
	cr_expect_eq(ledger_name_add(&ledger, "/usr/bin/true", 13), ref);
	cr_expect_eq(ledger_string_add(&ledger, "/usr/bin/true", 13), ref);
	cr_expect_neq(ledger_string_put(&ledger, "/usr/bin/true", 13), ref);
	for (int i = 0; ref < LEDGER_NEAR_END && i < 10000; i++) {
		(void)snprintf(name, sizeof(name), "name %d", i); /* it fits */
		ref = ledger_name_add(&ledger, name, strlen(name));
		cr_assert_str_eq(ledger_string_at(&ledger, ref)->bytes, name);
	}
	cr_expect(ref >= LEDGER_NEAR_END);
	atomic_store(&ledger.header->near_next, 4); /* damaged */
	cr_expect(ledger_name_add(&ledger, "another", 7) >= LEDGER_NEAR_END);
}
