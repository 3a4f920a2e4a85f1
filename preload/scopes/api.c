/* SPDX-License-Identifier: MIT */
/* What the library exports of its own: the other side of lib/include/unclosed/unclosed.h. */
#include <errno.h>
#include <string.h>

#include "base/settings.h"
#include "end/census.h"
#include "libc/real.h"
#include "process/environment.h"
#include "shim/state.h"

#define API(name)                                                               \
	extern __typeof__(*((struct unclosed_api *)NULL)->name) unclosed_##name \
		__attribute__((visibility("default")));
#include "scopes/api.def"

extern const struct unclosed_api unclosed_api __attribute__((visibility("default")));

const struct unclosed_api unclosed_api = {
	.size = sizeof(struct unclosed_api),
#define API(name) .name = unclosed_##name,
#include "scopes/api.def"
};

/* A call can come before our constructor. */
static bool is_watching(void)
{
	real_prepare();
	return shim_is_recording();
}

unclosed_scope_t unclosed_scope_begin_with(const struct unclosed_scope_options *options)
{
	return is_watching() ? scope_begin(options) : 0;
}

unclosed_scope_t unclosed_scope_begin(const char *name)
{
	return unclosed_scope_begin_with(&(struct unclosed_scope_options){ .name = name });
}

long unclosed_scope_end(void)
{
	return is_watching() ? scope_end() : 0;
}

long unclosed_scope_end_of(unclosed_scope_t scope)
{
	return is_watching() ? scope_end_of(scope) : 0;
}

unclosed_scope_t unclosed_scope_enter(unclosed_scope_t scope)
{
	unclosed_scope_t before = self.scope_ref;

	if (!is_watching())
		return 0;
	self.scope_ref = ledger_scope_at(&shim.ledger, scope) ? scope : 0;
	return before;
}

unclosed_scope_t unclosed_scope_current(void)
{
	return is_watching() ? scope_current() : 0;
}

long unclosed_scope_left(unclosed_scope_t scope)
{
	if (!is_watching() ||
	    (scope != UNCLOSED_EVERYTHING && !ledger_scope_at(&shim.ledger, scope)))
		return -1;
	return census_count(scope);
}

long unclosed_expect_none(void)
{
	return is_watching() ? census_expect_none() : 0;
}

long unclosed_checkpoint(void)
{
	return is_watching() ? census_checkpoint() : 0;
}

long unclosed_list(unclosed_scope_t scope, unclosed_list_fn callback, void *data)
{
	return is_watching() ? census_list(scope, callback, data) : -1;
}

int unclosed_fails_tests(void)
{
	return is_watching() && environment_settings() & SETTING_FAILS_TESTS;
}

/* The note of an open descriptor; NULL: none of ours, or no room. */
static struct ledger_note *note_of(int fd, bool is_create)
{
	struct ledger_slot *slot;

	if (fd < 0 || !is_watching())
		return NULL;
	slot = ledger_slot_at(&shim.ledger, shim_recorder()->table, fd, false);
	if (!slot ||
	    slot_state(atomic_load_explicit(&slot->word, memory_order_acquire)) != SLOT_OPEN)
		return NULL;
	return ledger_slot_note(&shim.ledger, slot, is_create);
}

static int note_write(struct ledger_note *note, ledger_u32 *field, const char *text)
{
	uint32_t ref = text && note ? ledger_string_add(&shim.ledger, text, strlen(text)) : 0;

	if (!note || (text && !ref))
		return -1;
	atomic_store_explicit(field, ref, memory_order_release);
	return 0;
}

int unclosed_label(int fd, const char *text)
{
	struct ledger_note *note = note_of(fd, true);

	return note_write(note, note ? &note->label_ref : NULL, text);
}

int unclosed_expect_open(int fd, const char *reason)
{
	struct ledger_note *note = note_of(fd, true);

	return note_write(note, note ? &note->keep_ref : NULL, reason);
}
