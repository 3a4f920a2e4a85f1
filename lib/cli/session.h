/* SPDX-License-Identifier: MIT */
/*
 * A session's ledger, from the launcher's side: made before the program
 * starts, removed or kept when the report is written.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_SESSION_H
#define UNCLOSED_CLI_SESSION_H

#include <limits.h>
#include <sys/types.h>

#include "base/options.h"
#include "cli/mend.h"
#include "ledger/ledger.h"

struct known;

struct session {
	struct ledger ledger;
	char path[PATH_MAX];          /* of the ledger, absolute */
	char directory[PATH_MAX];     /* of the ledger */
	/* As it was when the session began: what is in the shared memory may be overwritten. */
	struct ledger_header header;
	struct ledger_process *first; /* entry of PROGRAM, in the shared memory */
	uint32_t first_index;
	struct known *known; /* what its report is to know; the caller's */
	uint64_t size;       /* of the ledger's file, in bytes */
	int64_t started_wall_ns; /* since 1970 */
	char cwd[PATH_MAX];      /* ours; "" it is gone */
	/*
	 * The ledger's file, as it was made: it holds a shared lock while the session lives
	 * (sweep.h), and the file when its name is gone or another's. PROGRAM does not inherit it.
	 */
	int file_fd;
	struct mend mend; /* of that file */
};

/*
 * Create the ledger in the first directory that takes it, and announce PROGRAM
 * (`program`, a path) in it. Returns 0, or EXIT_ERROR after one line.
 */
int session_open(struct session *session, const struct options *options, const char *program);

/*
 * The directories a ledger may be in, in order: *ret_directories ends with
 * NULL and is valid until the next call.
 */
void session_directories(const struct options *options, const char *const **ret_directories);

/*
 * Remove the ledger, or move it to options->keep_ledger; NULL options: remove.
 * Returns 0, or EXIT_ERROR after one line.
 */
int session_close(struct session *session, const struct options *options);

/* The same for a ledger that somebody else made, open as `fd`. Only its own name is removed. */
int ledger_file_dispose(const char *path, int fd, const struct options *options);

/* A user that PROGRAM has changed to by its own system calls is on the list of the file, too. */
void session_note_user(struct session *session, uint32_t user);

/* Remove a ledger by its name. Returns 0, or EXIT_ERROR after one line that says what to do. */
int ledger_remove(const char *path);

/* Has the ledger's file lost its name? Processes that start then cannot join. */
bool session_is_nameless(const struct session *session);

/* Is something of the ledger lost because its file was cut short, or written to? */
bool session_is_cut(struct session *session);

#endif
