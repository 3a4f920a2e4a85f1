/* SPDX-License-Identifier: MIT */
/* From a backtrace of the ledger to frames with functions and lines. */
#include <string.h>

#include "judge/stack/jit.h"
#include "judge/stack/paths.h"
#include "judge/stack/python_words.h"
#include "judge/stack/runtime.h"
#include "judge/stack/stack.h"

/* Functions inlined into one another at one address. */
#define INLINED_MAX 16

/* The frames of one address, innermost inlined first. */
struct spot_frames {
	struct report_frame *frames;
	size_t count;
	enum symbol_role role;
};

/* Go on to a spot that tells places apart; `count` when there is none. */
static size_t spot_next(const struct judge *judge, const struct place *place, size_t at)
{
	while (place->text && at < place->spot_count &&
	       runtime_owns(judge, place, &place->spots[at]))
		at++;
	return at;
}

static bool places_equal(const struct judge *judge, const struct place *a, const struct place *b)
{
	size_t i = spot_next(judge, a, 0), j = spot_next(judge, b, 0);

	if (a->runtime != b->runtime || !a->text != !b->text ||
	    (a->text && strcmp(a->functions, b->functions) != 0))
		return false;
	while (i < a->spot_count && j < b->spot_count) {
		if (a->spots[i].module != b->spots[j].module ||
		    a->spots[i].offset != b->spots[j].offset)
			return false;
		i = spot_next(judge, a, i + 1);
		j = spot_next(judge, b, j + 1);
	}
	return i >= a->spot_count && j >= b->spot_count;
}

static uint64_t place_hash(const struct judge *judge, const struct place *place, uint64_t hash)
{
	hash += place->runtime;
	for (const char *c = place->functions; c && *c; c++)
		hash = hash_mix(hash, (uint8_t)*c);
	for (size_t i = spot_next(judge, place, 0); i < place->spot_count;
	     i = spot_next(judge, place, i + 1))
		hash = hash_mix(hash_mix(hash, place->spots[i].module), place->spots[i].offset);
	return hash;
}

/* The number of a place; `wanted`, whose spots are the caller's, is copied when it is new. */
static uint32_t place_intern(struct judge *judge, const struct place *wanted)
{
	uint64_t first = place_hash(judge, wanted, 1), second = place_hash(judge, wanted, 7);
	struct place *place;
	uint32_t *number;
	bool is_new;

	number = lookup_put(&judge->place_by_hash, judge->report, first, second, judge->place_count,
			    &is_new);
	/* Two different backtraces with the same 128 bits do not happen by accident. */
	if (!is_new)
		return places_equal(judge, &judge->places[*number], wanted) ? *number : NONE;
	judge->places = array_grow(judge->report, judge->places, judge->place_count,
				   sizeof(*judge->places));
	place = &judge->places[judge->place_count];
	*place = *wanted;
	place->spots =
		report_alloc(judge->report, (wanted->spot_count + 1) * sizeof(*place->spots));
	if (wanted->spot_count)
		memcpy(place->spots, wanted->spots, wanted->spot_count * sizeof(*place->spots));
	return judge->place_count++;
}

/* The text of a stack's frames of a runtime, and where its process began. */
static void place_read_text(struct judge *judge, const struct ledger_stack *stack,
			    struct place *place)
{
	const struct runtime_frames *runtime = runtime_frames(ledger_stack_runtime(stack));
	const struct ledger_image *image;

	if (!stack->text_ref || !runtime)
		return;
	place->text = snapshot_string(judge->snapshot, stack->text_ref);
	if (!place->text)
		return;
	place->runtime = (enum runtime_id)ledger_stack_runtime(stack);
	place->functions = runtime->functions(judge->report, place->text);
	image = ledger_at(judge->ledger, stack->image_ref, sizeof(*image));
	if (image)
		place->cwd = snapshot_string(judge->snapshot, image->cwd_ref);
}

static uint32_t place_make(struct judge *judge, uint32_t stack_ref)
{
	const struct ledger_stack *stack = ledger_stack_at(judge->ledger, stack_ref);
	struct spot spots[LEDGER_DEPTH_MAX];
	struct place wanted = { .spots = spots }, *place;
	uint32_t number;

	if (!stack || stack->depth == 0 || stack->depth > LEDGER_DEPTH_MAX)
		return NONE;
	for (unsigned int i = 0; i < stack->depth; i++) {
		struct spot spot = spot_find(judge, stack->image_ref, stack->epoch, stack->pcs[i]);

		if (spot.module == NONE || !judge->modules[spot.module].is_shim)
			spots[wanted.spot_count++] = spot;
	}
	place_read_text(judge, stack, &wanted);
	/* A runtime tells its frames itself: what it made at run time is of no matter then. */
	if (!wanted.text)
		wanted.spot_count = jit_name(judge, stack->image_ref, spots, wanted.spot_count);
	number = place_intern(judge, &wanted);
	if (number == NONE)
		return NONE;
	place = &judge->places[number];
	place->is_truncated |= (stack->flags & STACK_TRUNCATED) != 0;
	place->is_ending |= (stack->flags & STACK_ENDING) != 0;
	place->refs =
		array_grow(judge->report, place->refs, place->ref_count, sizeof(*place->refs));
	place->refs[place->ref_count++] = stack_ref;
	return number;
}

uint32_t place_of(struct judge *judge, uint32_t stack_ref)
{
	const uint32_t *known = stack_ref ? lookup_get(&judge->place_by_ref, stack_ref, 0) : NULL;
	uint32_t place;
	bool is_new;

	if (!stack_ref)
		return NONE;
	if (known)
		return *known;
	place = place_make(judge, stack_ref);
	(void)lookup_put(&judge->place_by_ref, judge->report, stack_ref, 0, place, &is_new);
	return place;
}

/* File, line and source text of a frame, as far as they are known. */
static void frame_place(struct judge *judge, struct report_frame *frame, struct module *module,
			const struct symbol_frame *symbol)
{
	const char *found, *source = NULL;

	if (!symbol->file)
		return;
	frame->is_foreign = source_is_foreign(judge->paths, symbol->file, symbol->unit);
	found = source_find(judge->paths, symbol->file, module->is_system);
	if (found)
		source = symbolizer_source_line(judge->symbolizer, module->path, found,
						symbol->line);
	else if (!module->lost_source)
		module->lost_source = report_strdup(judge->report, symbol->file);
	module->has_source |= found != NULL;
	frame->file = report_strdup(judge->report,
				    path_shown(judge->paths, found ? found : symbol->file));
	frame->source = report_strdup(judge->report, source);
	frame->line = symbol->line;
}

static void frame_fill(struct judge *judge, struct report_frame *frame, struct module *module,
		       const struct symbol_frame *symbol, uint64_t offset)
{
	struct report *report = judge->report;

	*frame = (struct report_frame){ .module = module->path,
					.build_id = module->build_id,
					.offset = offset,
					.is_inlined = symbol->is_inlined,
					.language = symbol->language };
	if (symbol->function)
		frame->function = report_strdup(report, symbol->function);
	if (symbol->linkage_name)
		frame->linkage_name = report_strdup(report, symbol->linkage_name);
	if (symbol->language)
		frame->language = report_strdup(report, symbol->language);
	frame_place(judge, frame, module, symbol);
	if (frame->function && !frame->is_foreign)
		frame->is_foreign =
			function_is_glue(function_key(report, frame->function), frame->language);
}

/* Is it the C library's function that calls a program's or a thread's entry? */
static bool is_entry_name(const char *name)
{
	static const char *const names[] = {
		"__libc_start_call_main", "start_thread", "clone", "clone3", "__clone", "__clone3",
		"generic_start_main"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static bool is_start_name(const char *name)
{
	return strncmp(name, "__libc_start_main", 17) == 0 || strcmp(name, "_start") == 0;
}

/*
 * What calls main() and threads is in every stack, and in no report. The C library has compressed
 * debug information mostly: of a look at a server nine tenths were the reading of it.
 */
static bool spot_is_entry(struct judge *judge, const struct module *module, uint64_t offset,
			  struct symbol_frame *ret_symbol)
{
	return module->is_libc &&
	       symbolizer_symbol(judge->symbolizer, module->path, module->build_id_bytes,
				 module->build_id_length, offset, ret_symbol) &&
	       (is_entry_name(ret_symbol->function) || is_start_name(ret_symbol->function));
}

static void spot_read(struct judge *judge, struct spot_frames *result, const struct spot *spot)
{
	struct symbol_frame symbols[INLINED_MAX] = { 0 };
	struct module *module;
	size_t count;

	if (spot->module == NONE) {
		result->count = 1;
		result->frames = report_alloc(judge->report, sizeof(*result->frames));
		result->frames[0].offset = spot->offset;
		return;
	}
	if (spot->module == JIT_MODULE) {
		result->count = 1;
		result->frames = report_alloc(judge->report, sizeof(*result->frames));
		result->frames[0] = jit_frame(judge, spot);
		return;
	}
	module = &judge->modules[spot->module];
	result->role = SYMBOL_ROLE_UNKNOWN;
	count = spot_is_entry(judge, module, spot->offset, &symbols[0])
			? 1
			: symbolizer_resolve(judge->symbolizer, module->path,
					     module->build_id_bytes, module->build_id_length,
					     spot->offset, symbols, INLINED_MAX);
	if (module->runtime != RUNTIME_NONE)
		result->role =
			symbolizer_role(judge->symbolizer, module->path, module->build_id_bytes,
					module->build_id_length, spot->offset);
	if (result->role == SYMBOL_ROLE_LOOP && !symbols[0].function)
		symbols[0].function = PYTHON_LOOP;
	if (count == 0 || count > INLINED_MAX)
		count = 1;
	result->count = count;
	result->frames = report_alloc(judge->report, count * sizeof(*result->frames));
	for (size_t i = 0; i < count; i++)
		frame_fill(judge, &result->frames[i], module, &symbols[i], spot->offset);
}

/* Each address is read once, in however many places it is. */
static const struct spot_frames *spot_frames(struct judge *judge, const struct spot *spot)
{
	uint32_t number;
	bool is_new;

	number = *lookup_put(&judge->frames_by_spot, judge->report, spot->module, spot->offset,
			     judge->frames_count, &is_new);
	if (is_new) {
		judge->frames = array_grow(judge->report, judge->frames, judge->frames_count,
					   sizeof(*judge->frames));
		spot_read(judge, &judge->frames[judge->frames_count++], spot);
	}
	return &judge->frames[number];
}

enum symbol_role spot_role(struct judge *judge, const struct spot *spot)
{
	return spot_frames(judge, spot)->role;
}

const struct report_frame *spot_function(struct judge *judge, const struct spot *spot)
{
	const struct spot_frames *frames = spot_frames(judge, spot);
	const struct report_frame *outermost = &frames->frames[frames->count - 1];

	return outermost->function && outermost->module ? outermost : NULL;
}

static bool is_libc_frame(const struct judge *judge, const struct report_frame *frame)
{
	const struct module *module = frame_module(judge, frame);

	return module && module->is_libc;
}

/* Does the frame call a program's or a thread's entry? */
static bool is_entry(const struct judge *judge, const struct report_frame *frame)
{
	return frame->function && (is_start_name(frame->function) ||
				   (is_entry_name(frame->function) && is_libc_frame(judge, frame)));
}

/*
 * Mark what lies below the entry. A stripped libc has no name for main's caller
 * nor for a thread's start: nameless frames of libc next to the outermost end
 * belong to it.
 */
static void runtime_mark(const struct judge *judge, struct report_stack *stack)
{
	size_t from = 0;

	while (from < stack->frame_count && !is_entry(judge, &stack->frames[from]))
		from++;
	if (from == stack->frame_count && stack->is_truncated)
		return;
	while (from > 1 && !stack->frames[from - 1].function &&
	       is_libc_frame(judge, &stack->frames[from - 1]))
		from--;
	for (size_t i = from; i < stack->frame_count; i++)
		stack->frames[i].is_runtime = true;
}

const struct report_stack *place_read(struct judge *judge, uint32_t number)
{
	static const struct report_stack nothing;
	struct place *place;
	size_t count = 0;

	if (number == NONE)
		return &nothing;
	place = &judge->places[number];
	if (place->is_read)
		return &place->stack;
	for (size_t i = 0; i < place->spot_count; i++)
		count += spot_frames(judge, &place->spots[i])->count;
	place->stack.frames =
		report_alloc(judge->report, (count + 1) * sizeof(struct report_frame));
	place->stack.is_truncated = place->is_truncated;
	for (size_t i = 0; i < place->spot_count; i++) {
		const struct spot_frames *frames = spot_frames(judge, &place->spots[i]);

		memcpy(&place->stack.frames[place->stack.frame_count], frames->frames,
		       frames->count * sizeof(*frames->frames));
		place->stack.frame_count += frames->count;
	}
	runtime_mark(judge, &place->stack);
	if (place->text)
		runtime_frames(place->runtime)
			->merge(judge, &place->stack, place->text, place->cwd);
	jit_engine_mark(&place->stack);
	place->is_read = true;
	return &place->stack;
}
