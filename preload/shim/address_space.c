/* SPDX-License-Identifier: MIT */
/* The check at start whether a limit of address space leaves enough for the ledger. */
#include "shim/address_space.h"

#include "base/raw.h"
#include "base/text.h"
#include "ledger/layout.h"
#include "shim/names.h"

/* Windows for a while, and the unwinder. */
#define ROOM_WANTED (8u << 20)

/* Pages of address space in use: the first number of statm. 0: not known. */
static uint64_t pages_used(void)
{
	char line[64];
	long fd = raw4(SYS_openat, AT_FDCWD, "/proc/self/statm", O_RDONLY | O_CLOEXEC, 0);
	long length = raw_failed(fd) ? 0 : raw3(SYS_read, fd, line, sizeof(line));
	uint64_t pages = 0;
	long digits = 0;

	if (!raw_failed(fd))
		(void)raw1(SYS_close, fd); /* was only read */
	while (digits < length && line[digits] != ' ')
		digits++;
	return text_parse_number(line, (size_t)digits, &pages) ? pages : 0;
}

bool room_is_short(void)
{
	struct rlimit limit;
	uint64_t used;

	if (raw4(SYS_prlimit64, 0, RLIMIT_AS, NULL, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
		return false;
	used = pages_used() << LEDGER_PAGE_SHIFT;
	return used != 0 && (limit.rlim_cur < used || limit.rlim_cur - used < ROOM_WANTED);
}
