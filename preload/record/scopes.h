/* SPDX-License-Identifier: MIT */
/*
 * Scopes: the stretch of a program's life, as a rule a test, in which something
 * is opened. Of a thread, or of the process; children belong to the one they were
 * started in.
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_SCOPES_H
#define UNCLOSED_PRELOAD_RECORD_SCOPES_H

#include <stdatomic.h>

#define UNCLOSED_TYPES_ONLY
#include "include/unclosed/unclosed.h"
#include "ledger/ledger.h"

struct scopes {
	_Atomic uint32_t is_used;     /* 1 once there was one: openings look for it from then on */
	_Atomic uint32_t process_ref; /* innermost of the process; 0 none */
	uint32_t inherited_ref;       /* the one this process was started in; 0 none */
};

extern struct scopes scopes __attribute__((visibility("hidden")));

/* At hello: the scope that was announced for us, and the one our environment tells of. */
void scopes_init(char *const *environment);

/* The scope of the calling thread; 0 none. */
uint32_t scope_current(void);

/* The same, and one more was opened in it. */
uint32_t scope_opened(unsigned int kind);

/* For the recording path: one load where there are no scopes. */
static inline uint32_t scope_of_opening(unsigned int kind)
{
	if (__builtin_expect(atomic_load_explicit(&scopes.is_used, memory_order_relaxed) == 0, 1))
		return 0;
	return scope_opened(kind);
}

/* Does a kind count, by --kinds? */
bool scope_counts_kind(unsigned int kind);

/* The functions of the header, while recording. */
unclosed_scope_t scope_begin(const struct unclosed_scope_options *options);
long scope_end(void);
long scope_end_of(unclosed_scope_t ref);

/* Of the header, too: the note of a descriptor that is meant to stay open. */
int unclosed_expect_open(int fd, const char *reason);

/* Does the scope belong to this process, which alone may end it? */
struct ledger_scope *scope_own(uint32_t ref);

#endif
