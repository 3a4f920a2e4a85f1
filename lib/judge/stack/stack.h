/* SPDX-License-Identifier: MIT */
/*
 * Places: backtraces as modules and offsets, read as functions and lines when they are
 * needed.
 *
 * Layer: judge/stack. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_STACK_STACK_H
#define UNCLOSED_JUDGE_STACK_STACK_H

#include "judge/group.h"
#include "judge/process/process.h"
#include "symbol/symbol.h"

/* A loaded object of some image; the same path and build-id is the same module. */
struct module {
	const char *path;     /* never NULL */
	const char *name;     /* last part of the path */
	const char *build_id; /* hex, or NULL */
	const uint8_t *build_id_bytes;
	size_t build_id_length;
	bool is_shim, is_system, is_libc;
	enum runtime_id runtime; /* whose own it is */
	bool is_shown;           /* in a frame a report shows */
	bool is_shown_bare;      /* in one without a file name */
	bool has_source;         /* some source of its lines was found */
	const char *lost_source; /* one that was not; NULL: none */
};

struct spot {
	uint32_t module; /* NONE: in none */
	uint64_t offset; /* ELF virtual address of the call, or the address itself */
};

/*
 * A backtrace as modules and offsets: the same in every image of a program. With
 * frames of a runtime these count, and what other libraries have between them; not
 * where the runtime was in itself, which is not the same from call to call.
 */
struct place {
	struct spot *spots;
	size_t spot_count;
	bool is_truncated;
	bool is_ending; /* the runtime was taking itself down */
	enum runtime_id runtime; /* of the text */
	const char *text; /* frames of a runtime, as in the ledger; NULL: none */
	const char *functions; /* the text without what differs from call to call */
	const char *cwd;  /* with a text: where the process that it is from began */
	uint32_t *refs; /* the ledger's stacks that are this place */
	size_t ref_count;
	bool is_read;
	struct report_stack stack; /* when is_read */
	uint32_t alike;      /* number + 1 of the place that stands for all that read the same; 0: not asked */
	uint32_t next_alike; /* number + 1 of the next of those; 0: the last */
};

/* fingerprint.c */

void finding_fingerprint(struct judge *judge, struct finding *finding);

/* frames.c */

/* Module of a frame of a place that was read; NULL in none. */
const struct module *frame_module(const struct judge *judge, const struct report_frame *frame);

/* Is it a frame that the program's writer can change: of its own source, in a module of its own? */
bool frame_is_own(const struct judge *judge, const struct report_frame *frame);

/* The innermost frame of the program's own code, or of any code; NULL without frames. */
const struct report_frame *stack_top(struct judge *judge, const struct report_stack *stack);

/* wrapper.c */

/*
 * The innermost own frame where a stack parts from another one: that of stack_top(), or where
 * both have the same line there, a caller of it.
 */
const struct report_frame *stack_apart(struct judge *judge, const struct report_stack *stack,
				       const struct report_stack *other);

/* The library that made the call for the program's own code; NULL: that code made it. */
const struct module *stack_library(struct judge *judge, const struct report_stack *stack);

/* The function of that library that the program's own code called; NULL: not known. */
const char *stack_library_entry(struct judge *judge, const struct report_stack *stack,
				const struct module *library);

/* function_names.c */

/* A function's name without what changes from build to build. */
char *function_normalise(struct report *report, const char *name);

/* What it is recognised by with another compiler: all lambdas are one, and all static initializers. */
const char *function_key(struct report *report, const char *name);

/* Is it the standard library's, compiled into the program (templates)? */
bool function_is_glue(const char *key, const char *language);

/* harness.c */

/* Is this a place where a test framework opens something for itself? */
bool place_is_harness(const struct judge *judge, uint32_t place);

/* jit.c */

/* Is it a function of a script of the program's own, compiled at run time? */
bool frame_is_script(const struct report_frame *frame);

/* missing.c */

/* Say what the modules that were shown lack, and what file names are relative to. */
void modules_diagnose(struct judge *judge);

/* spot.c */

/* The module of a spot; NULL: it is in none, or in code made at run time. */
const struct module *spot_module(const struct judge *judge, const struct spot *spot);

/* modules.c */

/* The module and address of a program counter in an image's epoch. */
struct spot spot_find(struct judge *judge, uint32_t image_ref, uint32_t epoch, uint64_t pc);

/* Was a module loaded in an image at some time? */
bool image_has_module(struct judge *judge, uint32_t image_ref, uint32_t module);

/* same_place.c */

/* The place that stands for all whose stacks read the same; NONE for NONE. Reads it. */
uint32_t place_alike(struct judge *judge, uint32_t place);

/* scopes.c */

/* Fill report->scopes. */
void scopes_read(struct judge *judge);

/* The id of the scope that a slot's scope_ref leads to; 0 none. */
uint32_t scope_id(const struct judge *judge, uint32_t scope_ref);

/* One more descriptor of this scope was never closed. */
void scope_leaked(struct judge *judge, uint32_t id);

/* A descriptor of a group was opened in this scope. */
void group_scope(struct judge *judge, struct group *group, uint32_t id);

/* sibling_places.c */

/*
 * Find the backtraces of what was closed that are places of leaks, too: in
 * other processes, and at other addresses of the same lines.
 */
void kin_find(struct judge *judge);

/* How many that the innermost line of a group's place opened were closed. */
uint64_t closed_at_line(struct judge *judge, const struct group *group);

/* stacks.c */

/* The place of a stack record; NONE when there is no such backtrace. */
uint32_t place_of(struct judge *judge, uint32_t stack_ref);

/* A place with symbols, read on first use. The empty stack for NONE. */
const struct report_stack *place_read(struct judge *judge, uint32_t place);

/* The function of an address, whatever is inlined into it; NULL without a name. */
const struct report_frame *spot_function(struct judge *judge, const struct spot *spot);

/* What the function of an address is in its runtime. */
enum symbol_role spot_role(struct judge *judge, const struct spot *spot);

#endif
