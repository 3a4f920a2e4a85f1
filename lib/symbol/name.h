/* SPDX-License-Identifier: MIT */
/*
 * The name of a function from its DWARF.
 *
 * Layer: symbol. Context: tool.
 */
#ifndef UNCLOSED_SYMBOL_NAME_H
#define UNCLOSED_SYMBOL_NAME_H

#include <elfutils/libdw.h>

#include "symbol/arena.h"
#include "symbol/symbol.h"

/*
 * Set function and linkage_name of `frame` for a DW_TAG_subprogram or
 * DW_TAG_inlined_subroutine. NULL where the DWARF has no name.
 *
 * The demangled linkage name when there is one. gcc gives none to static
 * functions and to those of an anonymous namespace: for them the name within
 * its namespaces and classes, without parameters.
 */
void frame_name(struct symbol_frame *frame, Dwarf_Die *function, struct arena *arena);

#endif
