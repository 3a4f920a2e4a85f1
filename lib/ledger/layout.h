/* SPDX-License-Identifier: MIT */
/*
 * The format of a ledger, version 10.
 *
 * A ledger is one file, mapped shared by every process of a session. It is a
 * sequence of pages of 4 KiB in windows of 1 MiB. Page 0 holds the header; the
 * rest of the first group of pages is near: for what every process reads. All
 * further pages come from one allocator (struct ledger_header, next_page). What a
 * process leaves that ended clean is given back and used again (give_back.c).
 *
 * References (…_ref) are byte offsets from the start of the file; 0 means
 * none. No record straddles a window. Times are nanoseconds of CLOCK_MONOTONIC
 * since the session began. Integers are little endian (the host's; a foreign
 * byte order fails on the magic).
 *
 * Who writes: a record is written by the process that claims it, and published
 * by one release store (a list head, a slot's word, a process's state). A field
 * marked "shared" may be changed by every process of the session, with relaxed
 * atomics. A process may die between any two stores: a reader must accept every
 * mixture, and trusts no reference, count or state it reads.
 *
 * What is in here is data, and decides nothing. Every process of the session may write all
 * of it, also one that has dropped to a lesser user, or runs what a stranger sent it. So:
 *
 *	- no option, no path to open for writing, no command, no role is read from it. Options
 *	  and roles come from a process's own environment, or from the launcher's memory;
 *	- what is read is bounded before it is used, and copied before it is believed;
 *	- a file is taken for a ledger only when the right user owns it (access.h);
 *	- the names of modules are opened for reading, by the tool, to explain addresses.
 *
 * It may still be wrong: whoever runs in the session can make its report say anything.
 *
 * The format is one file, long as it is: whoever reads or changes a record has
 * the rules and the neighbours before them.
 *
 * Layer: ledger. Context: target and tool.
 */
#ifndef UNCLOSED_LEDGER_LAYOUT_H
#define UNCLOSED_LEDGER_LAYOUT_H

#include <assert.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/kinds.h"

#define LEDGER_MAGIC UINT64_C(0x6465736f6c636e75) /* "unclosed" */
#define LEDGER_VERSION 10

#define LEDGER_PAGE_SHIFT 12
#define LEDGER_PAGE_SIZE (UINT32_C(1) << LEDGER_PAGE_SHIFT)
#define LEDGER_WINDOW_SHIFT 20
#define LEDGER_WINDOW_SIZE (UINT32_C(1) << LEDGER_WINDOW_SHIFT)
#define LEDGER_WINDOWS_MAX 2048 /* 2 GiB: room for 20 million descriptors */

/* Pages made ready by one MADV_POPULATE_WRITE. */
#define LEDGER_GROUP_PAGES 16

/*
 * The first group. A process that reads a byte of it has all of it: the kernel maps
 * a file by 64 KiB at a time. From its second page on it holds the nodes that lead
 * to the first 45 000 processes, then names that many processes use.
 */
#define LEDGER_NEAR_START LEDGER_PAGE_SIZE
#define LEDGER_NEAR_END (LEDGER_GROUP_PAGES * LEDGER_PAGE_SIZE)

typedef _Atomic(uint32_t) ledger_u32;
typedef _Atomic(uint64_t) ledger_u64;

/* What a process that enters a sandbox takes along: 256 KiB, room for some thousand openings. */
#define LEDGER_RESERVE_PAGES 64
#define LEDGER_RESERVE_WINDOWS 4

/*
 * From a number to a leaf, as an inode finds its blocks: the first 16 leaves
 * directly, the others through three levels of nodes with 64 references each.
 * References go from 0 to their value once, by compare-and-swap. Leaves of
 * processes are pages; those of tables are small, because most processes have a
 * handful of descriptors: 8 slots, so 2 million descriptors can be told.
 */
#define LEDGER_LEAF_SIZE 512
#define LEDGER_LEAF_ALIGNMENT 64
#define LEDGER_INDEX_DIRECT 16
#define LEDGER_NODE_SHIFT 6
#define LEDGER_NODE_REFS (UINT32_C(1) << LEDGER_NODE_SHIFT)
#define LEDGER_NODE_LEVELS 3
#define LEDGER_INDEX_LEAVES                                                                        \
	(LEDGER_INDEX_DIRECT + (UINT32_C(1) << LEDGER_NODE_SHIFT * LEDGER_NODE_LEVELS))

struct ledger_index {
	ledger_u32 direct[LEDGER_INDEX_DIRECT];
	ledger_u32 root_ref; /* node: LEDGER_NODE_REFS references */
	uint32_t reserved;
};

/* What was lost, by what did not fit. Shared; counts only. */
enum ledger_loss {
	LOSS_SLOTS,     /* descriptors not recorded */
	LOSS_STACKS,    /* descriptors recorded without a backtrace */
	LOSS_PROCESSES, /* processes without an entry */
	LOSS_STRINGS,   /* paths, arguments */
	LOSS_FACTS,     /* socket facts at the end of a process */
	LOSS_EVENTS,
	LOSS_MEMORY, /* lists of getaddrinfo() and its like not recorded */
	LOSS_COUNT
};

/* What is known of a call. The shim's calls.def says it; a reader has no table of its own. */
enum call_column {
	COLUMN_NAME,     /* "accept4" */
	COLUMN_RELEASED, /* the function that releases what it opens: "close"; "" none */
	COLUMN_NUMBER,   /* "lowest": it got the lowest number that was free; "placed": a chosen one; "" not known */
	COLUMN_CLOEXEC,  /* how a program asks it for close-on-exec; "" it has no words for it */
	COLUMN_COUNT
};

/*
 * Records that were given back, by their size in steps of 8 bytes up to that of a
 * leaf, which larger ones are divided into. Each list is as that of free pages: the
 * first word of a record is the next one, counted in 8 bytes.
 */
#define LEDGER_FREE_LISTS (LEDGER_LEAF_SIZE / 8)

/* In place of a leaf of processes all of which have been given back. Their numbers stay theirs. */
#define LEDGER_LEAF_GONE UINT32_C(1)

/*
 * What processes were that have been given back: sums of all of them, in two copies. One
 * who gives a process back holds the record (`holder`), fills the copy that does
 * not count, and makes it count by one store of `current`: the number of the copy,
 * and the last image of the process that this copy has and the other has not. That one is
 * counted here, whatever its entry still says; the one before is gone by then. Who
 * dies over it leaves a record that is held for ever and right.
 */
struct ledger_total {
	uint64_t opened;
	uint64_t left;   /* open at the end, of kinds that nobody asked for */
	uint64_t placed; /* of them, and of any kind but sockets, in the place of 0, 1 and 2 */
	uint64_t peak;   /* of one process */
};

#define LEDGER_PEAK_UNKNOWN UINT64_MAX

struct ledger_totals {
	uint64_t processes;
	uint64_t end_ns; /* when the last of them ended */
	struct ledger_total kinds[KIND_DESCRIPTORS];
};

struct ledger_returns {
	ledger_u32 holder; /* 1: held */
	uint32_t reserved;
	ledger_u64 current; /* number of the copy | index + 1 << 1; 0: nothing yet */
	struct ledger_totals totals[2];
};

#define LEDGER_RETURNS 8

#define LEDGER_STRINGS_KNOWN 512
#define LEDGER_PROGRAMS_KNOWN 128
#define LEDGER_HOMES_LISTS 32

struct ledger_header {
	uint64_t magic;
	uint32_t version;
	uint32_t header_size; /* sizeof(struct ledger_header) of the writer */
	uint64_t session_id;  /* random */
	uint64_t file_size;   /* bytes; fixed at creation */
	uint64_t started_wall_ns;      /* CLOCK_REALTIME at creation */
	uint64_t started_monotonic_ns; /* CLOCK_MONOTONIC at creation: time 0 of this ledger */
	int32_t creator_pid;           /* launcher, or first process of a bare session */
	uint32_t has_launcher;         /* 1 when made by `unclosed run` */
	uint32_t stack_depth;          /* frames recorded at most */
	uint32_t kinds;                /* KIND_BIT()s that count, for scopes; 0: sockets */
	uint32_t kinds_asked;          /* KIND_BIT()s that a report will tell of; 0: any */
	uint32_t is_kept;              /* 1: a copy by --keep-ledger, which kept_sum tells of */
	ledger_u32 cwd_ref;            /* string: working directory at the start, to be shown */
	ledger_u32 limits_taken;       /* shared: how many struct ledger_limit tools have taken */
	/* Strings: a text of each call id, '\0' after each; id 0 is "". */
	ledger_u32 calls_ref[COLUMN_COUNT];
	ledger_u32 next_page;      /* shared: the first page never handed out */
	ledger_u32 ready_page;     /* shared: pages below this have storage behind them */
	ledger_u64 free_pages;     /* shared: tag << 32 | page: stack of pages given back */
	ledger_u64 arena;          /* shared: offset of the next free byte for small records */
	ledger_u32 near_next;      /* shared: offset of the first free byte that is near */
	ledger_u32 is_full;        /* shared: 1 once the file system refused a page */
	ledger_u32 process_count;  /* shared: entries handed out, used or not */
	ledger_u32 scopes_ref;     /* shared: list of struct ledger_scope, latest first */
	ledger_u64 lost[LOSS_COUNT]; /* shared */
	/* Shared: what the kernel had open at the end of a process, without room for a record. */
	ledger_u64 open_lost[KIND_DESCRIPTORS];
	struct ledger_index processes; /* 11 entries a page */
	ledger_u32 strings[LEDGER_STRINGS_KNOWN]; /* shared: the latest string of each hash */
	ledger_u32 programs[LEDGER_PROGRAMS_KNOWN]; /* shared: struct ledger_program */
	ledger_u32 homes[LEDGER_HOMES_LISTS]; /* shared: lists of struct ledger_home */
	ledger_u64 walkers; /* shared: a bit a hash of a program that walks many stacks */
	ledger_u64 free_records[LEDGER_FREE_LISTS]; /* shared: tag << 32 | reference / 8 */
	/* Shared: how often somebody began, and ended, to give a process back: to read between. */
	ledger_u32 returns_begun;
	ledger_u32 returns_done;
	uint32_t returns_ref; /* LEDGER_RETURNS struct ledger_returns, near */
	uint32_t keeps_open;  /* 1: who left something open is kept, whatever kind it is of */
	uint32_t spreads_numbers; /* 1: no number of a descriptor is given again (--spread-numbers) */
	uint32_t standard_ref; /* two struct ledger_slot, near: see struct ledger_table, standard */
	uint32_t keeps_all;   /* 1: no process is given back, its name will be asked for */
	ledger_u32 strays_sweep; /* shared: 1: one gives back those that no covered process started */
	ledger_u32 strays_swept; /* shared: the entry that the next one looks at */
	/* Shared: how often a process made the file as long again as it was (ledger_mend()). */
	ledger_u32 cuts;
	ledger_u32 bell;    /* shared: grows with each struct ledger_limit */
	ledger_u32 listens; /* shared: 1: a launcher looks at the bell, and takes them */
	uint32_t seal;     /* of the fields that never change once the session has begun (seal.c) */
	uint32_t kept_sum; /* of a kept copy: of all of it but this field (seal.c) */
};

#define CUTS_LOST (UINT32_C(1) << 31) /* | cuts: something that was in use is gone */

#define LEDGER_STRING_MAX 4000 /* bytes; what is longer is cut */

/* Text. length bytes follow, then a '\0' that length does not count. */
struct ledger_string {
	uint32_t length;
	uint32_t is_truncated;
	char bytes[];
};

/* How a process entry came to be. */
enum process_origin {
	ORIGIN_FIRST,  /* first process of the session */
	ORIGIN_FORK,   /* fork, _Fork, forkpty, daemon, clone without CLONE_VM */
	ORIGIN_EXEC,   /* the next image in the same pid: exec_of names the one before */
	ORIGIN_SPAWN,  /* posix_spawn, system, popen, or vfork and exec: a new pid and image */
	ORIGIN_STRAY,  /* said hello without being expected, e.g. through a static program */
	ORIGIN_COUNT
};

/* What keeps a process from saying hello, as far as the one knew who started it. */
enum process_hindrance {
	HINDRANCE_NONE,
	HINDRANCE_ROOT,    /* our library's file cannot be reached there: it was started without */
	HINDRANCE_ROOM,    /* too little address space left; it does without us */
	HINDRANCE_SESSION, /* it was given a session of its own */
	HINDRANCE_OFF,     /* it was started with UNCLOSED_OPTIONS=off */
	HINDRANCE_USER,    /* of another user, who may not open the ledger: it does without us */
	HINDRANCE_LIBRARY, /* of another user, who may not read our library's file: the same */
	HINDRANCE_LEDGER,  /* the ledger's file is read-only or not there: it does without us */
	HINDRANCE_LISTS,   /* its loader only lists its libraries, as ldd has it do: it does not run
			    */
	HINDRANCE_OURS,    /* unclosed itself, reading a report: it is never watched */
	HINDRANCE_VARIABLE, /* UNCLOSED_LEDGER was given a value that is no ledger's name */
	HINDRANCE_COUNT
};

/*
 * Life of an entry. EXPECTED is set by the one who is about to fork, spawn or
 * exec. The new image answers with a compare-and-swap EXPECTED → RUNNING: the
 * hello. An entry that stays EXPECTED is a process the shim never reached.
 */
enum process_state {
	PROCESS_UNUSED,   /* not handed out, or about to be announced */
	PROCESS_EXPECTED, /* announced, no hello yet */
	PROCESS_RUNNING,  /* said hello */
	PROCESS_ENDING,   /* in the end handler */
	PROCESS_ENDED,    /* end handler done: end_how, check, slots and facts are final */
	PROCESS_REPLACED, /* exec succeeded as far as it can know: look at the successor */
	PROCESS_RETURNED, /* given back, or the fork/spawn/exec failed: nothing to tell of it */
	PROCESS_STATES
};

enum process_end {
	END_UNKNOWN, /* no handler ran: killed, or left by a raw system call */
	END_EXIT,    /* exit(), or return from main */
	END__EXIT,   /* _exit, _Exit, syscall(exit_group) */
	END_QUICK_EXIT,
	END_ABORT,
	END_EXEC,
	END_COUNT
};

/* What the comparison with the kernel's own list came to. */
enum process_check {
	CHECK_NONE,     /* the end handler did not run */
	CHECK_COUNTED,  /* every recorded number asked, total equals the kernel's count */
	CHECK_LISTED,   /* compared with a listing of /proc/self/fd */
	CHECK_SCANNED,  /* every number up to the limit asked */
	CHECK_PARTIAL,  /* recorded numbers asked; unknown ones could not be looked for */
	CHECK_SECCOMP,  /* not made: a seccomp filter was seen, no system call is safe */
	CHECK_UNTOLD,   /* made, but the kernel did not tell the kind of some that are open */
	CHECK_DAMAGED,  /* made, and the process's own record had been overwritten before */
	CHECK_COUNT
};

/* --spread-numbers: why a number was given again, the first time. */
enum spread_end {
	SPREAD_HOLDS,  /* none was */
	SPREAD_LIMIT,  /* the limit of open files (RLIMIT_NOFILE) was reached */
	SPREAD_SELECT, /* FD_SETSIZE was reached in a program that may call select() */
	SPREAD_FULL,   /* as many as are spread at most */
	SPREAD_ROOM,   /* the ledger has no room for a number more */
	SPREAD_FILTER, /* a seccomp filter was installed */
	SPREAD_LOCK,   /* a file, while the process may have locks of fcntl() */
	SPREAD_QUEUE,  /* a message queue */
	SPREAD_ENDS
};

/* State of waiting: set by a parent's wait(), read by the tool. */
#define PROCESS_WAITED UINT32_C(0x80000000) /* | the 16-bit wait status */

struct ledger_kind_count {
	ledger_u32 opened;
	ledger_u32 closed;
	ledger_u32 peak;
};

/* One process image. 368 bytes, 11 a page. */
struct ledger_process {
	ledger_u32 state; /* enum process_state */
	/*
	 * Of an entry that has ended: sums over what does not change any more (seal.c), never 0.
	 * That of the table is 0 where other threads, or processes, may go on with it.
	 */
	ledger_u32 seal;
	ledger_u32 table_seal;
	uint32_t origin;  /* enum process_origin */
	uint32_t parent;  /* index of the process that made this one; own index when none */
	uint32_t exec_of; /* ORIGIN_EXEC: index of the image before; else own index */
	ledger_u32 pid;   /* as its parent (fork) or it itself (hello) saw it; 0 unknown */
	uint32_t ppid;
	uint32_t uid;
	ledger_u32 successor; /* PROCESS_REPLACED: index + 1 of the next image, 0 none yet */
	ledger_u32 image_ref; /* struct ledger_image; shared by forked children */
	ledger_u32 table_ref; /* struct ledger_table of its main thread */
	ledger_u32 target_ref; /* EXPECTED: string, what was about to be executed */
	ledger_u32 exec_errno; /* last failed exec */
	uint64_t started_ns;
	ledger_u64 ended_ns; /* before PROCESS_ENDED: when its parent had waited for it; 0 not known */
	ledger_u32 end_how;    /* enum process_end */
	ledger_u32 end_status; /* exit status as given to exit() */
	ledger_u32 waited;     /* PROCESS_WAITED | wait status, by the parent */
	ledger_u32 check;      /* enum process_check */
	ledger_u32 open_count; /* descriptors the kernel had at the end; valid for CHECK_COUNTED, LISTED */
	ledger_u32 facts_ref;  /* list of struct ledger_fact */
	ledger_u32 facts_omitted; /* of kinds that are asked for: descriptors open without a fact */
	ledger_u32 events_ref; /* list of struct ledger_event */
	ledger_u32 has_filter; /* 1 once a seccomp filter was installed */
	ledger_u32 not_followed; /* 1: clone or unshare the ledger cannot model; see check */
	struct ledger_kind_count kinds[KIND_DESCRIPTORS];
	ledger_u32 hindrance; /* enum process_hindrance */
	uint32_t scope_ref;  /* struct ledger_scope it was started in; 0 none */
	ledger_u64 checkpoint_ns; /* first unclosed_checkpoint(); 0: never called */
	ledger_u32 threads_ref;   /* LEDGER_THREADS struct ledger_thread; 0 none */
	/*
	 * Who may answer to the entry: its number for itself, which an exec keeps; 0 where it
	 * is not known, as of posix_spawn(), until the answer. Then its parent's for itself.
	 */
	ledger_u32 self_pid;
	uint32_t announcer_pid;
	ledger_u32 pid_namespace; /* of self_pid, where that is small: inode; 0 not known */
	ledger_u32 memory_ref;    /* struct ledger_memory; 0: it was given none */
	ledger_u32 exceptions_ref; /* list of struct ledger_exception */
	/*
	 * Who refers to it: entries it announced that were not given back. Raised by the
	 * process itself, before the other is announced. HOLDERS_NAMED: a record that stays has
	 * its index.
	 */
	ledger_u32 holders;
	ledger_u32 spread_end; /* enum spread_end; stays 0 without --spread-numbers */
	ledger_u32 kept; /* KEPT_BIT()s: what libc may have open, by the calls that were seen */
	/*
	 * Its threads that wait for a child, or settle what they were told. The highest bit:
	 * one gives children back that nobody waits for. Then the entry it looks at next.
	 */
	ledger_u32 waiting;
	ledger_u32 swept;
	ledger_u32 limits_ref; /* list of struct ledger_limit */
};

#define WAITING_SWEEPS (UINT32_C(1) << 31)

/* Files and sockets that the C library opens for itself and keeps for the next call. */
enum kept_database {
	KEPT_SYSLOG,
	KEPT_PASSWD,
	KEPT_GROUP,
	KEPT_SHADOW,
	KEPT_GSHADOW,
	KEPT_LOCK, /* of the files of users */
	KEPT_HOSTS,
	KEPT_NETWORKS,
	KEPT_PROTOCOLS,
	KEPT_SERVICES,
	KEPT_RPC,
	KEPT_ALIASES,
	KEPT_UTMP,
	KEPT_UTMP_NAMED, /* beside KEPT_UTMP: utmpname() has said which file it is */
	KEPT_FSTAB,
	KEPT_TTYS,
	KEPT_RESOLVER,
	KEPT_NOTIFY, /* the socket of mq_notify() */
	KEPT_COUNT
};

#define KEPT_BIT(database) (UINT32_C(1) << (database))

#define HOLDERS_NAMED (UINT32_C(1) << 31)

/* Behind the entries of a page. */
struct ledger_processes_tail {
	ledger_u32 returned; /* shared: how many of its entries were given back */
	uint32_t reserved;
};

/*
 * The name that a thread had when it first opened something: of the first
 * LEDGER_THREADS that did, but for the first of the process. Written by the thread
 * itself, the id last.
 */
#define LEDGER_THREADS 128
#define LEDGER_NAME_WORDS 2 /* TASK_COMM_LEN is 16 */

struct ledger_thread {
	ledger_u32 tid;
	uint32_t reserved;
	ledger_u64 name[LEDGER_NAME_WORDS];
};

/*
 * Memory that libc made for the program and that the program gives back: lists
 * of getaddrinfo() and its like. Blocks are filled from the first on, those given
 * back are used again; 16 a leaf.
 */
struct ledger_block {
	ledger_u64 address; /* last to be stored; BLOCK_FREE, BLOCK_TAKEN (being filled) or above */
	uint64_t made_ns;
	uint32_t stack_ref;
	uint32_t tid;
	uint16_t call;
	uint8_t kind;
	uint8_t reserved[5];
};

enum { BLOCK_FREE, BLOCK_TAKEN };

#define LEDGER_BLOCKS_MAX 65536

struct ledger_memory {
	ledger_u32 limit;     /* blocks used so far, beyond LEDGER_BLOCKS_MAX when some did not fit */
	ledger_u32 free_hint; /* number + 1 of a block given back lately; 0 none */
	struct ledger_kind_count kinds[KIND_MEMORIES];
	struct ledger_index blocks;
};

/* A file that has not been changed since. */
struct ledger_file {
	uint64_t device;
	uint64_t inode;
	uint64_t size;
	uint64_t changed_ns; /* st_ctim */
};

/*
 * What the shim has learnt of a program, for the next process that runs it; of
 * no use to a reader. Written once, but for exe_ref.
 */
struct ledger_program {
	struct ledger_file file;
	uint32_t path_ref;   /* string: as execve() is given it, from the root on */
	ledger_u32 exe_ref;  /* string: what /proc/self/exe gives then; 0 not known yet */
	uint32_t is_foreign; /* 1: not a program that we can be loaded into */
	uint32_t is_static;  /* 1: no loader comes first, that would load us */
	uint32_t has_sanitizer; /* 1: it needs a runtime first, which its file names */
	uint32_t reserved;
};

/*
 * One executed program: what backtraces of it are read with. Buckets come in
 * shelves, made when the first stack falls into one: a short process has few.
 */
#define LEDGER_STACK_BUCKETS 1024
#define LEDGER_STACK_SHELVES 32

struct ledger_image {
	uint32_t exe_ref;  /* string: /proc/self/exe */
	uint32_t argv_ref; /* string: arguments, '\0' between */
	uint32_t cwd_ref;  /* string: working directory at hello */
	ledger_u32 modules_ref; /* list of struct ledger_module: those that are loaded */
	ledger_u32 epoch;       /* grows when something else runs where an object was unloaded */
	ledger_u32 shelves_ref; /* LEDGER_STACK_SHELVES references to heads of lists of stacks */
	ledger_u32 stack_count;
	ledger_u32 gone_ref;        /* list of struct ledger_module: all that were ever unloaded */
	ledger_u32 drops_modules;   /* 1: somebody takes what is unloaded out of the first list */
	ledger_u32 interpreter_ref; /* string: why a runtime's frames are not read, "Python 3.8.1: WHY"; 0 none */
};

enum module_place {
	MODULE_UNLOADED = 1,
	MODULE_AMONG_GONE = 2, /* in the list of the gone, for good */
	MODULE_DROPPED = 4,    /* not in the list of the loaded any more */
};

/*
 * An object that is, or was, loaded: what lies at its place in the epochs
 * [loaded_epoch, unloaded_epoch). The second is UINT32_MAX while loaded, and after that, until
 * something else is seen to run at the place: as long as nothing does, the object may come again.
 */
struct ledger_module {
	ledger_u32 next_ref;      /* in the list of the loaded */
	ledger_u32 gone_next_ref; /* in the list of the gone */
	ledger_u32 place;         /* enum module_place */
	uint32_t path_ref;       /* string */
	ledger_u32 loaded_epoch;
	ledger_u32 unloaded_epoch;
	uint64_t start;          /* first mapped address */
	uint64_t end;            /* first address behind */
	uint64_t base;           /* address = base + ELF virtual address */
	uint32_t build_id_length; /* 0 none */
	uint8_t build_id[20];
	uint32_t layout;   /* hash of the ELF headers: another build mostly has another */
	uint32_t home_ref; /* the same object at home; 0: its frames are not put there */
};

/*
 * The backtraces of one program, whichever process made them: what a short process
 * has opened and closed is then counted where the one before has counted it. Objects
 * are loaded at other addresses in each process, so here each has addresses of its own:
 * ledger_home_address() of its record. A backtrace with a frame in no object is its
 * image's, and so are all of a process that met a runtime whose frames are not read: that is
 * said of the process.
 */
struct ledger_home {
	struct ledger_image image; /* of no process */
	uint32_t next_ref;
	uint32_t reserved;
};

/* Not an address of any process: the highest bit is the kernel's. */
#define LEDGER_HOME_BIT (UINT64_C(1) << 63)

static inline uint64_t ledger_home_address(uint32_t module_ref)
{
	return LEDGER_HOME_BIT | (uint64_t)module_ref << 32;
}

/*
 * An interned backtrace. The key is (image, epoch, counters, text), the image being
 * mostly a home. pcs[0] is the return address in the caller of the recorded call; frames
 * of the shim are cut.
 *
 * The text has the frames of the runtime that the flags tell, innermost first, in a
 * form of its own. CPython's is a line each:
 *
 *	File "PATH", line N in QUALIFIED_NAME
 *
 * What is not printable ASCII in a path or name, a backslash and a quote are written
 * \xNN, \uNNNN or \UNNNNNNNN; no line number is "line 0". A line "-" stands where the
 * interpreter was called from C, one for each call of its evaluation loop. A
 * line "..." at the end: there were more frames.
 */
#define LEDGER_DEPTH_MAX 256

enum stack_flags {
	STACK_TRUNCATED = 1,   /* deeper than stack_depth */
	STACK_SIGNAL = 2,      /* recorded in a signal handler, where the unwinder could tell */
	/*
	 * From here on, 8 bits: enum runtime_id, of the runtime that the call came from,
	 * with no signal handler between.
	 */
	STACK_RUNTIME = 4,
	STACK_RUNTIMES = 0xff * STACK_RUNTIME,
	STACK_ENDING = 0x400, /* that runtime was taking itself down */
};

struct ledger_stack {
	uint32_t next_ref;
	uint32_t hash;
	uint32_t image_ref;
	uint32_t epoch;
	uint16_t depth;
	uint16_t flags;         /* enum stack_flags */
	ledger_u32 facts_taken; /* shared: how many of those left open have a fact */
	ledger_u32 pairs_ref;   /* list of struct ledger_pair */
	uint32_t text_ref;      /* string: frames of a runtime; 0 none */
	uint64_t pcs[];
};

/* The number of a stack's runtime: an enum runtime_id, or in a damaged ledger any other. */
static inline unsigned int ledger_stack_runtime(const struct ledger_stack *stack)
{
	return (stack->flags & STACK_RUNTIMES) / STACK_RUNTIME;
}

/*
 * How often what one stack opened was closed at another. In the list of the opening stack. The two
 * ends of a pipe or a pair of sockets are counted apart.
 */
struct ledger_pair {
	uint32_t next_ref;
	uint32_t close_ref;  /* the stack that closed | PAIR_SECOND_END */
	ledger_u64 count;    /* shared: PAIR_COUNT_BITS, and above them how many lived for long */
	uint16_t call;       /* that opened */
	uint8_t kind;
	uint8_t has_crossed; /* 1: another thread than the opener closed one of them; shared */
	uint32_t process;    /* index of the process that made the first of them */
	ledger_u32 last_fd;  /* shared, as are the next three: from the latest one */
	ledger_u32 last_tid;
	ledger_u64 last_opened_ns;
	ledger_u32 last_life;    /* see LIFE_SHIFT */
	ledger_u32 longest_life; /* shared: of all of them, likewise */
	ledger_u32 last_facts; /* enum slot_facts */
	ledger_u32 last_scope_ref; /* as a slot's */
	uint32_t open_stack_ref; /* the list it is in */
	ledger_u32 kept_count;   /* shared: of `count`, meant to stay open, unclosed_expect_open() */
};

#define PAIR_SECOND_END UINT32_C(1) /* references are multiples of 8 */

/*
 * How long one was open, in steps of 2^20 ns, never less than it was: UINT32_MAX steps are 52 days
 * or more. Its end is read from the kernel's coarse clock, which stands still between two ticks, 10
 * ms at most. With LIFE_LEAD_NS on top, the steps that are full are at least the true life, and
 * some 11 ms more at most.
 */
#define LIFE_SHIFT 20
#define LIFE_LEAD_NS (UINT64_C(11) << LIFE_SHIFT)

/*
 * A life of LIFE_LONG steps or more, 268 ms, is counted apart too: in one of four counters, for 16
 * times as long each, of 6 bits each. They stop at LIVES_MOST: so many, or more.
 */
#define PAIR_COUNT_BITS 40
#define LIFE_LONG_SHIFT 8
#define LIFE_LONG (UINT32_C(1) << LIFE_LONG_SHIFT)
#define LIFE_CLASSES 4
#define LIFE_CLASS_SHIFT 4
#define LIVES_BITS 6
#define LIVES_MOST ((UINT32_C(1) << LIVES_BITS) - 1)

static inline uint32_t ledger_pair_stack_ref(const struct ledger_pair *pair)
{
	return pair->close_ref & ~PAIR_SECOND_END;
}

/* How many there were. */
static inline uint64_t ledger_pair_count(const struct ledger_pair *pair)
{
	return atomic_load_explicit(&pair->count, memory_order_relaxed) &
	       ((UINT64_C(1) << PAIR_COUNT_BITS) - 1);
}

/* Where in `count` the lives of a class are. */
static inline unsigned int pair_class_bit(unsigned int number)
{
	return PAIR_COUNT_BITS + number * LIVES_BITS;
}

/* Of those, how many lives are of a class; LIVES_MOST: or more. */
static inline unsigned int ledger_pair_lives(const struct ledger_pair *pair, unsigned int number)
{
	return atomic_load_explicit(&pair->count, memory_order_relaxed) >> pair_class_bit(number) &
	       LIVES_MOST;
}

/* When the latest one was closed, by the coarse clock, or a step before that. */
static inline uint64_t ledger_pair_closed_ns(const struct ledger_pair *pair)
{
	uint64_t opened_ns = atomic_load_explicit(&pair->last_opened_ns, memory_order_relaxed);
	uint64_t life_ns = (uint64_t)atomic_load_explicit(&pair->last_life, memory_order_relaxed)
			   << LIFE_SHIFT;

	return life_ns > LIFE_LEAD_NS ? opened_ns + life_ns - LIFE_LEAD_NS : opened_ns;
}

/* How a table's content relates to its parent's. */
enum table_link {
	LINK_NONE, /* first image: what was open at its start has slots in SLOT_OUTSIDE state */
	LINK_FORK, /* a number without a slot is as the parent had it at parent_fork */
	LINK_EXEC, /* same pid, new image: SLOT_OUTSIDE numbers are what survived of the parent's */
	LINK_SPAWN, /* new pid and image: the same, but inherited */
	LINK_COUNT
};

/*
 * A descriptor table. Slots: 8 a leaf. Addresses: 16 a leaf.
 * `forks` is the table's own clock: fork and exec take a tick before they
 * happen, and a slot says between which ticks it was open.
 */
struct ledger_table {
	uint32_t link;        /* enum table_link */
	uint32_t parent_ref;  /* struct ledger_table */
	uint32_t parent_fork; /* tick of the parent's clock that made this table */
	uint32_t process;     /* index of the process that made it */
	ledger_u64 forked_ns; /* LINK_FORK: when the child of several threads began; 0 of one */
	ledger_u32 forks;     /* shared by the threads of the table */
	ledger_u32 limit;     /* one more than the highest number that may have a slot; whole leaves */
	struct ledger_index slots;
	ledger_u32 addresses_ref; /* struct ledger_index; 0: no address was noted */
	/*
	 * Which of 0, 1 and 2 were open when the image started and have no slot yet: a bit a
	 * number, and STANDARD_STRANGER for FACT_STRANGER. Their slots are made with their leaf.
	 */
	ledger_u32 standard;
};

#define STANDARD_STRANGER(fd) (UINT32_C(1) << ((fd) + 8))

/* States of a slot. */
enum slot_state {
	SLOT_NONE,    /* never used in this table */
	SLOT_OPEN,
	SLOT_CLOSING, /* a release is under way, or never came back */
	SLOT_CLOSED,
	SLOT_OUTSIDE, /* was open when the image started, or when a fork of several threads made
		       * the table, and its opener's record came later */
	SLOT_UNSEEN,  /* found by the kernel check: open, and no call was seen to make it */
	SLOT_STATES
};

/*
 * A slot's word: generation:32 | call:16 | kind:8 | state:8, from the top.
 * Openers store it with release after the other fields. A release of the
 * number is a compare-and-swap OPEN → CLOSING → CLOSED of one generation.
 */
#define SLOT_WORD(generation, call, kind, state)                                                   \
	((uint64_t)(generation) << 32 | (uint64_t)(call) << 16 | (uint64_t)(kind) << 8 | (state))

static inline uint32_t slot_generation(uint64_t word)
{
	return (uint32_t)(word >> 32);
}

static inline uint16_t slot_call(uint64_t word)
{
	return (uint16_t)(word >> 16);
}

static inline uint8_t slot_kind(uint64_t word)
{
	return (uint8_t)(word >> 8);
}

static inline uint8_t slot_state(uint64_t word)
{
	return (uint8_t)word;
}

/* What was done with an open descriptor; bits of ledger_slot.facts. */
enum slot_facts {
	FACT_CONTESTED =
		1 << 0, /* releases and openings of the number overlapped: the opener is not sure */
	FACT_INHERITED = 1 << 1, /* closed here, but opened before the fork that made this table */
	FACT_BOUND = 1 << 2,
	FACT_LISTENING = 1 << 3,
	FACT_CONNECTED = 1 << 4,      /* connect() returned 0 or EINPROGRESS */
	FACT_CONNECT_FAILED = 1 << 5, /* errno in the top byte, stack in fact_stack */
	FACT_SHUTDOWN_RD = 1 << 6,
	FACT_SHUTDOWN_WR = 1 << 7,
	FACT_CLOEXEC = 1 << 8,   /* as asked for when it was opened */
	FACT_FILE = 1 << 9,      /* owned by a FILE */
	FACT_DIR = 1 << 10,      /* owned by a DIR */
	FACT_RECEIVED = 1 << 11, /* came by SCM_RIGHTS */
	FACT_SENT = 1 << 12,     /* was sent with SCM_RIGHTS */
	FACT_ACCEPTED = 1 << 13,
	FACT_PAIR = 1 << 14, /* one end of a pair; the other's number + 1 in peer_or_dup */
	FACT_DUP = 1 << 15,  /* a duplicate; the number + 1 it was made of in peer_or_dup */
	FACT_CLOSE_FAILED = 1 << 16,
	FACT_POPEN = 1 << 17,      /* owned by a FILE of popen() */
	FACT_OUTSIDE = 1 << 18,    /* was open when the image started; stays when it is closed */
	FACT_RECLOSED = 1 << 19,   /* EVENT_IS_RECLOSED, when closed */
	FACT_SETFD = 1 << 20,      /* close-on-exec was set or cleared later on */
	FACT_STRANGER = 1 << 21,   /* with FACT_OUTSIDE: no process of the session has opened it */
	FACT_USED_SINCE = 1 << 21, /* without: a call used it here after a fork had copied it */
	FACT_GIVES = 1 << 22,      /* reading it gives descriptors: fanotify, userfaultfd */
	FACT_GIVES_CLOEXEC = 1 << 23, /* and those have close-on-exec */
	FACT_SECOND_END = 1 << 23,    /* with FACT_PAIR: the second of its two numbers */
	FACT_ERRNO_SHIFT = 24,
};

struct ledger_slot {
	ledger_u64 word;
	ledger_u64 opened_ns; /* with FACT_INHERITED: when the copy was closed, 0 not known */
	ledger_u32 opened_stack_ref;
	ledger_u32 opened_tid;
	ledger_u32 opened_fork;      /* the table's clock when it was opened */
	ledger_u32 facts;            /* enum slot_facts */
	ledger_u32 closed_stack_ref; /* last release of this number */
	ledger_u32 closed_tid;
	ledger_u32 closed_fork;
	ledger_u32 peer_or_dup;
	ledger_u32 earlier_ref;  /* list of struct ledger_earlier, latest first */
	ledger_u32 contested_ms; /* when FACT_CONTESTED was last set; milliseconds, never 0 */
	ledger_u32 fact_stack_ref; /* where connect() failed; else, once closed: the close before
				      that */
	ledger_u32 scope_ref; /* struct ledger_scope it was opened in, or with SCOPE_IS_NOTE a note */
};

/*
 * A stretch of a process's life that has a name: a test. Its end is written by the
 * process that began it, `ended_ns` last. The list of all is the session's.
 */
enum scope_flags {
	SCOPE_THREAD = 1,   /* of one thread; else of all threads */
	SCOPE_DETACHED = 2, /* entered by hand */
	SCOPE_FROM_ENVIRONMENT = 4, /* told by a variable; has no end */
};

struct ledger_scope {
	uint32_t next_ref;
	uint32_t self_ref;   /* its own reference: a stray one into other data does not match */
	uint32_t parent_ref; /* the scope around it; 0 none */
	uint32_t outer_ref;  /* the one that is current again at its end; 0 none */
	uint32_t process;    /* index of the process that began it */
	uint32_t tid;        /* of the thread that began it */
	uint32_t name_ref;   /* string */
	uint32_t framework_ref; /* string; 0: not a test of a framework that we know */
	uint32_t file_ref;      /* string; 0 not known */
	uint32_t line;
	uint32_t flags;       /* enum scope_flags */
	ledger_u32 opened;    /* shared: of the kinds that count */
	ledger_u32 left;      /* of those, open at its end */
	uint32_t stack_ref;   /* where it was begun; 0 where the file is known */
	uint64_t begun_ns;
	ledger_u64 ended_ns; /* 0: not ended */
};

/* What a program said about an open descriptor. slot.scope_ref leads here with the lowest bit set. */
#define SCOPE_IS_NOTE UINT32_C(1)

struct ledger_note {
	uint32_t scope_ref;
	ledger_u32 label_ref; /* string: unclosed_label() */
	ledger_u32 keep_ref;  /* string: why it stays open, unclosed_expect_open() */
	uint32_t reserved;
};

/*
 * An earlier opener of a slot's number that a fork saw, or the close of a number
 * inherited: the slot as it was, closed_fork being valid whatever the state.
 * slot.earlier_ref is the next one. jump_ref leads further down, so that one of
 * n is found in log n steps: a server may have forked for each of a million.
 */
struct ledger_earlier {
	struct ledger_slot slot;
	uint32_t jump_ref;
	uint32_t length; /* of the list from here on */
};

/* The last address a program gave to, or got from, a call on a descriptor. */
enum address_role {
	ADDRESS_NONE,
	ADDRESS_LOCAL, /* bind */
	ADDRESS_PEER,  /* connect, accept */
};

struct ledger_address {
	uint8_t role;
	uint8_t length;      /* of the sockaddr in bytes[]; AF_UNIX: sizeof(uint32_t), a string ref */
	uint16_t generation; /* low bits of the slot's; another one means stale */
	uint8_t bytes[28];   /* struct sockaddr, or AF_UNIX: sa_family_t, padding to 4, string ref */
};

/* What the kernel said of an open descriptor at the end of the process. */
enum fact_has {
	HAS_SOCKET = 1, /* family, type, protocol */
	HAS_LOCAL = 2,
	HAS_PEER = 4,
	HAS_TCP_STATE = 8, /* include/net/tcp_states.h numbers: 1 ESTABLISHED … 10 LISTEN */
	HAS_QUEUES = 16,
	HAS_SO_ERROR = 32,
	HAS_LISTENING = 64, /* is_listening is valid */
	HAS_CLOEXEC = 128,
	HAS_STAT = 256,          /* mode, inode, device */
	HAS_POLL = 512,          /* poll_events is valid */
	HAS_SAME = 1024,         /* same_fd stands for the same open file description, by kcmp() */
	HAS_UNLINKED = 2048,     /* the file has no name any more */
	HAS_THREAD = 4096,       /* one of this image's threads opened it */
	HAS_THREAD_ENDED = 8192, /* and was not there any more */
	HAS_MADE = 16384, /* TCP: there was a connection; with HAS_UNMADE alone there was none */
	HAS_UNMADE = 32768,
	HAS_PEER_GONE = 65536,  /* CLOSE-WAIT: nobody has the peer's descriptor any more */
	HAS_PEER_HELD = 131072, /* CLOSE-WAIT: somebody still has it */
};

struct ledger_fact {
	uint32_t next_ref;
	int32_t fd;
	uint32_t has; /* enum fact_has */
	uint8_t kind; /* by the kernel's word */
	uint8_t tcp_state;
	uint8_t is_listening;
	uint8_t is_cloexec;
	uint16_t family;
	uint16_t type;
	uint16_t protocol;
	uint16_t local_length; /* bytes valid in local[]; AF_UNIX as in struct ledger_address */
	uint16_t peer_length;
	uint16_t poll_events;   /* what poll() said of it: POLLHUP, … */
	uint32_t receive_queue; /* bytes unread */
	uint32_t send_queue;    /* bytes not acknowledged; of TCP only */
	int32_t so_error;
	uint32_t path_ref; /* string: target of /proc/self/fd/N */
	uint32_t mode;
	uint64_t inode;
	uint64_t device;
	uint8_t local[32];
	uint8_t peer[32];
	uint32_t info_ref;   /* string: /proc/self/fdinfo/N */
	uint32_t thread_ref; /* string: name of the thread that opened it */
	int32_t same_fd;
	uint32_t reserved;
};

/* What the next opening would overwrite. */
enum event_type {
	EVENT_NONE,
	EVENT_DOUBLE_CLOSE, /* EBADF from a release; here, closed_before, opened */
	EVENT_BAD_CLOSE,    /* release of a number never opened, or negative */
	EVENT_EMFILE,
	EVENT_EXPECTED_NONE, /* open where unclosed_expect_none() was called: here, opened */
	EVENT_USE,           /* EBADF from another call on a closed number; here, closed, opened */
	EVENT_WRONG_CLOSE, /* here: another thread's descriptor, at the first close of this place */
	EVENT_STREAM_CLOSE,   /* here: close() of what a FILE or DIR owns */
	EVENT_STANDARD_TAKEN, /* here: a socket that got number 0, 1 or 2; closed */
	EVENT_PLACED,         /* number that a file action puts something on in a spawned process, or that
			       * LISTEN_FDS of a new program names */
	EVENT_OVERWRITE,      /* here: dup2() over an open descriptor of another kind; opened */
	EVENT_BAD_USE,        /* EBADF from a call on a number never opened, or negative; here */
	EVENT_STALE_STREAM, /* here: a FILE or DIR given up, with another's descriptor; closed: its
			       own, by close(); opened */
	EVENT_EMPTY_RANGE, /* close_range() of numbers that were all closed; here, closed, opened */
	EVENT_LOST, /* here: a runtime's finaliser gives up what it closes later on; opened */
	EVENT_TYPES
};

/* What else is known of an event; bits of ledger_event.flags. */
enum event_flags {
	EVENT_IS_SWEEP =
		1, /* the place closed neighbouring numbers, too: a loop over all of them */
	EVENT_IS_CONTESTED = 2, /* releases and openings of the number overlapped */
	/*
	 * Who closed the number was not who opened it, and had closed the one before of this
	 * number: by thread or by stack, which is earlier_stack_ref.
	 */
	EVENT_IS_RECLOSED = 4,
	EVENT_IS_STREAM = 8,    /* a FILE or DIR owned what was closed */
	EVENT_IS_FIRST = 16,    /* the number was nobody else's before: no other is meant with it */
	EVENT_BY_STREAM = 32,   /* the call gives up a FILE or DIR */
	EVENT_IS_QUESTION = 64, /* the call may have been made to ask whether the number is open */
	EVENT_OF_SYSTEM = 128,  /* EVENT_EMFILE: it was ENFILE */
	EVENT_OF_USER = 256,    /* EVENT_EMFILE: the table had room, another limit was met */
};

/* Misuse of one type with the same stacks is one record. 80 bytes. */
struct ledger_event {
	uint32_t next_ref;
	uint32_t type; /* enum event_type */
	int32_t fd;    /* of the first of them */
	uint32_t call; /* that is reported */
	uint32_t tid;
	uint32_t opened_tid;
	uint32_t closed_tid;
	uint32_t here_stack_ref;
	uint32_t closed_stack_ref;
	uint32_t opened_stack_ref;
	ledger_u32 count; /* shared, as are the next two; EXPECTED_NONE: the slot's generation */
	ledger_u32 last_fd;
	ledger_u32 flags; /* enum event_flags */
	uint32_t kind;
	uint32_t earlier_stack_ref;
	uint32_t opened_call;
	uint32_t opened_facts; /* enum slot_facts */
	uint32_t scope_ref;    /* in which it happened; EXPECTED_NONE: as a slot's */
	uint64_t at_ns;
};

/*
 * C++ exceptions that one thread threw at one place and caught at another. Up to
 * LEDGER_EXCEPTIONS_MAX a process; of others nothing is known.
 */
struct ledger_exception {
	uint32_t next_ref;
	uint32_t tid;
	uint32_t thrown_stack_ref;
	uint32_t caught_stack_ref; /* its first frame is the function that caught it */
	ledger_u32 count;
	uint32_t reserved;
	ledger_u64 last_ns; /* when the last of them was caught */
};

#define LEDGER_EXCEPTIONS_MAX 256

/* What was met: so many of 100 descriptors that the process may have, or the first refusal. */
enum limit_mark { LIMIT_80, LIMIT_90, LIMIT_95, LIMIT_EMFILE, LIMIT_ENFILE, LIMIT_MARKS };

enum limit_state {
	LIMIT_WAITS, /* for a tool */
	LIMIT_TAKEN, /* one is at it */
	LIMIT_KEPT,  /* `text_ref` is the snapshot's path */
	LIMIT_FAILED /* and is why there is none */
};

/* Descriptors of one opening place. */
struct ledger_holder {
	uint32_t stack_ref;
	uint32_t count;
	uint16_t call;
	uint8_t kind;
	uint8_t reserved;
};

#define LEDGER_HOLDERS 4

/*
 * A process met a mark, for the first time: written by itself. Then a tool says who had the
 * descriptors and where it has put its snapshot of them, `state` last.
 */
struct ledger_limit {
	uint32_t next_ref;
	uint32_t mark; /* enum limit_mark */
	uint64_t at_ns;
	uint32_t limit; /* RLIMIT_NOFILE, soft; 0: not known */
	uint32_t open;  /* descriptors, by the number that was given or by the record */
	int32_t fd;     /* the one more; -1 of a refusal */
	uint32_t call;  /* that opened it, or was refused */
	uint32_t stack_ref;
	ledger_u32 state; /* enum limit_state */
	ledger_u32 text_ref;
	uint32_t holder_count;
	struct ledger_holder holders[LEDGER_HOLDERS]; /* most first */
	uint32_t found; /* of `open`, what was open still when the tool looked: of all holders */
	uint32_t reserved;
};

#define LEDGER_SLOTS_PER_LEAF (LEDGER_LEAF_SIZE / sizeof(struct ledger_slot))
#define LEDGER_PROCESSES_PER_PAGE                                                                  \
	((LEDGER_PAGE_SIZE - sizeof(struct ledger_processes_tail)) / sizeof(struct ledger_process))

static_assert(sizeof(ledger_u32) == 4 && sizeof(ledger_u64) == 8, "atomics are plain words");
static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "the ledger needs lock-free 64-bit atomics");
static_assert(sizeof(struct ledger_header) <= LEDGER_PAGE_SIZE, "the header fits page 0");
static_assert(LEDGER_PROCESSES_PER_PAGE == 11, "as the comment of struct ledger_process says");
static_assert(sizeof(struct ledger_process) == 368, "11 processes a page");
static_assert(sizeof(struct ledger_returns) % 8 == 0, "no padding");
static_assert(sizeof(struct ledger_block) == 32, "16 blocks a leaf");
static_assert(sizeof(struct ledger_memory) == 116, "no padding");
static_assert(sizeof(struct ledger_image) == 40, "no padding");
static_assert(sizeof(struct ledger_program) == 56, "no padding");
static_assert(sizeof(struct ledger_module) == 80, "no padding");
static_assert(sizeof(struct ledger_home) == 48, "no padding");
static_assert(sizeof(struct ledger_stack) == 32, "no padding before pcs");
static_assert(sizeof(struct ledger_pair) == 64, "no padding");
static_assert(sizeof(struct ledger_table) == 112, "no padding");
static_assert(sizeof(struct ledger_scope) == 72, "no padding");
static_assert(sizeof(struct ledger_note) == 16, "no padding");
static_assert(sizeof(struct ledger_slot) == 64, "8 slots a leaf, one a cache line");
static_assert(sizeof(struct ledger_address) == 32, "16 addresses a leaf");
static_assert(sizeof(struct ledger_fact) == 144, "no padding");
static_assert(sizeof(struct ledger_thread) == 24, "no padding");
static_assert(LEDGER_THREADS * sizeof(struct ledger_thread) <= LEDGER_PAGE_SIZE, "one record");
static_assert(sizeof(struct ledger_event) == 80, "no padding");
static_assert(sizeof(struct ledger_exception) == 32, "no padding");
static_assert(sizeof(struct ledger_holder) == 12, "no padding");
static_assert(sizeof(struct ledger_limit) == 104, "no padding");

#endif
