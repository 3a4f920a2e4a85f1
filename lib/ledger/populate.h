/* SPDX-License-Identifier: MIT */
/*
 * Storage behind a mapping, asked for before anything is stored there.
 *
 * Layer: ledger, inside. Context: target and tool.
 */
#ifndef UNCLOSED_LEDGER_POPULATE_H
#define UNCLOSED_LEDGER_POPULATE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Storage behind `length` bytes of a mapping, or -errno. Where the file system
 * is full the answer is -EFAULT; a plain store would be a SIGBUS.
 */
int storage_populate(uint8_t *at, size_t length);

#endif
