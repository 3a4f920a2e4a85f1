/* SPDX-License-Identifier: MIT */
/*
 * Files that libdw opens on its own, by names in a module: split debug information
 * (.dwo, .dwp) and what dwz has shared (.gnu_debugaltlink). It opens whatever is there, and
 * would wait at a FIFO for ever. So the names are looked at before.
 *
 * Layer: symbol. Context: tool.
 */
#ifndef UNCLOSED_SYMBOL_COMPANION_H
#define UNCLOSED_SYMBOL_COMPANION_H

#include <elfutils/libdw.h>
#include <stdbool.h>

/* The files of a module, whose folders relative names are in; NULL: there is none. */
struct companion_of {
	const char *main, *debug;
};

/* May libdw look for the split part of the unit that begins with `die`? */
bool companion_split_is_safe(const struct companion_of *of, Dwarf_Die *die);

/* May libdw look for what is shared? */
bool companion_shared_is_safe(const struct companion_of *of, Dwarf *dwarf);

#endif
