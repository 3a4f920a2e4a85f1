/* SPDX-License-Identifier: MIT */
/*
 * What a finding is recognised by in the next build. Made of type, kind, call and the
 * first function names of the program's own; no file, line, address or depth.
 *
 * "place/1" has the call as libc names it, and all functions of the program's own modules: what
 * a header of libc or of another library has inlined, too. That is another place with
 * -D_FORTIFY_SOURCE, with large files, and where an optimizer inlines. "place/2" has the call as
 * sources name it, and only what is compiled from the program's own source. Baselines from
 * before there was a "place/2" have the first: it is made as ever.
 */
#include <string.h>

#include "judge/stack/stack.h"
#include "judge/stack/runtime.h"

#define FUNCTIONS_MAX 5

static uint64_t fnv_add(uint64_t hash, const char *text)
{
	/* The '\0' is hashed too: "ab" + "c" is not "a" + "bc". */
	do
		hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
	while (*text++);
	return hash;
}

/* What stands for a frame. Sets *is_stable to false for what holds in one build only. */
static const char *frame_key(struct judge *judge, const struct report_frame *frame, bool is_first,
			     bool *is_stable)
{
	const struct module *module = frame_module(judge, frame);

	if (frame->runtime)
		return runtime_frames(frame->runtime)->key(judge->report, frame, is_first);
	if (frame->function)
		return function_key(judge->report, frame->function);
	*is_stable = false;
	return report_printf(judge->report, "%s+%llx",
			     frame->build_id ? frame->build_id
			     : module        ? module->name
					     : "?",
			     (unsigned long long)frame->offset);
}

static bool is_scripted(const struct report_stack *stack)
{
	for (size_t i = 0; i < stack->frame_count; i++)
		if (frame_is_script(&stack->frames[i]))
			return true;
	return false;
}

/* In a stack with scripts these are what is the program's own, and not the engine. */
static bool is_own(const struct judge *judge, const struct report_stack *stack,
		   const struct report_frame *frame)
{
	const struct module *module = frame_module(judge, frame);

	if (is_scripted(stack))
		return frame_is_script(frame);
	if (frame->runtime)
		return !frame->is_library;
	return module && !module->is_system;
}

/* The same for "place/2". */
static bool is_own_source(const struct judge *judge, const struct report_stack *stack,
			  const struct report_frame *frame)
{
	return !frame->is_foreign && is_own(judge, stack, frame);
}

/* Where nothing is the program's own: whatever is not inlined from a header. */
static bool is_any(const struct judge *judge, const struct report_stack *stack,
		   const struct report_frame *frame)
{
	(void)judge, (void)stack;
	return !frame->is_foreign;
}

/* Which frames count. */
typedef bool is_counted(const struct judge *judge, const struct report_stack *stack,
			const struct report_frame *frame);

static bool is_among(const char *key, const char *const *keys, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

/*
 * Hash the first frames that count; NULL: all do. Else the standard library's templates
 * do not: an optimizer leaves some of those out. A function counts once, however deep it
 * recurses. Returns how many.
 */
static unsigned int frames_add(struct judge *judge, const struct report_stack *stack,
			       is_counted *counts, uint64_t *hash, bool *is_stable)
{
	const char *keys[FUNCTIONS_MAX];
	unsigned int count = 0;

	for (size_t i = 0; i < stack->frame_count && count < FUNCTIONS_MAX; i++) {
		const struct report_frame *frame = &stack->frames[i];
		const char *key;

		if (frame->is_runtime || (counts && !counts(judge, stack, frame)))
			continue;
		key = frame_key(judge, frame, count == 0, is_stable);
		if ((counts && function_is_glue(key, frame->language)) ||
		    is_among(key, keys, count))
			continue;
		*hash = fnv_add(*hash, key);
		keys[count++] = key;
	}
	return count;
}

static uint64_t finding_hash(const struct finding *finding, const char *call)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	hash = fnv_add(hash, finding_type_name(finding->type));
	hash = fnv_add(hash, kind_name(finding->kind));
	return fnv_add(hash, call ? call : "");
}

static const char *hash_text(struct judge *judge, uint64_t hash)
{
	return report_printf(judge->report, "%016llx", (unsigned long long)hash);
}

void finding_fingerprint(struct judge *judge, struct finding *finding)
{
	const struct report_stack *stack = &finding->stack;
	const char *symbol = finding->symbol ? finding->symbol : finding->call;
	uint64_t first = finding_hash(finding, symbol);
	uint64_t second = fnv_add(finding_hash(finding, finding->call), "2");
	bool is_stable = true;

	if (frames_add(judge, stack, is_own, &first, &is_stable) == 0 &&
	    frames_add(judge, stack, NULL, &first, &is_stable) == 0)
		is_stable = false; /* nothing that tells one place from another */
	if (frames_add(judge, stack, is_own_source, &second, &is_stable) == 0 &&
	    frames_add(judge, stack, is_any, &second, &is_stable) == 0)
		(void)frames_add(judge, stack, NULL, &second, &is_stable);
	finding->is_stable = is_stable;
	finding->fingerprint = hash_text(judge, first);
	finding->fingerprint_2 = hash_text(judge, second);
}
