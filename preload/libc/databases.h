/* SPDX-License-Identifier: MIT */
/*
 * What the C library keeps open for the next call, to go by the calls of the program.
 *
 * Layer: preload. Context: target; async-signal-safe once resolved.
 */
#ifndef UNCLOSED_PRELOAD_LIBC_DATABASES_H
#define UNCLOSED_PRELOAD_LIBC_DATABASES_H

#include <aliases.h>
#include <fstab.h>
#include <grp.h>
#include <gshadow.h>
#include <pwd.h>
#include <resolv.h>
#include <shadow.h>
#include <stddef.h>
#include <syslog.h>
#include <ttyent.h>
#include <utmpx.h>

#include "shim/names.h"
#include "shim/state.h"

extern void __syslog_chk(int priority, int flag, const char *format, ...);
extern void __vsyslog_chk(int priority, int flag, const char *format, va_list arguments);

/* Everything is hidden but these. */
#define DATABASE(name) extern __typeof__(name) name __attribute__((visibility("default")));
#include "libc/databases.def"

struct database_functions {
#define DATABASE(name) __typeof__(name) *name;
#include "libc/databases.def"
};

extern struct database_functions database_functions __attribute__((visibility("hidden")));

/* Find the real function at that offset of database_functions, and keep it. */
void *database_find(size_t offset);

/* The real function of a row. */
#define DATABASE_REAL(name)                                                          \
	(__extension__({                                                             \
		__typeof__(name) *real_ =                                            \
			__atomic_load_n(&database_functions.name, __ATOMIC_RELAXED); \
		real_ ? real_                                                        \
		      : (__typeof__(name) *)database_find(                           \
				offsetof(struct database_functions, name));          \
	}))

/* Before and after the real call: libc may have it open from now on, and has not. */
void database_opened(enum kept_database database);
void database_closed(enum kept_database database);

#endif
