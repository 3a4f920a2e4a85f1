/* SPDX-License-Identifier: MIT */
/*
 * How the list of struct live_sockets is filled, one socket after the other.
 *
 * Layer: live. Context: tool.
 */
#ifndef UNCLOSED_LIVE_SOCKET_LIST_H
#define UNCLOSED_LIVE_SOCKET_LIST_H

#include "live/sockets.h"

/* A new one at the end of the list, all 0; NULL: no room, which is noted. */
struct live_socket *socket_add(struct live_sockets *sockets);

/*
 * Complete one of the Internet families, of which protocol, state, addresses and ports are set, by
 * the lengths of its queues as the kernel has them.
 */
void socket_finish(struct live_socket *socket, uint32_t receive_queue, uint32_t send_queue);

#endif
