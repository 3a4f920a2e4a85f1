/* SPDX-License-Identifier: MIT */
/*
 * Layer: ledger, inside. Context: target and tool.
 */
#ifndef UNCLOSED_LEDGER_STORAGE_H
#define UNCLOSED_LEDGER_STORAGE_H

#include "ledger/ledger.h"

/*
 * Storage behind `length` bytes of a mapping, or -errno. Where the file system
 * is full the answer is -EFAULT; a plain store would be a SIGBUS.
 */
int storage_populate(uint8_t *at, size_t length);

#endif
