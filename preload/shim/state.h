/* SPDX-License-Identifier: MIT */
/*
 * What the shim knows of this process and of the calling thread.
 *
 * Layer: preload. Context: target. `shim` is written at start and in a forked
 * child before any other thread exists; everything else only reads it. `self`
 * belongs to one thread, and to its signal handlers: each field can be read
 * and written in any order by a handler that interrupts our code.
 */
#ifndef UNCLOSED_PRELOAD_SHIM_STATE_H
#define UNCLOSED_PRELOAD_SHIM_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "ledger/ledger.h"
#include "recorder/recorder.h"

/*
 * What a process of a millisecond pays for us is pages: each page of ours that it is
 * the first to touch is a fault, 0.2 to 2 µs, and each that it writes is a copy. So:
 *
 *	text     in the order of preload/CMakeLists.txt: what every forked child runs,
 *		 then what every start runs, then the rest; no jump tables
 *	data     in .data.of_every_process (below), in the page of .data that the loader has
 *		 written to; end_of_data.c ends .data with a page, so that the loader clears
 *		 nothing behind it
 *	RELRO    one page: tables with pointers are small (options.h)
 *	tables   what is remembered only pays in a process that walks much
 *		 (process_walks_much()): a short one touches none of them
 *	ledger   what every process reads of it lies in its first 64 KiB (layout.h)
 *	lookups  real functions are found when they are first called (real.h); before a
 *		 fork, those that children call first (real_prepare_fork())
 *	end      descriptors are counted without /proc where that is exact (open_by_poll.h)
 */

/*
 * What a process writes from its start to its end, be it as short as `true`: of
 * all files together, in the page of .data that the loader has written to. In
 * .bss, among the large tables, each would be the first on a page of its own:
 * 1 to 2 µs.
 */
#define OF_EVERY_PROCESS __attribute__((section(".data.of_every_process")))

/*
 * What every call reads lies in one line of the cache, and what a forked child
 * writes at its birth and its end in one page: each page it is the first to
 * write to is a copy and 1 µs.
 */
struct shim {
	bool is_active; /* said hello; false: every wrapper only passes through */
	bool is_bare;   /* first process of a session without launcher: reports at its end */
	bool is_program; /* the session's first process, be it after an exec */
	bool has_asked_proc; /* this process, for its descriptors: the first time is the dear one */
	bool has_forked;      /* this process, or one that it is a fork of (uses.h) */
	bool is_forked_from_threads; /* locks inside libunwind may be held by nobody */
	bool is_under_valgrind;      /* readable.c */
	_Atomic(bool) has_giver;     /* something may be open of which read() gives descriptors */
	bool has_changed_user; /* set*uid() was called: may the ledger still be opened? */
	bool is_table_shared; /* with another process: clone(CLONE_FILES) */
	bool spreads_numbers; /* record/spread.h */
	_Atomic(bool) has_filter; /* of seccomp, whatever the ledger says by now */
	bool has_guests; /* others may run in our memory, and write when we are gone (guest.h) */
	_Atomic(bool) has_events; /* this process has written some (end/own_record.c) */
	_Atomic(bool) has_memory; /* and the same of blocks of memory */
	_Atomic(uint32_t) alarm_fd; /* an opening that got this number, or a higher one: limit.h */
	uint32_t pid;         /* ours, to tell who we are; 0: not known */
	/* 0 there: our memory may be a copy of the parent's (guest.h). One of the three below. */
	_Atomic(_Atomic(uint32_t) *) memory_mark;
	_Atomic(uint32_t) *wiped_mark; /* that the kernel wipes in a copy; NULL: it has none */
	_Atomic(uint32_t) due_mark; /* 0: a child that recorded nothing yet has not set its own */
	_Atomic(uint32_t) no_mark;  /* 1: in its place where the kernel has none */
	/* Gives this process an entry of its own: a child of a fork that was not seen (guest.h). */
	void (*adopt)(bool has_parents_table);
	struct recorder recorder;    /* of this process */
	uint32_t image_ref;
	uint32_t home_ref; /* struct ledger_home of this program; 0 not looked for yet */
	uint32_t depth;    /* frames recorded at most */
	_Atomic(uint32_t) unloads; /* grows with every dlclose() that unmaps something */
	struct ledger_image *image;
	_Atomic(struct ledger_slot *) leaves[LEDGER_INDEX_DIRECT]; /* the recorder's */
	/*
	 * Who is at the end handler, for good: nobody else ends the process as long
	 * as that one is at it. Only abort() may come back, and gives it up (finish.c).
	 */
	_Atomic(uint32_t) ending_tid;
	_Atomic(uint32_t) exiting_tid; /* the first thread that called exit(), be it not that far */
	_Atomic(uint32_t) is_over; /* the end handler is through, report included */
	_Atomic(uint32_t) limit;   /* RLIMIT_NOFILE, soft; 0: not known */
	/* Starts a tool that takes a snapshot, beside the program and without waiting; NULL: not
	 * yet. */
	void (*snapshot_start)(void);
	char **environment;        /* as the image began with it: it stays where it is */
	long copies_born;          /* descriptors at the start or fork; -1 not known (fork_copies.c) */
	_Atomic(uint32_t) copies_closed;
	_Atomic(uint32_t) walks; /* of this process, counted until they are SHORT_WALKS */
	const char *single_threaded; /* libc's __libc_single_threaded; NULL before glibc 2.32 */
	char ledger_path[256];
	char library_path[256]; /* ours */
	struct ledger ledger;   /* last: pages of windows of which one or two are in use */
};

extern struct shim shim __attribute__((visibility("hidden"), aligned(64)));

struct thread {
	uint8_t vfork_depth; /* > 0: runs in its parent's memory, record nothing; vfork.S knows the offset 0 */
	bool is_unwinder_warm; /* libunwind has allocated what it needs for this thread */
	uint32_t tid;          /* 0: not asked yet */
	uint32_t captures;
	uintptr_t capture_frame; /* frame address of the capture under way; 0 none */
	uint32_t scope_ref;      /* this thread's own scope; 0: the process's */
	uint32_t fork_index;     /* between the atfork handlers: the child's entry + 1 */
	bool fork_shares;        /* the child will have our table, not a copy: CLONE_FILES */
	long fork_copies;        /* and how many descriptors it is born with; -1 not known */
	uint32_t thrown_stack_ref; /* where the exception below was thrown (cxx_throw.c) */
	uintptr_t thrown;          /* the last that this thread threw; 0: none that is recorded */
	/* After unshare(): this thread's, not the process's. NULL: it has none. */
	const struct recorder *recorder;
};

static_assert(offsetof(struct thread, vfork_depth) == 0, "vfork.S counts at self + 0");

/* Who is loaded late finds what the loader keeps free for static TLS, 1.7 KB, in use by others. */
static_assert(sizeof(struct thread) <= 80, "a little of it fits always");

extern __thread struct thread self
	__attribute__((tls_model("initial-exec"), visibility("hidden")));

/* May the calling thread write into the ledger on behalf of its own process? */
static inline bool shim_is_recording(void)
{
	return shim.is_active && self.vfork_depth == 0;
}

/* The recorder of the calling thread. Only while recording. */
static inline const struct recorder *shim_recorder(void)
{
	return __builtin_expect(self.recorder != NULL, 0) ? self.recorder : &shim.recorder;
}

/* The leaves are another table's from now on: in a forked child. */
static inline void shim_forget_leaves(void)
{
	for (uint32_t leaf = 0; leaf < LEDGER_INDEX_DIRECT; leaf++)
		atomic_store_explicit(&shim.leaves[leaf], NULL, memory_order_relaxed);
}

/* Walks of a short process, a subshell say. */
#define SHORT_WALKS 32

/*
 * Does this process walk so much that remembering pays? What a short one keeps in
 * a table is the first on its page, 1 µs, for what it will not see again.
 */
static inline bool process_walks_much(void)
{
	return atomic_load_explicit(&shim.walks, memory_order_relaxed) >= SHORT_WALKS;
}

/* Is a system call of our own allowed? Not once a seccomp filter was seen: it may kill. */
static inline bool shim_may_call_kernel(void)
{
	return !atomic_load_explicit(&shim.has_filter, memory_order_relaxed);
}

/* Was there never a second thread? Also true in the only thread of a forked child. */
static inline bool process_is_single_threaded(void)
{
	return shim.single_threaded && *shim.single_threaded;
}

/* gettid() for thread_tid(), kept for the thread's life; 0 where a system call is not allowed. */
uint32_t thread_tid_ask(void);

/* Thread id, or 0 where it cannot be asked for any more. */
static inline uint32_t thread_tid(void)
{
	return __builtin_expect(self.tid != 0, 1) ? self.tid : thread_tid_ask();
}

#endif
