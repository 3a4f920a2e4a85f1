/* SPDX-License-Identifier: MIT */
/* Columns of calls.def as texts. Only the first process of a session asks for them. */
#include "libc/columns.h"

#include "libc/real.h"

static const char released_texts[] = "\0" /* id 0 */
#define CALL(name, opens, released, number, cloexec) #released "\0"
#define CALL_NUMBER(name, ...) CALL(name, __VA_ARGS__)
#define CALL_PLAIN(name) "\0"
#include "libc/calls.def"
#undef CALL
	;

#define NUMBER_LOWEST "lowest"
#define NUMBER_PLACED "placed"
#define NUMBER_ANY ""
static const char number_texts[] = "\0"
#define CALL(name, opens, released, number, cloexec) NUMBER_##number "\0"
#define CALL_NUMBER(name, ...) CALL(name, __VA_ARGS__)
#include "libc/calls.def"
#undef CALL
	;

#define ADVICE_BIT(argument, mask, advice) advice
#define ADVICE_MODE(advice) advice
#define ADVICE_NEVER(advice) advice
#define ADVICE_OTHER(advice) advice
#define ADVICE_ALWAYS ""
static const char cloexec_texts[] = "\0"
#define CALL(name, opens, released, number, cloexec) ADVICE_##cloexec "\0"
#define CALL_NUMBER(name, ...) CALL(name, __VA_ARGS__)
#include "libc/calls.def"
#undef CALL
	;

static_assert(sizeof(released_texts) <= LEDGER_STRING_MAX &&
		      sizeof(number_texts) <= LEDGER_STRING_MAX &&
		      sizeof(cloexec_texts) <= LEDGER_STRING_MAX,
	      "a column is one string of the ledger");

const char *column_text(enum call_column column, size_t *ret_length)
{
	/* Without the '\0' that the compiler puts behind the last one's. */
	switch (column) {
	case COLUMN_RELEASED:
		*ret_length = sizeof(released_texts) - 1;
		return released_texts;
	case COLUMN_NUMBER:
		*ret_length = sizeof(number_texts) - 1;
		return number_texts;
	case COLUMN_CLOEXEC:
		*ret_length = sizeof(cloexec_texts) - 1;
		return cloexec_texts;
	default:
		return call_names(ret_length);
	}
}
