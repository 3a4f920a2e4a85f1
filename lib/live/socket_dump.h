/* SPDX-License-Identifier: MIT */
/*
 * All sockets of a network namespace, as the kernel's sock_diag(7) tells them.
 *
 * Layer: live. Context: tool.
 */
#ifndef UNCLOSED_LIVE_SOCKET_DUMP_H
#define UNCLOSED_LIVE_SOCKET_DUMP_H

#include "live/sockets.h"

/*
 * Add all that the namespace of `netlink` (netlink.h) has. Where the kernel gives up in the middle,
 * sockets->is_partial.
 */
void sockets_dump(int netlink, struct live_sockets *sockets);

#endif
