/* SPDX-License-Identifier: MIT */
/* The name of a function from its DWARF. */
#include "symbol/name.h"

#include <dwarf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "symbol/demangle.h"

#define QUALIFIED_MOST 1024

/* dwarf_attr_integrate follows DW_AT_abstract_origin and DW_AT_specification, 16 steps at most. */
static const char *die_string(Dwarf_Die *die, unsigned int attribute)
{
	Dwarf_Attribute storage;

	return dwarf_formstring(dwarf_attr_integrate(die, attribute, &storage));
}

static const char *die_linkage_name(Dwarf_Die *die)
{
	const char *name = die_string(die, DW_AT_linkage_name);

	return name ? name : die_string(die, DW_AT_MIPS_linkage_name);
}

/* The DIE that stands where the function was declared: inside of its class and namespaces. */
static Dwarf_Die die_declaration(Dwarf_Die die)
{
	for (int step = 0; step < 16; step++) {
		Dwarf_Attribute storage, *origin;
		Dwarf_Die next;

		origin = dwarf_attr(&die, DW_AT_abstract_origin, &storage);
		if (!origin)
			origin = dwarf_attr(&die, DW_AT_specification, &storage);
		if (!origin || !dwarf_formref_die(origin, &next))
			break;
		die = next;
	}
	return die;
}

static const char *scope_name(Dwarf_Die *scope)
{
	const char *name;

	switch (dwarf_tag(scope)) {
	case DW_TAG_namespace:
		name = dwarf_diename(scope);
		return name ? name : "(anonymous namespace)";
	case DW_TAG_class_type:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		return dwarf_diename(scope);
	default:
		return NULL;
	}
}

/* dwarf_getscopes_die walks the unit to the DIE; done only for names that need it. */
static const char *name_qualify(Dwarf_Die *function, const char *name, struct arena *arena)
{
	Dwarf_Die declaration = die_declaration(*function);
	Dwarf_Die *scopes = NULL;
	int count = dwarf_getscopes_die(&declaration, &scopes);
	char storage[QUALIFIED_MOST];
	struct text text;

	text_init(&text, storage, sizeof(storage));
	for (int i = count - 1; i > 0; i--) {
		const char *scope = scope_name(&scopes[i]);

		if (scope) {
			text_add(&text, scope);
			text_add(&text, "::");
		}
	}
	text_add(&text, name);
	free(scopes);
	return arena_copy_string(arena, text.is_cut ? name : storage);
}

void frame_name(struct symbol_frame *frame, Dwarf_Die *function, struct arena *arena)
{
	const char *linkage = die_linkage_name(function);
	const char *name = die_string(function, DW_AT_name);
	bool has_scopes = frame->language && strcmp(frame->language, "c++") == 0;

	if (linkage)
		frame->function = name_demangle(arena, linkage, NULL);
	if (!frame->function && name)
		frame->function = has_scopes && !linkage ? name_qualify(function, name, arena)
							 : arena_copy_string(arena, name);
	if (!frame->function)
		frame->function = arena_copy_string(arena, linkage);
	else if (linkage && strcmp(linkage, frame->function) != 0)
		frame->linkage_name = arena_copy_string(arena, linkage);
}
