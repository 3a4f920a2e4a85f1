/* SPDX-License-Identifier: MIT */
/*
 * The variables that lead a new program into the session: LD_PRELOAD and
 * UNCLOSED_LEDGER=PATH:NUMBER (base/settings.h), and UNCLOSED_FIRST (bare.h) for who reports. An
 * environment is repaired, not replaced: every other variable is passed on as the same pointer.
 *
 * Layer: preload. Context: target; async-signal-safe, also in a vfork child.
 */
#ifndef UNCLOSED_PRELOAD_PROCESS_ENVIRONMENT_H
#define UNCLOSED_PRELOAD_PROCESS_ENVIRONMENT_H

#include <alloca.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "process/join.h"

/*
 * Does a program started with this environment join our session? HINDRANCE_OFF where its
 * UNCLOSED_OPTIONS is off, HINDRANCE_SESSION where it names a session of its own,
 * HINDRANCE_VARIABLE where it names none.
 */
enum process_hindrance environment_hindrance(char *const *environment);

/* The settings of the session, as this process was told them: at start, once. */
void environment_settings_note(uint32_t settings);
uint32_t environment_settings(void);

/* Bytes that environment_repair() needs. */
size_t environment_repair_size(char *const *environment);

/*
 * Build a repaired copy in `storage`, which must live until the exec. Returns
 * the new environment.
 */
char **environment_repair(char *const *environment, const struct joining *joining, void *storage);

/* Repaired environments of up to this size lie on the stack: 2 000 variables. */
#define STORAGE_ON_STACK 16384

/* Bytes that a repaired copy needs; 1 where none will be made. */
size_t environment_storage_size(char *const *environment);

/* Memory of the thread's own for a very large one, kept for its next; NULL: there is none. */
void *environment_storage_large(size_t size);

/* Memory for a repaired environment that lives as long as the frame that calls; NULL: none. */
#define ENVIRONMENT_STORAGE(environment)                                                                  \
	(__extension__({                                                                           \
		size_t size_ = environment_storage_size(environment);                                     \
		size_ <= STORAGE_ON_STACK ? alloca(size_) : environment_storage_large(size_);                  \
	}))

#endif
