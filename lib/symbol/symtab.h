/* SPDX-License-Identifier: MIT */
/*
 * Functions by the symbol table: .symtab, or .dynsym with .gnu_debugdata.
 *
 * Layer: symbol. Context: tool. Not thread-safe.
 */
#ifndef UNCLOSED_SYMBOL_SYMTAB_H
#define UNCLOSED_SYMBOL_SYMTAB_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>

#include "symbol/arena.h"
#include "symbol/ranges.h"

/* All zero is a table that was not read yet. */
struct symtab {
	struct ranges ranges; /* value: index for dwfl_module_getsym_info */
	bool is_read;
	bool is_full; /* has local functions too, not only what is exported */
};

struct symtab_symbol {
	const char *name; /* without its version ("@@GLIBC_2.34"); in the arena */
	bool is_exported; /* global or weak */
};

void symtab_fini(struct symtab *symtab);

/* Read the table, once. `module_has_symtab`: the module's own file has a .symtab. */
void symtab_read(struct symtab *symtab, Dwfl_Module *module, bool module_has_symtab);

/*
 * The function whose [value, value + size) holds `address`, of several the best
 * name for it. Never the nearest symbol before. A symbol without a size (from
 * assembler) reaches to the next symbol of its section, and counts only when
 * the table is full.
 */
bool symtab_find(const struct symtab *symtab, Dwfl_Module *module, struct arena *arena,
		 uint64_t address, struct symtab_symbol *ret_symbol);

#endif
