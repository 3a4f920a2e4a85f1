/* SPDX-License-Identifier: MIT */
/*
 * Can a program be covered? Decided from its file, before or after it ran:
 * the launcher asks before, `unclosed check` instead, the judge for processes
 * that never said hello.
 *
 * Layer: judge. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_PROCESS_COVERAGE_H
#define UNCLOSED_JUDGE_PROCESS_COVERAGE_H

#include <limits.h>
#include <stdbool.h>

#include "judge/process/elf_file.h"

enum coverage_kind {
	COVERAGE_OK,
	COVERAGE_UNKNOWN, /* may be executed, but not read */
	COVERAGE_STATIC,
	COVERAGE_SWITCHER, /* static, and starts programs as other users: gosu, su-exec */
	COVERAGE_32BIT,
	COVERAGE_FOREIGN, /* for another processor */
	COVERAGE_MUSL,
	COVERAGE_LOADER, /* another loader than glibc's */
	COVERAGE_SETUID,
	COVERAGE_SETGID,
	COVERAGE_CAPABILITIES,
	COVERAGE_GO,
	COVERAGE_NO_PROGRAM, /* neither an ELF file nor a script */
	COVERAGE_BROKEN,     /* the loader or a script's interpreter is missing */
};

struct coverage {
	enum coverage_kind kind;
	bool is_coverable;        /* COVERAGE_OK or COVERAGE_UNKNOWN */
	bool is_preload_harmless; /* with LD_PRELOAD it still behaves as without */
	bool is_script;
	const char *reason;     /* "static program"; NULL for COVERAGE_OK */
	const char *remedy;     /* "link it dynamically, or test it apart"; NULL for COVERAGE_OK */
	char program[PATH_MAX]; /* the file that decided: a script's interpreter, or the file itself
				 */
	struct elf_file elf;    /* of `program`; zero when it could not be read */
	char reason_storage[PATH_MAX + 64];
};

/*
 * Look at the file `path`, following a script to its interpreter, and through
 * /usr/bin/env. Returns 0, or -errno when there is no such regular file.
 */
int coverage_inspect(const char *path, struct coverage *ret_coverage);

/*
 * The short form: can it be covered? When not, *ret_reason and *ret_remedy say
 * why, in a static buffer. A file that is gone: "its file cannot be read".
 */
bool coverage_check(const char *path, const char **ret_reason, const char **ret_remedy);

#endif
