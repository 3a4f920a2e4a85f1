/* SPDX-License-Identifier: MIT */
/* bind, connect and accept: the addresses that they gave or got. */
#include <errno.h>

#include "record/guest.h"
#include "record/record.h"
#include "recorder/addresses.h"
#include "shim/state.h"
#include "stack/capture.h"

int record_accepted(enum call call, int fd, const struct sockaddr *address, const socklen_t *length,
		    uint32_t facts)
{
	fd = record_opened_with(call, fd, FACT_ACCEPTED | facts);
	/* *length is the full length even where the program's buffer was shorter (man 2 accept). */
	if (fd >= 0 && shim_is_recording() && address && length &&
	    (address->sa_family == AF_INET || address->sa_family == AF_INET6))
		recorder_address(shim_recorder(), fd, ADDRESS_PEER, address, *length);
	return fd;
}

int record_bind(int fd, int result, const struct sockaddr *address, socklen_t length)
{
	if (result == 0 && shim_is_recording()) {
		record_fact(fd, FACT_BOUND);
		recorder_address(shim_recorder(), fd, ADDRESS_LOCAL, address, length);
	}
	return result;
}

int record_connect(int fd, int result, const struct sockaddr *address, socklen_t length)
{
	int error = result == 0 || errno == EINPROGRESS ? 0 : errno;

	/* These come before the kernel has read the address, or because it could not. */
	if (!shim_is_recording() || fd < 0 || error == EFAULT || error == EBADF ||
	    error == ENOTSOCK || error == EINVAL)
		return result;
	guest_find();
	if (error == 0 && length >= sizeof(sa_family_t) && address->sa_family == AF_UNSPEC) {
		recorder_disconnected(shim_recorder(), fd);
		return result;
	}
	if (error == 0)
		recorder_connected(shim_recorder(), fd);
	else if (error != EISCONN && error != EALREADY && error != EINTR)
		recorder_connect_failed(shim_recorder(), fd, error, capture_whole());
	recorder_address(shim_recorder(), fd, ADDRESS_PEER, address, length);
	return result;
}
