/* SPDX-License-Identifier: MIT */
/* The inlined functions at an address, from the outermost in. */
#include "symbol/scope.h"

#include <dwarf.h>
#include <stdbool.h>

#define DEPTH_MOST 256

static bool die_is_block(Dwarf_Die *die)
{
	switch (dwarf_tag(die)) {
	case DW_TAG_lexical_block:
	case DW_TAG_try_block:
	case DW_TAG_catch_block:
	case DW_TAG_with_stmt:
	case DW_TAG_common_block:
		return true;
	default:
		return false;
	}
}

static bool die_has_address(Dwarf_Die *die)
{
	return dwarf_hasattr(die, DW_AT_low_pc) || dwarf_hasattr(die, DW_AT_ranges);
}

/*
 * The inlined function at `address` directly below `parent`, blocks apart. A
 * block without addresses of its own may still hold one.
 */
static bool inlined_find(Dwarf_Die *parent, uint64_t address, int depth, Dwarf_Die *ret_inlined)
{
	Dwarf_Off last = dwarf_dieoffset(parent);
	Dwarf_Die die;

	if (depth > DEPTH_MOST || dwarf_child(parent, &die) != 0)
		return false;
	do {
		Dwarf_Off offset = dwarf_dieoffset(&die);
		bool is_block = die_is_block(&die);

		if (offset <= last)
			return false; /* a crafted file could lead in circles */
		last = offset;
		if (!is_block && dwarf_tag(&die) != DW_TAG_inlined_subroutine)
			continue;
		if (dwarf_haspc(&die, address) == 1) {
			*ret_inlined = die;
			return !is_block || inlined_find(&die, address, depth + 1, ret_inlined);
		}
		if (is_block && !die_has_address(&die) &&
		    inlined_find(&die, address, depth + 1, ret_inlined))
			return true;
	} while (dwarf_siblingof(&die, &die) == 0);
	return false;
}

size_t scopes_find(const Dwarf_Die *function, uint64_t address, Dwarf_Die ret_scopes[SCOPES_MOST])
{
	size_t count = 1;

	ret_scopes[0] = *function;
	while (count < SCOPES_MOST &&
	       inlined_find(&ret_scopes[count - 1], address, 0, &ret_scopes[count]))
		count++;
	return count;
}
