/* SPDX-License-Identifier: MIT */
/*
 * What a report has to cope with.
 *   bench_leave sockets COUNT     ends with COUNT sockets open
 *   bench_leave processes COUNT   forks COUNT children; each ends with a socket open
 */
#include "slices.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int leave_sockets(unsigned int count)
{
	slices_need_descriptors(count);
	for (unsigned int i = 0; i < count; i++)
		if (socket(AF_INET, SOCK_STREAM, 0) < 0)
			slices_fail("socket");
	return 0;
}

static int leave_processes(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0)
			slices_fail("fork");
		if (pid == 0)
			return leave_sockets(1);
		if (waitpid(pid, NULL, 0) != pid)
			slices_fail("waitpid");
	}
	return 0;
}

int main(int argc, char **argv)
{
	unsigned int count = slices_argument(argc, argv, 2, 1);

	if (argc < 2) {
		fprintf(stderr, "usage: bench_leave sockets|processes COUNT\n");
		return 2;
	}
	if (strcmp(argv[1], "processes") == 0)
		return leave_processes(count);
	return leave_sockets(count);
}
