/* SPDX-License-Identifier: MIT */
/* Temporary files with a name. */
#include "record/record.h"

int mkstemp(char *path)
{
	return record_opened(CALL_mkstemp, REAL(mkstemp)(path));
}

int mkstemp64(char *path)
{
	return record_opened(CALL_mkstemp64, REAL(mkstemp64)(path));
}

int mkostemp(char *path, int flags)
{
	return record_opened_with(CALL_mkostemp, REAL(mkostemp)(path, flags),
				  FACT_CLOEXEC_OF(mkostemp, flags));
}

int mkostemp64(char *path, int flags)
{
	return record_opened_with(CALL_mkostemp64, REAL(mkostemp64)(path, flags),
				  FACT_CLOEXEC_OF(mkostemp64, flags));
}

int mkstemps(char *path, int suffix_length)
{
	return record_opened(CALL_mkstemps, REAL(mkstemps)(path, suffix_length));
}

int mkstemps64(char *path, int suffix_length)
{
	return record_opened(CALL_mkstemps64, REAL(mkstemps64)(path, suffix_length));
}

int mkostemps(char *path, int suffix_length, int flags)
{
	return record_opened_with(CALL_mkostemps, REAL(mkostemps)(path, suffix_length, flags),
				  FACT_CLOEXEC_OF(mkostemps, flags));
}

int mkostemps64(char *path, int suffix_length, int flags)
{
	return record_opened_with(CALL_mkostemps64, REAL(mkostemps64)(path, suffix_length, flags),
				  FACT_CLOEXEC_OF(mkostemps64, flags));
}
