/* SPDX-License-Identifier: MIT */
/*
 * What dlsym() finds among the objects that a program was started with, without
 * its lock, and so in any place: they are never unloaded. It is quicker, too: a
 * cold look-up of dlsym is 230 ns.
 *
 * Layer: preload. Context: target; async-signal-safe where loaded_is_whole().
 */
#ifndef UNCLOSED_PRELOAD_LIBC_LOADED_H
#define UNCLOSED_PRELOAD_LIBC_LOADED_H

#include <stdbool.h>
#include <stdint.h>

/* Note which these are. At start, before libraries are opened. */
void loaded_init(void);

/* Can all of them be asked without dlsym()? It needs the table of --hash-style=gnu. */
bool loaded_is_whole(void);

/* Is there code of one of them at `pc`? False where libc does not tell (before glibc 2.35). */
bool loaded_has(uint64_t pc);

/* Was more loaded since, but for what loaded_is_ours() was told of? */
bool loaded_has_grown(void);

/* All that was loaded since is ours, and stays. Only where it had not grown before. */
void loaded_is_ours(void);

/*
 * Does one of them ask another for one of these functions, '\0' after each and after the
 * last? Also true where it cannot be
 * told, and where more was opened since.
 */
bool loaded_asks_for(const char *functions);

/* As dlsym(RTLD_NEXT, name) and dlsym(RTLD_DEFAULT, name), but they leave no dlerror(). */
void *loaded_next(const char *name);
void *loaded_default(const char *name);

#endif
