/* SPDX-License-Identifier: MIT */
/*
 * Compile units of a DWARF file, and the functions in one.
 *
 * Layer: symbol. Context: tool. Not thread-safe.
 */
#ifndef UNCLOSED_SYMBOL_UNIT_H
#define UNCLOSED_SYMBOL_UNIT_H

#include <elfutils/libdw.h>
#include <stdbool.h>

#include "symbol/companion.h"
#include "symbol/ranges.h"

/* One compile unit that was asked for. */
struct unit {
	Dwarf_Die lines;      /* DIE with the line table and the directory */
	Dwarf_Die root;       /* DIE with the functions; of the .dwo with -gsplit-dwarf */
	const char *language; /* "c", "c++", …; NULL when not known */
	const char *source;   /* what was compiled; NULL: not asked for yet, or not known */

	struct ranges functions; /* value: offset of the DIE */
	bool is_scanned;         /* functions outside of other DIEs than namespaces */
	bool is_scanned_deep;    /* all */
};

/* The units of one file. All zero is a set where nothing was looked up. */
struct units {
	struct companion_of of;
	void *by_offset;      /* a tsearch(3) tree of struct unit */
	struct ranges ranges; /* of all units; value: offset of the unit's DIE */
	bool is_scanned;
};

void units_fini(struct units *units);

/*
 * The unit that holds `address` (as in the DWARF); NULL when there is none.
 * By .debug_aranges; where that is silent (clang does not write it), by the
 * ranges of all units, read once.
 */
struct unit *units_find(struct units *units, Dwarf *dwarf, uint64_t address);

/* The innermost DW_TAG_subprogram at `address`. */
bool unit_find_function(struct unit *unit, uint64_t address, Dwarf_Die *ret_function);

#endif
