/* SPDX-License-Identifier: MIT */
#include "arena.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "base/raw.h"

#define WAITS_MAX 100
#define WAIT_NS 100000000

struct arena *arena_map(const char *path)
{
	long fd = raw4(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
	long address;

	if (raw_failed(fd))
		return NULL;
	address = raw6(SYS_mmap, 0, sizeof(struct arena), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)raw1(SYS_close, fd); /* the mapping stays */
	return raw_failed(address) ? NULL : (struct arena *)address;
}

int arena_lane_take(struct arena *arena)
{
	for (int i = 1; i < LANES; i++) {
		struct lane *lane = &arena->lanes[i];

		if (atomic_exchange(&lane->is_taken, 1))
			continue;
		atomic_store(&lane->command, 0); /* nobody has told it to begin */
		atomic_store(&lane->done, 0);
		atomic_store(&lane->is_last, 0);
		lane->is_judged = 0;
		lane->has_shadow = 0;
		return i;
	}
	return -1;
}

void arena_lane_free(struct arena *arena, int lane)
{
	atomic_store(&arena->lanes[lane].is_taken, 0);
}

void arena_fail(struct arena *arena, uint32_t step, const char *text)
{
	uint32_t none = 0;

	if (!atomic_compare_exchange_strong(&arena->has_failed, &none, 1))
		return;
	arena->failed_step = step;
	(void)snprintf(arena->failure, sizeof(arena->failure), "%s", text);
}

void arena_trace(struct arena *arena, const char *format, ...)
{
	char line[256];
	va_list arguments;
	uint32_t at;
	int length;

	if (!arena->is_traced)
		return;
	va_start(arguments, format);
	length = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (length >= (int)sizeof(line))
		length = sizeof(line) - 1;
	at = atomic_fetch_add(&arena->trace_length, (uint32_t)length);
	if (at + (uint32_t)length < sizeof(arena->trace))
		memcpy(arena->trace + at, line, (size_t)length);
}

bool arena_wait(_Atomic(uint32_t) *word, uint32_t value)
{
	struct timespec pause = { .tv_nsec = WAIT_NS };

	for (int i = 0; i < WAITS_MAX; i++) {
		if (atomic_load(word) != value)
			return true;
		(void)raw4(SYS_futex, word, FUTEX_WAIT, value, &pause);
	}
	return atomic_load(word) != value;
}

void arena_wake(_Atomic(uint32_t) *word)
{
	(void)raw3(SYS_futex, word, FUTEX_WAKE, INT_MAX);
}
