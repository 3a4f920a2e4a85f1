/* SPDX-License-Identifier: MIT */
/*
 * Who used a descriptor after a fork had copied it: the parent, the child, or both. That tells
 * whose copy is the one too many.
 *
 * Layer: preload. Context: target; async-signal-safe; errno is kept.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_USES_H
#define UNCLOSED_PRELOAD_RECORD_USES_H

#include "shim/state.h"

/* The rest of use_mark(), in a process that has forked, or was. */
void use_write_down(int fd);

/* A call used `fd`. Of a process without a fork that is one comparison. */
static inline void use_mark(int fd)
{
	if (__builtin_expect(shim.has_forked, 0))
		use_write_down(fd);
}

#endif
