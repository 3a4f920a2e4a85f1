/* SPDX-License-Identifier: MIT */
/*
 * A server with a thread a connection: accept, create the thread, read, close in it, join.
 *   bench_connections [SLICES] [OPERATIONS]
 */
#include "slices.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in address = { .sin_family = AF_INET };
static int listener;

static void *serve(void *connection)
{
	char byte;

	if (read((int)(intptr_t)connection, &byte, 1) != 1)
		slices_fail("read");
	close((int)(intptr_t)connection);
	return NULL;
}

static void connect_and_serve(void)
{
	/* A reset instead of TIME-WAIT: ports do not run out. */
	static const struct linger reset = { .l_onoff = 1 };
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), connection;
	pthread_t thread;

	if (client < 0 || connect(client, (struct sockaddr *)&address, sizeof(address)) < 0)
		slices_fail("connect");
	(void)setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (connection < 0)
		slices_fail("accept4");
	(void)setsockopt(connection, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)connection) != 0)
		slices_fail("pthread_create");
	if (write(client, "x", 1) != 1)
		slices_fail("write");
	pthread_join(thread, NULL);
	close(client);
}

static void work(unsigned int operations)
{
	for (unsigned int i = 0; i < operations; i++)
		connect_and_serve();
}

int main(int argc, char **argv)
{
	socklen_t length = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(listener, 16) < 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &length) < 0)
		slices_fail("listen");
	slices_print_fastest(slices_argument(argc, argv, 1, 40),
			     slices_argument(argc, argv, 2, 100), work, slices_now_ns);
	close(listener);
	return 0;
}
