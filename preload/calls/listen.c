/* SPDX-License-Identifier: MIT */
/* A socket becomes a listener. */
#include "record/misuse.h"
#include "record/record.h"

int listen(int fd, int backlog)
{
	int result = used(CALL_listen, fd, REAL(listen)(fd, backlog));

	if (result == 0)
		record_fact(fd, FACT_LISTENING);
	return result;
}
