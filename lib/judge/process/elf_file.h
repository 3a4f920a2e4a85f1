/* SPDX-License-Identifier: MIT */
/*
 * What a file is, as the kernel and the loader will see it: the few ELF facts
 * that decide whether a program can be covered. Reads with pread() and checks
 * every offset: the file may be hostile, truncated or change meanwhile. Never
 * blocks: what is not a regular file is not opened.
 *
 * Layer: judge. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_PROCESS_ELF_FILE_H
#define UNCLOSED_JUDGE_PROCESS_ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_file {
	bool is_32bit;
	bool is_foreign;       /* another byte order or processor than this program's */
	char interpreter[256]; /* PT_INTERP; "" none */
	char soname[64];       /* "" none */
	char sanitizer[64];    /* needed sanitizer runtime ("libasan.so.8"); "" none */
	bool has_static_asan;  /* the runtime is part of the file, as clang links it */
	bool is_go;            /* has a Go build id */
	bool has_symbols;      /* .symtab */
	bool has_lines;        /* .debug_line */
	char debug_link[64];   /* .gnu_debuglink names another file; "" none */
	uint8_t build_id[20];
	size_t build_id_length; /* 0: none */
};

/*
 * Open a regular file for reading, without the side effects that opening a
 * FIFO or a device has. Returns a descriptor or -errno; -EACCES for what is not regular.
 */
int plain_file_open(const char *path);

/* Returns 0; -errno when the file cannot be read; -ENOEXEC when it is no (sound) ELF file. */
int elf_file_read(const char *path, struct elf_file *ret_file);

#endif
