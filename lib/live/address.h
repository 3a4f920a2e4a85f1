/* SPDX-License-Identifier: MIT */
/*
 * Addresses of sockets as the ledger keeps them (struct ledger_fact).
 *
 * Layer: live. Context: tool.
 */
#ifndef UNCLOSED_LIVE_ADDRESS_H
#define UNCLOSED_LIVE_ADDRESS_H

#include <sys/socket.h>

#include "ledger/ledger.h"

#define LIVE_ADDRESS_SIZE 32

/* An address as getsockname() gives it. Paths of the Unix family become strings. Returns its
 * length. */
uint16_t live_address_keep(struct ledger *ledger, uint8_t kept[LIVE_ADDRESS_SIZE],
			   const struct sockaddr_storage *address, socklen_t length);

/* The same of an Internet address and port, in the order of the wire, and of a Unix path. */
uint16_t live_address_inet(uint8_t kept[LIVE_ADDRESS_SIZE], unsigned int family, uint16_t port,
			   const uint8_t bytes[16]);
uint16_t live_address_unix(struct ledger *ledger, uint8_t kept[LIVE_ADDRESS_SIZE], const char *name,
			   size_t length);

#endif
