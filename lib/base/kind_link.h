/* SPDX-License-Identifier: MIT */
/*
 * What kind of descriptor the kernel has open, by what /proc/PID/fd/N leads to.
 *
 * Layer: base. Context: target and tool; async-signal-safe; no system call.
 */
#ifndef UNCLOSED_BASE_KIND_LINK_H
#define UNCLOSED_BASE_KIND_LINK_H

#include "base/kinds.h"

struct stat;

/*
 * The kind, by the target of the link ("" where it is not known) and by what fstat() says of the
 * descriptor. A message queue looks like a file: only its file system tells.
 */
enum descriptor_kind kind_of_link(const char *target, const struct stat *status);

/*
 * Can a call that opens `recorded` have made what the kernel says is `found`? What is open by a
 * path may be nearly anything that has one.
 */
bool kind_is_possible(unsigned int recorded, unsigned int found);

/* Kinds whose fdinfo says more than flags. */
#define KINDS_WITH_INFO                                                            \
	(KIND_BIT(KIND_FILE) | KIND_BIT(KIND_DIRECTORY) | KIND_BIT(KIND_EVENTFD) | \
	 KIND_BIT(KIND_EPOLL) | KIND_BIT(KIND_TIMERFD) | KIND_BIT(KIND_SIGNALFD) | \
	 KIND_BIT(KIND_INOTIFY) | KIND_BIT(KIND_FANOTIFY) | KIND_BIT(KIND_MEMFD) | \
	 KIND_BIT(KIND_PIDFD) | KIND_BIT(KIND_IO_URING) | KIND_BIT(KIND_MQUEUE))

#endif
