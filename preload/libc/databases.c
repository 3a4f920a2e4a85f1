/* SPDX-License-Identifier: MIT */
/* The functions behind the wrappers of databases.def, and what the record says of them. */
#include "libc/databases.h"

#include "libc/loaded.h"
#include "libc/real.h"

struct database_functions database_functions;

/* One behind the other, '\0' after each. */
static const struct {
#define DATABASE(name) char name[sizeof(#name)];
#include "libc/databases.def"
} names = {
#define DATABASE(name) #name,
#include "libc/databases.def"
};

static const uint16_t name_offsets[] = {
#define DATABASE(name) offsetof(__typeof__(names), name),
#include "libc/databases.def"
};

void *database_find(size_t offset)
{
	void **place = (void **)((char *)&database_functions + offset);

	real_prepare();
	__atomic_store_n(place,
			 loaded_next((const char *)&names + name_offsets[offset / sizeof(*place)]),
			 __ATOMIC_RELAXED);
	return *place;
}

void database_opened(enum kept_database database)
{
	real_prepare();
	if (shim_is_recording() && !(LEDGER_LOAD(shim.recorder.process->kept) & KEPT_BIT(database)))
		atomic_fetch_or_explicit(&shim.recorder.process->kept, KEPT_BIT(database),
					 memory_order_relaxed);
}

void database_closed(enum kept_database database)
{
	real_prepare();
	if (shim_is_recording())
		atomic_fetch_and_explicit(&shim.recorder.process->kept, ~KEPT_BIT(database),
					  memory_order_relaxed);
}
