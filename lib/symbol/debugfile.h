/* SPDX-License-Identifier: MIT */
/*
 * The separate debug file of a program or library, found on this machine.
 *
 * Our own search and not dwfl_standard_find_debuginfo: that one ends by asking
 * the servers of DEBUGINFOD_URLS.
 *
 * Layer: symbol. Context: tool.
 */
#ifndef UNCLOSED_SYMBOL_DEBUGFILE_H
#define UNCLOSED_SYMBOL_DEBUGFILE_H

#include <stdint.h>

#include "symbol/binary.h"

#define DEBUGFILE_ROOT "/usr/lib/debug"

struct debugfile_search {
	const char *root;                /* DEBUGFILE_ROOT */
	const char *path;                /* of the program or library */
	const struct build_id *build_id; /* its own; length 0 when it has none */
	const char *link;                /* name in .gnu_debuglink; NULL when it has none */
	uint32_t link_crc;               /* of the debug file's bytes */
	bool *ret_is_heavy; /* set where one is there that takes too much memory; may be NULL */
};

/*
 * Look in ROOT/.build-id/xx/yyy.debug, then for the link's name beside the file,
 * in .debug/ beside it and in ROOT/<directory of the file>. A file counts when
 * its build-id is the same; without build-ids, when the checksum is.
 * Returns a descriptor and its path (to be freed) in ret_path; -ENOENT.
 */
int debugfile_open(const struct debugfile_search *search, char **ret_path);

#endif
