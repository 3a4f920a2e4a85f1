/* SPDX-License-Identifier: MIT */
/*
 * Lines of source files, read once and kept.
 *
 * Layer: symbol. Context: tool. Not thread-safe.
 */
#ifndef UNCLOSED_SYMBOL_SOURCE_H
#define UNCLOSED_SYMBOL_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* All zero is an empty set. */
struct sources {
	void *by_path; /* a tsearch(3) tree of struct source */
	size_t size_bytes;
	bool are_withheld; /* one at least may not be read */
};

void sources_fini(struct sources *sources);

/*
 * Line `line` (from 1) of the file `path`, without its newline; NULL when there
 * is none, when the file was changed after `newest` (NULL: whenever), is not a
 * regular file, is above 32 MiB, or would make 256 MiB of all that were read.
 * Lives until sources_fini.
 */
const char *source_line(struct sources *sources, const char *path, const struct timespec *newest,
			unsigned int line);

#endif
