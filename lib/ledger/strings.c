/* SPDX-License-Identifier: MIT */
/* The strings of a ledger, and the table by which equal ones are found again. */
#include <string.h>

#include "ledger/ledger.h"

/* FNV-1a: a session's strings are few and short, and added in cold places. */
static uint32_t string_hash(const char *bytes, size_t length)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (uint8_t)bytes[i]) * 16777619u;
	return hash;
}

static bool string_equals(struct ledger *ledger, uint32_t ref, const char *bytes, size_t length)
{
	const struct ledger_string *string = ledger_string_at(ledger, ref);

	return string && string->length == length && memcmp(string->bytes, bytes, length) == 0;
}

static uint32_t string_write(struct ledger *ledger, uint32_t ref, const char *bytes, size_t length,
			     bool is_truncated)
{
	struct ledger_string *string = ledger_at(ledger, ref, sizeof(*string) + length + 1);

	if (!string)
		return 0;
	string->length = (uint32_t)length;
	string->is_truncated = is_truncated;
	memcpy(string->bytes, bytes, length);
	string->bytes[length] = '\0';
	return ref;
}

uint32_t ledger_string_put(struct ledger *ledger, const char *bytes, size_t length)
{
	bool is_truncated = length > LEDGER_STRING_MAX;

	if (is_truncated)
		length = LEDGER_STRING_MAX;
	return string_write(ledger,
			    ledger_record_alloc(ledger, sizeof(struct ledger_string) + length + 1),
			    bytes, length, is_truncated);
}

static uint32_t string_find_or_add(struct ledger *ledger, const char *bytes, size_t length,
				   uint32_t (*alloc)(struct ledger *, size_t))
{
	size_t size = sizeof(struct ledger_string) + length + 1;
	ledger_u32 *known;
	uint32_t ref;

	if (length > LEDGER_STRING_MAX)
		return ledger_string_put(ledger, bytes, length);
	known = &ledger->header->strings[string_hash(bytes, length) % LEDGER_STRINGS_KNOWN];
	ref = atomic_load_explicit(known, memory_order_acquire);
	if (string_equals(ledger, ref, bytes, length))
		return ref;
	ref = string_write(ledger, alloc(ledger, size), bytes, length, false);
	if (ref)
		atomic_store_explicit(known, ref, memory_order_release);
	return ref;
}

uint32_t ledger_string_add(struct ledger *ledger, const char *bytes, size_t length)
{
	return string_find_or_add(ledger, bytes, length, ledger_record_alloc);
}

uint32_t ledger_name_add(struct ledger *ledger, const char *bytes, size_t length)
{
	return string_find_or_add(ledger, bytes, length, ledger_near_alloc);
}

const struct ledger_string *ledger_string_at(struct ledger *ledger, uint32_t ref)
{
	const struct ledger_string *string = ledger_at(ledger, ref, sizeof(*string));

	if (!string || string->length > LEDGER_STRING_MAX ||
	    !ledger_at(ledger, ref, sizeof(*string) + string->length + 1))
		return NULL;
	return string;
}
