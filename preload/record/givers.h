/* SPDX-License-Identifier: MIT */
/*
 * Descriptors of which read() gives descriptors: a fanotify group, of which each event
 * may have one of the file and one of the process; a userfaultfd, which tells a fork with
 * one of the child. A program without them pays one test for a read().
 *
 * Layer: preload. Context: target; async-signal-safe; errno is kept.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_GIVERS_H
#define UNCLOSED_PRELOAD_RECORD_GIVERS_H

#include <sys/uio.h>

#include "record/record.h"
#include "shim/state.h"

/* Such a descriptor may be open here. */
static inline void givers_expect(void)
{
	atomic_store_explicit(&shim.has_giver, true, memory_order_relaxed);
}

/* The facts of one that is about to be written down: what it gives has close-on-exec, or not. */
static inline uint32_t giver_facts(bool gives_cloexec)
{
	givers_expect();
	return FACT_GIVES | (gives_cloexec ? FACT_GIVES_CLOEXEC : 0);
}

/* read() of `fd` filled these parts with `length` bytes, which is more than none. */
void giver_read(enum call call, int fd, const struct iovec *parts, int count, size_t length);

/* What read() returned. Returns it. */
static inline long read_done(enum call call, int fd, void *buffer, long result)
{
	if (__builtin_expect(atomic_load_explicit(&shim.has_giver, memory_order_relaxed), 0) &&
	    result > 0)
		giver_read(call, fd, &(struct iovec){ buffer, (size_t)result }, 1, (size_t)result);
	return result;
}

/* The same for readv(). */
static inline long readv_done(enum call call, int fd, const struct iovec *parts, int count,
			      long result)
{
	if (__builtin_expect(atomic_load_explicit(&shim.has_giver, memory_order_relaxed), 0) &&
	    result > 0)
		giver_read(call, fd, parts, count, (size_t)result);
	return result;
}

#endif
