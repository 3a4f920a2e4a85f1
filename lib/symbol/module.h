/* SPDX-License-Identifier: MIT */
/*
 * One program or library: opened once, resolved an address at a time.
 *
 * Layer: symbol. Context: tool. Not thread-safe.
 */
#ifndef UNCLOSED_SYMBOL_MODULE_H
#define UNCLOSED_SYMBOL_MODULE_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>

#include "symbol/arena.h"
#include "symbol/binary.h"
#include "symbol/symbol.h"
#include "symbol/symtab.h"
#include "symbol/unit.h"

struct module {
	const char *path;
	struct arena *arena; /* of the symbolizer */
	bool allow_debuginfod;
	bool is_named; /* by who runs us: may be opened with our own rights (base/rights.h) */
	bool is_ours;  /* and was: not every user of the session may read it */

	bool was_tried;   /* to open */
	bool has_file;    /* the path could be opened */
	bool has_changed; /* a build-id was asked for that it does not have */
	bool is_known;    /* was open once; then `lack` counts while it is closed */
	enum symbol_lack lack;
	bool is_heavy; /* a debug file of its own takes more memory than there is for it */
	struct binary binary;
	void *by_address; /* a tsearch(3) tree of struct resolved (resolved.h) */
	bool has_roles;   /* those that follow were read */
	struct ranges roles; /* cpython.h */

	Dwfl *dwfl; /* NULL: not open; then nothing of what follows counts */
	Dwfl_Module *dwfl_module;
	GElf_Addr bias; /* ours in `dwfl` less that of the file */

	bool has_looked_for_dwarf;
	Dwarf *dwarf; /* NULL: no line numbers */
	Dwarf_Addr dwarf_bias;
	struct units units;
	struct symtab symtab;
};

/* A module that is not open yet. NULL when memory is short. */
struct module *module_new(const char *path, struct arena *arena, bool allow_debuginfod);
void module_free(struct module *module);

/*
 * Open the file. Takes two descriptors at most (a separate debug file) until
 * module_close. Returns whether it is open; a failure is remembered.
 */
bool module_open(struct module *module);

/* Give back all but what was resolved. */
void module_close(struct module *module);

/*
 * Around what reads of an open module: with our own rights where it was opened with them.
 */
void module_rights_begin(const struct module *module);
void module_rights_end(const struct module *module);

enum symbol_lack module_lack(struct module *module);

/* The roles of a module, open or read before; what could not be read has none. */
const struct ranges *module_roles(struct module *module);

/* Of an open module: its DWARF, NULL when it has none, and the symbol at an address. */
Dwarf *module_dwarf(struct module *module);
bool module_find_symbol(struct module *module, uint64_t address, struct symtab_symbol *ret_symbol);

#endif
