/* SPDX-License-Identifier: MIT */
/*
 * Frames of a runtime in the place of its own: what is not the same for all
 * runtimes, in one table made from lib/base/runtimes.def. The other half, which
 * records them, is preload/stack/runtime.h; it says how a runtime is added.
 *
 * A frame of the model says of which runtime it is (report_frame.runtime), a module
 * whose own it is, and a place whose text it has. Whoever asks for more goes
 * through here, and names no runtime.
 *
 * Layer: judge. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_STACK_RUNTIME_H
#define UNCLOSED_JUDGE_STACK_RUNTIME_H

#include "judge/stack/stack.h"

struct runtime_frames {
	/* Is a module its own: its program, its library, an extension of its standard library? */
	bool (*has_module)(const char *path, const char *name);

	/*
	 * Does a module belong to the runtime's workings where a backtrace has frames
	 * of it? Its own do, and libraries by which it calls others. NULL: code made at
	 * run time.
	 */
	bool (*owns)(const struct module *module);

	/*
	 * A text without what differs from call to call at the same place. In the
	 * memory of `report`.
	 */
	const char *(*functions)(struct report *report, const char *text);

	/*
	 * Put the frames of `text` into `stack`, whose frames are all native, in place
	 * of the runtime's. Each is marked with runtime, language, is_library and
	 * is_runtime, has a function and no module. The text may be damaged or hostile:
	 * a stack without a frame of it stays as it is. `cwd` is where relative paths of
	 * sources start, or NULL.
	 */
	void (*merge)(struct judge *judge, struct report_stack *stack, const char *text,
		      const char *cwd);

	/* What a frame is recognised by in the next build; `is_first`: the first that counts. */
	const char *(*key)(struct report *report, const struct report_frame *frame, bool is_first);

	/* A frame's function in a sentence: "Server.handle()". */
	const char *(*word)(struct report *report, const struct report_frame *frame);
};

#define RUNTIME(name, language, title) extern const struct runtime_frames runtime_frames_##name;
#include "base/runtimes.def"
#undef RUNTIME

/* The row of a runtime; NULL for RUNTIME_NONE and for a number that is not a runtime's. */
const struct runtime_frames *runtime_frames(unsigned int runtime);

/* The runtime whose own a module is; RUNTIME_NONE for all others. */
enum runtime_id runtime_of_module(const char *path, const char *name);

/* Does a spot of a place with a text belong to the workings of the place's runtime? */
bool runtime_owns(const struct judge *judge, const struct place *place, const struct spot *spot);

/*
 * Say why stacks show a runtime's own frames, if some do. After the modules are marked.
 */
void runtimes_diagnose(struct judge *judge);

#endif
