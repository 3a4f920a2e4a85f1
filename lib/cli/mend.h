/* SPDX-License-Identifier: MIT */
/*
 * A ledger's file that is cut short, or written to, by somebody who does not come through
 * our library: a static program, or another session. A store into a page behind the end of
 * the file would end the process that makes it by SIGBUS.
 *
 * The kernel tells of each such change (inotify; the session's own stores are none, they go
 * through mappings). The launcher makes the file as long as it was, within some 100 µs. What
 * was cut off comes back as zeros, which end nobody. A process that has waited for a child
 * looks itself first (preload/record/spare.h), also without a launcher. Whoever stores into the
 * file before that is ended: nothing on Linux forbids it.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_MEND_H
#define UNCLOSED_CLI_MEND_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct ledger;

/* Of SIGIO, blocked in us: a change of the file raises it. */
#define MEND_SIGNAL SIGIO

struct mend {
	int watch_fd; /* inotify; -1: the kernel has none for us */
	int file_fd;  /* the ledger's file, for writing; the session's. -1: none */
	struct ledger *ledger;
	uint64_t size;   /* of the file, as it was made */
	uint32_t cuts;   /* that processes of the session have made good (ledger_mend()) */
	bool is_damaged; /* something that was in use is lost */
};

/* Watch the file of a ledger just made, open for writing, before anybody else uses it. */
void mend_begin(struct mend *mend, struct ledger *ledger, int file_fd, const char *path);

/* Is this signal ours? */
bool mend_is_asked(const struct mend *mend, const siginfo_t *info);

/* Make good what happened since the last time. */
void mend_now(struct mend *mend);

void mend_end(struct mend *mend);

/* Is the open file a ledger of which something is lost so? A session's processes say so in it. */
bool mend_is_lost(int fd);

/* Of a ledger's file that has been cut to `size`: was more in use? */
bool mend_is_in_use(int file_fd, uint64_t size);

#endif
