/* SPDX-License-Identifier: MIT */
/*
 * What the kernel knows of the sockets of a network namespace, read from outside by one dump of
 * sock_diag(7) a protocol: no socket is touched. Where the namespace may not be entered, the files
 * of /proc/PID/net tell states and addresses. What neither has (a TCP socket that is not bound or
 * whose connection is over, say) is copied for a moment (socket_copy.h).
 *
 * Layer: live. Context: tool.
 */
#ifndef UNCLOSED_LIVE_SOCKETS_H
#define UNCLOSED_LIVE_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define LIVE_UNIX_NAME_MAX 108
#define PROTOCOL_MPTCP 262 /* linux/in.h; not in every libc's headers */

struct live_socket {
	uint64_t inode;        /* 0: nobody has a descriptor of it */
	uint8_t family, state; /* include/net/tcp_states.h; of the Unix family, too */
	uint16_t type, protocol;
	bool has_peer, is_made_known, is_made; /* TCP: was there ever a connection? */
	bool has_queues;
	bool is_peer_gone, is_shut;         /* Unix: nobody has the other end; both ways are shut */
	uint32_t receive_queue, send_queue; /* bytes; of a listener 0 */
	uint32_t last_received_ms; /* TCP: since something came, an end or an answer; 0 unknown */
	uint16_t local_port, peer_port; /* in the order of the wire */
	uint8_t local[16], peer[16];
	uint64_t peer_inode; /* Unix; 0: nobody has the peer, or accept() has not given it to
				anybody yet */
	uint8_t name_length;
	char name[LIVE_UNIX_NAME_MAX]; /* Unix: its own path; an abstract one begins with '\0' */
};

struct live_sockets {
	uint64_t namespace;       /* inode of the network namespace */
	struct live_socket *list; /* by inode */
	size_t count;
	const struct live_socket **by_ports; /* of the Internet families */
	size_t port_count;
	bool is_partial; /* the kernel does not answer such questions there, or not to the end */
	bool has_no_memory;
	int refused; /* errno: sock_diag could not be asked, and files tell less; 0: it was */
};

/* The inode of the network namespace of a process; 0: not known. */
uint64_t live_network_of(int pid);

/* Read all of the namespace of process `pid`. Returns 0, or -errno: no way into it, no memory. */
int live_sockets_read(int pid, struct live_sockets *ret_sockets);
void live_sockets_free(struct live_sockets *sockets);

const struct live_socket *live_sockets_find(const struct live_sockets *sockets, uint64_t inode);

/*
 * The other end of a connection within the namespace: HELD: somebody has a descriptor of it;
 * GONE: it is there, or its connection is, without one; UNKNOWN: on another machine, or a packet
 * filter may have sent it elsewhere.
 */
enum live_peer { LIVE_PEER_UNKNOWN, LIVE_PEER_HELD, LIVE_PEER_GONE };
enum live_peer live_sockets_peer(const struct live_sockets *sockets,
				 const struct live_socket *socket, bool is_accepted);

/* Both ports as one number: the order of live_sockets.by_ports. */
uint32_t live_socket_ports(const struct live_socket *socket);

#endif
