/* SPDX-License-Identifier: MIT */
/* Copies a descriptor of another process, asks it, and lets it go. */
#include "live/socket_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/raw.h"
#include "live/address.h"

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438 /* Linux 5.6; one number on all architectures */
#endif

/* As fact_socket.c of the shim has it: the first bytes of the kernel's struct tcp_info. */
struct tcp_info_begin {
	uint8_t state;
	uint8_t between[119];
	uint64_t bytes_acked;
};

static bool option_get(int fd, int name, int *ret_value)
{
	socklen_t length = sizeof(*ret_value);

	return getsockopt(fd, SOL_SOCKET, name, ret_value, &length) == 0;
}

static void poll_read(int fd, struct ledger_fact *fact)
{
	struct pollfd asked = { .fd = fd, .events = POLLIN | POLLOUT | POLLRDHUP };

	if (poll(&asked, 1, 0) < 0 || asked.revents & POLLNVAL)
		return;
	fact->poll_events = (uint16_t)asked.revents;
	fact->has |= HAS_POLL;
}

static void tcp_read(int fd, struct ledger_fact *fact)
{
	struct tcp_info_begin info = { .state = 0 };
	socklen_t length = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) < 0)
		return;
	fact->tcp_state = info.state;
	fact->has |= HAS_TCP_STATE;
	if (length >= sizeof(info))
		fact->has |= info.bytes_acked ? HAS_MADE : HAS_UNMADE;
}

static void names_read(int fd, struct ledger *ledger, struct ledger_fact *fact)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &length) == 0) {
		fact->local_length = live_address_keep(ledger, fact->local, &address, length);
		fact->has |= HAS_LOCAL;
	}
	length = sizeof(address);
	if (getpeername(fd, (struct sockaddr *)&address, &length) == 0) {
		fact->peer_length = live_address_keep(ledger, fact->peer, &address, length);
		fact->has |= HAS_PEER;
	}
}

/* Of the end that writes the kernel tells the same number. */
static void pipe_read(int fd, struct ledger_fact *fact)
{
	int flags = fcntl(fd, F_GETFL), unread = 0;

	if (flags < 0 || (flags & O_ACCMODE) == O_WRONLY || ioctl(fd, FIONREAD, &unread) < 0)
		return;
	fact->receive_queue = (uint32_t)unread;
	fact->has |= HAS_QUEUES;
}

/* SO_ERROR is not asked for: reading it takes it from the program. */
static void socket_read(int fd, struct ledger *ledger, struct ledger_fact *fact)
{
	int family, type, protocol, is_listening;

	if (!option_get(fd, SO_DOMAIN, &family) || !option_get(fd, SO_TYPE, &type) ||
	    !option_get(fd, SO_PROTOCOL, &protocol))
		return;
	fact->family = (uint16_t)family;
	fact->type = (uint16_t)type;
	fact->protocol = (uint16_t)protocol;
	fact->has |= HAS_SOCKET;
	if (option_get(fd, SO_ACCEPTCONN, &is_listening)) {
		fact->is_listening = is_listening != 0;
		fact->has |= HAS_LISTENING;
	}
	names_read(fd, ledger, fact);
	if (protocol == IPPROTO_TCP)
		tcp_read(fd, fact);
}

int socket_copy_read(int pidfd, const struct live_descriptor *descriptor, struct ledger *ledger,
		     struct ledger_fact *fact)
{
	struct stat status;
	long copy = raw3(SYS_pidfd_getfd, pidfd, descriptor->fd, 0);

	if (raw_failed(copy))
		return copy == -EBADF ? -ESTALE : (int)copy;
	if (fstat((int)copy, &status) < 0 || status.st_ino != descriptor->inode ||
	    status.st_dev != descriptor->device) {
		(void)close((int)copy); /* something else by now */
		return -ESTALE;
	}
	if (!(fact->has & HAS_POLL))
		poll_read((int)copy, fact);
	if (S_ISFIFO(status.st_mode))
		pipe_read((int)copy, fact);
	if (S_ISSOCK(status.st_mode) && !(fact->has & HAS_SOCKET))
		socket_read((int)copy, ledger, fact);
	(void)close((int)copy); /* a copy: the program has its own */
	return 0;
}
