/* SPDX-License-Identifier: MIT */
/*
 * Source files: where they are now, and what they are called in a report.
 *
 * A compiler writes down where a source was when it compiled it. The checkout
 * may be elsewhere by now, or the build wrote names that hold everywhere
 * (-ffile-prefix-map, Bazel's /proc/self/cwd).
 *
 * Layer: judge. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_STACK_PATHS_H
#define UNCLOSED_JUDGE_STACK_PATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct report;

struct paths {
	struct report *report;     /* whose memory is used */
	const char *cwd, *project; /* NULL: not known */
	bool is_checkout;          /* the project is one, and not only the working directory */
	const char *const *given;  /* --source-path: DIR, or OLD=NEW */
	uint32_t given_count;
};

/*
 * The directory around `cwd` that a version control system has its own in
 * (.git, .hg, …), or `cwd`. NULL for a `cwd` that is not absolute.
 */
const char *project_find(struct report *report, const char *cwd);

/*
 * Where the source `file` (as compiled) is: an absolute path of a file that
 * exists, or NULL. In this order: OLD=NEW substitutions, the path itself, its
 * last parts below each given DIR (the more of them the better), below the
 * project if one of its directories has the project's name; names that are not
 * absolute are looked for in the project and the working directory, unless the
 * module comes with the system.
 */
const char *source_find(const struct paths *paths, const char *file, bool is_system);

/* The name a report uses: relative to the project when below it. Whole where that is "/". */
const char *path_shown(const struct paths *paths, const char *file);

/* Has a version control system its own in a directory? */
bool project_is_checkout(const char *directory);

/* Is a file, by its name alone, somewhere below a directory? */
bool path_is_below(const char *directory, const char *file);

/*
 * foreign.c: is a source (as compiled) not the program's own? `unit` is the source that was
 * compiled with it in it, or its directory; NULL: not known.
 */
bool source_is_foreign(const struct paths *paths, const char *file, const char *unit);

#endif
