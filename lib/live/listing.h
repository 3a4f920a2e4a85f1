/* SPDX-License-Identifier: MIT */
/*
 * The kernel's list of what a process has open, read from outside: /proc/PID/fd. Nothing is
 * opened, copied or stopped; the program cannot notice.
 *
 * Layer: live. Context: tool.
 */
#ifndef UNCLOSED_LIVE_LISTING_H
#define UNCLOSED_LIVE_LISTING_H

#include <stddef.h>
#include <stdint.h>

#include "base/kinds.h"

struct live_descriptor {
	int fd;
	uint8_t kind;  /* enum descriptor_kind */
	bool has_stat; /* else only the number is known: it was closed meanwhile */
	uint32_t mode;
	uint32_t links; /* names that a file has */
	uint64_t inode, device;
	size_t target_at; /* of its link, in struct live_listing.text; SIZE_MAX: not known */
	uint32_t target_length;
};

struct live_listing {
	struct live_descriptor *list; /* by number */
	size_t count;
	char *text; /* the links, one behind the other, each with a '\0' */
	size_t text_length, text_size;
	int refused; /* errno: the links cannot be read; 0 they can */
};

/* Returns 0, or -errno: the process is gone (-ENOENT, -ESRCH) or a stranger's (-EACCES). */
int live_listing_read(int pid, struct live_listing *ret_listing);
void live_listing_free(struct live_listing *listing);

/* Where a descriptor leads to ("socket:[123]"); NULL when that is not known. */
const char *live_listing_target(const struct live_listing *listing,
				const struct live_descriptor *descriptor);

/* The entry of a number; NULL when it was not open. */
const struct live_descriptor *live_listing_find(const struct live_listing *listing, int fd);

#endif
