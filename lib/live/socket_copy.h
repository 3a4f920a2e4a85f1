/* SPDX-License-Identifier: MIT */
/*
 * What only a descriptor can be asked: poll(), and the names and state of a socket that no dump
 * has. A copy is made (pidfd_getfd(2)), asked and closed within some microseconds, one at a time:
 * while it is there, the program's own close() would not be the last one. So only descriptors
 * that have been open for a while are copied, and nothing is done that waits or consumes.
 *
 * Layer: live. Context: tool.
 */
#ifndef UNCLOSED_LIVE_SOCKET_COPY_H
#define UNCLOSED_LIVE_SOCKET_COPY_H

#include <stdbool.h>

#include "ledger/ledger.h"
#include "live/listing.h"

/*
 * Ask the copy of a socket or pipe, and put into `fact` what is not known yet. Strings go into
 * `ledger`, which is to be thawed (ledger/snapshot.h). Returns 0; -errno where it cannot be had
 * (a seccomp filter of ours, Yama, another user); -ESTALE: the number is something else by now.
 */
int socket_copy_read(int pidfd, const struct live_descriptor *descriptor, struct ledger *ledger,
		     struct ledger_fact *fact);

#endif
