/* SPDX-License-Identifier: MIT */
/*
 * How processes come to life without a new program. The policy:
 *
 * fork       also inside forkpty(): our atfork handlers. They are
 *            registered before any other, so the child is on its own entry
 *            before a handler of the program runs in it. No system call but one
 *            getpid in the child, and what birth_announce() asks in the parent.
 * _Fork,     run no atfork handlers: announced by the wrapper. The same for
 * clone      clone() and syscall(SYS_clone…) without CLONE_VM.
 * vfork      the child lives in our memory: it counts vfork_depth up in the
 *            shared thread-local, the parent counts down when it resumes
 *            (vfork.S). While it is not 0 nothing is recorded: the descriptors
 *            that such a child closes are its own.
 * clone with CLONE_VM and CLONE_VFORK: the same, by wrapping the function.
 *            With CLONE_VM alone, and a table of its own, the child shares our
 *            thread-local and runs beside us: not followed, and said so.
 * clone with CLONE_FILES: the child has our table, and so has its entry. In our
 *            memory (CLONE_VM) it records as a thread of ours does; that it is
 *            another process only matters at its end and its exec (guest.h).
 * fork by a system call of the program's own: its child is given an entry before anything of
 *            it is recorded (guest.h).
 * threads    share the table: nothing to do.
 *
 * What starts a new program is in exec.c, spawn.c, system.c; tables that a thread
 * leaves are in unshare.c.
 */
#include "calls/fork.h"

#include <stdarg.h>

#include "base/raw.h"
#include "end/birth.h"
#include "end/finish.h"
#include "libc/loaded.h"
#include "record/announce.h"
#include "record/fork_copies.h"
#include "record/guest.h"
#include "record/record.h"
#include "shim/state.h"
#include "stack/capture.h"

/* From this one on, children share what they work out of the program's frames. */
#define FORKS_TO_SHARE 2

/* What pthread_atfork() is made of, weak: musl loads us and does not have it. */
extern int __register_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void),
			     void *library) __attribute__((weak));

void fork_announce(void)
{
	struct ledger_process *child;
	struct ledger_table *table;
	uint32_t index;

	self.fork_index = 0;
	self.fork_shares = false;
	if (shim.is_active && self.vfork_depth)
		ledger_lose(&shim.ledger, LOSS_PROCESSES); /* of a child that is not the process */
	child = shim_is_recording() ? announce(ORIGIN_FORK, LINK_FORK, NULL, &index) : NULL;
	guest_prepare_fork(); /* a foundling has begun by now */
	if (!child)
		return;
	copies_fork_prepare();
	shim.has_forked = true;
	table = ledger_table_at(&shim.ledger, LEDGER_LOAD(child->table_ref));
	if (table)
		birth_announce(table);
	real_prepare_fork();
	if (atomic_load_explicit(&shim.recorder.table->forks, memory_order_relaxed) >=
	    FORKS_TO_SHARE)
		rules_share();
	announce_hold(index);
	self.fork_index = index + 1;
}

void fork_announce_clone(uint64_t flags)
{
	struct ledger_process *child;

	fork_announce();
	if (self.fork_index == 0 || !(flags & CLONE_FILES))
		return;
	child = ledger_process_at(&shim.ledger, self.fork_index - 1);
	if (!child)
		return; /* of a ledger that somebody overwrites */
	LEDGER_STORE(child->table_ref, shim_recorder()->table_ref);
	self.fork_shares = shim.is_table_shared = true;
	self.fork_copies = -1;
	copies_note_start(-1); /* what one closes, the other counts */
}

void fork_in_parent(pid_t pid)
{
	struct ledger_process *child;

	if (self.fork_index == 0 || self.vfork_depth)
		return;
	child = ledger_process_at(&shim.ledger, self.fork_index - 1);
	if (child && pid > 0)
		atomic_store_explicit(&child->pid, (uint32_t)pid, memory_order_relaxed);
	if (pid < 0)
		announce_withdraw(self.fork_index - 1);
	else
		announce_release(self.fork_index - 1);
	self.fork_index = 0;
}

/* The record of the parent is not to be trusted in what its other threads were about. */
static void forked_among_threads(void)
{
	LEDGER_STORE(shim.recorder.table->forked_ns, ledger_now_ns(&shim.ledger));
	if (shim_may_call_kernel())
		birth_note();
}

/* With a record that is to be trusted, but for what other threads were about? */
static void child_begin(bool is_record_sure)
{
	uint32_t image_ref = shim.image_ref, none = 0, table_ref;
	struct ledger_process *process;

	if (!shim.is_active || self.vfork_depth)
		return;
	/* Another thread may have held a lock inside libunwind at the moment of the fork. */
	if (!process_is_single_threaded())
		shim.is_forked_from_threads = true;
	shim.is_bare = shim.is_program = shim.has_asked_proc = false;
	finish_forked();
	atomic_store_explicit(&shim.walks, 0, memory_order_relaxed);
	shim.recorder.pairs = NULL;
	atomic_store_explicit(&shim.has_events, false, memory_order_relaxed);
	atomic_store_explicit(&shim.has_memory, false, memory_order_relaxed);
	if (self.fork_index == 0) {
		shim.is_active = false; /* no entry: the loss is counted, and we are silent */
		return;
	}
	shim.recorder.process_index = self.fork_index - 1;
	process = ledger_process_at(&shim.ledger, shim.recorder.process_index);
	table_ref = process ? LEDGER_LOAD(process->table_ref) : 0;
	if (!ledger_table_at(&shim.ledger, table_ref)) {
		shim.is_active = false; /* somebody has overwritten the entry; that is found */
		return;
	}
	shim.recorder.process = process;
	shim.recorder.table_ref = table_ref;
	shim.recorder.table = ledger_table_at(&shim.ledger, table_ref);
	copies_fork_in_child();
	guest_child_begins();
	shim.pid = 0;
	/* Only other threads, and who shares the table, can open and close between tick and fork.
	 */
	if (!self.fork_shares) {
		shim_forget_leaves();
		if (!is_record_sure || !process_is_single_threaded() || shim.is_table_shared)
			forked_among_threads();
		shim.is_table_shared = false;
	}
	self.tid = 0;
	self.recorder = NULL;
	self.fork_index = 0;
	/* libunwind's caches are pages to copy on first use: not for a child that soon ends. */
	self.is_unwinder_warm = false;
	self.captures = 0;
	process->image_ref = image_ref;
	/* The parent's number for it is the one to keep: in a new pid namespace ours is another. */
	if (shim_may_call_kernel()) {
		shim.pid = (uint32_t)raw0(SYS_getpid);
		(void)atomic_compare_exchange_strong(&process->pid, &none, shim.pid);
	}
	atomic_store_explicit(&process->state, PROCESS_RUNNING, memory_order_release);
}

void fork_in_child(void)
{
	if (self.fork_index != 0 || !guest_child_has_begun())
		child_begin(true);
}

/* shim.adopt: nobody has told of this child, or its own handler is still to come. */
static void child_settle(bool has_parents_table)
{
	bool is_announced = self.fork_index != 0;

	shim.pid = 0; /* of our parent */
	if (!is_announced) {
		fork_announce_clone(has_parents_table ? CLONE_FILES : 0);
		if (self.fork_index != 0)
			announce_release(self.fork_index - 1);
	}
	child_begin(is_announced);
}

/* fork() itself calls this one in the parent whether it succeeded or not; the wrapper knows. */
static void fork_leave_parent(void)
{
}

void fork_init(void)
{
	/* By the whole program's scope: the variable may be a copy in the executable. */
	shim.single_threaded = loaded_default("__libc_single_threaded");
	shim.adopt = child_settle;
	/* No room for handlers: forked children then record into their parent's table. */
	if (!__register_atfork ||
	    __register_atfork(fork_announce, fork_leave_parent, fork_in_child, NULL) != 0)
		ledger_lose(&shim.ledger, LOSS_PROCESSES);
}

pid_t fork(void)
{
	pid_t pid = REAL(fork)();

	if (pid != 0)
		fork_in_parent(pid);
	return pid;
}

pid_t __fork(void)
{
	pid_t pid = REAL(__fork)();

	if (pid != 0)
		fork_in_parent(pid);
	return pid;
}

pid_t _Fork(void)
{
	pid_t pid;

	fork_announce();
	pid = REAL(_Fork)();
	if (pid == 0)
		fork_in_child();
	else
		fork_in_parent(pid);
	return pid;
}

void clone_unwrapped(uint64_t flags)
{
	if (!shim_is_recording() || flags & CLONE_THREAD)
		return;
	guest_expect();
	if (!(flags & CLONE_FILES))
		LEDGER_STORE(shim.recorder.process->not_followed, 1);
}

/* What the wrapped child of clone() needs; lies at the top of the child's stack. */
struct clone_start {
	int (*function)(void *);
	void *argument;
	bool is_fork;
};

static int clone_child(void *data)
{
	struct clone_start start = *(struct clone_start *)data;
	int status;

	if (!start.is_fork) {
		self.vfork_depth++;
		return start.function(start.argument);
	}
	fork_in_child();
	status = start.function(start.argument);
	finish_clone(status);
	return status;
}

static void *clone_place(void *stack, const struct clone_start *start)
{
	struct clone_start *place = (struct clone_start *)((uintptr_t)stack & ~(uintptr_t)15) - 1;

	place = (struct clone_start *)((uintptr_t)place & ~(uintptr_t)15);
	*place = *start;
	return place;
}

struct clone_call {
	int (*function)(void *);
	void *stack;
	int flags;
	void *argument;
	void *more[3];
};

static int clone_run(enum call id, __typeof__(clone) *real, struct clone_call *call)
{
	uint64_t flags = (uint32_t)call->flags;
	bool is_fork = !(flags & CLONE_VM);
	bool is_vfork = !is_fork && flags & CLONE_VFORK && !(flags & (CLONE_SETTLS | CLONE_FILES));
	struct clone_start start = { call->function, call->argument, is_fork };
	int pid;

	if (!shim_is_recording() || !call->stack || !call->function || (!is_fork && !is_vfork)) {
		clone_unwrapped(flags);
		return real(call->function, call->stack, call->flags, call->argument, call->more[0],
			    call->more[1], call->more[2]);
	}
	if (is_fork)
		fork_announce_clone(flags);
	call->stack = clone_place(call->stack, &start);
	pid = real(clone_child, call->stack, call->flags, call->stack, call->more[0], call->more[1],
		   call->more[2]);
	if (is_fork)
		fork_in_parent(pid);
	else if (pid > 0)
		self.vfork_depth--;
	if (pid > 0 && flags & CLONE_PIDFD)
		record_opened_at(id, call_kind(id), call->more[0], /* where parent_tid would be */
				 FACT_CLOEXEC_OF(clone, 0));
	return pid;
}

#define CLONE_ARGUMENTS(ret_call, last)                                    \
	do {                                                               \
		va_list arguments_;                                        \
		va_start(arguments_, last);                                \
		for (int i_ = 0; i_ < 3; i_++)                             \
			(ret_call)->more[i_] = va_arg(arguments_, void *); \
		va_end(arguments_);                                        \
	} while (0)

int clone(int (*function)(void *), void *stack, int flags, void *argument, ...)
{
	struct clone_call call = { function, stack, flags, argument, { NULL } };

	CLONE_ARGUMENTS(&call, argument);
	return clone_run(CALL_clone, REAL(clone), &call);
}

int __clone(int (*function)(void *), void *stack, int flags, void *argument, ...)
{
	struct clone_call call = { function, stack, flags, argument, { NULL } };

	CLONE_ARGUMENTS(&call, argument);
	return clone_run(CALL___clone, REAL(__clone), &call);
}
