/* SPDX-License-Identifier: MIT */
/*
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_CALLS_IOCTL_H
#define UNCLOSED_PRELOAD_CALLS_IOCTL_H

#include <stdbool.h>

#include "record/record.h"

/* Does this request return a descriptor when it succeeds? */
bool ioctl_opens(unsigned long request);

#endif
