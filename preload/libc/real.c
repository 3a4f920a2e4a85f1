/* SPDX-License-Identifier: MIT */
/* The table of calls: their names and kinds, and the libc functions behind them. */
#include "libc/real.h"

#include <string.h>

#include "base/kinds.h"
#include "ledger/layout.h"
#include "libc/loaded.h"
#include "shim/self_map.h"
#include "shim/state.h"

/* Weak: musl loads us and does not have it. */
extern const char *gnu_get_libc_version(void) __attribute__((weak));

#define KIND_NONE KIND_OTHER

OF_EVERY_PROCESS struct real_functions real_functions;
OF_EVERY_PROCESS static bool is_prepared;

static const unsigned char kinds[CALL_COUNT] = {
#define CALL(name, opens, ...) [CALL_##name] = KIND_##opens,
#define CALL_NUMBER(name, ...) CALL(name, __VA_ARGS__)
#include "libc/calls.def"
#undef CALL
};

/* One behind the other, '\0' after each. */
static const struct {
	char none[1];
#define CALL(name, ...) char name[sizeof(#name)];
#define CALL_NUMBER(name, ...) CALL(name)
#include "libc/calls.def"
#undef CALL
} names = {
	"",
#define CALL(name, ...) #name,
#define CALL_NUMBER(name, ...) CALL(name)
#include "libc/calls.def"
#undef CALL
};

static_assert(sizeof(names) <= LEDGER_STRING_MAX, "they are one string of the ledger");

static const uint16_t name_offsets[CALL_COUNT] = {
#define CALL(name, ...) [CALL_##name] = offsetof(__typeof__(names), name),
#define CALL_NUMBER(name, ...) CALL(name)
#include "libc/calls.def"
#undef CALL
};

static const uint16_t function_offsets[CALL_COUNT] = {
#define CALL(name, ...) [CALL_##name] = offsetof(struct real_functions, name),
#include "libc/calls.def"
#undef CALL
};

unsigned int call_kind(enum call call)
{
	return kinds[call];
}

const char *call_name(unsigned int call)
{
	return (const char *)&names + (call < CALL_COUNT ? name_offsets[call] : 0);
}

const char *call_names(size_t *ret_length)
{
	*ret_length = sizeof(names);
	return (const char *)&names;
}

/* Asking the loader takes its lock: in a hook, that can deadlock with a dlopen elsewhere. */
static void resolve_all(void)
{
#define CALL(name, ...) (void)REAL(name);
#include "libc/calls.def"
#undef CALL
}

void real_prepare(void)
{
	if (__builtin_expect(is_prepared, 1))
		return;
	is_prepared = true;
	own_init();
	loaded_init();
	if (!loaded_is_whole())
		resolve_all();
	real_on_first_call();
}

void real_prepare_fork(void)
{
	(void)REAL(close);
	(void)REAL(dup2);
	(void)REAL(execve);
	(void)REAL(exit);
	(void)REAL(_exit);
}

void *real_find(enum call call)
{
	void **place = (void **)((char *)&real_functions + function_offsets[call]);

	real_prepare();
	__atomic_store_n(place, loaded_next(call_name(call)), __ATOMIC_RELAXED);
	return *place;
}
