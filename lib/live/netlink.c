/* SPDX-License-Identifier: MIT */
/* A netlink socket in somebody's network namespace, and dumps by it. */
#include "live/netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_MAX 32768 /* the kernel's own bound for a datagram of a dump */
#define DATAGRAMS_MAX 1000000

static bool is_own_namespace(int pid)
{
	struct stat own, other;
	char path[48];

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", pid); /* fits */
	return stat("/proc/self/ns/net", &own) < 0 || stat(path, &other) < 0 ||
	       (own.st_ino == other.st_ino && own.st_dev == other.st_dev);
}

static int namespace_enter(int pid, const char *name, int type)
{
	char path[48];
	int fd, result;

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, name); /* fits */
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	result = setns(fd, type) < 0 ? -errno : 0;
	(void)close(fd); /* was only a name */
	return result;
}

static int socket_open(void)
{
	int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	return netlink < 0 ? -errno : netlink;
}

/* A user's own network namespace is entered by way of its user namespace. */
static int helper_open(int pid)
{
	int result = namespace_enter(pid, "net", CLONE_NEWNET);

	if (result == -EPERM && namespace_enter(pid, "user", CLONE_NEWUSER) == 0)
		result = namespace_enter(pid, "net", CLONE_NEWNET);
	return result < 0 ? result : socket_open();
}

/* The descriptor, or what went wrong, over a pair of sockets (unix(7), SCM_RIGHTS). */
union rights_space {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static void result_send(int pair, int result)
{
	union rights_space space = { .bytes = { 0 } };
	struct iovec word = { .iov_base = &result, .iov_len = sizeof(result) };
	struct msghdr message = { .msg_iov = &word, .msg_iovlen = 1 };

	if (result >= 0) {
		message.msg_control = space.bytes;
		message.msg_controllen = sizeof(space.bytes);
		space.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)),
						 .cmsg_level = SOL_SOCKET,
						 .cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(&space.header), &result, sizeof(result));
	}
	(void)sendmsg(pair, &message, MSG_NOSIGNAL); /* the end of the pair says that it failed */
}

static int result_receive(int pair)
{
	union rights_space space = { .bytes = { 0 } };
	int result = -EIO;
	struct iovec word = { .iov_base = &result, .iov_len = sizeof(result) };
	struct msghdr message = { .msg_iov = &word,
				  .msg_iovlen = 1,
				  .msg_control = space.bytes,
				  .msg_controllen = sizeof(space.bytes) };
	ssize_t length;

	do
		length = recvmsg(pair, &message, MSG_CMSG_CLOEXEC);
	while (length < 0 && errno == EINTR);
	if (length != sizeof(result))
		return -EIO;
	if (result < 0)
		return result;
	if (message.msg_controllen < CMSG_LEN(sizeof(int)) || space.header.cmsg_type != SCM_RIGHTS)
		return -EIO;
	memcpy(&result, CMSG_DATA(&space.header), sizeof(result));
	return result;
}

static int helper_ask(int pid)
{
	int pair[2], result;
	pid_t helper;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	helper = fork();
	if (helper < 0) {
		result = -errno;
	} else if (helper == 0) {
		result_send(pair[1], helper_open(pid));
		_exit(0);
	}
	(void)close(pair[1]); /* the helper's */
	if (helper > 0) {
		result = result_receive(pair[0]);
		while (waitpid(helper, NULL, 0) < 0 && errno == EINTR)
			;
	}
	(void)close(pair[0]); /* was read to its end */
	return result;
}

int netlink_open(int pid)
{
	return is_own_namespace(pid) ? socket_open() : helper_ask(pid);
}

struct dump {
	netlink_answer *answer;
	void *data;
	bool is_over, has_failed, is_unknown;
};

static void error_read(const uint8_t *bytes, size_t length, struct dump *dump)
{
	struct nlmsgerr error = { .error = -EIO };

	if (length >= sizeof(error))
		memcpy(&error, bytes, sizeof(error));
	dump->is_over = true;
	dump->is_unknown =
		error.error == -ENOENT || error.error == -EINVAL || error.error == -EOPNOTSUPP;
	dump->has_failed = true;
}

static void datagram_read(const uint8_t *bytes, size_t length, struct dump *dump)
{
	struct nlmsghdr header;
	size_t at = 0;

	for (; !dump->is_over && at + sizeof(header) <= length;
	     at += NLMSG_ALIGN(header.nlmsg_len)) {
		memcpy(&header, bytes + at, sizeof(header));
		if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > length - at) {
			dump->has_failed = dump->is_over = true;
		} else if (header.nlmsg_type == NLMSG_DONE) {
			dump->is_over = true;
		} else if (header.nlmsg_type == NLMSG_ERROR) {
			error_read(bytes + at + NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN,
				   dump);
		} else if (header.nlmsg_type == SOCK_DIAG_BY_FAMILY) {
			dump->answer(bytes + at + NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN,
				     dump->data);
		}
	}
}

bool netlink_dump(int netlink, const void *request, size_t size, netlink_answer *answer, void *data,
		  bool *ret_is_unknown)
{
	static _Alignas(struct nlmsghdr) uint8_t bytes[ANSWER_MAX];
	struct dump dump = { .answer = answer, .data = data };
	struct nlmsghdr header = { .nlmsg_len = (uint32_t)(NLMSG_HDRLEN + size),
				   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
				   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP };

	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + NLMSG_HDRLEN, request, size);
	*ret_is_unknown = false;
	if (send(netlink, bytes, header.nlmsg_len, 0) < 0)
		return false;
	for (unsigned int i = 0; !dump.is_over && i < DATAGRAMS_MAX; i++) {
		ssize_t length = recv(netlink, bytes, sizeof(bytes), MSG_TRUNC);

		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0 || (size_t)length > sizeof(bytes))
			return false;
		datagram_read(bytes, (size_t)length, &dump);
	}
	*ret_is_unknown = dump.is_unknown;
	return dump.is_over && !dump.has_failed;
}
