/* SPDX-License-Identifier: MIT */
/*
 * Processes that run and are watched, found from outside: who has a ledger mapped (proc(5),
 * maps). That finds a ledger in any folder, of other mount namespaces too. A pid in a ledger is
 * one of its writer's pid namespace; here both are known.
 *
 * Layer: live. Context: tool.
 */
#ifndef UNCLOSED_LIVE_PROCESS_H
#define UNCLOSED_LIVE_PROCESS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIVE_NAME_MAX 64
#define LIVE_NUMBERS_MAX 33 /* the kernel nests 32: MAX_PID_NS_LEVEL */

struct live_process {
	int pid;                            /* as /proc has it here */
	uint32_t own_pid;                   /* as the process itself has it */
	uint32_t numbers[LIVE_NUMBERS_MAX]; /* one a pid namespace, from ours down to its own */
	unsigned int number_count;
	uint32_t pid_namespace; /* of own_pid: inode; 0 not known */
	uint32_t user;          /* effective */
	uint64_t started_ticks; /* since boot, _SC_CLK_TCK a second: with the pid it is one process
				 */
	char name[LIVE_NAME_MAX]; /* the last part of its program's path */
};

/* Those that share a ledger. */
struct live_session {
	uint64_t id;         /* as its file's name says */
	uint64_t inode;      /* of its file */
	char path[PATH_MAX]; /* of its file, as the processes have it */
	int reach_pid;       /* a process through whose root the path leads to it */
	char map[40];        /* where that one has it: the name in /proc/PID/map_files */
	struct live_process *processes;
	size_t process_count;
};

struct live_sessions {
	struct live_session *list;
	size_t count;
	size_t refused; /* processes of others that could not be looked at */
};

/*
 * Find all, or those of one process (pid > 0) or of the ledger with this inode (inode > 0).
 * Returns 0, or -errno when there is no /proc, or no memory.
 */
int live_sessions_find(struct live_sessions *ret_sessions);

void live_sessions_free(struct live_sessions *sessions);

/*
 * Open the ledger of a session for reading: by its path where that leads to the same file, else
 * through the root of a process, else through its map_files. Root may look at anybody's, others
 * at their own and at root's. Returns a descriptor; -errno; or -EPROTO with *ret_why.
 */
int live_session_open(const struct live_session *session, const char **ret_why);

/* Is it still the same process that has the number? */
bool live_process_is_there(const struct live_process *process);

#endif
