/* SPDX-License-Identifier: MIT */
/*
 * Backtraces that read the same are one place: a compiler unrolls a loop or
 * clones a function, and one line of the source becomes several addresses. What leads to the
 * outermost code does not tell places apart: of a script's two stacks one may be cut within the
 * interpreter, below all functions of the script, and the other not.
 */
#include <string.h>

#include "base/text.h"
#include "judge/stack/stack.h"

/* Without a line it is the address that counts. */
static bool frames_alike(const struct report_frame *a, const struct report_frame *b)
{
	return text_is_same(a->function, b->function) && text_is_same(a->file, b->file) &&
	       text_is_same(a->module, b->module) && a->line == b->line &&
	       a->is_inlined == b->is_inlined && (a->line || a->offset == b->offset);
}

/* How many frames are read: without the start of a program or a thread at the outer end. */
static size_t read_count(const struct report_stack *stack)
{
	size_t count = stack->frame_count;

	while (count > 0 && stack->frames[count - 1].is_runtime)
		count--;
	return count > 0 ? count : stack->frame_count;
}

static bool stacks_alike(const struct report_stack *a, const struct report_stack *b)
{
	size_t count = read_count(a);

	if (count != read_count(b) || a->is_truncated != b->is_truncated)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!frames_alike(&a->frames[i], &b->frames[i]))
			return false;
	return true;
}

static uint64_t text_mix(uint64_t hash, const char *text)
{
	for (; text && *text; text++)
		hash = hash_mix(hash, (uint8_t)*text);
	return hash_mix(hash, 0);
}

static uint64_t stack_hash(const struct report_stack *stack, uint64_t hash)
{
	size_t count = read_count(stack);

	for (size_t i = 0; i < count; i++) {
		const struct report_frame *frame = &stack->frames[i];

		hash = text_mix(text_mix(hash, frame->function), frame->file);
		hash = hash_mix(hash, frame->line ? frame->line : frame->offset);
	}
	return hash;
}

/* The first place that reads like this one, found or become it. */
static uint32_t alike_find(struct judge *judge, uint32_t number)
{
	const struct report_stack *stack = place_read(judge, number);
	bool is_new;
	uint32_t first = *lookup_put(&judge->place_by_reading, judge->report, stack_hash(stack, 1),
				     stack_hash(stack, 7), number, &is_new);

	if (is_new || !stacks_alike(place_read(judge, first), stack))
		return number;
	judge->places[number].next_alike = judge->places[first].next_alike;
	judge->places[first].next_alike = number + 1;
	return first;
}

uint32_t place_alike(struct judge *judge, uint32_t number)
{
	uint32_t alike;

	if (number == NONE)
		return NONE;
	if (!judge->places[number].alike) {
		alike = alike_find(judge, number);
		judge->places[number].alike = alike + 1;
	}
	return judge->places[number].alike - 1;
}
