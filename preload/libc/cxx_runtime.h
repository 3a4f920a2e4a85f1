/* SPDX-License-Identifier: MIT */
/*
 * The functions of the C++ runtime behind the shim's own. There may be several
 * runtimes in a process, and none where dlsym(RTLD_NEXT) looks: a plug-in that
 * was opened with RTLD_LOCAL brings its own along. So the answer depends on who
 * calls: what the program was started with comes first, as for the loader; else
 * what the caller itself defines, or the libraries that it needs, breadth first.
 *
 * Callers are remembered until something is closed by dlclose(). The first call of
 * a plug-in takes the lock of dl_iterate_phdr(), as every exception did before
 * glibc 2.35; a forked child of several threads does without.
 *
 * Layer: preload. Context: target.
 */
#ifndef UNCLOSED_PRELOAD_LIBC_CXX_RUNTIME_H
#define UNCLOSED_PRELOAD_LIBC_CXX_RUNTIME_H

#include "shim/names.h"

enum thrower {
#define THROWER(name) THROWER_##name,
#include "libc/cxx_runtime.def"
	THROWERS
};

/* Find the runtime that the program was started with. At start, also
 * when nothing is to be recorded. */
void throwers_init(void);

/* The real function for a call with that return address. */
void *thrower_find(enum thrower thrower, const void *caller);

/* Other objects may come to the same addresses: before and after a dlclose. */
void throwers_forget(void);

#endif
