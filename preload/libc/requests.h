/* SPDX-License-Identifier: MIT */
/*
 * Requests of ioctl() that make a descriptor: which, where it is, and whether it has
 * close-on-exec.
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_LIBC_REQUESTS_H
#define UNCLOSED_PRELOAD_LIBC_REQUESTS_H

#include <stdbool.h>

/*
 * A request succeeded, and returned `*result`. Where the number of the descriptor is that
 * it made: that, or a place in what `argument` points to, of any alignment; NULL: it made none.
 * The argument is read where the request has it for a structure.
 */
void *request_opened(unsigned long request, void *argument, int *result, bool *ret_cloexec);

#endif
