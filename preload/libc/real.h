/* SPDX-License-Identifier: MIT */
/*
 * Call ids, and the functions behind the shim's own.
 *
 * Layer: preload. Context: target; async-signal-safe once resolved.
 */
#ifndef UNCLOSED_PRELOAD_LIBC_REAL_H
#define UNCLOSED_PRELOAD_LIBC_REAL_H

#include <stdbool.h>

#include "shim/names.h"

/* Everything is hidden but these. */
#define CALL(name, ...) extern __typeof__(name) name __attribute__((visibility("default")));
#include "libc/calls.def"
#undef CALL

enum call {
	CALL_none, /* id 0: no call was seen */
#define CALL(name, ...) CALL_##name,
#define CALL_NUMBER(name, ...) CALL_##name,
#include "libc/calls.def"
#undef CALL
	CALL_COUNT
};

struct real_functions {
#define CALL(name, ...) __typeof__(name) *name;
#include "libc/calls.def"
#undef CALL
};

extern struct real_functions real_functions;

/*
 * Be able to find real functions, and start the shim (start.c). Called by the
 * constructor, or by the first hooked call where a constructor of another
 * library runs before ours. Once; any later call returns at once.
 */
void real_prepare(void);

/*
 * The one call that goes up: the first hooked call may come before any constructor
 * of ours, and begins the session then. Defined by start.c.
 */
void real_on_first_call(void);

/* Before a fork: find what children call first of all, or each would have to for itself. */
void real_prepare_fork(void);

/* Find the real function of a row, and keep it. NULL when this libc does not have it. */
void *real_find(enum call call);

/*
 * The real function of a row. Found when it is first called for: of 180 a short
 * process calls ten.
 */
#define REAL(name)                                                                                 \
	(__extension__({                                                                           \
		__typeof__(name) *real_ = __atomic_load_n(&real_functions.name, __ATOMIC_RELAXED); \
		__builtin_expect(real_ != NULL, 1) ? real_ :                                       \
						     (__typeof__(name) *)real_find(CALL_##name);   \
	}))

/*
 * The same for a row that libc may be too old for (CALL_SINCE); NULL when nobody
 * has it. Another library may: such a one is looked up when it is called.
 */
#define REAL_SINCE(name)                                                                           \
	(__extension__({                                                                           \
		__typeof__(name) *since_ = REAL(name);                                             \
		since_ ? since_ : (__typeof__(name) *)dlsym(RTLD_NEXT, #name);                     \
	}))

/* What a successful call opens: enum descriptor_kind, KIND_OTHER for NONE. */
unsigned int call_kind(enum call call);

/* The name of a call; "" for CALL_none. */
const char *call_name(unsigned int call);

/* The names of all calls in id order, '\0' after each, id 0 being "". */
const char *call_names(size_t *ret_length);

#endif
