/* SPDX-License-Identifier: MIT */
/* The list of sockets, as those who read them fill it. */
#include "live/socket_list.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>

#include "base/memory.h"

#define MEMORY_PART 4 /* of what the tool may use, for a namespace with millions */

struct live_socket *socket_add(struct live_sockets *sockets)
{
	if (sockets->count * sizeof(*sockets->list) > memory_limit() / MEMORY_PART) {
		sockets->is_partial = true;
		return NULL;
	}
	if (sockets->count % 1024 == 0) {
		struct live_socket *list =
			reallocarray(sockets->list, sockets->count + 1024, sizeof(*list));

		if (!list) {
			sockets->has_no_memory = true;
			return NULL;
		}
		sockets->list = list;
	}
	sockets->list[sockets->count] = (struct live_socket){ .inode = 0 };
	return &sockets->list[sockets->count++];
}

static unsigned int type_of(unsigned int protocol)
{
	switch (protocol) {
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return SOCK_DGRAM;
	case IPPROTO_RAW:
		return SOCK_RAW;
	default:
		return SOCK_STREAM;
	}
}

/* The queues of a listener are connections that wait, and the end of what we send has a number. */
static void queues_set(struct live_socket *socket, uint32_t receive_queue, uint32_t send_queue)
{
	bool has_end = socket->state == TCP_FIN_WAIT1 || socket->state == TCP_LAST_ACK ||
		       socket->state == TCP_CLOSING;

	if (socket->protocol == PROTOCOL_MPTCP || socket->state == TCP_LISTEN ||
	    socket->state == TCP_SYN_SENT)
		return;
	socket->has_queues = true;
	socket->receive_queue = receive_queue;
	/* So has the end of what the peer sends, until the program has read up to it. */
	if (socket->protocol == IPPROTO_TCP && socket->receive_queue > 0 &&
	    (socket->state == TCP_CLOSE_WAIT || socket->state == TCP_LAST_ACK ||
	     socket->state == TCP_CLOSING))
		socket->receive_queue--;
	socket->send_queue = send_queue;
	if (socket->protocol == IPPROTO_TCP && has_end && socket->send_queue > 0)
		socket->send_queue--;
}

void socket_finish(struct live_socket *socket, uint32_t receive_queue, uint32_t send_queue)
{
	socket->type = (uint16_t)type_of(socket->protocol);
	socket->has_peer = socket->state != TCP_LISTEN && socket->peer_port != 0;
	queues_set(socket, receive_queue, send_queue);
}
