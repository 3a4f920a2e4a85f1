/* SPDX-License-Identifier: MIT */
/*
 * fork, _exit and wait in a process that has many descriptors.
 *   bench_forks [DESCRIPTORS] [SLICES] [OPERATIONS]
 */
#include "slices.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static void work(unsigned int operations)
{
	for (unsigned int i = 0; i < operations; i++) {
		pid_t pid = fork();

		if (pid < 0)
			slices_fail("fork");
		if (pid == 0)
			_exit(0);
		if (waitpid(pid, NULL, 0) != pid)
			slices_fail("waitpid");
	}
}

int main(int argc, char **argv)
{
	unsigned int descriptors = slices_argument(argc, argv, 1, 10000);

	slices_need_descriptors(descriptors);
	for (unsigned int i = 0; i < descriptors; i++)
		if (open("/dev/null", O_RDONLY) < 0)
			slices_fail("open");
	slices_print_fastest(slices_argument(argc, argv, 2, 20),
			     slices_argument(argc, argv, 3, 10), work, slices_now_ns);
	return 0;
}
