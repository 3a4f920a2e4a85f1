/* SPDX-License-Identifier: MIT */
/* Dumps of sock_diag, a table of sockets by inode, and one of connections by their ports. */
#include "live/sockets.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "live/netlink.h"

#define PROTOCOL_MPTCP 262   /* linux/in.h; not in every libc's headers */
#define ATTRIBUTE_PROTOCOL 3 /* INET_DIAG_REQ_PROTOCOL of linux/inet_diag.h, since Linux 5.7 */
#define UNIX_SHUTDOWN 6      /* UNIX_DIAG_SHUTDOWN */
#define MEMORY_PART 4        /* of what the tool may use, for a namespace with millions */
#define SHUT_BOTH 3          /* RCV_SHUTDOWN | SEND_SHUTDOWN of include/net/sock.h */

/* Offsets in struct tcp_info (include/uapi/linux/tcp.h): libc's header ends before the last. */
#define INFO_LAST_DATA_RECV 52
#define INFO_LAST_ACK_RECV 56
#define INFO_BYTES_ACKED 120

/* What an answer is read into. */
struct reading {
	struct live_sockets *sockets;
	uint16_t protocol;
	bool has_no_memory;
};

static struct live_socket *socket_new(struct reading *reading)
{
	struct live_sockets *sockets = reading->sockets;

	if (sockets->count * sizeof(*sockets->list) > memory_limit() / MEMORY_PART) {
		sockets->is_partial = true;
		return NULL;
	}
	if (sockets->count % 1024 == 0) {
		struct live_socket *list =
			reallocarray(sockets->list, sockets->count + 1024, sizeof(*list));

		if (!list) {
			reading->has_no_memory = true;
			return NULL;
		}
		sockets->list = list;
	}
	sockets->list[sockets->count] = (struct live_socket){ .inode = 0 };
	return &sockets->list[sockets->count++];
}

/* Attribute after attribute; their data are copied, for they may lie anywhere. */
typedef void attribute_read(unsigned int type, const uint8_t *bytes, size_t length,
			    struct live_socket *socket);

static void attributes_read(const uint8_t *bytes, size_t length, attribute_read *read,
			    struct live_socket *socket)
{
	struct nlattr attribute;
	size_t at = 0;

	while (at + sizeof(attribute) <= length) {
		memcpy(&attribute, bytes + at, sizeof(attribute));
		if (attribute.nla_len < NLA_HDRLEN || attribute.nla_len > length - at)
			return;
		read(attribute.nla_type & NLA_TYPE_MASK, bytes + at + NLA_HDRLEN,
		     attribute.nla_len - NLA_HDRLEN, socket);
		at += NLA_ALIGN(attribute.nla_len);
	}
}

static uint32_t word_at(const uint8_t *bytes, size_t at)
{
	uint32_t word;

	memcpy(&word, bytes + at, sizeof(word));
	return word;
}

static void tcp_info_read(unsigned int type, const uint8_t *bytes, size_t length,
			  struct live_socket *socket)
{
	uint64_t acked;
	uint32_t data, answer;

	if (type != INET_DIAG_INFO)
		return;
	if (length >= INFO_LAST_ACK_RECV + 4) {
		data = word_at(bytes, INFO_LAST_DATA_RECV);
		answer = word_at(bytes, INFO_LAST_ACK_RECV);
		socket->last_received_ms = data < answer ? data : answer;
	}
	if (length < INFO_BYTES_ACKED + sizeof(acked))
		return;
	memcpy(&acked, bytes + INFO_BYTES_ACKED, sizeof(acked));
	socket->is_made_known = true;
	socket->is_made = acked > 0;
}

/* The queues of a listener are connections that wait, and the end of what we send has a number. */
static void inet_queues(struct live_socket *socket, const struct inet_diag_msg *message)
{
	bool has_end = socket->state == TCP_FIN_WAIT1 || socket->state == TCP_LAST_ACK ||
		       socket->state == TCP_CLOSING;

	if (socket->protocol == PROTOCOL_MPTCP || socket->state == TCP_LISTEN ||
	    socket->state == TCP_SYN_SENT)
		return;
	socket->has_queues = true;
	socket->receive_queue = message->idiag_rqueue;
	/* So has the end of what the peer sends, until the program has read up to it. */
	if (socket->protocol == IPPROTO_TCP && socket->receive_queue > 0 &&
	    (socket->state == TCP_CLOSE_WAIT || socket->state == TCP_LAST_ACK ||
	     socket->state == TCP_CLOSING))
		socket->receive_queue--;
	socket->send_queue = message->idiag_wqueue;
	if (socket->protocol == IPPROTO_TCP && has_end && socket->send_queue > 0)
		socket->send_queue--;
}

static void inet_answer(const void *bytes, size_t length, void *data)
{
	struct reading *reading = data;
	struct inet_diag_msg message;
	struct live_socket *socket;

	if (length < sizeof(message) || !(socket = socket_new(reading)))
		return;
	memcpy(&message, bytes, sizeof(message));
	socket->inode = message.idiag_inode;
	socket->family = message.idiag_family;
	socket->state = message.idiag_state;
	socket->protocol = reading->protocol;
	socket->type = reading->protocol == IPPROTO_UDP || reading->protocol == IPPROTO_UDPLITE
			       ? SOCK_DGRAM
		       : reading->protocol == IPPROTO_RAW ? SOCK_RAW
							  : SOCK_STREAM;
	socket->local_port = message.id.idiag_sport;
	socket->peer_port = message.id.idiag_dport;
	memcpy(socket->local, message.id.idiag_src, sizeof(socket->local));
	memcpy(socket->peer, message.id.idiag_dst, sizeof(socket->peer));
	if (socket->family == AF_INET) { /* the kernel leaves the rest as it was */
		memset(socket->local + 4, 0, 12);
		memset(socket->peer + 4, 0, 12);
	}
	socket->has_peer = socket->state != TCP_LISTEN && socket->peer_port != 0;
	inet_queues(socket, &message);
	if (reading->protocol == IPPROTO_TCP)
		attributes_read((const uint8_t *)bytes + NLMSG_ALIGN(sizeof(message)),
				length - sizeof(message), tcp_info_read, socket);
}

static void unix_attribute(unsigned int type, const uint8_t *bytes, size_t length,
			   struct live_socket *socket)
{
	if (type == UNIX_DIAG_NAME && length <= sizeof(socket->name)) {
		memcpy(socket->name, bytes, length);
		socket->name_length = (uint8_t)length;
	} else if (type == UNIX_DIAG_PEER && length >= 4) {
		socket->has_peer = true;
		socket->peer_inode = word_at(bytes, 0);
	} else if (type == UNIX_DIAG_RQLEN && length >= 8 && socket->state != TCP_LISTEN) {
		socket->has_queues = true;
		socket->receive_queue = word_at(bytes, 0);
	} else if (type == UNIX_SHUTDOWN && length >= 1) {
		socket->is_shut = (bytes[0] & SHUT_BOTH) == SHUT_BOTH;
	}
}

static void unix_answer(const void *bytes, size_t length, void *data)
{
	struct reading *reading = data;
	struct unix_diag_msg message;
	struct live_socket *socket;

	if (length < sizeof(message) || !(socket = socket_new(reading)))
		return;
	memcpy(&message, bytes, sizeof(message));
	socket->inode = message.udiag_ino;
	socket->family = message.udiag_family;
	socket->type = message.udiag_type;
	socket->state = message.udiag_state;
	attributes_read((const uint8_t *)bytes + NLMSG_ALIGN(sizeof(message)),
			length - sizeof(message), unix_attribute, socket);
}

struct inet_question {
	struct inet_diag_req_v2 request;
	struct nlattr attribute;
	uint32_t protocol;
};

static void inet_dump(int netlink, struct reading *reading, unsigned int protocol,
		      unsigned int family)
{
	struct inet_question question = {
		.request = { .sdiag_family = (uint8_t)family,
			     .sdiag_protocol = (uint8_t)protocol,
			     .idiag_ext = 1 << (INET_DIAG_INFO - 1),
			     .idiag_states = UINT32_MAX },
		.attribute = { .nla_len = NLA_HDRLEN + sizeof(uint32_t),
			       .nla_type = ATTRIBUTE_PROTOCOL },
		.protocol = protocol,
	};
	bool is_unknown;

	reading->protocol = (uint16_t)protocol;
	/* Kernels that know no such attribute know no protocol that needs it. */
	if (!netlink_dump(netlink, &question,
			  protocol > UINT8_MAX ? sizeof(question) : sizeof(question.request),
			  inet_answer, reading, &is_unknown) &&
	    !is_unknown)
		reading->sockets->is_partial = true;
}

static void unix_dump(int netlink, struct reading *reading)
{
	const struct unix_diag_req request = {
		.sdiag_family = AF_UNIX,
		.udiag_states = UINT32_MAX,
		.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN,
	};
	bool is_unknown;

	if (!netlink_dump(netlink, &request, sizeof(request), unix_answer, reading, &is_unknown) &&
	    !is_unknown)
		reading->sockets->is_partial = true;
}

static int by_inode(const void *one, const void *other)
{
	uint64_t a = ((const struct live_socket *)one)->inode;
	uint64_t b = ((const struct live_socket *)other)->inode;

	return (a > b) - (a < b);
}

/* A connection of MPTCP and its first subflow, of TCP, have one inode: the connection comes first.
 */
static int by_inode_and_protocol(const void *one, const void *other)
{
	const struct live_socket *a = one, *b = other;
	int order = by_inode(a, b);

	return order ? order : (b->protocol == PROTOCOL_MPTCP) - (a->protocol == PROTOCOL_MPTCP);
}

static uint32_t ports_of(const struct live_socket *socket)
{
	return (uint32_t)socket->local_port << 16 | socket->peer_port;
}

static int by_ports(const void *one, const void *other)
{
	uint32_t a = ports_of(*(const struct live_socket *const *)one);
	uint32_t b = ports_of(*(const struct live_socket *const *)other);

	return (a > b) - (a < b);
}

static int tables_make(struct live_sockets *sockets)
{
	sockets->by_ports = calloc(sockets->count + 1, sizeof(const struct live_socket *));
	if (!sockets->by_ports)
		return -ENOMEM;
	if (sockets->count)
		qsort(sockets->list, sockets->count, sizeof(*sockets->list), by_inode_and_protocol);
	for (size_t i = 0; i < sockets->count; i++)
		if (sockets->list[i].family != AF_UNIX)
			sockets->by_ports[sockets->port_count++] = &sockets->list[i];
	if (sockets->port_count)
		qsort(sockets->by_ports, sockets->port_count, sizeof(const struct live_socket *),
		      by_ports);
	return 0;
}

uint64_t live_network_of(int pid)
{
	char path[48];
	struct stat status;

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", pid); /* fits */
	return stat(path, &status) == 0 ? status.st_ino : 0;
}

int live_sockets_read(int pid, struct live_sockets *ret_sockets)
{
	static const unsigned int protocols[] = { IPPROTO_TCP,     IPPROTO_UDP, PROTOCOL_MPTCP,
						  IPPROTO_UDPLITE, IPPROTO_RAW, IPPROTO_SCTP };
	struct reading reading = { .sockets = ret_sockets };
	int netlink = netlink_open(pid), result;

	*ret_sockets = (struct live_sockets){ .namespace = live_network_of(pid) };
	if (netlink < 0)
		return netlink;
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		inet_dump(netlink, &reading, protocols[i], AF_INET);
		inet_dump(netlink, &reading, protocols[i], AF_INET6);
	}
	unix_dump(netlink, &reading);
	(void)close(netlink); /* nothing is left to be read */
	result = reading.has_no_memory ? -ENOMEM : tables_make(ret_sockets);
	if (result < 0)
		live_sockets_free(ret_sockets);
	return result;
}

void live_sockets_free(struct live_sockets *sockets)
{
	free(sockets->list);
	free((void *)sockets->by_ports);
	*sockets = (struct live_sockets){ .count = 0 };
}

const struct live_socket *live_sockets_find(const struct live_sockets *sockets, uint64_t inode)
{
	const struct live_socket key = { .inode = inode }, *found = NULL;

	if (sockets->count && inode)
		found = bsearch(&key, sockets->list, sockets->count, sizeof(key), by_inode);
	while (found && found > sockets->list && found[-1].inode == inode)
		found--;
	return found;
}

/* An address of IPv4, and what is mapped: its four bytes; else all sixteen. */
static const uint8_t *address_bytes(const struct live_socket *socket, const uint8_t *address,
				    size_t *ret_length)
{
	struct in6_addr six;

	*ret_length = 4;
	if (socket->family == AF_INET)
		return address;
	memcpy(&six, address, sizeof(six));
	if (IN6_IS_ADDR_V4MAPPED(&six))
		return address + 12;
	*ret_length = 16;
	return address;
}

static bool is_same_address(const struct live_socket *one, const uint8_t *one_address,
			    const struct live_socket *other, const uint8_t *other_address)
{
	size_t one_length, other_length;
	const uint8_t *a = address_bytes(one, one_address, &one_length);
	const uint8_t *b = address_bytes(other, other_address, &other_length);

	return one_length == other_length && memcmp(a, b, one_length) == 0;
}

/* Is the peer on this machine, by its address alone? */
static bool is_local(const struct live_socket *socket)
{
	size_t length;
	const uint8_t *peer = address_bytes(socket, socket->peer, &length);

	return is_same_address(socket, socket->local, socket, socket->peer) ||
	       (length == 4 && peer[0] == IN_LOOPBACKNET);
}

/* The first of those with these ports, in port order; `count` from there on have them. */
static size_t ports_find(const struct live_sockets *sockets, uint16_t local, uint16_t peer)
{
	const struct live_socket key = { .local_port = local, .peer_port = peer };
	size_t low = 0, high = sockets->port_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ports_of(sockets->by_ports[middle]) < ports_of(&key))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Somebody's, of the same protocol, and no listener. */
static bool may_be_peer(const struct live_socket *other, const struct live_socket *socket)
{
	return other->inode && other != socket && other->protocol == socket->protocol &&
	       other->state != TCP_LISTEN;
}

/*
 * A packet filter may have sent the connection to another port than was asked for: then the peer
 * is at the port that only one of the two has chosen for itself.
 */
static bool may_be_redirected(const struct live_sockets *sockets, const struct live_socket *socket,
			      bool is_accepted)
{
	size_t i = is_accepted ? ports_find(sockets, socket->peer_port, 0) : 0;

	for (; i < sockets->port_count; i++) {
		const struct live_socket *other = sockets->by_ports[i];

		if (is_accepted && other->local_port != socket->peer_port)
			return false; /* they are in the order of their own ports */
		if (may_be_peer(other, socket) &&
		    (is_accepted || other->peer_port == socket->local_port))
			return true;
	}
	return false;
}

enum live_peer live_sockets_peer(const struct live_sockets *sockets,
				 const struct live_socket *socket, bool is_accepted)
{
	if (sockets->is_partial || !is_local(socket))
		return LIVE_PEER_UNKNOWN;
	for (size_t i = ports_find(sockets, socket->peer_port, socket->local_port);
	     i < sockets->port_count; i++) {
		const struct live_socket *other = sockets->by_ports[i];

		if (other->local_port != socket->peer_port ||
		    other->peer_port != socket->local_port)
			break;
		if (other->protocol == socket->protocol &&
		    is_same_address(other, other->local, socket, socket->peer) &&
		    is_same_address(other, other->peer, socket, socket->local))
			return other->inode ? LIVE_PEER_HELD : LIVE_PEER_GONE;
	}
	return may_be_redirected(sockets, socket, is_accepted) ? LIVE_PEER_UNKNOWN : LIVE_PEER_GONE;
}
