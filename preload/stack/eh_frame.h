/* SPDX-License-Identifier: MIT */
/*
 * Call frame information of a function, found in .eh_frame and opened: two programs of
 * instructions, and what their numbers are multiplied by. What the instructions say is
 * in frame_rule.h.
 *
 * Layer: preload. Context: target; async-signal-safe: reads memory only, and only within
 * the object that has the code.
 */
#ifndef UNCLOSED_PRELOAD_STACK_EH_FRAME_H
#define UNCLOSED_PRELOAD_STACK_EH_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A stretch of bytes that is read from its start; behind its end there are zeros. */
struct bytes {
	const uint8_t *at, *end;
	bool is_bad; /* more was read than there is, or a number of more than 64 bits */
};

static inline size_t bytes_left(const struct bytes *bytes)
{
	return (size_t)(bytes->end - bytes->at);
}

static inline void bytes_fail(struct bytes *bytes)
{
	bytes->is_bad = true;
	bytes->at = bytes->end;
}

static inline uint8_t read_u8(struct bytes *bytes)
{
	if (bytes->at < bytes->end)
		return *bytes->at++;
	bytes_fail(bytes);
	return 0;
}

uint16_t read_u16(struct bytes *bytes);
uint32_t read_u32(struct bytes *bytes);
uint64_t read_uleb(struct bytes *bytes); /* LEB128 */
int64_t read_sleb(struct bytes *bytes);

/* Pass over a block: its length as LEB128, and as many bytes. */
void read_past_block(struct bytes *bytes);

/* What all functions of one common information entry share. */
struct frame_common {
	uint64_t code_align;
	int64_t data_align;
	struct bytes program; /* runs before each function's own */
};

struct frame_description {
	struct frame_common common;
	uint64_t start; /* of the function */
	struct bytes program;
};

/*
 * The description of the function at `pc`. Returns false where there is none, and for
 * forms that compilers and linkers do not make on this architecture.
 */
bool frame_description_find(uint64_t pc, struct frame_description *ret_description);

/*
 * Is there call frame information for `pc`, simple or not, so that an unwinder
 * can leave its frame? True where that cannot be told.
 */
bool frame_is_described(uint64_t pc);

#endif
