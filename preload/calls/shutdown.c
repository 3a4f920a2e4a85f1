/* SPDX-License-Identifier: MIT */
/* A direction of a connection is closed; the descriptor stays open. */
#include "record/misuse.h"
#include "record/record.h"

int shutdown(int fd, int how)
{
	int result = used(CALL_shutdown, fd, REAL(shutdown)(fd, how));

	if (result == 0)
		record_fact(fd, (how != SHUT_WR ? FACT_SHUTDOWN_RD : 0) |
					(how != SHUT_RD ? FACT_SHUTDOWN_WR : 0));
	return result;
}
