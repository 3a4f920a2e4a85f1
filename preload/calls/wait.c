/* SPDX-License-Identifier: MIT */
/*
 * What a parent learns by waiting is the only word on how a child ended that
 * was killed. The status goes to the child's newest entry. A child that ended clean
 * is given back then: nobody else will ask for it.
 */
#include "calls/wait.h"

#include "libc/real.h"
#include "record/spare.h"
#include "shim/state.h"

/*
 * Who is ended meanwhile, by a cancelled thread or a jump, is counted for good: then children
 * that nobody waits for are kept.
 */
struct ledger_process *wait_begin(void)
{
	if (!shim_is_recording())
		return NULL;
	spare_mend(); /* a shell sleeps until SIGCHLD: the child has ended by now */
	(void)atomic_fetch_add(&shim.recorder.process->waiting, 1);
	return shim.recorder.process;
}

/* A child forked by a signal handler comes back here, too, and has not begun. */
void wait_end(struct ledger_process *waiting)
{
	if (waiting && waiting == shim.recorder.process)
		(void)atomic_fetch_sub(&waiting->waiting, 1);
}

/* Entries looked at: a parent mostly waits for one of its latest children. */
#define LOOK_BACK 65536

/*
 * The newest entry of that pid; NULL: there is none. Pages of entries come and go while
 * they are read, but not that of a child of ours, which nobody else gives back.
 */
static struct ledger_process *entry_find(pid_t pid, uint32_t *ret_index)
{
	uint32_t count = ledger_process_count(&shim.ledger);
	uint32_t lowest = count > LOOK_BACK ? count - LOOK_BACK : 0;

	for (uint32_t index = count; index-- > lowest;) {
		struct ledger_process *process = ledger_process_at(&shim.ledger, index);

		if (!process || LEDGER_LOAD(process->pid) != (uint32_t)pid ||
		    LEDGER_LOAD(process->state) == PROCESS_UNUSED ||
		    LEDGER_LOAD(process->state) == PROCESS_RETURNED ||
		    LEDGER_LOAD(process->waited) & PROCESS_WAITED || /* the number has come again */
		    ledger_process_at(&shim.ledger, index) != process)
			continue;
		*ret_index = index;
		return process;
	}
	return NULL;
}

/*
 * Our child is gone, threads and all. Of two who waited, by WNOWAIT, the first one gives it back.
 * Another's child, that had lost its parent, may be given back by others meanwhile if it ended.
 */
static void entry_settle(struct ledger_process *process, uint32_t index, int status)
{
	uint32_t parent = shim.recorder.process_index;
	uint32_t before;

	if (process->parent != parent && LEDGER_LOAD(process->state) == PROCESS_ENDED)
		return;
	/* Of one that could not write its end down, this is the time known of it. */
	if (LEDGER_LOAD(process->state) < PROCESS_ENDED)
		LEDGER_STORE(process->ended_ns, ledger_now_ns(&shim.ledger));
	before = atomic_exchange_explicit(&process->waited,
					  PROCESS_WAITED | ((uint32_t)status & 0xffff),
					  memory_order_acq_rel);
	if (!(before & PROCESS_WAITED) && process->parent == parent && WIFEXITED(status))
		(void)ledger_give_back(&shim.ledger, index, parent);
}

static void note_status(pid_t pid, int status)
{
	struct ledger_process *process;
	uint32_t index;

	spare_mend();
	process = entry_find(pid, &index);
	if (process)
		entry_settle(process, index, status);
}

void record_waited_for(uint32_t index, int status)
{
	struct ledger_process *process = ledger_process_at(&shim.ledger, index);

	if (process && shim_is_recording() && (WIFEXITED(status) || WIFSIGNALED(status)))
		entry_settle(process, index, status);
}

pid_t record_waited(pid_t pid, const int *status)
{
	if (pid > 0 && shim_is_recording() && (WIFEXITED(*status) || WIFSIGNALED(*status)))
		note_status(pid, *status);
	return pid;
}

/* A status is asked for even when the program does not want one. */
#define WAITED(expression, status)                                 \
	(__extension__({                                           \
		int own_status_ = 0;                               \
		int *status_ = (status) ? (status) : &own_status_; \
		struct ledger_process *waiting_ = wait_begin();    \
		pid_t pid_ = record_waited((expression), status_); \
		wait_end(waiting_);                                \
		pid_;                                              \
	}))

pid_t wait(int *status)
{
	return WAITED(REAL(wait)(status_), status);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	return WAITED(REAL(waitpid)(pid, status_, options), status);
}

pid_t __waitpid(pid_t pid, int *status, int options)
{
	return WAITED(REAL(__waitpid)(pid, status_, options), status);
}

pid_t wait3(int *status, int options, struct rusage *usage)
{
	return WAITED(REAL(wait3)(status_, options, usage), status);
}

pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
	return WAITED(REAL(wait4)(pid, status_, options, usage), status);
}

static int waitid_status(const siginfo_t *info)
{
	if (info->si_code == CLD_EXITED)
		return (info->si_status & 0xff) << 8;
	return info->si_status & 0x7f;
}

int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	struct ledger_process *waiting = wait_begin();
	int result = REAL(waitid)(type, id, info, options);

	if (result == 0 && info && info->si_pid > 0 && shim_is_recording() &&
	    (info->si_code == CLD_EXITED || info->si_code == CLD_KILLED ||
	     info->si_code == CLD_DUMPED))
		note_status(info->si_pid, waitid_status(info));
	wait_end(waiting);
	return result;
}
