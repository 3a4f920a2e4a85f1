/* SPDX-License-Identifier: MIT */
/* The sentence in the ledger that says why a runtime's frames are not read. */
#include "stack/refuse.h"

#include <string.h>

#include "base/text.h"
#include "shim/state.h"

void runtime_refuse(enum runtime_id runtime, const char *version, const char *why)
{
	char line[160];
	struct text text;
	uint32_t ref;

	text_init(&text, line, sizeof(line));
	text_add(&text, runtime_title(runtime));
	text_add(&text, " ");
	text_add_bytes(&text, version, strcspn(version, " "));
	text_add(&text, ": ");
	text_add(&text, why);
	ref = ledger_string_add(&shim.ledger, line, text.length);
	atomic_store_explicit(&shim.image->interpreter_ref, ref, memory_order_relaxed);
}
