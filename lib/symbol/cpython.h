/* SPDX-License-Identifier: MIT */
/*
 * What distributions strip from CPython and a stack cannot be read without: which
 * functions are finalisers of its types, and what was split off its evaluation loop.
 *
 * Layer: symbol. Context: tool. Not thread-safe.
 */
#ifndef UNCLOSED_SYMBOL_CPYTHON_H
#define UNCLOSED_SYMBOL_CPYTHON_H

#include "symbol/module.h"
#include "symbol/ranges.h"

/* Read a file's roles, with the evaluation loop at `loop`, or 0. The values are enum symbol_role.
 */
void cpython_read(struct ranges *roles, Elf *elf, uint64_t loop);

/* The role of an address. */
enum symbol_role cpython_role(const struct ranges *roles, uint64_t address);

#endif
