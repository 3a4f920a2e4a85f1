/* SPDX-License-Identifier: MIT */
/* Whose file a ledger is, by its name, and what its header cannot make us do. */
#include <criterion/criterion.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/access.h"
#include "ledger/ledger.h"

static struct ledger ledger, other;
static char path[256];

static void begin(void)
{
	cr_assert_eq(ledger_create(&ledger, "/tmp", UINT64_C(4) << LEDGER_WINDOW_SHIFT, path,
				   sizeof(path)),
		     0);
}

static void end(void)
{
	(void)unlink(path);
}

TestSuite(access, .init = begin, .fini = end);

static void name_check(const char *name, bool is_named, uint32_t owner, uint64_t session_id)
{
	uint64_t read_id = 0;
	uint32_t read_owner = 0;

	cr_expect_eq(ledger_name_read(name, &read_owner, &read_id), is_named, "%s", name);
	if (!is_named)
		return;
	cr_expect_eq(read_owner, owner, "%s", name);
	cr_expect_eq(read_id, session_id, "%s", name);
}

Test(access, names)
{
	name_check("/dev/shm/unclosed-0-1f", true, 0, 0x1f);
	name_check("unclosed-4294967295-ffffffffffffffff", true, UINT32_MAX, UINT64_MAX);
	name_check("/a/unclosed-1-2/unclosed-3-4", true, 3, 4);
	name_check("/a/unclosed-4294967296-1", false, 0, 0);
	name_check("/a/unclosed-99999999999999999999-1", false, 0, 0);
	name_check("/a/unclosed-0-10000000000000000", false, 0, 0);
	name_check("/a/unclosed-0-", false, 0, 0);
	name_check("/a/unclosed--1", false, 0, 0);
	name_check("/a/unclosed-0-1F", false, 0, 0);
	name_check("/a/unclosed-0-1.spare", false, 0, 0);
	name_check("/a/kept", false, 0, 0);
	name_check("", false, 0, 0);
}

Test(access, another_session_is_not_attached_to)
{
	cr_assert_eq(ledger_attach(&other, path), 0);
	ledger_detach(&other);
	ledger.header->session_id++;
	cr_expect_eq(ledger_attach(&other, path), -EPROTO);
}

Test(access, what_others_may_write_is_not_attached_to)
{
	cr_assert_eq(chmod(path, 0620), 0);
	cr_expect_eq(ledger_attach(&other, path), -EPERM);
	cr_assert_eq(chmod(path, 0602), 0);
	cr_expect_eq(ledger_attach(&other, path), -EPERM);
	cr_assert_eq(chmod(path, 0640), 0);
	cr_expect_eq(ledger_attach(&other, path), 0);
}

/* It says that it is 16 TB long, and that records go to a window that no table has a place for. */
Test(access, header_that_lies)
{
	ledger.header->next_page = UINT32_MAX;
	cr_assert_eq(ledger_attach(&other, path), 0);
	other.header->file_size = UINT64_MAX;
	for (uint32_t i = 1; i < LEDGER_WINDOWS_MAX; i++)
		cr_expect_null(other.windows[i]);
	cr_expect_null(ledger_map_window(&other, 4), "behind the end of the file");
	cr_expect_null(ledger_map_window(&other, LEDGER_WINDOWS_MAX));
	cr_expect_not_null(ledger_map_window(&other, 3));
	cr_expect_eq(other.size_bytes, UINT64_C(4) << LEDGER_WINDOW_SHIFT);
}
