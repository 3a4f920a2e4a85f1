/* SPDX-License-Identifier: MIT */
/* Masters of pseudo-terminals. */
#include "record/record.h"

int getpt(void)
{
	return record_opened(CALL_getpt, REAL(getpt)());
}

int posix_openpt(int flags)
{
	return record_opened_with(CALL_posix_openpt, REAL(posix_openpt)(flags),
				  FACT_CLOEXEC_OF(posix_openpt, flags));
}
