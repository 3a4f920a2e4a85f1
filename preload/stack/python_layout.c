/* SPDX-License-Identifier: MIT */
/* The offsets of CPython's structures, by version: a table, and what newer ones publish. */
#include "stack/python_layout.h"

#include <string.h>

/* The same in all of them, since 3.3 and without --with-trace-refs. */
#define OBJECTS .type = 8, .length = 16, .bytes_data = 32

/* clang-format off */
static const struct python_layout layouts[] = {
	[7] = { POSITION_BYTES, ENTRY_EVERY, .current = 24, .previous = 24, .code = 32, .position = 104,
		.filename = 96, .name = 104, .lines = 112, .first_line = 36, .bytecode = 40,
		.text_data = 48, .text_state = 32, OBJECTS },
	[8] = { POSITION_BYTES, ENTRY_EVERY, .current = 24, .previous = 24, .code = 32, .position = 104,
		.filename = 104, .name = 112, .lines = 120, .first_line = 40, .bytecode = 48,
		.text_data = 48, .text_state = 32, OBJECTS },
	[9] = { POSITION_BYTES, ENTRY_EVERY, .current = 24, .previous = 24, .code = 32, .position = 104,
		.filename = 104, .name = 112, .lines = 120, .first_line = 40, .bytecode = 48,
		.text_data = 48, .text_state = 32, OBJECTS },
	[10] = { POSITION_UNITS, ENTRY_EVERY, .current = 24, .previous = 24, .code = 32, .position = 96,
		.filename = 104, .name = 112, .lines = 120, .first_line = 40, .bytecode = 48,
		.text_data = 48, .text_state = 32, OBJECTS },
	[11] = { POSITION_POINTER, ENTRY_FLAG, .holder = 56, .current = 8, .previous = 48, .code = 32,
		.position = 56, .entry = 68, .filename = 112, .name = 128, .lines = 136,
		.first_line = 72, .bytecode = 184, .text_data = 48, .text_state = 32, OBJECTS },
	[12] = { POSITION_POINTER, ENTRY_FRAME, .holder = 56, .current = 0, .previous = 8, .code = 0,
		.position = 56, .entry = 70, .filename = 112, .name = 128, .lines = 136,
		.first_line = 68, .bytecode = 192, .text_data = 40, OBJECTS },
};

/* The words of _Py_DebugOffsets that are read, by their number. */
struct published {
	uint8_t current, previous, code, position, entry, filename, name, lines, first_line,
		bytecode, type, length, bytes_data, text_data;
};

static const struct published published[] = {
	[13] = { .current = 23, .previous = 29, .code = 30, .position = 31, .entry = 33,
		 .filename = 35, .name = 37, .lines = 38, .first_line = 39, .bytecode = 43,
		 .type = 45, .length = 69, .bytes_data = 66, .text_data = 70 },
	[14] = { .current = 26, .previous = 32, .code = 33, .position = 34, .entry = 36,
		 .filename = 40, .name = 42, .lines = 43, .first_line = 44, .bytecode = 48,
		 .type = 51, .length = 79, .bytes_data = 76, .text_data = 80 },
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define WORD_VERSION 1
#define WORD_FREE_THREADED 2

/* What is read is never so far inside an object: such words are of another order. */
#define OFFSET_LIMIT (UINT64_C(1) << 16)

static bool offsets_are_small(const struct published *at, const uint64_t *words)
{
	const uint8_t *numbers = (const uint8_t *)at;

	for (size_t i = 0; i < sizeof(*at); i++)
		if (words[numbers[i]] >= OFFSET_LIMIT)
			return false;
	return true;
}

static const char *published_read(unsigned int minor, const uint64_t *words,
				  struct python_layout *ret_layout)
{
	const struct published *at = &published[minor];

	if (!words || memcmp(words, "xdebugpy", 8) != 0 ||
	    words[WORD_VERSION] >> 16 != (UINT64_C(3) << 8 | minor))
		return "it does not say where its frames are";
	if (words[WORD_FREE_THREADED])
		return "free-threaded builds are not read";
	if (!offsets_are_small(at, words))
		return "it says where its frames are in a way that is not known";
	*ret_layout = (struct python_layout){
		.position_kind = POSITION_POINTER,
		.entry_kind = ENTRY_FRAME,
		.current = (uint32_t)words[at->current],
		.previous = (uint32_t)words[at->previous],
		.code = (uint32_t)words[at->code],
		.position = (uint32_t)words[at->position],
		.entry = (uint32_t)words[at->entry],
		.filename = (uint32_t)words[at->filename],
		.name = (uint32_t)words[at->name],
		.lines = (uint32_t)words[at->lines],
		.first_line = (uint32_t)words[at->first_line],
		.bytecode = (uint32_t)words[at->bytecode],
		.type = (uint32_t)words[at->type],
		.length = (uint32_t)words[at->length],
		.bytes_data = (uint32_t)words[at->bytes_data],
		.text_data = (uint32_t)words[at->text_data],
	};
	return NULL;
}

const char *python_layout_find(unsigned int minor, const void *runtime,
			       struct python_layout *ret_layout)
{
	if (minor < COUNT(layouts) && layouts[minor].type) {
		*ret_layout = layouts[minor];
		return NULL;
	}
	if (minor < COUNT(published) && published[minor].type)
		return published_read(minor, runtime, ret_layout);
	return "this version's frames are not known";
}
