/* SPDX-License-Identifier: MIT */
/*
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_CALLS_OPEN_H
#define UNCLOSED_PRELOAD_CALLS_OPEN_H

#include "record/record.h"

/* What openat2() was asked for, after success. */
uint32_t open_how_facts(const struct open_how *how);

#endif
