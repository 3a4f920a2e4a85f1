/* SPDX-License-Identifier: MIT */
/*
 * What calls.def says of the calls, as texts for who reads a ledger.
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_LIBC_COLUMNS_H
#define UNCLOSED_PRELOAD_LIBC_COLUMNS_H

#include "ledger/layout.h"

/* A column, as the ledger has it: in the order of call ids, '\0' after each. */
const char *column_text(enum call_column column, size_t *ret_length);

#endif
