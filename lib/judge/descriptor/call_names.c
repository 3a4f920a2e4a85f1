/* SPDX-License-Identifier: MIT */
/*
 * Calls as a source has them. A program that is compiled with large files calls fopen64()
 * where its source says fopen(), and with -D_FORTIFY_SOURCE __read_chk() in place of read().
 */
#include <string.h>

#include "base/text.h"
#include "judge/descriptor/descriptor.h"

static bool ends_with(const char *name, size_t length, const char *end)
{
	size_t size = strlen(end);

	return length > size && strncmp(name + length - size, end, size) == 0;
}

/* glibc's own name for a system call, whatever the size of its offsets. */
static bool is_named_by_size(const char *name)
{
	return strcmp(name, "getdents64") == 0;
}

const char *call_spelled(struct report *report, const char *name)
{
	/* glibc before 2.33: stat() and its kin take a version. Assertions are libc's own. */
	static const struct {
		const char *name, *spelled;
	} others[] = {
		{ "__fxstat", "fstat" },
		{ "__fxstat64", "fstat" },
		{ "__fxstatat", "fstatat" },
		{ "__fxstatat64", "fstatat" },
		{ "__xmknodat", "mknodat" },
		{ "preadv64v2", "preadv2" },
		{ "pwritev64v2", "pwritev2" },
		{ "fts64_open", "fts_open" },
		{ "fts64_close", "fts_close" },
		{ "__assert_fail", "__assert_fail" },
		{ "__libc_start_main", "__libc_start_main" },
	};
	size_t length;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(name, others[i].name) == 0)
			return others[i].spelled;
	if (is_named_by_size(name))
		return name;
	if (text_starts_with(name, "__"))
		name += 2;
	length = strlen(name);
	if (ends_with(name, length, "_chk"))
		length -= 4;
	else if (ends_with(name, length, "_2"))
		length -= 2;
	if (ends_with(name, length, "64"))
		length -= 2;
	return name[length] ? report_printf(report, "%.*s", (int)length, name) : name;
}

const char *call_spelled_of(struct judge *judge, unsigned int call)
{
	const char *name = snapshot_call_name(judge->snapshot, call);

	return name ? call_spelled(judge->report, name) : NULL;
}
