/* SPDX-License-Identifier: MIT */
/* Shared memory with a name. */
#include "record/record.h"

int shm_open(const char *name, int flags, mode_t mode)
{
	return record_opened_with(CALL_shm_open, REAL(shm_open)(name, flags, mode),
				  FACT_CLOEXEC_OF(shm_open, flags));
}
