/* SPDX-License-Identifier: MIT */
/*
 * A small program to make a ledger of: some descriptors of several kinds, left
 * open and closed, a child, a connection that failed, a double close.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	struct sockaddr_in nobody = { .sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				      .sin_port = htons(1) };
	int pair[2], client = socket(AF_INET, SOCK_STREAM, 0);

	if (connect(client, (struct sockaddr *)&nobody, sizeof(nobody)) == 0)
		return 1;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		return 1;
	(void)close(pair[1]);
	(void)close(pair[1]); /* the second one is the mistake to be seen */
	(void)dup2(pair[0], 20);
	(void)epoll_create1(0);
	if (fork() == 0) {
		(void)open("/dev/null", O_RDONLY);
		exit(3);
	}
	(void)wait(NULL);
	return 0;
}
