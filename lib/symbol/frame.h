/* SPDX-License-Identifier: MIT */
/*
 * What is known of an address put together: DWARF first, then the symbol table.
 *
 * Layer: symbol. Context: tool.
 */
#ifndef UNCLOSED_SYMBOL_FRAME_H
#define UNCLOSED_SYMBOL_FRAME_H

#include "symbol/module.h"

/* What an address came to. The frames are in the arena. */
struct resolved {
	uint64_t address;
	size_t count;
	struct symbol_frame *frames;
};

/*
 * Fill in resolved->frames for resolved->address, in an open module. Comes with
 * one frame of NULLs, which stays when nothing is known or memory is short.
 */
void frames_fill(struct module *module, struct resolved *resolved);

/*
 * What the symbol table of an open module knows of an address: names, and a language where the
 * frame has none yet. Debug information is not read. False: nothing.
 */
bool frame_from_symbol(struct symbol_frame *ret_frame, struct module *module, uint64_t address);

#endif
