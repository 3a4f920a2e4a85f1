/* SPDX-License-Identifier: MIT */
/*
 * What must hold of a file before libdwfl gets to see it.
 *
 * Layer: symbol. Context: tool.
 */
#ifndef UNCLOSED_SYMBOL_BINARY_H
#define UNCLOSED_SYMBOL_BINARY_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#define BUILD_ID_MOST 64

struct build_id {
	uint8_t bytes[BUILD_ID_MOST];
	size_t length; /* 0: none */
};

bool build_id_is(const struct build_id *build_id, const uint8_t *bytes, size_t length);

/*
 * Open a regular file for reading. A FIFO or a device is refused without being
 * opened: that could block, or do something. Returns a descriptor (close-on-exec)
 * or -errno; -EINVAL for what is not a regular file. ret_stat may be NULL.
 */
int regular_file_open(const char *path, struct stat *ret_stat);

/* What is known of an ELF file before its symbols are read. */
struct binary {
	struct build_id build_id;
	bool has_symtab; /* not only .dynsym */
	bool is_heavy;   /* its debug information, expanded, is more than the memory budget has */
};

/*
 * Check the ELF file behind `fd`, which stays open and with the caller. Returns
 * 0, or -ENOEXEC for what is no ELF file, is no program nor library, or has
 * headers that libdwfl does not survive.
 */
int binary_inspect(int fd, struct binary *ret_binary);

#endif
