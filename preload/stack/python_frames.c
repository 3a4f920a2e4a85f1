/* SPDX-License-Identifier: MIT */
/* A reader of CPython's frames, by the offsets of a layout. */
#include "stack/python_frames.h"

#include <stddef.h>
#include <string.h>

#include "shim/readable.h"

#define CHECKED_FRAMES 8
#define PATH_MAX_CHARS 1000
#define NAME_MAX_CHARS 300

/* At any alignment. */
static uint64_t word_at(uint64_t address)
{
	uint64_t word;

	memcpy(&word, (const void *)address, sizeof(word));
	return word;
}

static uint32_t half_at(uint64_t address)
{
	return *(const uint32_t *)address;
}

static uint8_t byte_at(uint64_t address)
{
	return *(const uint8_t *)address;
}

struct frame {
	uint64_t code; /* 0: a frame without code */
	uint64_t position;
	bool ends_entry; /* the evaluation loop was called from C with this frame */
};

static uint64_t first_frame(const struct python_layout *layout, uint64_t thread)
{
	uint64_t holder = layout->holder ? word_at(thread + layout->holder) : thread;

	return holder ? word_at(holder + layout->current) : 0;
}

/* The two lowest bits are tags, in versions that have such. */
static uint64_t code_of(const struct python_layout *layout, uint64_t address)
{
	return word_at(address + layout->code) & ~UINT64_C(3);
}

static uint64_t type_of(const struct python_layout *layout, uint64_t object)
{
	return word_at(object + layout->type);
}

/*
 * From 3.13 on, a specialised call of a class puts a frame below that of __init__, to look at
 * what that returns. It is in no source: its name is its file's name, and it has no line.
 */
static bool is_made_up(const struct python_layout *layout, uint64_t code)
{
	return half_at(code + layout->first_line) == 0 &&
	       word_at(code + layout->filename) == word_at(code + layout->name);
}

/* Returns the address of the frame that called this one. */
static uint64_t frame_read(const struct python_reader *reader, uint64_t address,
			   struct frame *ret_frame)
{
	const struct python_layout *layout = &reader->layout;
	uint64_t code = code_of(layout, address);
	bool has_code = true;

	ret_frame->ends_entry = true;
	if (layout->entry_kind == ENTRY_FLAG)
		ret_frame->ends_entry = byte_at(address + layout->entry) != 0;
	if (layout->entry_kind == ENTRY_FRAME)
		ret_frame->ends_entry = byte_at(address + layout->entry) >= PYTHON_OWNER_NONE;
	if (layout->entry_kind == ENTRY_FRAME)
		has_code = !ret_frame->ends_entry;
	if (!has_code || !code || type_of(layout, code) != reader->code_type ||
	    is_made_up(layout, code))
		code = 0;
	ret_frame->code = code;
	ret_frame->position = layout->position_kind == POSITION_POINTER
				      ? word_at(address + layout->position)
				      : half_at(address + layout->position);
	return word_at(address + layout->previous);
}

/* A generator may stand in a chain twice for a moment; nothing runs for ever. */
static unsigned int steps_max(unsigned int frames)
{
	return frames * 3 + 8;
}

static int byte_offset(const struct python_layout *layout, const struct frame *frame)
{
	switch (layout->position_kind) {
	case POSITION_BYTES:
		return (int)frame->position;
	case POSITION_UNITS:
		return (int)frame->position * 2;
	default:
		return (int)(frame->position - frame->code - layout->bytecode);
	}
}

bool python_has_frames(const struct python_reader *reader, uint64_t thread)
{
	return first_frame(&reader->layout, thread) != 0;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0xff51afd7ed558ccd);
	return hash ^ hash >> 32;
}

static bool has_text_inside(const struct python_reader *reader, uint64_t string)
{
	const struct python_layout *layout = &reader->layout;

	return type_of(layout, string) == reader->string_type &&
	       (!layout->text_state || byte_at(string + layout->text_state) & PYTHON_STATE_COMPACT);
}

/*
 * A freed code object's address is given to the next one compiled: programs that
 * run generated code (doctest, exec) make many that differ in little. The end of
 * the file name and the beginning of the line table tell them apart. Both lie
 * within their objects: what is shorter than a word has the header before it,
 * or room behind.
 */
static uint64_t code_guard(const struct python_reader *reader, uint64_t code)
{
	const struct python_layout *layout = &reader->layout;
	uint64_t filename = word_at(code + layout->filename);
	uint64_t guard = half_at(code + layout->first_line) ^ word_at(code + layout->name) << 1;

	if (has_text_inside(reader, filename))
		guard += word_at(filename + layout->text_data + word_at(filename + layout->length) -
				 sizeof(uint64_t)) *
			 UINT64_C(0x9e3779b97f4a7c15);
	return guard ^ word_at(word_at(code + layout->lines) + layout->bytes_data) *
			       UINT64_C(0xc2b2ae3d27d4eb4f);
}

uint64_t python_key(const struct python_reader *reader, uint64_t thread, unsigned int max,
		    uint64_t key)
{
	uint64_t address = first_frame(&reader->layout, thread);
	unsigned int steps = steps_max(max);
	struct frame frame;

	while (address && max > 0 && steps-- > 0) {
		address = frame_read(reader, address, &frame);
		key = mix(key, frame.code + frame.ends_entry);
		if (!frame.code)
			continue;
		key = mix(key, frame.position);
		key = mix(key, code_guard(reader, frame.code));
		max--;
	}
	return key;
}

/* What the tool could not read back, as \xNN, \uNNNN, \UNNNNNNNN. */
static void add_escaped(struct text *text, uint32_t character)
{
	char escape[10] = { '\\', character < 0x100 ? 'x' : character < 0x10000 ? 'u' : 'U' };
	unsigned int digits = character < 0x100 ? 2 : character < 0x10000 ? 4 : 8;

	for (unsigned int i = 0; i < digits; i++)
		escape[2 + i] = "0123456789abcdef"[character >> (digits - 1 - i) * 4 & 15];
	text_add_bytes(text, escape, digits + 2);
}

static void add_string(const struct python_reader *reader, uint64_t object, intptr_t max,
		       struct text *text)
{
	intptr_t length = reader->string_length((void *)object);

	if (length > max)
		length = max;
	for (intptr_t i = 0; i < length && !text->is_cut; i++) {
		uint32_t character = reader->string_char((void *)object, i);
		char byte = (char)character;

		if (character >= ' ' && character <= '~' && character != '\\' && character != '"')
			text_add_bytes(text, &byte, 1);
		else
			add_escaped(text, character);
	}
}

static void add_frame(const struct python_reader *reader, const struct frame *frame,
		      struct text *text)
{
	const struct python_layout *layout = &reader->layout;
	int line = reader->line_of((void *)frame->code, byte_offset(layout, frame));

	text_add(text, "File \"");
	add_string(reader, word_at(frame->code + layout->filename), PATH_MAX_CHARS, text);
	text_add(text, "\", line ");
	text_add_number(text, line > 0 ? (uint64_t)line : 0);
	text_add(text, " in ");
	add_string(reader, word_at(frame->code + layout->name), NAME_MAX_CHARS, text);
	text_add(text, "\n");
}

#define MORE "...\n"

void python_text(const struct python_reader *reader, uint64_t thread, unsigned int max,
		 struct text *text)
{
	uint64_t address = first_frame(&reader->layout, thread);
	unsigned int steps = steps_max(max);
	size_t size = text->size, kept = 0;
	struct frame frame;

	text->size -= strlen(MORE);
	while (address && max > 0 && steps-- > 0) {
		address = frame_read(reader, address, &frame);
		if (frame.code) {
			add_frame(reader, &frame, text);
			max--;
		}
		if (frame.ends_entry)
			text_add(text, "-\n");
		if (text->is_cut)
			break;
		kept = text->length;
	}
	*text = (struct text){ .bytes = text->bytes, .size = size, .length = kept };
	if (address)
		text_add(text, MORE);
}

static bool is_word(uint64_t address)
{
	return address % 8 == 0 && is_readable(address);
}

static bool object_is(const struct python_layout *layout, uint64_t object, const char *type_name,
		      uint64_t *ret_type)
{
	static const unsigned int name_offset = 24; /* PyTypeObject.tp_name */
	uint64_t type, name;

	if (!is_word(object) || !is_word(object + layout->type))
		return false;
	type = type_of(layout, object);
	if (!is_word(type) || !is_word(type + name_offset))
		return false;
	name = word_at(type + name_offset);
	if (!is_word(name & ~UINT64_C(7)) || !is_word((name & ~UINT64_C(7)) + 8) ||
	    strcmp((const char *)name, type_name) != 0)
		return false;
	*ret_type = type;
	return true;
}

/* Is a position one of the code's? */
static bool position_is_inside(const struct python_layout *layout, uint64_t code, int offset)
{
	uint64_t sized = code, type, length;

	if (layout->position_kind != POSITION_POINTER) {
		sized = word_at(code + layout->bytecode);
		if (!object_is(layout, sized, "bytes", &type))
			return false;
	}
	length = word_at(sized + layout->length);
	if (layout->position_kind == POSITION_POINTER)
		length *= 2;
	return length > 0 && length < INT32_MAX && offset >= -2 && offset < (int64_t)length;
}

static bool code_check(struct python_reader *reader, const struct frame *frame)
{
	const struct python_layout *layout = &reader->layout;
	uint64_t code = frame->code, type;
	uint64_t last = layout->bytecode > layout->lines ? layout->bytecode : layout->lines;

	return object_is(layout, code, "code", &reader->code_type) && is_word(code + last) &&
	       object_is(layout, word_at(code + layout->filename), "str", &reader->string_type) &&
	       object_is(layout, word_at(code + layout->name), "str", &reader->string_type) &&
	       object_is(layout, word_at(code + layout->lines), "bytes", &type) &&
	       position_is_inside(layout, code, byte_offset(layout, frame)) &&
	       reader->line_of((void *)code, -1) == (int)half_at(code + layout->first_line);
}

/* Checks one frame; *ret_previous is where to go on. */
static bool frame_check(struct python_reader *reader, uint64_t address, uint64_t *ret_previous,
			unsigned int *count)
{
	const struct python_layout *layout = &reader->layout;
	struct frame frame;
	uint64_t type;

	if (!is_word(address) || !is_word(address + layout->previous) ||
	    !is_word(address + layout->code) ||
	    !is_word((address + layout->position) & ~UINT64_C(7)) ||
	    !is_word((address + layout->entry) & ~UINT64_C(7)))
		return false;
	if (!object_is(layout, code_of(layout, address), "code", &reader->code_type)) {
		/* A frame without code has None there; it marks an entry. */
		return layout->entry_kind == ENTRY_FRAME &&
		       object_is(layout, code_of(layout, address), "NoneType", &type) &&
		       (*ret_previous = word_at(address + layout->previous), true);
	}
	*ret_previous = frame_read(reader, address, &frame);
	*count += frame.code != 0;
	return !frame.code || code_check(reader, &frame);
}

bool python_reader_check(struct python_reader *reader, uint64_t thread, bool *ret_has_frames)
{
	const struct python_layout *layout = &reader->layout;
	uint64_t holder = thread, address;
	unsigned int count = 0;

	if (!is_word(thread) || !is_word(thread + layout->holder))
		return false;
	if (layout->holder)
		holder = word_at(thread + layout->holder);
	if (!is_word(holder + layout->current))
		return false;
	address = word_at(holder + layout->current);
	*ret_has_frames = address != 0;
	for (unsigned int i = 0; address && i < CHECKED_FRAMES; i++)
		if (!frame_check(reader, address, &address, &count))
			return false;
	return count > 0 || !*ret_has_frames;
}
