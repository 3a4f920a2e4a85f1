/* SPDX-License-Identifier: MIT */
/*
 * The ledger's file, spared by what the program does to files that it finds.
 *
 * The file has a name, because that is how the programs of a session reach it, whatever
 * their user, their namespaces and their /proc are: a sealed memfd has no name but
 * one in /proc, System V memory ends with its IPC namespace, and nothing else on Linux
 * forbids to cut a file. And a store into a page behind the end of a file is a SIGBUS, in every
 * process of the session. Without us there would be no such file to cut. So calls that
 * cut by name, be it any name of the file, get another one: an empty file beside it,
 * which the tool removes with the ledger. Those that cut by number succeed and do nothing.
 *
 * They are compared by device and inode, which costs these calls one system call.
 * Whoever does not come this way is cli/mend.h's concern.
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_SPARE_H
#define UNCLOSED_PRELOAD_RECORD_SPARE_H

#include <fcntl.h>
#include <stdbool.h>

struct open_how;

/* See spared(), for flags with O_TRUNC. */
__attribute__((cold)) const char *spare_path(int directory, const char *path, int flags);

/* The path to open with these flags, of open(), instead of `path`, which may be anything. */
static inline const char *spared(int directory, const char *path, int flags)
{
	return __builtin_expect(flags & O_TRUNC, 0) ? spare_path(directory, path, flags) : path;
}

/* The same for openat2(), of which `how` may be anything, too. */
const char *spared_by_how(int directory, const char *path, const struct open_how *how);

/* The same for a stream. */
static inline const char *spared_stream(const char *path, const char *mode)
{
	return *mode == 'w' ? spare_path(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC) : path;
}

/* Is it the ledger's file, of which the length and the data stay as they are? */
bool spare_is_meant(int fd);

/*
 * Before and after a wait: if a child cut the file, or somebody else who does not come this way,
 * make it as long as it was. To be called before anything is stored.
 */
void spare_mend(void);

/*
 * As spared(), for system calls by number: exchange the path among the arguments a and b.
 * True: the call is answered with 0.
 */
bool spare_by_number(long number, long *a, long *b, long c);

#endif
