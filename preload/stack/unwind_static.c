/* SPDX-License-Identifier: MIT */
/* libgcc's unwinder, linked statically: _dl_find_object makes it free of locks (glibc 2.35). */
#include <pthread.h>
#include <unwind.h>

#include "stack/capture.h"

/*
 * What libgcc refers to: whether there are threads, and once, for a table of
 * constants that may as well be filled twice. libc's would bind the shim to
 * glibc 2.34, and call the kernel.
 */
extern int __pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
	__attribute__((visibility("hidden")));
extern __typeof__(pthread_once) pthread_once __attribute__((visibility("hidden")));

int __pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
	(void)key; /* only looked for, never called */
	(void)destructor;
	return -1;
}

int pthread_once(pthread_once_t *once, void (*function)(void))
{
	if (!__atomic_load_n(once, __ATOMIC_ACQUIRE))
		function();
	__atomic_store_n(once, 1, __ATOMIC_RELEASE);
	return 0;
}

struct walk {
	uint64_t *pcs;
	unsigned int depth, max;
	bool has_signal;
};

static _Unwind_Reason_Code walk_frame(struct _Unwind_Context *context, void *data)
{
	struct walk *walk = data;
	int is_before_instruction = 0;
	uint64_t pc = _Unwind_GetIPInfo(context, &is_before_instruction);

	/* Only a signal handler's caller was interrupted before an instruction. */
	walk->has_signal |= is_before_instruction != 0;
	if (pc == 0 || walk->depth == walk->max)
		return _URC_END_OF_STACK;
	walk->pcs[walk->depth++] = pc;
	return _URC_NO_REASON;
}

static unsigned int static_walk(uint64_t *pcs, unsigned int max, bool *ret_has_signal)
{
	struct walk walk = { .pcs = pcs, .max = max };

	(void)_Unwind_Backtrace(walk_frame, &walk); /* says END_OF_STACK in either case */
	*ret_has_signal |= walk.has_signal;
	return walk.depth;
}

static _Unwind_Reason_Code signal_frame(struct _Unwind_Context *context, void *data)
{
	int is_before_instruction = 0;

	(void)_Unwind_GetIPInfo(context, &is_before_instruction); /* only the flag is asked for */
	*(bool *)data |= is_before_instruction != 0;
	return _URC_NO_REASON;
}

bool unwind_passes_signal(void)
{
	bool has_signal = false;

	(void)_Unwind_Backtrace(signal_frame, &has_signal); /* ends at the stack's end */
	return has_signal;
}

const struct unwinder unwinder_static = { .walk = static_walk };
