/* SPDX-License-Identifier: MIT */
/* The end of a process, whichever way it ends: one thread writes it down, others wait. */
#include "end/finish.h"
#include "end/snapshot.h"

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/raw.h"
#include "end/own_record.h"
#include "libc/loaded.h"
#include "record/guest.h"
#include "record/stderr.h"
#include "shim/names.h"
#include "shim/state.h"

/*
 * libc's on_exit(), and what at_quick_exit() is made of. Not the names: a program that is linked to
 * a sanitizer has its own under them, which may not be called before its start. musl has neither.
 */
OF_EVERY_PROCESS static int (*libc_on_exit)(void (*function)(int status, void *data), void *data);

/* The longest that a thread waits for another's end handler, and then for the process's end. */
#define END_WAIT_NS UINT64_C(60000000000)
#define DEATH_WAIT_NS UINT64_C(1000000000)

/*
 * The longest that a thread which calls exit() waits for another that is in it. Its
 * handlers may wait for this thread: then both go on as they would without us.
 */
#define TURN_WAIT_NS UINT64_C(1000000000)

/* Threads that may be in libc's exit() beside the first one, and wait for it. */
#define EXITING_MAX 8

int finish_quick_exit_status;

/* Wait until *word is no longer `value`, or the time is over. */
static void word_await(_Atomic(uint32_t) *word, uint32_t value, uint64_t most_ns)
{
	uint64_t from_ns = ledger_now_ns(&shim.ledger);

	while (atomic_load(word) == value && ledger_now_ns(&shim.ledger) - from_ns < most_ns) {
		struct timespec pause = { .tv_sec = 1 };

		(void)raw4(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, &pause);
	}
}

static uint32_t tid_now(void)
{
	return self.tid ? self.tid : (uint32_t)raw0(SYS_gettid);
}

static bool end_is_ours(void)
{
	return atomic_load(&shim.ending_tid) == tid_now();
}

/*
 * Another thread is ending the process: do not cut it short, and let it have its
 * own way out, as exit() itself does since glibc 2.41.
 */
static void end_await(void)
{
	uint32_t other = atomic_load(&shim.ending_tid);

	if (other == 0 || end_is_ours())
		return;
	word_await(&shim.is_over, 0, END_WAIT_NS);
	word_await(&shim.ending_tid, other, DEATH_WAIT_NS);
}

static bool end_claim(void)
{
	uint32_t nobody = 0;

	if (atomic_compare_exchange_strong(&shim.ending_tid, &nobody, tid_now()))
		return true;
	end_await();
	return false;
}

/*
 * A handler of a signal that came while this thread was at the end handler leaves by
 * _exit(): the end handler will not come back to finish, so all is done once more.
 */
static bool end_is_interrupted(void)
{
	return end_is_ours() && LEDGER_LOAD(shim.recorder.process->state) == PROCESS_ENDING;
}

static void end_over(void)
{
	atomic_store(&shim.is_over, 1);
	(void)raw3(SYS_futex, &shim.is_over, FUTEX_WAKE_PRIVATE, INT32_MAX);
}

void finish_resume(void)
{
	if (!shim_is_recording() || !shim_may_call_kernel() || !end_is_ours())
		return;
	atomic_store(&shim.is_over, 0);
	atomic_store(&shim.ending_tid, 0);
	(void)raw3(SYS_futex, &shim.ending_tid, FUTEX_WAKE_PRIVATE, INT32_MAX);
}

void finish_forked(void)
{
	atomic_store(&shim.ending_tid, 0);
	atomic_store(&shim.exiting_tid, 0);
	atomic_store(&shim.is_over, 0);
}

static void state_store(enum process_state state)
{
	atomic_store_explicit(&shim.recorder.process->state, state, memory_order_release);
}

/* A vfork child is not the process, nor is a guest: their end ends nothing. */
static bool is_process(void)
{
	return shim_is_recording() && !guest_is_calling();
}

void finish_process(enum process_end how, int status)
{
	struct ledger_process *process;
	int saved_errno = errno;
	bool may_check, is_as_written;

	if (!is_process())
		return;
	process = shim.recorder.process; /* that of a foundling by now */
	may_check = shim_may_call_kernel();
	if (may_check && !end_claim() && !end_is_interrupted())
		return;
	is_as_written = own_record_check();
	atomic_store_explicit(&process->end_how, how, memory_order_relaxed);
	atomic_store_explicit(&process->end_status, (uint32_t)status, memory_order_relaxed);
	state_store(PROCESS_ENDING);
	if (may_check && self.recorder) {
		/* The kernel speaks of this thread's own table, the entry of the process's. */
		atomic_store_explicit(&process->check, CHECK_NONE, memory_order_relaxed);
	} else if (may_check) {
		struct check_result result = kernel_check(stderr_rescued());

		atomic_store_explicit(&process->open_count, result.open_count,
				      memory_order_relaxed);
		if (!facts_write(stderr_rescued(), result.has_facts) &&
		    result.check != CHECK_PARTIAL)
			result.check = CHECK_UNTOLD;
		atomic_store_explicit(&process->check, result.check, memory_order_relaxed);
	} else {
		atomic_store_explicit(&process->check, CHECK_SECCOMP, memory_order_relaxed);
	}
	if (!is_as_written)
		LEDGER_STORE(process->check, CHECK_DAMAGED);
	atomic_store_explicit(&process->ended_ns, ledger_now_ns(&shim.ledger),
			      memory_order_relaxed);
	state_store(PROCESS_ENDED);
	/* A handler of SIGABRT may go on. */
	own_record_seal(!process_is_single_threaded() || how == END_ABORT);
	errno = saved_errno;
}

void finish_before_filter(void)
{
	if (shim.is_bare)
		reporter_refuse(stderr_report_fd());
}


/*
 * The bare form's report, and the exit status it asks for. exit() from here,
 * not _exit(): libc has yet to write out its streams. A process that called
 * _exit() keeps its way.
 */
static int report(int status)
{
	bool has_failed = false;
	int wanted = -1;

	if (!is_process() || !shim_may_call_kernel() || !end_is_ours())
		return status;
	if (shim.is_bare) {
		bool is_cut = ledger_is_cut(&shim.ledger);

		shim.is_bare = false; /* once */
		wanted = reporter_run(stderr_report_fd(), status);
		has_failed = wanted < 0;
		/* Then the tool does not know the status. */
		if (wanted == STATUS_ERROR && status != 0 && is_cut)
			wanted = status;
	}
	end_over();
	if (wanted >= 0)
		return wanted;
	/* Nobody may start the tool as who this process became: without a word it would look clean. */
	return has_failed && status == 0 && reporter_has_other_user() ? STATUS_ERROR : status;
}

void finish_take_turn(void)
{
	uint32_t other = 0;

	if (!is_process() || !shim_may_call_kernel() ||
	    atomic_compare_exchange_strong(&shim.exiting_tid, &other, tid_now()) ||
	    other == tid_now())
		return;
	word_await(&shim.exiting_tid, other, TURN_WAIT_NS);
}

/* Whoever takes one of these leaves another in its place. */
static void wait_for_other(int status, void *data)
{
	(void)status; /* of no interest */
	(void)data;   /* nothing was given */
	if (!is_process() || !shim_may_call_kernel() || end_is_ours())
		return;
	(void)libc_on_exit(wait_for_other, NULL); /* without it all is as ever */
	end_await();
}

/*
 * Our handler is the last: a second thread that is in exit() now would find the
 * list empty and end the process under us (glibc before 2.41, BZ 31997). It finds
 * these instead. libc has a free place for each: ours were two of 32.
 */
static void others_hold_up(void)
{
	for (int i = 0; i < EXITING_MAX; i++)
		(void)libc_on_exit(wait_for_other, NULL); /* without it all is as ever */
}

/*
 * Registered twice: the second thread may come when the first has taken its handler
 * from the list, and has not said so yet. Then each tries to be the one.
 */
static void end_of_exit(int status, void *data)
{
	int wanted;

	(void)data; /* nothing was given */
	if (shim_is_recording() && guest_is_calling())
		(void)libc_on_exit(end_of_exit, NULL); /* the process itself is still to end */
	if (!is_process())
		return;
	if (atomic_load(&shim.ending_tid) != 0) {
		wait_for_other(status, NULL);
		return;
	}
	others_hold_up();
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

void finish_report_abort(void)
{
	(void)report(REPORTER_BY_SIGNAL + SIGABRT); /* which goes on */
}

void finish_init(bool is_bare)
{
	int (*at_quick_exit)(void (*function)(void *), void *library);

	if (is_bare)
		stderr_init();
	shim.snapshot_start = snapshot_start;
	libc_on_exit = (__typeof__(libc_on_exit))loaded_next("on_exit");
	at_quick_exit = (__typeof__(at_quick_exit))loaded_next("__cxa_at_quick_exit");
	if (!libc_on_exit || !at_quick_exit || libc_on_exit(end_of_exit, NULL) != 0 ||
	    libc_on_exit(end_of_exit, NULL) != 0 || at_quick_exit(end_of_quick_exit, NULL) != 0)
		atomic_store_explicit(&shim.recorder.process->not_followed, 1,
				      memory_order_relaxed);
}
