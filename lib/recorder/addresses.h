/* SPDX-License-Identifier: MIT */
/*
 * Addresses that a program gave to, or got from, bind, connect and accept, and how
 * its attempts to connect ended.
 *
 * Layer: recorder. Context: target and tool; async-signal-safe.
 */
#ifndef UNCLOSED_RECORDER_ADDRESSES_H
#define UNCLOSED_RECORDER_ADDRESSES_H
#include <sys/socket.h>

#include "recorder/recorder.h"

/* Remember an address of an open descriptor; one of another length than a socket's is passed over.
 */
void recorder_address(const struct recorder *recorder, int fd, enum address_role role,
		      const struct sockaddr *address, socklen_t length);

/* A connect() succeeded, or goes on in the background. The latest one is what the socket is left
 * with. */
void recorder_connected(const struct recorder *recorder, int fd);

/* connect() to AF_UNSPEC dissolved whatever connection there was. */
void recorder_disconnected(const struct recorder *recorder, int fd);

/* A connect() failed with `error`, at the stack `stack_ref`. */
void recorder_connect_failed(const struct recorder *recorder, int fd, int error,
			     uint32_t stack_ref);

#endif
