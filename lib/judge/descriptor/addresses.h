/* SPDX-License-Identifier: MIT */
/*
 * Socket words: addresses as text, and names of families, types, protocols and
 * TCP states.
 *
 * Layer: judge. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_DESCRIPTOR_ADDRESSES_H
#define UNCLOSED_JUDGE_DESCRIPTOR_ADDRESSES_H

#include "model/model.h"
#include "ledger/snapshot.h"

/* The address alone, of a socket without ports; NULL where there is none. */
const char *host_text(struct report *report, const uint8_t *bytes, size_t length);

/*
 * A socket address as a ledger stores it ("127.0.0.1:8080", "[::1]:80", "/path",
 * "@abstract"), in the report's memory. NULL for an address that says nothing:
 * too short, an unknown family, an unnamed one, 0.0.0.0:0.
 */
const char *address_text(struct report *report, struct snapshot *snapshot, const uint8_t *bytes,
			 size_t length);

/* The family of a stored address; 0 when it is too short to have one. */
unsigned int address_family(const uint8_t *bytes, size_t length);

/* Names as in the JSON report. A number nobody named becomes its digits. */
const char *family_name(struct report *report, unsigned int family);
const char *socket_type_name(struct report *report, unsigned int type);

/* "tcp", "udp", …; NULL for protocol 0 outside of inet and inet6. */
const char *protocol_name(struct report *report, unsigned int family, unsigned int type,
			  unsigned int protocol);

/* Numbers of the kernel's include/net/tcp_states.h that the judge asks for. */
enum { STATE_CLOSE_WAIT = 8, STATE_LISTEN = 10 };

/* "CLOSE-WAIT": as ss spells them, but ESTABLISHED in full. NULL for an unknown number. */
const char *tcp_state_name(unsigned int state);

#endif
