/* SPDX-License-Identifier: MIT */
#include "ledger/snapshot.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct ledger ledger;
static struct snapshot snapshot;
static char path[256];
static const char *why;

static void setup(void)
{
	const char *directory = getenv("TMPDIR");
	static const char calls[] = "\0socket\0accept4";

	ledger = (struct ledger){ 0 };
	why = NULL;
	cr_assert_eq(ledger_create(&ledger, directory ? directory : "/tmp", UINT64_C(2) << 30, path,
				   sizeof(path)),
		     0);
	ledger.header->calls_ref[COLUMN_NAME] = ledger_string_add(&ledger, calls, sizeof(calls));
}

static void teardown(void)
{
	snapshot_unload(&snapshot);
	unlink(path);
}

TestSuite(snapshot, .init = setup, .fini = teardown);

static void refused(int error, const char *words)
{
	int result = snapshot_load(&snapshot, path, &why);

	cr_assert_eq(result, -error, "%d", result);
	if (words)
		cr_assert_not_null(strstr(why, words), "%s", why);
	cr_assert_null(snapshot.bytes);
}

Test(snapshot, reads_what_was_written)
{
	uint32_t ref = ledger_string_add(&ledger, "hello", 5), index = 0;

	cr_assert_not_null(ledger_process_new(&ledger, &index));
	cr_assert_eq(snapshot_load(&snapshot, path, &why), 0);
	cr_assert_str_eq(snapshot_string(&snapshot, ref), "hello");
	cr_assert_not_null(ledger_process_at(&snapshot.ledger, index));
	cr_assert_null(ledger_process_at(&snapshot.ledger, index + 1));
	/* Far less than the 2 GiB of the sparse file. */
	cr_assert_eq(snapshot.size, LEDGER_WINDOW_SIZE);
}

Test(snapshot, is_a_copy)
{
	uint32_t ref = ledger_string_add(&ledger, "hello", 5);

	cr_assert_eq(snapshot_load(&snapshot, path, &why), 0);
	memset(ledger_at(&ledger, ref, 8), 0xff, 8);
	cr_assert_eq(truncate(path, 0), 0);
	cr_assert_str_eq(snapshot_string(&snapshot, ref), "hello");
}

Test(snapshot, reads_more_than_a_window)
{
	uint32_t ref = 0;

	for (unsigned int i = 0; i < 700; i++)
		ref = ledger_page_alloc(&ledger);
	strcpy(ledger_at(&ledger, ref, LEDGER_PAGE_SIZE), "the last page");
	cr_assert_eq(snapshot_load(&snapshot, path, &why), 0);
	cr_assert_eq(snapshot.size % LEDGER_WINDOW_SIZE, 0);
	cr_assert_gt(snapshot.size, 2 * LEDGER_WINDOW_SIZE);
	cr_assert_str_eq((char *)ledger_at(&snapshot.ledger, ref, LEDGER_PAGE_SIZE),
			 "the last page");
	cr_assert_null(ledger_at(&snapshot.ledger, (uint32_t)snapshot.size, 8));
}

Test(snapshot, names_of_calls)
{
	cr_assert_eq(snapshot_load(&snapshot, path, &why), 0);
	cr_assert_null(snapshot_call_name(&snapshot, 0));
	cr_assert_str_eq(snapshot_call_name(&snapshot, 1), "socket");
	cr_assert_str_eq(snapshot_call_name(&snapshot, 2), "accept4");
	cr_assert_null(snapshot_call_name(&snapshot, 3));
	cr_assert_null(snapshot_call_name(&snapshot, UINT32_MAX));
	/* A column that nobody wrote says nothing. */
	cr_assert_null(snapshot_call_text(&snapshot, COLUMN_RELEASED, 1));
}

/* Every byte of a column may be anything: what is said of a call lies inside it, or is NULL. */
Test(snapshot, hostile_columns)
{
	static const char texts[] = "\0close\0\0fclose";
	ledger_u32 *ref = &ledger.header->calls_ref[COLUMN_RELEASED];
	struct ledger_string *string;
	char full[LEDGER_STRING_MAX + 1];

	*ref = ledger_string_add(&ledger, texts, sizeof(texts) - 1);
	string = ledger_at(&ledger, *ref, sizeof(*string));
	cr_assert_eq(snapshot_load(&snapshot, path, &why), 0);
	cr_assert_str_eq(snapshot_call_text(&snapshot, COLUMN_RELEASED, 1), "close");
	cr_assert_null(snapshot_call_text(&snapshot, COLUMN_RELEASED, 2));
	cr_assert_str_eq(snapshot_call_text(&snapshot, COLUMN_RELEASED, 3), "fclose");
	cr_assert_null(snapshot_call_text(&snapshot, COLUMN_RELEASED, 4));
	snapshot_unload(&snapshot);

	string->bytes[sizeof(texts) - 1] = 'x'; /* without an end */
	cr_assert_eq(snapshot_load(&snapshot, path, &why), 0);
	cr_assert_null(snapshot_call_text(&snapshot, COLUMN_RELEASED, 1));
	snapshot_unload(&snapshot);

	string->length = UINT32_MAX;
	cr_assert_eq(snapshot_load(&snapshot, path, &why), 0);
	cr_assert_null(snapshot_call_text(&snapshot, COLUMN_RELEASED, 1));
	snapshot_unload(&snapshot);

	memset(full, 'x', sizeof(full));
	*ref = ledger_string_add(&ledger, full, sizeof(full)); /* cut */
	cr_assert_eq(snapshot_load(&snapshot, path, &why), 0);
	cr_assert_null(snapshot_call_text(&snapshot, COLUMN_RELEASED, 1));
	snapshot_unload(&snapshot);

	*ref = UINT32_MAX;
	cr_assert_eq(snapshot_load(&snapshot, path, &why), 0);
	cr_assert_null(snapshot_call_text(&snapshot, COLUMN_RELEASED, 1));
}

Test(snapshot, strings_end)
{
	uint32_t ref = ledger_string_add(&ledger, "hello", 5);
	struct ledger_string *string = ledger_at(&ledger, ref, sizeof(*string));

	string->bytes[5] = 'x';
	cr_assert_eq(snapshot_load(&snapshot, path, &why), 0);
	cr_assert_null(snapshot_string(&snapshot, ref));
	cr_assert_null(snapshot_string(&snapshot, 0));
	cr_assert_null(snapshot_string(&snapshot, ref + 1));
	cr_assert_null(snapshot_string(&snapshot, UINT32_MAX & ~UINT32_C(7)));
	snapshot_unload(&snapshot);
	string->length = UINT32_MAX;
	cr_assert_eq(snapshot_load(&snapshot, path, &why), 0);
	cr_assert_null(snapshot_string(&snapshot, ref));
}

Test(snapshot, no_such_file)
{
	unlink(path);
	refused(ENOENT, NULL);
}

Test(snapshot, another_file)
{
	ledger.header->magic ^= 1;
	refused(EPROTO, "not a ledger");
}

Test(snapshot, no_regular_file)
{
	unlink(path);
	cr_assert_eq(mkfifo(path, 0600), 0);
	refused(EPROTO, "not a ledger");
}

Test(snapshot, another_version)
{
	ledger.header->version = LEDGER_VERSION + 1;
	refused(EPROTO, "version 11, this is 10");
}

Test(snapshot, another_header)
{
	ledger.header->header_size++;
	refused(EPROTO, "damaged");
}

Test(snapshot, claims_more_than_there_is)
{
	ledger.header->next_page = UINT32_MAX;
	refused(EPROTO, "damaged");
	ledger.header->next_page = 0;
	refused(EPROTO, "damaged");
	ledger.header->next_page = 1;
	ledger.header->file_size = UINT64_MAX;
	refused(EPROTO, "damaged");
	ledger.header->file_size = 0;
	refused(EPROTO, "damaged");
}

Test(snapshot, truncated)
{
	uint32_t used = ledger.header->next_page << LEDGER_PAGE_SHIFT;

	cr_assert_eq(truncate(path, used - 1), 0);
	refused(EPROTO, "truncated (");
	cr_assert_eq(truncate(path, 10), 0);
	refused(EPROTO, "truncated (10 of");
}

/* Nothing is lost where only room is missing. */
Test(snapshot, cut_behind_what_is_used)
{
	uint32_t used = ledger.header->next_page << LEDGER_PAGE_SHIFT;
	uint32_t ref = ledger_string_add(&ledger, "hello", 5);

	cr_assert_eq(ledger.header->next_page << LEDGER_PAGE_SHIFT, used);
	cr_assert_eq(truncate(path, used), 0);
	cr_assert_eq(snapshot_load(&snapshot, path, &why), 0);
	cr_expect_str_eq(snapshot_string(&snapshot, ref), "hello");
}

/* As `--keep-ledger` leaves it: no longer than what is used. */
Test(snapshot, trimmed)
{
	uint32_t used = ledger.header->next_page << LEDGER_PAGE_SHIFT;

	ledger.header->file_size = used;
	cr_assert_eq(truncate(path, used), 0);
	cr_assert_eq(snapshot_load(&snapshot, path, &why), 0);
	snapshot_unload(&snapshot);
}

/* A sparse file that claims all of its 2 GiB costs neither memory nor time. */
Test(snapshot, a_hole_is_free, .timeout = 20)
{
	ledger.header->next_page = (UINT32_C(2) << 30 >> LEDGER_PAGE_SHIFT) - 1;
	cr_assert_eq(snapshot_load(&snapshot, path, &why), 0);
	cr_assert_not_null(
		ledger_at(&snapshot.ledger, (UINT32_C(2) << 30) - LEDGER_WINDOW_SIZE, 8));
}
