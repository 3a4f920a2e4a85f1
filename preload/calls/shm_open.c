/* SPDX-License-Identifier: MIT */
/* Shared memory with a name. */
#include <limits.h>
#include <string.h>

#include "base/text.h"
#include "record/record.h"
#include "record/spare.h"

/* As spared(), for a name in /dev/shm. */
static const char *name_spared(const char *name, int flags)
{
	char path[NAME_MAX + 16];
	const char *spare;
	struct text text;

	if (!(flags & O_TRUNC))
		return name;
	text_init(&text, path, sizeof(path));
	text_add(&text, "/dev/shm/");
	text_add(&text, name);
	spare = spared(AT_FDCWD, path, flags);
	return spare == path ? name : strrchr(spare, '/');
}

int shm_open(const char *name, int flags, mode_t mode)
{
	return record_opened_with(CALL_shm_open,
				  REAL(shm_open)(name_spared(name, flags), flags, mode),
				  FACT_CLOEXEC_OF(shm_open, flags));
}
