/* SPDX-License-Identifier: MIT */
/*
 * What the addresses of a module came to, kept as long as the module.
 *
 * Layer: symbol. Context: tool. Not thread-safe.
 */
#ifndef UNCLOSED_SYMBOL_RESOLVED_H
#define UNCLOSED_SYMBOL_RESOLVED_H

#include "symbol/frame.h"

/* What was resolved before, whether the module is open or not. NULL: this address was not. */
const struct resolved *resolved_recall(struct module *module, uint64_t address);

/* Resolve, in an open module or without result. NULL when memory is short. */
const struct resolved *resolved_make(struct module *module, uint64_t address);

#endif
