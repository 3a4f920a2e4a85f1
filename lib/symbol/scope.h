/* SPDX-License-Identifier: MIT */
/*
 * The inlined functions at an address, inside one function.
 *
 * Layer: symbol. Context: tool.
 */
#ifndef UNCLOSED_SYMBOL_SCOPE_H
#define UNCLOSED_SYMBOL_SCOPE_H

#include <elfutils/libdw.h>
#include <stddef.h>
#include <stdint.h>

#define SCOPES_MOST 64

/*
 * Fill ret_scopes with `function` and the DW_TAG_inlined_subroutine DIEs that
 * hold `address` in it, outermost first. Returns how many, 1…SCOPES_MOST.
 *
 * Not dwarf_getscopes(): that continues an inlined function with the scopes of
 * its abstract definition and not with its caller (libdw.h), and skips
 * DW_TAG_namespace, where clang and rustc put their functions.
 */
size_t scopes_find(const Dwarf_Die *function, uint64_t address, Dwarf_Die ret_scopes[SCOPES_MOST]);

#endif
