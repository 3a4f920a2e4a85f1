/* SPDX-License-Identifier: MIT */
/* What the kernel knows of a socket. */
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/un.h>

#include "base/raw.h"
#include "end/facts.h"
#include "shim/state.h"

/* A socket address as the ledger keeps it: paths of AF_UNIX are strings. */
static uint16_t address_keep(uint8_t *kept, size_t size, const struct sockaddr_storage *address,
			     socklen_t length)
{
	if (length < sizeof(sa_family_t))
		return 0;
	memset(kept, 0, size);
	if (address->ss_family == AF_UNIX) {
		const struct sockaddr_un *local = (const struct sockaddr_un *)address;
		uint32_t ref = ledger_string_add(&shim.ledger, local->sun_path,
						 length - offsetof(struct sockaddr_un, sun_path));

		memcpy(kept, &address->ss_family, sizeof(address->ss_family));
		memcpy(kept + 4, &ref, sizeof(ref));
		return 8;
	}
	if (length > size)
		length = (socklen_t)size;
	memcpy(kept, address, length);
	return (uint16_t)length;
}

static bool option_get(int fd, int level, int name, int *ret_value)
{
	socklen_t length = sizeof(*ret_value);

	return raw5(SYS_getsockopt, fd, level, name, ret_value, &length) == 0;
}

static void socket_addresses(int fd, struct ledger_fact *fact)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);

	if (raw3(SYS_getsockname, fd, &address, &length) == 0) {
		fact->local_length =
			address_keep(fact->local, sizeof(fact->local), &address, length);
		fact->has |= HAS_LOCAL;
	}
	length = sizeof(address);
	if (raw3(SYS_getpeername, fd, &address, &length) == 0) {
		fact->peer_length = address_keep(fact->peer, sizeof(fact->peer), &address, length);
		fact->has |= HAS_PEER;
	}
}

/*
 * The first 128 bytes of the kernel's struct tcp_info (include/uapi/linux/tcp.h); libc's ends
 * earlier. The kernel counts the answer to our SYN as a byte acknowledged, since 4.1, and begins
 * anew with each connect().
 */
struct tcp_info_begin {
	uint8_t state;
	uint8_t between[119];
	uint64_t bytes_acked;
};

static_assert(offsetof(struct tcp_info_begin, bytes_acked) == 120, "as the kernel has it");

static void socket_tcp(int fd, struct ledger_fact *fact)
{
	struct tcp_info_begin info = { 0 };
	socklen_t length = sizeof(info);

	if (raw5(SYS_getsockopt, fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0)
		return;
	fact->tcp_state = info.state;
	fact->has |= HAS_TCP_STATE;
	if (length >= sizeof(info))
		fact->has |= info.bytes_acked ? HAS_MADE : HAS_UNMADE;
}

static void socket_queues(int fd, struct ledger_fact *fact)
{
	int received = 0, unsent = 0;

	/* Without a connection the kernel counts the sequence numbers of a SYN as unsent bytes. */
	if (fact->has & HAS_TCP_STATE &&
	    (fact->tcp_state == TCP_CLOSE || fact->tcp_state == TCP_SYN_SENT))
		return;
	/* Of MPTCP it is 1 where there is nothing to read. */
	if (fact->is_listening || fact->protocol == PROTOCOL_MPTCP || raw3(SYS_ioctl, fd, SIOCINQ, &received) != 0)
		return;
	/* Elsewhere the kernel tells the memory that waits, not the bytes. */
	if (fact->has & HAS_TCP_STATE && raw3(SYS_ioctl, fd, SIOCOUTQ, &unsent) != 0)
		return;
	/* The end of what we send has a sequence number of its own, until the peer has acknowledged
	 * it. */
	if (fact->has & HAS_TCP_STATE && unsent > 0 &&
	    (fact->tcp_state == TCP_FIN_WAIT1 || fact->tcp_state == TCP_LAST_ACK ||
	     fact->tcp_state == TCP_CLOSING))
		unsent--;
	fact->receive_queue = (uint32_t)received;
	fact->send_queue = (uint32_t)unsent;
	fact->has |= HAS_QUEUES;
}

/* Of the end that writes the kernel tells the same number. */
void fact_read_pipe(int fd, struct ledger_fact *fact)
{
	long flags = raw2(SYS_fcntl, fd, F_GETFL);
	int unread = 0;

	if (raw_failed(flags) || (flags & O_ACCMODE) == O_WRONLY ||
	    raw_failed(raw3(SYS_ioctl, fd, FIONREAD, &unread)))
		return;
	fact->receive_queue = (uint32_t)unread;
	fact->has |= HAS_QUEUES;
}

void fact_read_poll(int fd, struct ledger_fact *fact)
{
	struct pollfd poll = { .fd = fd, .events = POLLIN | POLLOUT | POLLRDHUP };
	struct timespec now = { 0 };

	if (raw_failed(raw5(SYS_ppoll, &poll, 1, &now, NULL, 8)) || poll.revents & POLLNVAL)
		return;
	fact->poll_events = (uint16_t)poll.revents;
	fact->has |= HAS_POLL;
}

/*
 * Reading an error takes it from the socket, so that another process with a copy
 * of it would not hear of it: only where there is one, and of our own sockets.
 */
static void socket_error(int fd, bool is_ours, struct ledger_fact *fact)
{
	int error = 0;

	if (!is_ours || !(fact->has & HAS_POLL) ||
	    (fact->poll_events & POLLERR && !option_get(fd, SOL_SOCKET, SO_ERROR, &error)))
		return;
	fact->so_error = error;
	fact->has |= HAS_SO_ERROR;
}

void fact_read_socket(int fd, bool is_ours, struct ledger_fact *fact)
{
	int family, type, protocol, value;

	if (!option_get(fd, SOL_SOCKET, SO_DOMAIN, &family) ||
	    !option_get(fd, SOL_SOCKET, SO_TYPE, &type) ||
	    !option_get(fd, SOL_SOCKET, SO_PROTOCOL, &protocol))
		return;
	fact->family = (uint16_t)family;
	fact->type = (uint16_t)type;
	fact->protocol = (uint16_t)protocol;
	fact->has |= HAS_SOCKET;
	socket_addresses(fd, fact);
	if (option_get(fd, SOL_SOCKET, SO_ACCEPTCONN, &value)) {
		fact->is_listening = value != 0;
		fact->has |= HAS_LISTENING;
	}
	socket_error(fd, is_ours, fact);
	if (protocol == IPPROTO_TCP)
		socket_tcp(fd, fact);
	socket_queues(fd, fact);
}
