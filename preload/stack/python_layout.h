/* SPDX-License-Identifier: MIT */
/*
 * Where CPython keeps a thread's frames: offsets by version. Within a minor
 * version they do not change (extensions are compiled against them). Those of
 * 3.7 to 3.12 are in a table; from 3.13 on the interpreter publishes its own
 * in _PyRuntime for debuggers (_Py_DebugOffsets), in an order of its version.
 *
 * Nothing is believed: python.c checks a layout against the live interpreter
 * before it is used.
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_STACK_PYTHON_LAYOUT_H
#define UNCLOSED_PRELOAD_STACK_PYTHON_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

/* What a frame says of where it is. */
enum python_position {
	POSITION_BYTES, /* an int: offset into the code */
	POSITION_UNITS, /* the same in units of two bytes */
	POSITION_POINTER,
};

/* How the calls of the evaluation loop, which may run many frames each, are told apart. */
enum python_entry {
	ENTRY_EVERY, /* a call for each frame */
	ENTRY_FLAG,  /* a byte in the outermost frame of a call */
	ENTRY_FRAME, /* a frame without code below it; its owner is PYTHON_OWNER_NONE or more */
};

#define PYTHON_OWNER_NONE 3

/* The text is in the string's own object. Up to 3.11 the C interface can make others. */
#define PYTHON_STATE_COMPACT 0x20

struct python_layout {
	enum python_position position_kind;
	enum python_entry entry_kind;
	uint32_t holder; /* in the thread state: what has the current frame; 0: it does itself */
	uint32_t current;
	uint32_t previous, code, position, entry;   /* in a frame */
	uint32_t filename, name, lines, first_line; /* in a code object */
	uint32_t bytecode;  /* the code itself, or with other positions than pointers a bytes object
			     */
	uint32_t type;      /* in any object */
	uint32_t length;    /* in a string, a bytes object, a code object */
	uint32_t text_data; /* in a string of ASCII */
	uint32_t text_state; /* bits of a string: PYTHON_STATE_COMPACT; 0: all strings are */
	uint32_t bytes_data; /* in a bytes object */
};

/*
 * The layout of version 3.`minor`. `runtime` is the address of _PyRuntime, or
 * NULL. NULL on success, else why not, in words.
 */
const char *python_layout_find(unsigned int minor, const void *runtime,
			       struct python_layout *ret_layout);

#endif
