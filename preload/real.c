/* SPDX-License-Identifier: MIT */
#include "real.h"

#include <string.h>

#include "base/kinds.h"
#include "start.h"
#include "state.h"

/* Weak: musl loads us and does not have it. */
extern const char *gnu_get_libc_version(void) __attribute__((weak));

#define KIND_NONE KIND_OTHER

OF_EVERY_PROCESS struct real_functions real_functions;
OF_EVERY_PROCESS bool real_is_resolved;

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

const char *call_name(unsigned int call)
{
	const char *name = names;

	while (call-- > 0 && name < names + sizeof(names) - 1)
		name += strlen(name) + 1;
	return name;
}

const char *call_names(size_t *ret_length)
{
	*ret_length = sizeof(names) - 1;
	return names;
}

/*
 * The number that `text` begins with. By hand: in a program built with a
 * sanitizer the functions on strings are its own, which start it up by a call
 * of ours, dl_iterate_phdr(), that is not resolved yet.
 */
static unsigned int number_read(const char *text)
{
	unsigned int number = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		number = number * 10 + (unsigned int)(*text - '0');
	return number;
}

/* The number behind "2." in libc's version; 0 where it has none, as musl. */
static unsigned int libc_minor(void)
{
	return gnu_get_libc_version ? number_read(gnu_get_libc_version() + sizeof("2.") - 1) : 0;
}

/*
 * Is libc of the version "GLIBC_2.39" or newer? A look-up that fails allocates
 * its message, with a malloc that may be the program's own and call us again.
 */
static bool libc_has(const char *version, unsigned int minor)
{
	return minor >= number_read(version + sizeof("GLIBC_2.") - 1);
}

void real_resolve(void)
{
	unsigned int minor = libc_minor();

	if (real_is_resolved)
		return;
#define CALL_SINCE(name, kind, version)                                                            \
	if (libc_has(#version, minor))                                                             \
		CALL(name, kind)
#define CALL(name, kind) real_functions.name = (__typeof__(name) *)dlsym(RTLD_NEXT, #name);
#include "calls.def"
#undef CALL
	(void)dlerror(); /* a name that this libc lacks must not show up in the program's dlerror() */
	real_is_resolved = true;
	start_from_call();
}
