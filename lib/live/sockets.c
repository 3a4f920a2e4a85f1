/* SPDX-License-Identifier: MIT */
/* A table of sockets by inode, and one of connections by their ports. */
#include "live/sockets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "live/netlink.h"
#include "live/socket_dump.h"
#include "live/socket_files.h"

static int by_inode(const void *one, const void *other)
{
	uint64_t a = ((const struct live_socket *)one)->inode;
	uint64_t b = ((const struct live_socket *)other)->inode;

	return (a > b) - (a < b);
}

/*
 * A connection of MPTCP and its first subflow, of TCP, have one inode: the connection comes first.
 * The Unix family comes last: a name with a line feed may look like a socket in its file.
 */
static int by_inode_and_protocol(const void *one, const void *other)
{
	const struct live_socket *a = one, *b = other;
	int order = by_inode(a, b);

	if (order == 0)
		order = (b->protocol == PROTOCOL_MPTCP) - (a->protocol == PROTOCOL_MPTCP);
	return order ? order : (a->family == AF_UNIX) - (b->family == AF_UNIX);
}

uint32_t live_socket_ports(const struct live_socket *socket)
{
	return (uint32_t)socket->local_port << 16 | socket->peer_port;
}

static int by_ports(const void *one, const void *other)
{
	uint32_t a = live_socket_ports(*(const struct live_socket *const *)one);
	uint32_t b = live_socket_ports(*(const struct live_socket *const *)other);

	return (a > b) - (a < b);
}

static int tables_make(struct live_sockets *sockets)
{
	sockets->by_ports = calloc(sockets->count + 1, sizeof(const struct live_socket *));
	if (!sockets->by_ports)
		return -ENOMEM;
	if (sockets->count)
		qsort(sockets->list, sockets->count, sizeof(*sockets->list), by_inode_and_protocol);
	for (size_t i = 0; i < sockets->count; i++)
		if (sockets->list[i].family != AF_UNIX)
			sockets->by_ports[sockets->port_count++] = &sockets->list[i];
	if (sockets->port_count)
		qsort(sockets->by_ports, sockets->port_count, sizeof(const struct live_socket *),
		      by_ports);
	return 0;
}

uint64_t live_network_of(int pid)
{
	char path[48];
	struct stat status;

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", pid); /* fits */
	return stat(path, &status) == 0 ? status.st_ino : 0;
}

/* Returns 0; else why the kernel could not be asked: then its files tell, if they can be read. */
static int all_read(int pid, struct live_sockets *sockets)
{
	int netlink = netlink_open(pid);

	if (netlink >= 0) {
		sockets_dump(netlink, sockets);
		(void)close(netlink); /* nothing is left to be read */
		return 0;
	}
	sockets->refused = -netlink;
	return sockets_read_files(pid, sockets) < 0 ? netlink : 0;
}

int live_sockets_read(int pid, struct live_sockets *ret_sockets)
{
	int result;

	*ret_sockets = (struct live_sockets){ .namespace = live_network_of(pid) };
	result = all_read(pid, ret_sockets);
	if (result == 0)
		result = ret_sockets->has_no_memory ? -ENOMEM : tables_make(ret_sockets);
	if (result < 0)
		live_sockets_free(ret_sockets);
	return result;
}

void live_sockets_free(struct live_sockets *sockets)
{
	free(sockets->list);
	free((void *)sockets->by_ports);
	*sockets = (struct live_sockets){ .count = 0 };
}

const struct live_socket *live_sockets_find(const struct live_sockets *sockets, uint64_t inode)
{
	const struct live_socket key = { .inode = inode }, *found = NULL;

	if (sockets->count && inode)
		found = bsearch(&key, sockets->list, sockets->count, sizeof(key), by_inode);
	while (found && found > sockets->list && found[-1].inode == inode)
		found--;
	return found;
}
