/* SPDX-License-Identifier: MIT */
/* The rcmd family: sockets with a reserved port, a remote command's streams. */
#include "record/record.h"

int rresvport(int *port)
{
	return record_opened_with(CALL_rresvport, REAL(rresvport)(port), FACT_BOUND);
}

int rresvport_af(int *port, sa_family_t family)
{
	return record_opened_with(CALL_rresvport_af, REAL(rresvport_af)(port, family), FACT_BOUND);
}

/* The second descriptor, the command's stderr, is there where the caller asked for it. */
static int remote_opened(enum call call, int fd, int *second)
{
	fd = record_opened_with(call, fd, FACT_CONNECTED);
	if (fd >= 0 && second)
		record_opened_at(call, call_kind(call), second, FACT_CONNECTED);
	return fd;
}

int rcmd(char **restrict host, unsigned short port, const char *restrict local_user,
	 const char *restrict remote_user, const char *restrict command, int *restrict second)
{
	return remote_opened(CALL_rcmd,
			     REAL(rcmd)(host, port, local_user, remote_user, command, second),
			     second);
}

int rcmd_af(char **restrict host, unsigned short port, const char *restrict local_user,
	    const char *restrict remote_user, const char *restrict command, int *restrict second,
	    sa_family_t family)
{
	return remote_opened(
		CALL_rcmd_af,
		REAL(rcmd_af)(host, port, local_user, remote_user, command, second, family),
		second);
}

int rexec(char **restrict host, int port, const char *restrict user, const char *restrict password,
	  const char *restrict command, int *restrict second)
{
	return remote_opened(CALL_rexec, REAL(rexec)(host, port, user, password, command, second),
			     second);
}

int rexec_af(char **restrict host, int port, const char *restrict user,
	     const char *restrict password, const char *restrict command, int *restrict second,
	     sa_family_t family)
{
	return remote_opened(CALL_rexec_af,
			     REAL(rexec_af)(host, port, user, password, command, second, family),
			     second);
}
