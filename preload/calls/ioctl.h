/* SPDX-License-Identifier: MIT */
/*
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_CALLS_IOCTL_H
#define UNCLOSED_PRELOAD_CALLS_IOCTL_H

#include "record/record.h"

/* What ioctl() returned: a descriptor that it made, a change of close-on-exec. Returns it. */
int ioctl_done(int fd, unsigned long request, void *argument, int result);

#endif
