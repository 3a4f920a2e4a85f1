/* SPDX-License-Identifier: MIT */
/*
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_STACK_REFUSE_H
#define UNCLOSED_PRELOAD_STACK_REFUSE_H

#include "base/runtimes.h"

/*
 * Tell the tool why the frames of a runtime are not read: "3.8.1", "WHY". What is
 * behind a space in the version is left out. An image has room for one such
 * sentence: the last one stays.
 */
void runtime_refuse(enum runtime_id runtime, const char *version, const char *why);

#endif
