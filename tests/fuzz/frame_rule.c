/* SPDX-License-Identifier: MIT */
/*
 * The reader of call frame information: an input is an object's memory from its
 * .eh_frame_hdr to the end of its .eh_frame, asked about where its table says that
 * functions begin.
 */
#include "stack/frame_rule.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "libc/objects.h"
#include "stack/eh_frame.h"

#define FUNCTIONS_MAX 16
#define TABLE_AT 12 /* in the header; pairs of a function and its description */

static uint8_t *object;
static size_t object_size;

int objects_find(void *pc, struct dl_find_object *ret_object)
{
	(void)pc; /* code may be anywhere around */
	*ret_object = (struct dl_find_object){
		.dlfo_map_start = object,
		.dlfo_map_end = object + object_size,
		.dlfo_eh_frame = object,
	};
	return 0;
}

/* What has a rule is described, and a rule is the same each time. */
static void rule_check(uint64_t pc)
{
	struct frame_rule rule, again;

	memset(&rule, 0, sizeof(rule));
	memset(&again, 0, sizeof(again));
	if (!frame_rule_find(pc, &rule)) {
		(void)frame_is_described(pc); /* either */
		return;
	}
	if (!frame_is_described(pc) || !frame_rule_find(pc, &again) ||
	    memcmp(&rule, &again, sizeof(rule)) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t offsets[] = { 0, 1, 4, 20, 100 };

	if (size < TABLE_AT)
		return 0;
	object = malloc(size); /* its end is the input's: beyond it nothing may be read */
	object_size = size;
	memcpy(object, data, size);
	for (size_t i = 0; i < FUNCTIONS_MAX && TABLE_AT + (i + 1) * 8 <= size; i++) {
		int32_t function;

		memcpy(&function, object + TABLE_AT + i * 8, sizeof(function));
		for (size_t j = 0; j < sizeof(offsets) / sizeof(offsets[0]); j++)
			rule_check((uintptr_t)object + (uint64_t)(int64_t)function + offsets[j]);
	}
	free(object);
	return 0;
}
