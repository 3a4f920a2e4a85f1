/* SPDX-License-Identifier: MIT */
/*
 * The sockets of a process's network namespace by the files of /proc/PID/net: for who may look at
 * the process, and may not enter its namespace. They have neither TCP_INFO nor who the peer of a
 * socket of the Unix family is.
 *
 * Layer: live. Context: tool.
 */
#ifndef UNCLOSED_LIVE_SOCKET_FILES_H
#define UNCLOSED_LIVE_SOCKET_FILES_H

#include "live/sockets.h"

/* Add all that they have. Returns 0, or -errno: they cannot be read. */
int sockets_read_files(int pid, struct live_sockets *sockets);

#endif
