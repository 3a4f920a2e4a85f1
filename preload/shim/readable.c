/* SPDX-License-Identifier: MIT */
/* The check whether an address can be read: the kernel is asked. */
#include "shim/readable.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#include "base/raw.h"
#include "shim/state.h"
#include "shim/variables.h"

/* Valgrind puts a library of its own into LD_PRELOAD of all that it runs, with any tool. */
void readable_init(char *const *environment)
{
	const char *preloaded = environment_find(environment, "LD_PRELOAD=");

	shim.is_under_valgrind = preloaded && strstr(preloaded, "/vgpreload_");
}

/* Exact as well, and looked at by no tool of valgrind's; six times the price of the other. */
static bool is_copied(uint64_t address)
{
	uint64_t word;
	struct iovec here = { .iov_base = &word, .iov_len = sizeof(word) };
	struct iovec there = { .iov_base = (void *)address, .iov_len = sizeof(word) };

	return raw6(SYS_process_vm_readv, raw0(SYS_getpid), (long)&here, 1, (long)&there, 1, 0) ==
	       sizeof(word);
}

/*
 * rt_sigprocmask with an impossible `how`: the kernel reads the set before it looks
 * at `how` (kernel/signal.c), so EINVAL when it could, EFAULT when not, and nothing
 * changes. 60 ns. Valgrind would tell the user of the `how`, and count a word of the
 * stack that nobody wrote to as an error of the program.
 */
bool is_readable(uint64_t address)
{
	if (__builtin_expect(shim.is_under_valgrind, 0))
		return is_copied(address);
	return raw4(SYS_rt_sigprocmask, -1, address, 0, 8) == -EINVAL;
}

/* No page begins there. */
#define NO_PAGE 1

/* What is read from its start on, page by page. */
struct reading {
	uintptr_t page; /* known to be readable */
};

static bool page_is_readable(struct reading *reading, uintptr_t address)
{
	uintptr_t page = address & ~(uintptr_t)(LEDGER_PAGE_SIZE - 1);

	if (page != reading->page && is_readable(page))
		reading->page = page;
	return page == reading->page;
}

static bool text_is_readable(struct reading *reading, const char *text)
{
	for (;;) {
		size_t rest = LEDGER_PAGE_SIZE - (uintptr_t)text % LEDGER_PAGE_SIZE;

		if (!page_is_readable(reading, (uintptr_t)text))
			return false;
		if (memchr(text, '\0', rest))
			return true;
		text += rest;
	}
}

static bool pointer_is_readable(struct reading *reading, char *const *pointer)
{
	return page_is_readable(reading, (uintptr_t)pointer) &&
	       page_is_readable(reading, (uintptr_t)pointer + sizeof(*pointer) - 1);
}

static bool list_is_readable(struct reading *reading, char *const *list)
{
	for (; list; list++) {
		if (!pointer_is_readable(reading, list))
			return false;
		if (!*list)
			break;
		if (!text_is_readable(reading, *list))
			return false;
	}
	return true;
}

bool is_executable(const char *path, char *const *argv, char *const *environment)
{
	struct reading reading = { NO_PAGE };

	if (!shim.is_active || !shim_may_call_kernel())
		return true;
	return (!path || text_is_readable(&reading, path)) && list_is_readable(&reading, argv) &&
	       list_is_readable(&reading, environment);
}
