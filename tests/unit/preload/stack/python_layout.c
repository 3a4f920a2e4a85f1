/* SPDX-License-Identifier: MIT */
/* Offsets of CPython's frames: of the versions in the table, and as an interpreter publishes them.
 */
#include "stack/python_layout.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Outputs stay as they are where there is no answer. */
static void expect_refused(unsigned int minor, const void *runtime, const char *what)
{
	struct python_layout layout, untouched;

	memset(&layout, 0xa5, sizeof(layout));
	untouched = layout;
	cr_expect_not_null(python_layout_find(minor, runtime, &layout), "3.%u: %s", minor, what);
	cr_expect_eq(memcmp(&layout, &untouched, sizeof(layout)), 0, "3.%u: %s", minor, what);
}

/* clang-format off */

/* By the headers of each version: Include/frameobject.h, Include/cpython/code.h and others. */
static const struct {
	unsigned int minor;
	struct python_layout layout;
} known[] = {
	{ 7, { POSITION_BYTES, ENTRY_EVERY, .holder = 0, .current = 24, .previous = 24, .code = 32,
	       .position = 104, .filename = 96, .name = 104, .lines = 112, .first_line = 36,
	       .bytecode = 40, .type = 8, .length = 16, .text_data = 48, .text_state = 32,
	       .bytes_data = 32 } },
	{ 8, { POSITION_BYTES, ENTRY_EVERY, .holder = 0, .current = 24, .previous = 24, .code = 32,
	       .position = 104, .filename = 104, .name = 112, .lines = 120, .first_line = 40,
	       .bytecode = 48, .type = 8, .length = 16, .text_data = 48, .text_state = 32,
	       .bytes_data = 32 } },
	{ 9, { POSITION_BYTES, ENTRY_EVERY, .holder = 0, .current = 24, .previous = 24, .code = 32,
	       .position = 104, .filename = 104, .name = 112, .lines = 120, .first_line = 40,
	       .bytecode = 48, .type = 8, .length = 16, .text_data = 48, .text_state = 32,
	       .bytes_data = 32 } },
	{ 10, { POSITION_UNITS, ENTRY_EVERY, .holder = 0, .current = 24, .previous = 24, .code = 32,
		.position = 96, .filename = 104, .name = 112, .lines = 120, .first_line = 40,
		.bytecode = 48, .type = 8, .length = 16, .text_data = 48, .text_state = 32,
		.bytes_data = 32 } },
	{ 11, { POSITION_POINTER, ENTRY_FLAG, .holder = 56, .current = 8, .previous = 48, .code = 32,
		.position = 56, .entry = 68, .filename = 112, .name = 128, .lines = 136,
		.first_line = 72, .bytecode = 184, .type = 8, .length = 16, .text_data = 48,
		.text_state = 32, .bytes_data = 32 } },
	{ 12, { POSITION_POINTER, ENTRY_FRAME, .holder = 56, .current = 0, .previous = 8, .code = 0,
		.position = 56, .entry = 70, .filename = 112, .name = 128, .lines = 136,
		.first_line = 68, .bytecode = 192, .type = 8, .length = 16, .text_data = 40,
		.text_state = 0, .bytes_data = 32 } },
};

/* clang-format on */

Test(python_layout, versions_of_the_table)
{
	for (size_t i = 0; i < COUNT(known); i++) {
		struct python_layout layout;

		cr_assert_null(python_layout_find(known[i].minor, NULL, &layout));
		cr_expect_eq(memcmp(&layout, &known[i].layout, sizeof(layout)), 0, "3.%u",
			     known[i].minor);
	}
}

/* What _PyRuntime begins with. */
struct runtime {
	uint64_t words[96];
};

static struct runtime runtime_of(unsigned int minor)
{
	struct runtime runtime;

	memcpy(runtime.words, "xdebugpy", 8);
	runtime.words[1] = UINT64_C(3) << 24 | (uint64_t)minor << 16 | 0x01f0;
	runtime.words[2] = 0;
	for (size_t i = 3; i < COUNT(runtime.words); i++)
		runtime.words[i] = 1000 + i;
	return runtime;
}

/* The number of each word, by Include/internal/pycore_debug_offsets.h of the version. */
static const struct {
	unsigned int minor;
	struct python_layout words;
} published[] = {
	{ 13,
	  { .current = 23,
	    .previous = 29,
	    .code = 30,
	    .position = 31,
	    .entry = 33,
	    .filename = 35,
	    .name = 37,
	    .lines = 38,
	    .first_line = 39,
	    .bytecode = 43,
	    .type = 45,
	    .length = 69,
	    .text_data = 70,
	    .bytes_data = 66 } },
	{ 14,
	  { .current = 26,
	    .previous = 32,
	    .code = 33,
	    .position = 34,
	    .entry = 36,
	    .filename = 40,
	    .name = 42,
	    .lines = 43,
	    .first_line = 44,
	    .bytecode = 48,
	    .type = 51,
	    .length = 79,
	    .text_data = 80,
	    .bytes_data = 76 } },
};

Test(python_layout, published_words_are_taken)
{
	for (size_t i = 0; i < COUNT(published); i++) {
		const struct python_layout *words = &published[i].words;
		struct runtime runtime = runtime_of(published[i].minor);
		struct python_layout layout;

		cr_assert_null(python_layout_find(published[i].minor, &runtime, &layout));
		cr_expect_eq(layout.position_kind, POSITION_POINTER);
		cr_expect_eq(layout.entry_kind, ENTRY_FRAME);
		cr_expect_eq(layout.holder, 0);
		cr_expect_eq(layout.text_state, 0);
#define EXPECT_WORD(field) cr_expect_eq(layout.field, 1000 + words->field, #field)
		EXPECT_WORD(current);
		EXPECT_WORD(previous);
		EXPECT_WORD(code);
		EXPECT_WORD(position);
		EXPECT_WORD(entry);
		EXPECT_WORD(filename);
		EXPECT_WORD(name);
		EXPECT_WORD(lines);
		EXPECT_WORD(first_line);
		EXPECT_WORD(bytecode);
		EXPECT_WORD(type);
		EXPECT_WORD(length);
		EXPECT_WORD(text_data);
		EXPECT_WORD(bytes_data);
#undef EXPECT_WORD
	}
}

Test(python_layout, other_runtimes_are_refused)
{
	for (size_t i = 0; i < COUNT(published); i++) {
		unsigned int minor = published[i].minor;
		struct runtime runtime;

		expect_refused(minor, NULL, "no _PyRuntime");
		runtime = runtime_of(minor);
		runtime.words[0] ^= 1;
		expect_refused(minor, &runtime, "no cookie");
		runtime = runtime_of(minor - 1);
		expect_refused(minor, &runtime, "an older one's");
		runtime = runtime_of(minor + 1);
		expect_refused(minor, &runtime, "a newer one's");
		runtime = runtime_of(minor);
		runtime.words[1] |= UINT64_C(1) << 32;
		expect_refused(minor, &runtime, "a version of more bits");
		runtime = runtime_of(minor);
		runtime.words[2] = 1;
		expect_refused(minor, &runtime, "free-threaded");
	}
}

/* No object is so large: an interpreter of the same version with another order, say. */
Test(python_layout, offsets_that_cannot_be_are_refused)
{
	static const uint64_t hostile[] = { 0x10000, UINT32_MAX, UINT64_C(1) << 32 | 24,
					    UINT64_C(1) << 63, UINT64_MAX };

	for (size_t i = 0; i < COUNT(published); i++) {
		const struct python_layout *words = &published[i].words;
		const uint32_t numbers[] = { words->current,   words->previous,  words->code,
					     words->position,  words->entry,     words->filename,
					     words->name,      words->lines,     words->first_line,
					     words->bytecode,  words->type,      words->length,
					     words->text_data, words->bytes_data };

		for (size_t j = 0; j < COUNT(numbers); j++)
			for (size_t k = 0; k < COUNT(hostile); k++) {
				struct runtime runtime = runtime_of(published[i].minor);

				runtime.words[numbers[j]] = hostile[k];
				expect_refused(published[i].minor, &runtime, "offset");
			}
	}
}

Test(python_layout, unknown_versions_are_refused)
{
	static const unsigned int minors[] = { 15, 16, 255, 256, INT_MAX, UINT_MAX };

	for (unsigned int minor = 0; minor < 7; minor++) {
		struct runtime runtime = runtime_of(minor);

		expect_refused(minor, &runtime, "too old");
	}
	for (size_t i = 0; i < COUNT(minors); i++) {
		struct runtime runtime = runtime_of(minors[i]);

		expect_refused(minors[i], &runtime, "too new");
	}
}
