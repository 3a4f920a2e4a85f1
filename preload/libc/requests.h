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
 * A request succeeded, and returned `result`. The descriptor that it made; -1: none.
 * What `argument` points to is read where the request has it for a structure.
 */
int request_opened(unsigned long request, const void *argument, int result, bool *ret_cloexec);

#endif
