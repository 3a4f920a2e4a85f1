/* SPDX-License-Identifier: MIT */
/* Compile units of a DWARF file, and the functions in one, by address. */
#include "symbol/unit.h"

#include <dwarf.h>
#include <limits.h>
#include <search.h>
#include <stdlib.h>

#include "symbol/language.h"

#define DEPTH_MOST 64
/* Parts of one function or unit: more are nonsense, or an attack. */
#define PARTS_MOST (256u * 1024u)

static int unit_compare(const void *left, const void *right)
{
	Dwarf_Off a = dwarf_dieoffset((Dwarf_Die *)&((const struct unit *)left)->lines);
	Dwarf_Off b = dwarf_dieoffset((Dwarf_Die *)&((const struct unit *)right)->lines);

	return a < b ? -1 : a > b;
}

static void unit_free(void *opaque)
{
	struct unit *unit = opaque;

	ranges_fini(&unit->functions);
	free(unit);
}

void units_fini(struct units *units)
{
	tdestroy(units->by_offset, unit_free);
	ranges_fini(&units->ranges);
	*units = (struct units){ 0 };
}

/*
 * Add the address ranges of a DIE. Code that the linker dropped keeps its DIE,
 * with addresses from 0 (ld), or at the end of all addresses (lld): left out.
 */
static void ranges_add_die(struct ranges *ranges, Dwarf_Die *die, Dwarf_Off value)
{
	Dwarf_Addr base, low, high;
	ptrdiff_t at = 0;

	for (size_t i = 0; i < PARTS_MOST; i++) {
		at = dwarf_ranges(die, at, &base, &low, &high);
		if (at <= 0)
			break;
		if (low > 1 && ranges_add(ranges, low, high, value) < 0)
			break;
	}
}

static void units_scan(struct units *units, Dwarf *dwarf)
{
	Dwarf_CU *cu = NULL;
	Dwarf_Die die;
	uint8_t type;

	units->is_scanned = true;
	while (dwarf_get_units(dwarf, cu, &cu, NULL, &type, &die, NULL) == 0)
		if (type == DW_UT_compile || type == DW_UT_skeleton)
			ranges_add_die(&units->ranges, &die, dwarf_dieoffset(&die));
	ranges_seal(&units->ranges);
}

/*
 * .debug_aranges still lists dropped code at 0, and with 4 KiB of it that reaches
 * into the code of a position-independent program: the unit must say the same,
 * if it says anything (some assemblers leave its addresses out).
 */
static bool unit_agrees(Dwarf_Die *die, uint64_t address)
{
	Dwarf_Addr base, low, high;
	ptrdiff_t at = 0;

	for (size_t i = 0; i < PARTS_MOST; i++) {
		at = dwarf_ranges(die, at, &base, &low, &high);
		if (at <= 0)
			return i == 0;
		if (low > 1 && low <= address && address < high)
			return true;
	}
	return false;
}

static bool units_find_die(struct units *units, Dwarf *dwarf, uint64_t address, Dwarf_Die *ret_die)
{
	ptrdiff_t at;

	if (dwarf_addrdie(dwarf, address, ret_die) && unit_agrees(ret_die, address))
		return true;
	if (!units->is_scanned)
		units_scan(units, dwarf);
	at = ranges_find(&units->ranges, address, units->ranges.count);
	return at >= 0 && dwarf_offdie(dwarf, units->ranges.items[at].value, ret_die);
}

/* Not dwarf_srclang(), which would look for the split part on its own. */
static const char *unit_language(Dwarf_Die *root)
{
	Dwarf_Attribute storage;
	Dwarf_Word code;

	if (dwarf_formudata(dwarf_attr(root, DW_AT_language, &storage), &code) != 0 ||
	    code > INT_MAX)
		return NULL;
	return language_name((int)code);
}

static struct unit *unit_new(const struct units *units, Dwarf_Die *die)
{
	struct unit *unit = calloc(1, sizeof(*unit));
	Dwarf_Die whole, split;
	uint8_t type;

	if (!unit)
		return NULL;
	unit->lines = unit->root = *die;
	if (companion_split_is_safe(&units->of, die) &&
	    dwarf_cu_info(die->cu, NULL, &type, &whole, &split, NULL, NULL, NULL) == 0 &&
	    type == DW_UT_skeleton && split.addr)
		unit->root = split;
	unit->language = unit_language(&unit->root);
	return unit;
}

struct unit *units_find(struct units *units, Dwarf *dwarf, uint64_t address)
{
	struct unit key = { 0 }, **found, *unit;

	if (!units_find_die(units, dwarf, address, &key.lines))
		return NULL;
	found = tfind(&key, &units->by_offset, unit_compare);
	if (found)
		return *found;
	unit = unit_new(units, &key.lines);
	if (unit && !tsearch(unit, &units->by_offset, unit_compare)) {
		unit_free(unit);
		unit = NULL;
	}
	return unit;
}

/* One walk over a tree of DIEs. */
struct scan {
	struct ranges *functions;
	Dwarf_Off last; /* DIEs only come in rising order: a crafted file could lead in circles */
	bool is_deep;
};

/* Whether functions can be found below a DIE that is not itself at the address. */
static bool scan_enters(const struct scan *scan, int tag)
{
	switch (tag) {
	case DW_TAG_namespace:
	case DW_TAG_module:
		return true;
	case DW_TAG_subprogram: /* nested functions, lambdas */
	case DW_TAG_lexical_block:
	case DW_TAG_class_type:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
	case DW_TAG_interface_type:
		return scan->is_deep;
	default:
		return false;
	}
}

static void scan_children(struct scan *scan, Dwarf_Die *parent, int depth)
{
	Dwarf_Die die;

	if (depth > DEPTH_MOST || dwarf_child(parent, &die) != 0)
		return;
	do {
		Dwarf_Off offset = dwarf_dieoffset(&die);
		int tag = dwarf_tag(&die);

		if (offset <= scan->last)
			return;
		scan->last = offset;
		if (tag == DW_TAG_subprogram)
			ranges_add_die(scan->functions, &die, offset);
		if (scan_enters(scan, tag))
			scan_children(scan, &die, depth + 1);
	} while (dwarf_siblingof(&die, &die) == 0);
}

static void unit_scan(struct unit *unit, bool is_deep)
{
	struct scan scan = { .functions = &unit->functions, .is_deep = is_deep };

	ranges_fini(&unit->functions);
	scan_children(&scan, &unit->root, 0);
	ranges_seal(&unit->functions);
	unit->is_scanned = true;
	unit->is_scanned_deep = is_deep;
}

bool unit_find_function(struct unit *unit, uint64_t address, Dwarf_Die *ret_function)
{
	Dwarf *dwarf = dwarf_cu_getdwarf(unit->root.cu);
	ptrdiff_t at;

	if (!unit->is_scanned)
		unit_scan(unit, false);
	at = ranges_find(&unit->functions, address, unit->functions.count);
	if (at < 0 && !unit->is_scanned_deep) {
		unit_scan(unit, true);
		at = ranges_find(&unit->functions, address, unit->functions.count);
	}
	return at >= 0 && dwarf_offdie(dwarf, unit->functions.items[at].value, ret_function);
}
