/* SPDX-License-Identifier: MIT */
/*
 * Ways out of a process. Our end handler runs as the last of exit(), of quick_exit()
 * and of the return from main; threads that call them at once take turns. The others
 * run no handlers.
 */
#include "end/finish.h"
#include "libc/real.h"
#include "shim/state.h"

void exit(int status)
{
	finish_take_turn();
	REAL(exit)(status);
	__builtin_unreachable();
}

void _exit(int status)
{
	finish_process(END__EXIT, status);
	REAL(_exit)(finish_report(status));
	__builtin_unreachable();
}

void _Exit(int status)
{
	finish_process(END__EXIT, status);
	REAL(_Exit)(finish_report(status));
	__builtin_unreachable();
}

/* Its handlers may still close descriptors: ours, registered first, runs as the last. */
void quick_exit(int status)
{
	finish_take_turn();
	finish_quick_exit_status = status;
	REAL(quick_exit)(status);
	__builtin_unreachable();
}

/* A handler of SIGABRT may leave by siglongjmp; then a later end overwrites this one. */
void abort(void)
{
	finish_process(END_ABORT, 0);
	finish_report_abort();
	finish_resume();
	REAL(abort)();
	__builtin_unreachable();
}

void __assert_fail(const char *assertion, const char *file, unsigned int line, const char *function)
{
	finish_process(END_ABORT, 0);
	finish_report_abort();
	finish_resume();
	REAL(__assert_fail)(assertion, file, line, function);
	__builtin_unreachable();
}
