/* SPDX-License-Identifier: MIT */
/*
 * The rules of dup2 and fcntl, for the functions and for syscall().
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_DUPLICATES_H
#define UNCLOSED_PRELOAD_RECORD_DUPLICATES_H

#include <stdbool.h>

#include "record/record.h"

/* dup2(from, to) closes `to` in passing, unless both are the same or it fails. */
struct release duplicate_begin(enum call call, int from, int to);
int duplicate_end(struct release *release, int from, int result);

/*
 * What fcntl() returned: a duplicate, a change of close-on-exec. Returns what to return in
 * place of it (record_duplicate()).
 */
int fcntl_done(enum call call, int fd, int command, long argument, int result);

#endif
