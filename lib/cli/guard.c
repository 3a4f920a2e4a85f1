/* SPDX-License-Identifier: MIT */
/* Keeps a launcher alive whose ledger is cut short. */
#include "cli/guard.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>

static struct ledger *guarded;
static struct sigaction before; /* of SIGBUS */

/* Async-signal-safe: mmap() is a system call and no more. */
static bool window_replace(uintptr_t address)
{
	for (size_t i = 0; guarded && i < LEDGER_WINDOWS_MAX; i++) {
		uint8_t *window = LEDGER_LOAD(guarded->windows[i]);

		if (window && address - (uintptr_t)window < LEDGER_WINDOW_SIZE)
			return mmap(window, LEDGER_WINDOW_SIZE, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == window;
	}
	return false;
}

static void bus_handle(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	/* Not ours: the access comes again, and ends us. */
	if (!window_replace((uintptr_t)info->si_addr))
		guard_leave();
}

void guard_begin(struct ledger *ledger)
{
	struct sigaction action = { .sa_sigaction = bus_handle,
				    .sa_flags = SA_SIGINFO | SA_NODEFER };

	guarded = ledger;
	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, &before);
}

void guard_end(void)
{
	guard_leave();
	guarded = NULL;
}

void guard_leave(void)
{
	sigaction(SIGBUS, &before, NULL);
}
