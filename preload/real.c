/* SPDX-License-Identifier: MIT */
#include "real.h"

#include "base/kinds.h"
#include "start.h"

#define KIND_NONE KIND_OTHER

struct real_functions real_functions;
bool real_is_resolved;

static const unsigned char kinds[CALL_COUNT] = {
#define CALL(name, kind) [CALL_##name] = KIND_##kind,
#define CALL_NUMBER(name, kind) CALL(name, kind)
#include "calls.def"
#undef CALL
};

static const char names[] = "\0"
#define CALL(name, kind) #name "\0"
#define CALL_NUMBER(name, kind) CALL(name, kind)
#include "calls.def"
#undef CALL
	;

unsigned int call_kind(enum call call)
{
	return kinds[call];
}

const char *call_names(size_t *ret_length)
{
	*ret_length = sizeof(names) - 1;
	return names;
}

void real_resolve(void)
{
	if (real_is_resolved)
		return;
#define CALL(name, kind) real_functions.name = (__typeof__(name) *)dlsym(RTLD_NEXT, #name);
#include "calls.def"
#undef CALL
	(void)dlerror(); /* a name that this libc lacks must not show up in the program's dlerror() */
	real_is_resolved = true;
	start_from_call();
}
