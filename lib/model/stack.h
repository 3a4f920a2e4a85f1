/* SPDX-License-Identifier: MIT */
/*
 * Stacks of the findings model (model.h): frames with names and lines, innermost first.
 * The same rules hold: a string may be NULL, the report's arena owns all memory.
 *
 * Layer: model. Context: tool.
 */
#ifndef UNCLOSED_MODEL_STACK_H
#define UNCLOSED_MODEL_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/runtimes.h"

struct report_frame {
	const char *function;     /* demangled, or NULL */
	const char *linkage_name; /* when it differs */
	const char *file;         /* relative to the project (struct report) when below it */
	unsigned int line;        /* 0: not known */
	const char *source;       /* text of the line, or NULL */
	const char *module;       /* path of the module; NULL for an address in none */
	const char *build_id;     /* hex, or NULL */
	uint64_t offset;          /* in the module (ELF virtual address), or the address itself */
	bool is_inlined;
	bool is_line_of_function; /* `line` is where the function begins, not where it was */
	bool is_runtime; /* start of a program, a thread, a task or an import: leads to code, is none */
	bool is_library; /* of a script: of its library or an installed package, not the program's */
	bool is_foreign; /* native code, compiled into the program from somebody else's source */
	enum runtime_id runtime; /* whose function it is; RUNTIME_NONE: native code */
	const char *language;
};

struct report_stack {
	struct report_frame *frames;
	size_t frame_count;
	bool is_truncated; /* deeper than was recorded */
};

#endif
