/* SPDX-License-Identifier: MIT */
/* What DWARF and the symbol table know of an address, put together as frames. */
#include "symbol/frame.h"

#include <dwarf.h>
#include <string.h>

#include "symbol/demangle.h"
#include "symbol/name.h"
#include "symbol/path.h"
#include "symbol/scope.h"

bool frame_from_symbol(struct symbol_frame *ret_frame, struct module *module, uint64_t address)
{
	struct symtab_symbol symbol;
	const char *demangled;

	if (!module_find_symbol(module, address, &symbol))
		return false;
	demangled = name_demangle(module->arena, symbol.name,
				  ret_frame->language ? NULL : &ret_frame->language);
	ret_frame->function = demangled ? demangled : symbol.name;
	ret_frame->linkage_name = demangled ? symbol.name : NULL;
	return true;
}

/* glibc's fopen() is _IO_new_fopen in its source; programs know the exported name. */
static bool symbol_is_plainer(const struct symtab_symbol *symbol, const char *function)
{
	size_t underscores = strspn(function, "_");

	return underscores > 0 && symbol->is_exported && strspn(symbol->name, "_") <= underscores;
}

/*
 * What the symbol table knows better than the DWARF: the parameters of static
 * C++ functions, and the name that others call where C has one of its own.
 */
static void frame_improve(struct symbol_frame *frame, struct module *module, uint64_t address)
{
	bool is_cxx = frame->language && strcmp(frame->language, "c++") == 0;
	struct symtab_symbol symbol;
	const char *demangled;

	if (frame->linkage_name && name_is_mangled(frame->linkage_name))
		return;
	if ((!is_cxx && frame->function[0] != '_') || !module_find_symbol(module, address, &symbol))
		return;
	demangled = name_demangle(module->arena, symbol.name, NULL);
	if (demangled) {
		frame->function = demangled;
		frame->linkage_name = symbol.name;
	} else if (symbol_is_plainer(&symbol, frame->function)) {
		frame->function = symbol.name;
		frame->linkage_name = NULL;
	}
}

static void frame_place(struct symbol_frame *frame, struct unit *unit, struct arena *arena,
			const char *file, uint64_t line)
{
	Dwarf_Attribute storage;

	if (!file || line == 0 || line > INT32_MAX)
		return;
	frame->file = path_clean(
		arena, dwarf_formstring(dwarf_attr(&unit->lines, DW_AT_comp_dir, &storage)), file);
	frame->line = frame->file ? (unsigned int)line : 0;
}

/* The place of the instruction itself, for the innermost function. */
static void frame_place_at(struct symbol_frame *frame, struct unit *unit, struct arena *arena,
			   uint64_t address)
{
	Dwarf_Line *row = dwarf_getsrc_die(&unit->lines, address);
	int line;

	if (row && dwarf_lineno(row, &line) == 0 && line > 0)
		frame_place(frame, unit, arena, dwarf_linesrc(row, NULL, NULL), (uint64_t)line);
}

/* The place where `inlined` was called, for the function around it. */
static void frame_place_call(struct symbol_frame *frame, struct unit *unit, struct arena *arena,
			     Dwarf_Die *inlined)
{
	Dwarf_Attribute storage;
	Dwarf_Word file, line;
	Dwarf_Files *files;
	size_t count;

	if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &storage), &file) == 0 &&
	    dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &storage), &line) == 0 &&
	    dwarf_getsrcfiles(&unit->root, &files, &count) == 0 && file < count)
		frame_place(frame, unit, arena, dwarf_filesrc(files, file, NULL, NULL), line);
}

/* The source of a unit, made absolute. A unit of link-time optimization has no file: its directory. */
static const char *unit_source(struct unit *unit, struct arena *arena)
{
	Dwarf_Attribute storage;
	const char *name, *directory;

	if (unit->source)
		return unit->source;
	name = dwarf_formstring(dwarf_attr(&unit->root, DW_AT_name, &storage));
	directory = dwarf_formstring(dwarf_attr(&unit->lines, DW_AT_comp_dir, &storage));
	unit->source = path_clean(arena, directory, name && name[0] != '<' ? name : ".");
	return unit->source;
}

/* The frames of a function that has a DIE. `at` is the address as in the DWARF. */
static void frames_from_function(struct resolved *resolved, struct module *module,
				 struct unit *unit, Dwarf_Die *function, uint64_t at)
{
	Dwarf_Die scopes[SCOPES_MOST];
	size_t count = scopes_find(function, at, scopes);
	struct symbol_frame *frames = arena_take(module->arena, count * sizeof(*frames));

	if (!frames)
		return;
	for (size_t i = 0; i < count; i++) {
		Dwarf_Die *scope = &scopes[count - 1 - i];

		frames[i].language = unit->language;
		frames[i].unit = unit_source(unit, module->arena);
		frames[i].is_inlined = i + 1 < count;
		frame_name(&frames[i], scope, module->arena);
		if (i == 0)
			frame_place_at(&frames[i], unit, module->arena, at);
		else
			frame_place_call(&frames[i], unit, module->arena, scope + 1);
	}
	if (frames[count - 1].function)
		frame_improve(&frames[count - 1], module, resolved->address);
	else
		(void)frame_from_symbol(&frames[count - 1], module, resolved->address);
	resolved->frames = frames;
	resolved->count = count;
}

void frames_fill(struct module *module, struct resolved *resolved)
{
	Dwarf *dwarf = module_dwarf(module);
	uint64_t at = resolved->address + module->bias - module->dwarf_bias;
	struct unit *unit = dwarf ? units_find(&module->units, dwarf, at) : NULL;
	struct symbol_frame *frame = resolved->frames;
	Dwarf_Die function;

	if (unit && unit_find_function(unit, at, &function)) {
		frames_from_function(resolved, module, unit, &function, at);
		return;
	}
	/* Assembler has lines but no functions. */
	if (unit) {
		frame->language = unit->language;
		frame->unit = unit_source(unit, module->arena);
		frame_place_at(frame, unit, module->arena, at);
	}
	(void)frame_from_symbol(frame, module, resolved->address); /* or nothing */
}
