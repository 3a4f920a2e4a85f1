/* SPDX-License-Identifier: MIT */
/* Memory without a name. */
#include "record/record.h"

int memfd_create(const char *name, unsigned int flags)
{
	return record_opened_with(CALL_memfd_create, REAL(memfd_create)(name, flags),
				  FACT_CLOEXEC_OF(memfd_create, flags));
}
