/* SPDX-License-Identifier: MIT */
/*
 * A file that gets new content, whole or not at all. What is written goes to a new file beside
 * it, which then takes its name. In a folder that everybody may write, others may have put
 * something under that name before: a link of theirs is not followed, and a file of theirs is
 * neither written to nor replaced, because they could read or change what is in it.
 *
 * Layer: report.
 */
#ifndef UNCLOSED_REPORT_REPLACEMENT_H
#define UNCLOSED_REPORT_REPLACEMENT_H

#include <stdbool.h>
#include <sys/types.h>

/* -REPLACEMENT_FOREIGN: what has the name belongs to another user. No errno is as large. */
#define REPLACEMENT_FOREIGN 4095

struct replacement {
	int fd; /* to write to, and to read from */
	bool is_regular;
	int folder;    /* where the new file is; -1: fd is the file itself */
	char *target;  /* path of the file that is replaced, to be freed */
	char name[40]; /* of the new file */
};

/*
 * Begin to write `path`, which is made with `mode` when it is new; it keeps its own else, from
 * before the first byte. Missing folders are made. FIFOs, terminals and other special files are
 * written directly, and so is a file in a folder that takes no new one.
 * Returns 0, or -errno and nothing is to be ended.
 */
int replacement_begin(struct replacement *replacement, const char *path, mode_t mode);

/*
 * End it: after `error` 0 the file has its new content; else it keeps its old one. Returns
 * `error`, or -errno.
 */
int replacement_end(struct replacement *replacement, int error);

/* The process ends: take away what is half written. Async-signal-safe, for a handler. */
void replacement_abandon(void);

/*
 * Could it be begun, as far as can be told without touching what is there? Missing folders
 * are made. Returns 0 or -errno.
 */
int replacement_check(const char *path);

/* As strerror(): what a negative result of these says. */
const char *replacement_error(int error);

#endif
