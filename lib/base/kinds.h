/* SPDX-License-Identifier: MIT */
/*
 * Kinds of descriptors, from the table in kinds.def.
 *
 * Layer: base. Context: target and tool; no function here allocates or calls
 * the system.
 */
#ifndef UNCLOSED_BASE_KINDS_H
#define UNCLOSED_BASE_KINDS_H

#include <stdbool.h>
#include <stdint.h>

enum descriptor_kind {
#define KIND(id, name, plural) KIND_##id,
#include "base/kinds.def"
#undef KIND
	KIND_COUNT
};

/* The first kinds are of descriptors; those from KIND_DESCRIPTORS on are of memory. */
#define KIND_DESCRIPTORS KIND_ADDRINFO
#define KIND_MEMORIES (KIND_COUNT - KIND_DESCRIPTORS)

/* The bit of a kind in a set of kinds. */
#define KIND_BIT(kind) (UINT32_C(1) << (kind))
#define KIND_ALL (KIND_BIT(KIND_COUNT) - 1)
#define KINDS_MEMORY (KIND_ALL & ~(KIND_BIT(KIND_DESCRIPTORS) - 1))

/* The name of a kind ("socket"); "other" for a number out of range. Never NULL. */
const char *kind_name(unsigned int kind);

/* Is it a kind of memory, which the kernel knows nothing of? */
static inline bool kind_is_memory(unsigned int kind)
{
	return kind >= KIND_DESCRIPTORS && kind < KIND_COUNT;
}

/* The plural of a kind ("sockets"). Never NULL. */
const char *kind_plural(unsigned int kind);

/*
 * Parse a list such as "socket,pipe" or "all" into a set of KIND_BIT()s.
 * Returns 0, or -EINVAL with *ret_bad and *ret_bad_length naming the first
 * word that is not a kind.
 */
int kinds_parse(const char *list, uint32_t *ret_set, const char **ret_bad, int *ret_bad_length);

#endif
