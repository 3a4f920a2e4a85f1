/* SPDX-License-Identifier: MIT */
/*
 * What was open before the program's first instruction.
 *
 * Layer: preload. Context: target; system calls.
 */
#ifndef UNCLOSED_PRELOAD_END_INHERITED_H
#define UNCLOSED_PRELOAD_END_INHERITED_H

#include <stdint.h>

/*
 * How many descriptors this process has, in one system call (st_size of
 * /proc/self/fd, Linux 6.2), or -1 where the kernel does not say.
 */
long descriptor_count(void);

/* Call `each` for every number listed in /proc/self/fd. Returns 0, or -errno. */
int descriptor_list(void (*each)(int fd, void *data), void *data);

/* Give every number that is open now a slot in SLOT_OUTSIDE state. At start. */
void outside_note(void);

#endif
