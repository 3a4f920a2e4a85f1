/* SPDX-License-Identifier: MIT */
#include "finish.h"

#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/raw.h"
#include "capture.h"
#include "names.h"
#include "state.h"

/* Weak: musl loads us and has none of them. The second is what at_quick_exit() is made of. */
extern __typeof__(on_exit) on_exit __attribute__((weak));
extern int __cxa_at_quick_exit(void (*function)(void *), void *library) __attribute__((weak));

/* Return addresses in exit() lie this close behind its start. */
#define EXIT_SIZE 96

/* The longest a second thread waits for the end handler of the first: 100 × 20 ms. */
#define WAITS_MAX 100
#define WAIT_NS 20000000

int finish_quick_exit_status;

static struct {
	bool has_stderr;
	dev_t device; /* of descriptor 2 at the start */
	ino_t inode;
	int rescued; /* copy of descriptor 2, or -1 */
	_Atomic(uint32_t) ending_tid;
} finish = { .rescued = -1 };

static bool is_stderr(int fd)
{
	struct stat status;

	return finish.has_stderr && !raw_failed(raw2(SYS_fstat, fd, &status)) &&
	       status.st_dev == finish.device && status.st_ino == finish.inode;
}

/* Does the calling thread run inside exit(), that is, in an exit handler? */
static bool is_exiting(void)
{
	uint64_t pcs[LEDGER_DEPTH_MAX];
	bool has_signal = false;
	unsigned int depth = unwinder_static.walk(pcs, LEDGER_DEPTH_MAX, &has_signal);

	for (unsigned int i = 0; i < depth; i++)
		if (pcs[i] - (uintptr_t)real_functions.exit < EXIT_SIZE)
			return true;
	return false;
}

void finish_guard_stderr(unsigned int first, unsigned int last)
{
	long copy;

	if (__builtin_expect(first > STDERR_FILENO || last < STDERR_FILENO, 1) || !shim.is_bare ||
	    finish.rescued >= 0 || !shim_is_recording() || !shim_may_call_kernel() ||
	    !is_exiting() || !is_stderr(STDERR_FILENO))
		return;
	copy = raw3(SYS_fcntl, STDERR_FILENO, F_DUPFD_CLOEXEC, last == ~0U ? 0 : 3);
	finish.rescued = raw_failed(copy) ? -1 : (int)copy;
}

static bool end_claim(void)
{
	uint32_t nobody = 0, me = (uint32_t)raw0(SYS_gettid);

	if (atomic_compare_exchange_strong(&finish.ending_tid, &nobody, me))
		return true;
	/* Another thread is at it. It must not be cut short by our way out. */
	for (int i = 0; nobody != me && i < WAITS_MAX &&
			atomic_load(&finish.ending_tid) == nobody;
	     i++) {
		struct timespec pause = { .tv_nsec = WAIT_NS };

		(void)raw4(SYS_futex, &finish.ending_tid, FUTEX_WAIT_PRIVATE, nobody, &pause);
	}
	return false;
}

static void end_release(void)
{
	atomic_store(&finish.ending_tid, 0);
	(void)raw3(SYS_futex, &finish.ending_tid, FUTEX_WAKE_PRIVATE, INT32_MAX);
}

static void state_store(enum process_state state)
{
	atomic_store_explicit(&shim.process->state, state, memory_order_release);
}

void finish_process(enum process_end how, int status)
{
	struct ledger_process *process = shim.process;
	int saved_errno = errno;
	bool may_check;

	if (!shim_is_recording())
		return;
	may_check = shim_may_call_kernel();
	if (may_check && !end_claim())
		return;
	atomic_store_explicit(&process->end_how, how, memory_order_relaxed);
	atomic_store_explicit(&process->end_status, (uint32_t)status, memory_order_relaxed);
	state_store(PROCESS_ENDING);
	if (may_check) {
		struct check_result result = kernel_check(finish.rescued);

		atomic_store_explicit(&process->open_count, result.open_count,
				      memory_order_relaxed);
		atomic_store_explicit(&process->check, result.check, memory_order_relaxed);
		facts_write(finish.rescued);
	} else {
		atomic_store_explicit(&process->check, CHECK_SECCOMP, memory_order_relaxed);
	}
	atomic_store_explicit(&process->ended_ns, ledger_now_ns(&shim.ledger),
			      memory_order_relaxed);
	state_store(PROCESS_ENDED);
	if (may_check)
		end_release();
	errno = saved_errno;
}

/* The descriptor to print on: what was rescued, or 2 if it still is what it was. */
static int report_fd(void)
{
	if (finish.rescued >= 0)
		return finish.rescued;
	return is_stderr(STDERR_FILENO) ? STDERR_FILENO : -1;
}

/*
 * The bare form's report, and the exit status it asks for. exit() from here,
 * not _exit(): libc has yet to write out its streams. A process that called
 * _exit() keeps its way.
 */
static int report(int status)
{
	int wanted;

	if (!shim.is_bare || !shim_may_call_kernel())
		return status;
	shim.is_bare = false; /* once */
	wanted = reporter_run(report_fd());
	return wanted < 0 ? status : wanted;
}

static void end_of_exit(int status, void *data)
{
	int wanted;

	(void)data; /* nothing was given */
	if (!shim_is_recording())
		return;
	finish_process(END_EXIT, status);
	wanted = report(status & 0xff);
	if (wanted != (status & 0xff))
		REAL(exit)(wanted);
}

static void end_of_quick_exit(void *data)
{
	int wanted;

	(void)data; /* nothing was given */
	if (!shim_is_recording())
		return;
	finish_process(END_QUICK_EXIT, finish_quick_exit_status);
	wanted = report(finish_quick_exit_status & 0xff);
	if (wanted != (finish_quick_exit_status & 0xff))
		REAL(_exit)(wanted);
}

int finish_report(int status)
{
	return report(status & 0xff);
}

void finish_init(bool is_bare)
{
	struct stat status;

	if (is_bare && !raw_failed(raw2(SYS_fstat, STDERR_FILENO, &status))) {
		finish.has_stderr = true;
		finish.device = status.st_dev;
		finish.inode = status.st_ino;
	}
	if (!on_exit || !__cxa_at_quick_exit || on_exit(end_of_exit, NULL) != 0 ||
	    __cxa_at_quick_exit(end_of_quick_exit, NULL) != 0)
		atomic_store_explicit(&shim.process->not_followed, 1, memory_order_relaxed);
}
