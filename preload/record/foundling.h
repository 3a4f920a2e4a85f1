/* SPDX-License-Identifier: MIT */
/*
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_FOUNDLING_H
#define UNCLOSED_PRELOAD_RECORD_FOUNDLING_H

#include <stdint.h>

/*
 * In a foundling (guest.h) that has its entry by now: what is open here, not in the
 * process `parent_pid`, and opened by the record of that one, was opened here.
 */
void foundling_take(uint32_t parent_pid);

#endif
