/* SPDX-License-Identifier: MIT */
/* Dumps of sock_diag: one a protocol and family. */
#include "live/socket_dump.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "live/netlink.h"
#include "live/socket_list.h"

#define ATTRIBUTE_PROTOCOL 3 /* INET_DIAG_REQ_PROTOCOL of linux/inet_diag.h, since Linux 5.7 */
#define UNIX_SHUTDOWN 6      /* UNIX_DIAG_SHUTDOWN */
#define SHUT_BOTH 3          /* RCV_SHUTDOWN | SEND_SHUTDOWN of include/net/sock.h */

/* Offsets in struct tcp_info (include/uapi/linux/tcp.h): libc's header ends before the last. */
#define INFO_LAST_DATA_RECV 52
#define INFO_LAST_ACK_RECV 56
#define INFO_BYTES_ACKED 120

/* What an answer is read into. */
struct reading {
	struct live_sockets *sockets;
	uint16_t protocol;
};

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

static void inet_answer(const void *bytes, size_t length, void *data)
{
	struct reading *reading = data;
	struct inet_diag_msg message;
	struct live_socket *socket;

	if (length < sizeof(message) || !(socket = socket_add(reading->sockets)))
		return;
	memcpy(&message, bytes, sizeof(message));
	socket->inode = message.idiag_inode;
	socket->family = message.idiag_family;
	socket->state = message.idiag_state;
	socket->protocol = reading->protocol;
	socket->local_port = message.id.idiag_sport;
	socket->peer_port = message.id.idiag_dport;
	memcpy(socket->local, message.id.idiag_src, sizeof(socket->local));
	memcpy(socket->peer, message.id.idiag_dst, sizeof(socket->peer));
	if (socket->family == AF_INET) { /* the kernel leaves the rest as it was */
		memset(socket->local + 4, 0, 12);
		memset(socket->peer + 4, 0, 12);
	}
	socket_finish(socket, message.idiag_rqueue, message.idiag_wqueue);
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

	if (length < sizeof(message) || !(socket = socket_add(reading->sockets)))
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

void sockets_dump(int netlink, struct live_sockets *sockets)
{
	static const unsigned int protocols[] = { IPPROTO_TCP,     IPPROTO_UDP, PROTOCOL_MPTCP,
						  IPPROTO_UDPLITE, IPPROTO_RAW, IPPROTO_SCTP };
	struct reading reading = { .sockets = sockets };

	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		inet_dump(netlink, &reading, protocols[i], AF_INET);
		inet_dump(netlink, &reading, protocols[i], AF_INET6);
	}
	unix_dump(netlink, &reading);
}
