/* SPDX-License-Identifier: MIT */
/*
 * Runtimes of languages: what a stack of a runtime's own functions does not tell.
 * All of them are in one table, made from lib/base/runtimes.def; nobody but
 * this table knows which there are.
 *
 * A runtime is met when a backtrace first passes through its module, be it the
 * program, a library of it, or a plug-in loaded late. A process that has met no
 * runtime pays one load for each question.
 *
 * Adding a runtime NAME:
 *   1. Add a row to lib/base/runtimes.def. It makes the number, the language of
 *      the JSON report, and the place in both tables.
 *   2. Write preload/stack/NAME.c: static functions, and `runtime_NAME` at its
 *      end. Put it in the list of preload/CMakeLists.txt, beside python.c.
 *   3. Write lib/judge/stack/NAME.c, which ends in `runtime_frames_NAME`
 *      (lib/judge/stack/runtime.h), and put it in the list of that folder.
 *   4. Write tests/unit/judge/NAME.c: what is in the ledger, what is shown.
 * Without 2 or 3 nothing links; without 4 the build is not configured.
 *
 * Layer: preload. Context: target; async-signal-safe, no lock, no allocation but
 * in the ledger.
 */
#ifndef UNCLOSED_PRELOAD_STACK_RUNTIME_H
#define UNCLOSED_PRELOAD_STACK_RUNTIME_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/runtimes.h"
#include "base/text.h"
#include "shim/names.h"

struct runtime {
	/* Is this object, seen for the first time, the runtime? Asked in every process. */
	bool (*is_in)(const struct dl_find_object *object);

	/*
	 * It is. Find out what frames are read with. Called once, by one thread, until
	 * sweep() says that it went; other threads may ask reach() and key() meanwhile.
	 * What does not fit, or is not known, leaves native stacks: runtime_refuse() tells
	 * the tool why.
	 */
	void (*meet)(const struct dl_find_object *object);

	/* Objects were unloaded, and the runtime was met. Did it go, too? Then forget it. */
	bool (*sweep)(void);

	/*
	 * How many frames does a new stack have in front of the innermost one that
	 * belongs to the runtime? `depth` when none does, or when the call came from
	 * the runtime's own workings, where its frames cannot be read. Signal handlers
	 * are looked for by the caller.
	 */
	unsigned int (*reach)(const uint64_t *pcs, unsigned int depth);

	/*
	 * A hash of `start` and the innermost `max` frames that the calling thread is
	 * in; 0 when it is in none, or they cannot be read now, as in a forked child
	 * of some runtimes. Called in the hook of each opening that came from the runtime:
	 * count nanoseconds. The same frames give the same key, and others another.
	 */
	uint64_t (*key)(unsigned int max, uint64_t start);

	/*
	 * The same frames as text, innermost first, as its own part of the tool reads
	 * them (struct ledger_stack). Called when a key is new. No text: the native
	 * stack stays as it is.
	 */
	void (*text)(unsigned int max, struct text *text);

	/*
	 * Is the runtime taking itself down, with the program's handlers for its end behind
	 * it? Asked for each new stack that reaches it.
	 */
	bool (*is_ending)(void);

	/*
	 * Is the calling thread in a finaliser of the runtime's library, of something that the
	 * program lost and that is closed later on? Asked where that is given up.
	 */
	bool (*is_losing)(void);
};

#define RUNTIME(name, language, title) \
	extern const struct runtime runtime_##name __attribute__((visibility("hidden")));
#include "base/runtimes.def"
#undef RUNTIME

/* A bit for each runtime that was met, by its number. */
extern _Atomic(uint32_t) runtimes_met __attribute__((visibility("hidden")));

/*
 * Was any met? Then rules and libunwind stay out: their walks do not check what
 * they read, and a coroutine whose stack was copied (greenlet) has no end that they
 * would know.
 */
static inline bool runtimes_are_met(void)
{
	return atomic_load_explicit(&runtimes_met, memory_order_relaxed) != 0;
}

/* A module was seen for the first time: is it a runtime? */
void runtimes_meet(const struct dl_find_object *object);

/* Modules went: runtimes, too? */
void runtimes_sweep(void);

/* The runtime that a call came from by plain calls, with no signal handler between. */
enum runtime_id runtime_reached(const uint64_t *pcs, unsigned int depth);

/* Does a runtime that was met say so of the calling thread (is_losing)? errno is kept. */
bool runtime_is_losing(void);

/* The bits of a stack that reaches `runtime`: enum stack_flags. */
unsigned int runtime_flags(enum runtime_id runtime);

/*
 * The record of the native stack `stack_ref` with the frames of its runtime that the
 * calling thread is in; `stack_ref` itself when it is in none, or they cannot be read.
 */
uint32_t runtime_stack(uint32_t stack_ref);

#endif
