/* SPDX-License-Identifier: MIT */
/* Seccomp filters: once one is in, a system call of ours may kill the program. */
#include "calls/prctl.h"

#include <linux/seccomp.h>
#include <stdarg.h>

#include "end/finish.h"
#include "libc/real.h"
#include "shim/state.h"

void sandbox_entered(void)
{
	if (!shim.is_active)
		return;
	atomic_store_explicit(&shim.process->has_filter, 1, memory_order_relaxed);
	shim.ledger.is_frozen = true;
}

int prctl(int option, ...)
{
	unsigned long arguments[4];
	va_list list;
	int result;

	va_start(list, option);
	for (int i = 0; i < 4; i++)
		arguments[i] = va_arg(list, unsigned long);
	va_end(list);
	if (option == PR_SET_SECCOMP)
		sandbox_prepare();
	result = REAL(prctl)(option, arguments[0], arguments[1], arguments[2], arguments[3]);
	if (option == PR_SET_SECCOMP && result == 0)
		sandbox_entered();
	return result;
}

void sandbox_prepare(void)
{
	if (!shim_is_recording())
		return;
	if (shim.ledger.reserve_ref)
		return; /* a further filter */
	(void)thread_tid();
	ledger_reserve(&shim.ledger);
	finish_before_filter();
}
