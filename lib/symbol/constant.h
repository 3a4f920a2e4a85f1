/* SPDX-License-Identifier: MIT */
/*
 * Text that a program holds for others to read: a `const char name[]`.
 *
 * Layer: symbol. Context: tool.
 */
#ifndef UNCLOSED_SYMBOL_CONSTANT_H
#define UNCLOSED_SYMBOL_CONSTANT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Read the array `name` out of the ELF file at `path`, whose build-id must be the
 * one given (of length 0: any). Its symbol is looked for in .symtab, and in
 * .dynsym, which stripping leaves.
 *
 * Returns 0 and the bytes up to the first zero in *ret_text, ended by a zero and
 * to be freed; -ENOENT when there is no such symbol; -ESTALE for another build-id;
 * -EINVAL for a symbol that is no array of characters in the file (a pointer, or
 * without bytes there); else -errno, -ENOEXEC for no sound ELF file.
 */
int constant_read(const char *path, const uint8_t *build_id, size_t build_id_length,
		  const char *name, char **ret_text, size_t *ret_length);

#endif
