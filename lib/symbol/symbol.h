/* SPDX-License-Identifier: MIT */
/*
 * From an address in a module to functions, files and lines.
 *
 * Reads ELF and DWARF with elfutils libdw, after the fact and only for
 * addresses that are asked for: the module's own file, its separate debug file
 * (by build-id below /usr/lib/debug/.build-id, by .gnu_debuglink). Never the
 * network, unless debuginfod was allowed.
 *
 * Layer: symbol. Context: tool. Not thread-safe; one symbolizer serves many
 * modules and keeps what it read.
 */
#ifndef UNCLOSED_SYMBOL_SYMBOL_H
#define UNCLOSED_SYMBOL_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One function at an address. Strings live as long as the symbolizer. */
struct symbol_frame {
	const char *function;     /* demangled; NULL when no symbol covers the address */
	const char *linkage_name; /* as in the symbol table; NULL when the same, or none */
	const char *file;         /* path as compiled, made absolute; NULL without line numbers */
	unsigned int line;        /* 1…; 0 without line numbers */
	bool is_inlined;          /* into the next frame of the result */
	const char *language;     /* "c", "c++", "rust", … ; NULL when not known */
	const char *unit;         /* the source that was compiled, as `file`; or its directory, or NULL */
};

/* Why a module gives less than functions with lines. */
enum symbol_lack {
	SYMBOL_FULL,       /* has line numbers */
	SYMBOL_NO_LINES,   /* symbols, no debug info */
	SYMBOL_NO_SYMBOLS, /* stripped: only .dynsym */
	SYMBOL_NO_FILE,    /* the file is gone or cannot be read */
	SYMBOL_CHANGED,    /* the file there now has another build-id */
	SYMBOL_TOO_LARGE,  /* its debug information is more than the memory budget has */
};

/* What a function of CPython is, whether it has a symbol or not. */
enum symbol_role {
	SYMBOL_ROLE_NONE,      /* nothing special */
	SYMBOL_ROLE_FINALIZER, /* of a type's objects, in C: it closes what a lost one holds */
	SYMBOL_ROLE_LOOP,      /* the evaluation loop, parts of it that were split off included */
	SYMBOL_ROLE_UNKNOWN,   /* the file does not tell */
};

struct symbolizer;

/* A new symbolizer; NULL when memory is short. */
struct symbolizer *symbolizer_new(bool allow_debuginfod);
void symbolizer_free(struct symbolizer *symbolizer);

/*
 * Files are opened with the rights of base/rights.h. A module for which `is_ours` says so was
 * named by who runs us, and not by the watched program only: it is opened with our own where those
 * do not do.
 */
void symbolizer_allow(struct symbolizer *symbolizer, bool (*is_ours)(const char *path, void *data),
		      void *data);

/* Was a source line left out because a user of the session may not read it? */
bool symbolizer_withholds(struct symbolizer *symbolizer);

/*
 * Resolve `address`, an ELF virtual address in the file `path` (for a return
 * address the caller has subtracted 1). `build_id` of `build_id_length` bytes
 * is the one the process ran; 0 bytes: not known, not compared.
 *
 * Fills ret_frames, innermost inlined function first, the real function last;
 * with too little room the outer inlined ones are left out.
 * Returns the number of frames, 1…max: with nothing known, one frame of NULLs.
 */
size_t symbolizer_resolve(struct symbolizer *symbolizer, const char *path, const uint8_t *build_id,
			  size_t build_id_length, uint64_t address, struct symbol_frame *ret_frames,
			  size_t max);

/*
 * The function of an address by the symbol table alone, into `ret_frame`: without a line, without
 * what is inlined. Debug information, which is not read, takes fifty times as long where it has to
 * be inflated. Arguments as for symbolizer_resolve(). False: no symbol is known.
 */
bool symbolizer_symbol(struct symbolizer *symbolizer, const char *path, const uint8_t *build_id,
		       size_t build_id_length, uint64_t address, struct symbol_frame *ret_frame);

/* The role of an address in a file of CPython; arguments as for symbolizer_resolve(). */
enum symbol_role symbolizer_role(struct symbolizer *symbolizer, const char *path,
				 const uint8_t *build_id, size_t build_id_length, uint64_t address);

/*
 * What is missing for a module, after at least one resolve in it. SYMBOL_CHANGED
 * stays once it was met, though another process may have run the file there now.
 */
enum symbol_lack symbolizer_lack(struct symbolizer *symbolizer, const char *path);

/*
 * Line `line` of a source file without its newline, tabs kept; NULL when the
 * file is not there, is newer than the module at `module_path` (an edited
 * source would show the wrong line; NULL: do not compare), or is too short.
 * Lives as long as the symbolizer.
 */
const char *symbolizer_source_line(struct symbolizer *symbolizer, const char *module_path,
				   const char *file, unsigned int line);

#endif
