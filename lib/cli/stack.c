/* SPDX-License-Identifier: MIT */
/*
 * A stack that is large enough. The limit of stacks (ulimit -s) that the tool is started with is
 * PROGRAM's; readers of debug information need more than some programs do.
 */
#include "cli/stack.h"

#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <ucontext.h>

/* dwarf_getsrclines() of libdw 0.188 took more than 100 KB at once. */
#define ENOUGH ((size_t)4 << 20)

static struct {
	int (*run)(int argc, char **argv);
	int argc;
	char **argv;
	int status;
} call;

static void call_run(void)
{
	call.status = call.run(call.argc, call.argv);
}

int run_on_enough_stack(int (*run)(int argc, char **argv), int argc, char **argv)
{
	struct rlimit limit;
	ucontext_t here, there;
	void *memory;

	if (getrlimit(RLIMIT_STACK, &limit) < 0 || limit.rlim_cur >= ENOUGH)
		return run(argc, argv);
	memory = mmap(NULL, ENOUGH, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED || getcontext(&there) < 0)
		return run(argc, argv);
	there.uc_stack.ss_sp = memory;
	there.uc_stack.ss_size = ENOUGH;
	there.uc_link = &here;
	call.run = run;
	call.argc = argc;
	call.argv = argv;
	makecontext(&there, call_run, 0);
	if (swapcontext(&here, &there) < 0)
		return run(argc, argv);
	return call.status;
}
