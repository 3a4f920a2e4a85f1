/* SPDX-License-Identifier: MIT */
/* What the processes of a session know of program files, by path and inode. */
#include <string.h>

#include "ledger/ledger.h"

/* By both: a file that has two paths is known by each. */
static ledger_u32 *place_of(struct ledger *ledger, const char *path, const struct ledger_file *file)
{
	uint64_t place = file->inode;

	for (; *path; path++)
		place = place * 31 + (uint8_t)*path;
	return &ledger->header->programs[place % LEDGER_PROGRAMS_KNOWN];
}

static bool file_equals(const struct ledger_file *one, const struct ledger_file *other)
{
	return one->device == other->device && one->inode == other->inode &&
	       one->size == other->size && one->changed_ns == other->changed_ns;
}

struct ledger_program *ledger_program_find(struct ledger *ledger, const char *path,
					   const struct ledger_file *file)
{
	uint32_t ref = atomic_load_explicit(place_of(ledger, path, file), memory_order_acquire);
	struct ledger_program *program = ledger_at(ledger, ref, sizeof(*program));
	const struct ledger_string *known =
		program ? ledger_string_at(ledger, program->path_ref) : NULL;

	return known && file_equals(&program->file, file) && known->length == strlen(path) &&
			       memcmp(known->bytes, path, known->length) == 0
		       ? program
		       : NULL;
}

void ledger_program_add(struct ledger *ledger, const char *path,
			const struct ledger_program *filled)
{
	uint32_t ref = ledger_near_alloc(ledger, sizeof(struct ledger_program));
	struct ledger_program *program = ledger_at(ledger, ref, sizeof(*program));

	if (!program)
		return;
	program->file = filled->file;
	program->is_foreign = filled->is_foreign;
	program->is_static = filled->is_static;
	program->has_sanitizer = filled->has_sanitizer;
	program->path_ref = ledger_name_add(ledger, path, strlen(path));
	atomic_store_explicit(place_of(ledger, path, &filled->file), ref, memory_order_release);
}
