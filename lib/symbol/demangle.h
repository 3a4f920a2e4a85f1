/* SPDX-License-Identifier: MIT */
/*
 * C++ and Rust names for people, with libiberty.
 *
 * Layer: symbol. Context: tool. Not thread-safe.
 */
#ifndef UNCLOSED_SYMBOL_DEMANGLE_H
#define UNCLOSED_SYMBOL_DEMANGLE_H

#include <stdbool.h>

#include "symbol/arena.h"

/* Whether `name` has the form of a mangled C++ or Rust name. */
bool name_is_mangled(const char *name);

/*
 * `mangled` with its parameters: "ns::Class::method(int)". NULL when it is not
 * mangled, is broken, or would become absurdly long (a name of 200 characters
 * can describe a type of 2^20). ret_language is "c++" or "rust" on success and
 * may be NULL.
 */
const char *name_demangle(struct arena *arena, const char *mangled, const char **ret_language);

#endif
