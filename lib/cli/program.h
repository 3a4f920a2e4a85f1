/* SPDX-License-Identifier: MIT */
/*
 * The files that a run starts from: PROGRAM itself and libunclosed.so.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_PROGRAM_H
#define UNCLOSED_CLI_PROGRAM_H

#include <stddef.h>

/*
 * The file that execvp() would execute for `name`. Returns 0, or -errno: with
 * -EACCES a file of that name was there, but may not be executed.
 */
int program_find(const char *name, char *ret_path, size_t size);

/* Exit status and one line for a program that cannot be started for `error` (positive). */
int program_complain(const char *name, int error);

/* Directory of the running `unclosed`. Returns 0 or -errno. */
int own_directory(char *ret_path, size_t size);

/*
 * Path of libunclosed.so: UNCLOSED_LIBRARY, else beside our own program, in
 * the build tree or as installed. Returns 0 or -errno.
 */
int library_find(char *ret_path, size_t size);

#endif
