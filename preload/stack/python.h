/* SPDX-License-Identifier: MIT */
/*
 * Python frames of the calling thread: what a stack of CPython's own functions
 * does not tell. Read from the interpreter's memory without its lock: the
 * thread sits in our hook, so its own frames stand still.
 *
 * An interpreter is met when a backtrace first passes through its module, be it
 * the program, a library of it, or a plug-in loaded late. Before the first use
 * its layout is checked against what is found there, with a question to the
 * kernel before each new address is read; what does not fit, or is not known,
 * leaves native stacks, and why in the image's interpreter_ref.
 *
 * Frames are read only where the innermost part of the native stack leads into
 * the interpreter by plain calls (STACK_INTERPRETER): under a signal handler
 * they may be half written. Not without a thread state of Python, not once the
 * interpreter has begun to end, and never in a vfork child, which records nothing.
 *
 * Cost: about 5 ns a frame for a key of where the frames are; the text, some
 * microseconds, is made when a key is new.
 *
 * Layer: preload. Context: target; no lock, no allocation but in the ledger.
 */
#ifndef UNCLOSED_PRELOAD_STACK_PYTHON_H
#define UNCLOSED_PRELOAD_STACK_PYTHON_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "shim/names.h"

enum python_state {
	PYTHON_NONE,
	PYTHON_CLAIMED, /* a thread fills in what is known of it */
	PYTHON_MET,     /* its layout is not checked yet: no frames were seen */
	PYTHON_READ,
	PYTHON_REFUSED, /* native stacks */
};

extern _Atomic(enum python_state) python_state __attribute__((visibility("hidden")));

/* A module was seen for the first time: is it a Python interpreter? */
void python_meet(const struct dl_find_object *object);

/* Modules went: the interpreter, too? */
void python_sweep(void);

/*
 * Was an interpreter met? Then libunwind stays out: its walks do not check what they
 * read, and a coroutine of greenlet has no end of a stack that it would know.
 */
static inline bool python_is_there(void)
{
	return atomic_load_explicit(&python_state, memory_order_relaxed) != PYTHON_NONE;
}

/* Does a walk lead from a call to the interpreter, with no signal handler between? */
bool python_is_reached(const uint64_t *pcs, unsigned int depth);

/*
 * The record of the native stack `stack_ref` with the Python frames the calling
 * thread is in; `stack_ref` itself when it is in none, or they cannot be read.
 */
uint32_t python_stack(uint32_t stack_ref);

#endif
