/* SPDX-License-Identifier: MIT */
/*
 * Options of sockets. Recorded are the use of a closed number and the few options that
 * make a descriptor: SO_PEERPIDFD, and what gives an association of SCTP a socket of its
 * own (man 3 sctp_peeloff).
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#include "record/misuse.h"
#include "record/record.h"

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77 /* Linux 6.5 */
#endif

/* linux/sctp.h, which is not everywhere. */
#define SCTP_PEELOFF 102
#define SCTP_PEELOFF_FLAGS 122

struct peeloff {
	int32_t association;
	int fd;
	uint32_t flags; /* of SCTP_PEELOFF_FLAGS: SOCK_CLOEXEC */
};

static void option_given(int level, int name, void *value, socklen_t length)
{
	struct peeloff peeloff = { .fd = -1 };

	if (level == SOL_SOCKET && name == SO_PEERPIDFD && length == sizeof(int)) {
		record_opened_at(CALL_getsockopt, call_kind(CALL_getsockopt), value,
				 FACT_CLOEXEC_OF(getsockopt, 0));
	} else if (level == IPPROTO_SCTP && (name == SCTP_PEELOFF || name == SCTP_PEELOFF_FLAGS)) {
		memcpy(&peeloff, value, length < sizeof(peeloff) ? length : sizeof(peeloff));
		if (name == SCTP_PEELOFF)
			peeloff.flags = 0;
		if (length >= offsetof(struct peeloff, fd) + sizeof(peeloff.fd))
			record_opened_at(CALL_getsockopt, KIND_SOCKET,
					 (char *)value + offsetof(struct peeloff, fd),
					 peeloff.flags & SOCK_CLOEXEC ? FACT_CLOEXEC : 0);
	}
}

int getsockopt(int fd, int level, int name, void *restrict value, socklen_t *restrict length)
{
	int result = used(CALL_getsockopt, fd, REAL(getsockopt)(fd, level, name, value, length));

	if (result == 0)
		option_given(level, name, value, *length);
	return result;
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	return used(CALL_setsockopt, fd, REAL(setsockopt)(fd, level, name, value, length));
}
