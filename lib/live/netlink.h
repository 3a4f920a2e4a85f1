/* SPDX-License-Identifier: MIT */
/*
 * Questions to the kernel's sock_diag(7), in the network namespace of a process.
 *
 * Layer: live. Context: tool.
 */
#ifndef UNCLOSED_LIVE_NETLINK_H
#define UNCLOSED_LIVE_NETLINK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A socket for such questions that belongs to the network namespace of process `pid`. A forked
 * helper goes there, because it could not come back. Returns a descriptor, or -errno: another
 * namespace is root's to enter, or its own user's.
 */
int netlink_open(int pid);

/* One answer: the bytes behind its header. */
typedef void netlink_answer(const void *bytes, size_t length, void *data);

/*
 * Ask for all of a kind by a request (what follows struct nlmsghdr), and hand on each answer.
 * False: the kernel gave up in the middle, or does not know such sockets (then *ret_is_unknown).
 */
bool netlink_dump(int netlink, const void *request, size_t size, netlink_answer *answer, void *data,
		  bool *ret_is_unknown);

#endif
