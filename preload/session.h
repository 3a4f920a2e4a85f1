/* SPDX-License-Identifier: MIT */
/*
 * The session of a process image: the one that started it, or one that it begins.
 *
 * Layer: preload. Context: target; at start.
 */
#ifndef UNCLOSED_PRELOAD_SESSION_H
#define UNCLOSED_PRELOAD_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/options.h"

/*
 * Join the session that UNCLOSED_LEDGER names. `first` is the value of UNCLOSED_FIRST: both it and
 * the ledger must say so for an image to be the one that reports, as others may write the ledger.
 * False: there is none, or it may be another user's.
 */
bool session_join(const char *ledger, const char *first);

/* Tell the session that started a program of ours, if any, that it does not join. */
void session_decline(const char *ledger, char *const *argv);

/* Begin one, as its first process. False, after one line: there is no place for it. */
bool session_begin(char *const *environment, const struct options *options);

/* One line on stderr: "unclosed: ", `what`, and `length` bytes of `value`. */
void session_warn(const char *what, const char *value, size_t length);

#endif
