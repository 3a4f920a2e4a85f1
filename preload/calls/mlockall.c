/* SPDX-License-Identifier: MIT */
/*
 * mlockall. What we have mapped must not count against the program's RLIMIT_MEMLOCK: it is
 * unlocked again, and windows of the ledger that come later stay so, because each is made of
 * the one before (ledger_map_window()). With MCL_CURRENT the kernel compares the limit with all
 * that is mapped, ours included (mm/mlock.c, do_mlockall()): where that is too much, the
 * program's mappings are locked one by one.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/raw.h"
#include "base/text.h"
#include "libc/real.h"
#include "process/helper_process.h"
#include "shim/self_map.h"
#include "shim/state.h"

#ifndef MLOCK_ONFAULT
#define MLOCK_ONFAULT 1
#endif

#define LINE_MAX_BYTES 512

static void pages_unlock(uintptr_t start, uintptr_t end)
{
	start &= ~(uintptr_t)(LEDGER_PAGE_SIZE - 1);
	(void)raw2(SYS_munlock, start, end - start); /* else it stays locked, as before */
}

static void ours_unlock(void)
{
	for (uint32_t i = 0; i < LEDGER_WINDOWS_MAX; i++) {
		uint8_t *window = LEDGER_LOAD(shim.ledger.windows[i]);

		if (window)
			pages_unlock((uintptr_t)window, (uintptr_t)window + LEDGER_WINDOW_SIZE);
	}
	pages_unlock((uintptr_t)__ehdr_start, (uintptr_t)_end);
}

/* A mapping of ours, or one that is nobody's to lock. The second half of libunclosed has no name. */
static bool is_left_alone(const char *line, uint64_t start)
{
	static const char *const names[] = { "/libunclosed", "/unclosed-", "/libunwind", "/liblzma",
					     "[vsyscall]" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strstr(line, names[i]))
			return true;
	return own_has(start);
}

static const char *hex_read(const char *at, uint64_t *ret_number)
{
	*ret_number = 0;
	for (;; at++)
		if (*at >= '0' && *at <= '9')
			*ret_number = *ret_number << 4 | (uint64_t)(*at - '0');
		else if (*at >= 'a' && *at <= 'f')
			*ret_number = *ret_number << 4 | (uint64_t)(*at - 'a' + 10);
		else
			return at;
}

/* Of the helper process. */
struct locking {
	bool is_on_fault; /* MCL_ONFAULT */
	long result;      /* 0, or -errno of the first that could not be locked */
};

/*
 * On fault first: that is refused by the limit alone, while a mapping that nobody may read
 * cannot be filled, which mlockall() does not mind.
 */
static void line_lock(struct locking *locking, const char *line)
{
	uint64_t start, end;
	const char *at = hex_read(line, &start);

	if (*at != '-' || is_left_alone(line, start))
		return;
	(void)hex_read(at + 1, &end);
	if (locking->result == 0)
		locking->result = raw3(SYS_mlock2, start, end - start, MLOCK_ONFAULT);
	if (locking->result == 0 && !locking->is_on_fault)
		(void)raw3(SYS_mlock2, start, end - start, 0);
}

static void maps_lock(void *data)
{
	struct locking *locking = data;
	char bytes[4096], line[LINE_MAX_BYTES];
	long fd = raw4(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC, 0), length;
	size_t filled = 0;

	locking->result = raw_failed(fd) ? -ENOMEM : 0;
	if (raw_failed(fd))
		return;
	while ((length = raw3(SYS_read, fd, bytes, sizeof(bytes))) > 0)
		for (long i = 0; i < length; i++) {
			if (bytes[i] != '\n' && filled < sizeof(line) - 1)
				line[filled++] = bytes[i];
			if (bytes[i] != '\n')
				continue;
			line[filled] = '\0';
			filled = 0;
			line_lock(locking, line);
		}
	(void)raw1(SYS_close, fd); /* of a process that is about to end */
}

/* What the kernel refused for our sake. Returns 0, or -errno. */
static long others_lock(int flags)
{
	struct locking locking = { .is_on_fault = flags & MCL_ONFAULT, .result = -ENOMEM };

	if (!apart_run(maps_lock, &locking))
		return -ENOMEM;
	if (locking.result == 0 && flags & MCL_FUTURE)
		locking.result = raw1(SYS_mlockall, flags & ~MCL_CURRENT);
	if (locking.result != 0)
		(void)raw0(SYS_munlockall);
	return locking.result;
}

int mlockall(int flags)
{
	int saved_errno = errno, result = REAL(mlockall)(flags);

	if (!shim_is_recording() || !shim_may_call_kernel() || !(flags & MCL_CURRENT))
		return result;
	if (result < 0 && errno == ENOMEM && others_lock(flags) == 0) {
		errno = saved_errno;
		result = 0;
	}
	if (result == 0)
		ours_unlock();
	return result;
}
