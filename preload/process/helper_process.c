/* SPDX-License-Identifier: MIT */
/* The start of a helper process, on a stack of its own and in our memory. */
#include "process/helper_process.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>

#include "base/raw.h"
#include "libc/real.h"
#include "shim/names.h"
#include "shim/state.h"

#define APART_STACK 16384

struct work {
	void (*run)(void *data);
	void *data;
};

static int work_run(void *data)
{
	const struct work *work = data;

	self.vfork_depth++;
	work->run(work->data);
	(void)raw1(SYS_exit, 0);
	__builtin_unreachable();
}

bool apart_run(void (*run)(void *data), void *data)
{
	struct work work = { run, data };
	long stack = raw6(SYS_mmap, 0, APART_STACK, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t all = ~UINT64_C(0), before;
	int pid;

	if (raw_failed(stack))
		return false;
	(void)raw4(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, 8);
	pid = REAL(clone)(work_run, (uint8_t *)stack + APART_STACK, CLONE_VM | CLONE_VFORK, &work);
	if (pid > 0) {
		self.vfork_depth--;
		while (raw4(SYS_wait4, pid, NULL, __WALL, NULL) == -EINTR)
			;
	}
	(void)raw4(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, 8);
	(void)raw2(SYS_munmap, stack, APART_STACK);
	return pid > 0;
}
