/* SPDX-License-Identifier: MIT */
/* Memory without a name. */
#include "record/record.h"

int memfd_create(const char *name, unsigned int flags)
{
	return record_opened_with(CALL_memfd_create, REAL(memfd_create)(name, flags),
				  flags & MFD_CLOEXEC ? FACT_CLOEXEC : 0);
}
