/* SPDX-License-Identifier: MIT */
/* Reads /proc/PID/net/tcp and its kin, line by line (proc_net(5)). */
#include "live/socket_files.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "live/file.h"
#include "live/socket_list.h"

/* __SO_ACCEPTCON and SS_CONNECTED of include/uapi/linux/net.h: what /proc/net/unix has. */
#define UNIX_ACCEPTS 0x10000
#define UNIX_CONNECTED 3

#define WORD_DIGITS 8

/* Words of 32 bits, each as a number of this machine: the bytes of it are in the wire's order. */
static void address_read(const char *digits, uint8_t ret_bytes[16])
{
	char word[WORD_DIGITS + 1] = "";

	for (size_t i = 0; i < 4 && strlen(digits) >= WORD_DIGITS; i++, digits += WORD_DIGITS) {
		uint32_t number;

		memcpy(word, digits, WORD_DIGITS);
		number = (uint32_t)strtoul(word, NULL, 16);
		memcpy(ret_bytes + i * sizeof(number), &number, sizeof(number));
	}
}

/* One line of a file, whose words are numbers of the kernel's: they fit. */
static void inet_line(const char *line, unsigned int family, unsigned int protocol,
		      struct live_sockets *sockets)
{
	unsigned int local_port, peer_port, state, send_queue, receive_queue;
	char local[33], peer[33];
	unsigned long long inode;
	struct live_socket *socket;

	if (sscanf(line,
		   "%*u: %32[0-9A-F]:%4x %32[0-9A-F]:%4x %2x %8x:%8x %*x:%*x %*x %*u %*u %llu",
		   local, &local_port, peer, &peer_port, &state, &send_queue, &receive_queue,
		   &inode) != 8 ||
	    !(socket = socket_add(sockets)))
		return;
	socket->inode = inode;
	socket->family = (uint8_t)family;
	socket->state = (uint8_t)state;
	socket->protocol = (uint16_t)protocol;
	socket->local_port = htons((uint16_t)local_port);
	socket->peer_port = htons((uint16_t)peer_port);
	address_read(local, socket->local);
	address_read(peer, socket->peer);
	socket_finish(socket, receive_queue, send_queue);
}

/* "@name" is an abstract one: a '\0' stands there in truth. */
static void name_keep(struct live_socket *socket, const char *name)
{
	size_t length = strcspn(name, "\n");

	if (length > sizeof(socket->name))
		return;
	memcpy(socket->name, name, length);
	socket->name_length = (uint8_t)length;
	if (length && name[0] == '@')
		socket->name[0] = '\0';
}

static void unix_line(const char *line, struct live_sockets *sockets)
{
	unsigned int flags, type, state;
	unsigned long long inode;
	struct live_socket *socket;
	int at = 0;

	if (sscanf(line, "%*x: %*x %*x %8x %4x %2x %llu%n", &flags, &type, &state, &inode, &at) !=
		    4 ||
	    !(socket = socket_add(sockets)))
		return;
	socket->inode = inode;
	socket->family = AF_UNIX;
	socket->type = (uint16_t)type;
	socket->state = flags & UNIX_ACCEPTS      ? TCP_LISTEN
			: state == UNIX_CONNECTED ? TCP_ESTABLISHED
						  : TCP_CLOSE;
	socket->has_peer = state == UNIX_CONNECTED;
	if (line[at] == ' ')
		name_keep(socket, line + at + 1);
}

struct socket_file {
	const char *name;
	unsigned int family, protocol;
};

/* A file may not be there: a kernel without IPv6. */
static int file_read(int pid, const struct socket_file *file, struct live_sockets *sockets)
{
	FILE *lines = proc_fopen(pid, file->name);
	char *line = NULL;
	size_t size = 0;

	if (!lines)
		return -errno;
	while (!sockets->has_no_memory && !sockets->is_partial && getline(&line, &size, lines) > 0)
		if (file->family == AF_UNIX)
			unix_line(line, sockets);
		else
			inet_line(line, file->family, file->protocol, sockets);
	if (ferror(lines))
		sockets->is_partial = true;
	free(line);
	(void)fclose(lines); /* only read */
	return 0;
}

int sockets_read_files(int pid, struct live_sockets *sockets)
{
	static const struct socket_file files[] = {
		{ "net/tcp", AF_INET, IPPROTO_TCP },
		{ "net/tcp6", AF_INET6, IPPROTO_TCP },
		{ "net/udp", AF_INET, IPPROTO_UDP },
		{ "net/udp6", AF_INET6, IPPROTO_UDP },
		{ "net/udplite", AF_INET, IPPROTO_UDPLITE },
		{ "net/udplite6", AF_INET6, IPPROTO_UDPLITE },
		{ "net/raw", AF_INET, IPPROTO_RAW },
		{ "net/raw6", AF_INET6, IPPROTO_RAW },
		{ "net/unix", AF_UNIX, 0 },
	};
	int result = file_read(pid, &files[0], sockets);

	for (size_t i = 1; result == 0 && i < sizeof(files) / sizeof(files[0]); i++)
		(void)file_read(pid, &files[i],
				sockets); /* of one that is not there nothing is open */
	return result;
}
