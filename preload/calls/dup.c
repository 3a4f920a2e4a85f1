/* SPDX-License-Identifier: MIT */
/* Duplicates: dup and its kin. */
#include <fcntl.h>

#include "record/duplicates.h"
#include "record/misuse.h"

int dup(int fd)
{
	return record_duplicate(CALL_dup, fd, asked(CALL_dup, fd, REAL(dup)(fd)), 0);
}

int dup2(int from, int to)
{
	struct release release = duplicate_begin(CALL_dup2, from, to);

	return duplicate_end(&release, from, REAL(dup2)(from, to));
}

int __dup2(int from, int to)
{
	struct release release = duplicate_begin(CALL___dup2, from, to);

	return duplicate_end(&release, from, REAL(__dup2)(from, to));
}

int dup3(int from, int to, int flags)
{
	struct release release = duplicate_begin(CALL_dup3, from, to);

	int result = duplicate_end(&release, from, REAL(dup3)(from, to, flags));

	record_fact(result, FACT_CLOEXEC_OF(dup3, flags));
	return result;
}
