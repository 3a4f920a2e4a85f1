/* SPDX-License-Identifier: MIT */
/* C++ and Rust names for people. */
#include "symbol/demangle.h"

#include <libiberty/demangle.h>
#include <setjmp.h>
#include <string.h>

/*
 * libiberty refuses names above 1024 characters unless its recursion limit is
 * lifted (cp-demangle.c, d_demangle_callback; GCC PR 87241); C++ with templates
 * has longer ones. Lifted up to this length, where the worst nesting still
 * needs less than 3 MB of stack.
 */
#define MANGLED_MOST 4096u
#define DEMANGLED_MOST 16384u

struct demangling {
	jmp_buf too_long;
	size_t length;
	char text[DEMANGLED_MOST];
};

bool name_is_mangled(const char *name)
{
	return strncmp(name, "_Z", 2) == 0 || strncmp(name, "_R", 2) == 0;
}

/*
 * The demangler cannot be told to stop, and what it prints may grow with two to
 * the power of the length. Its callback form works on the stack alone, so that
 * leaving by longjmp loses nothing (but a decoded non-ASCII Rust identifier).
 */
static void demangling_add(const char *bytes, size_t length, void *opaque)
{
	struct demangling *demangling = opaque;

	if (length >= DEMANGLED_MOST - demangling->length)
		longjmp(demangling->too_long, 1);
	memcpy(demangling->text + demangling->length, bytes, length);
	demangling->length += length;
}

/* Rust's older scheme looks like C++ but ends in "17h", 16 hex digits, "E". */
static bool name_is_legacy_rust(const char *name)
{
	const char *hash = strstr(name, "17h");

	if (strncmp(name, "_ZN", 3) != 0)
		return false;
	for (; hash; hash = strstr(hash + 1, "17h")) {
		size_t digits = strspn(hash + 3, "0123456789abcdef");

		if (digits == 16 && hash[19] == 'E' && (!hash[20] || hash[20] == '.'))
			return true;
	}
	return false;
}

/* Apart from its caller, so that no variable of that one lives across setjmp. */
static bool demangling_run(struct demangling *demangling, const char *mangled, bool is_rust)
{
	demangling->length = 0;
	if (setjmp(demangling->too_long))
		return false;
	if (is_rust)
		return rust_demangle_callback(mangled, DMGL_RUST, demangling_add, demangling);
	return cplus_demangle_v3_callback(
		mangled, DMGL_PARAMS | DMGL_ANSI | DMGL_RET_DROP | DMGL_NO_RECURSE_LIMIT,
		demangling_add, demangling);
}

const char *name_demangle(struct arena *arena, const char *mangled, const char **ret_language)
{
	struct demangling demangling;
	bool is_rust;

	if (!name_is_mangled(mangled) || strnlen(mangled, MANGLED_MOST) == MANGLED_MOST)
		return NULL;
	is_rust = mangled[1] == 'R' || name_is_legacy_rust(mangled);
	if (!demangling_run(&demangling, mangled, is_rust) || demangling.length == 0)
		return NULL;
	if (ret_language)
		*ret_language = is_rust ? "rust" : "c++";
	return arena_copy(arena, demangling.text, demangling.length);
}
