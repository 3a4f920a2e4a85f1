/* SPDX-License-Identifier: MIT */
/* The other end of a connection, found by addresses and ports. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "live/sockets.h"

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

		if (live_socket_ports(sockets->by_ports[middle]) < live_socket_ports(&key))
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
