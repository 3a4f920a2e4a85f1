/* SPDX-License-Identifier: MIT */
/*
 * Open and close in a loop, from 20 frames deep.
 *   bench_calls socket|open|dup [THREADS] [SLICES] [OPERATIONS]
 * With more than one thread, processor time: on a machine with fewer processors
 * than threads, wall time says nothing about an operation.
 */
#include "slices.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAMES 20
#define THREADS_MAX 64

static int (*open_one)(void);
static unsigned int thread_count;

static int open_socket(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int open_null(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static int open_dup(void)
{
	return dup(0);
}

static void loop(unsigned int operations)
{
	for (unsigned int i = 0; i < operations; i++) {
		int fd = open_one();

		if (fd < 0)
			slices_fail("open");
		close(fd);
	}
}

/* A frame each: neither inlined nor a tail call. */
__attribute__((noinline, noclone)) static unsigned int descend(unsigned int frames,
							       unsigned int operations)
{
	if (frames <= 1)
		loop(operations);
	else
		operations += descend(frames - 1, operations);
	__asm__ volatile("" : "+r"(operations));
	return operations;
}

static void work_alone(unsigned int operations)
{
	(void)descend(FRAMES, operations);
}

static void *work_in_thread(void *operations)
{
	work_alone((unsigned int)(uintptr_t)operations);
	return NULL;
}

static void work_together(unsigned int operations)
{
	pthread_t threads[THREADS_MAX];

	for (unsigned int i = 0; i < thread_count; i++)
		if (pthread_create(&threads[i], NULL, work_in_thread,
				   (void *)(uintptr_t)(operations / thread_count)) != 0)
			slices_fail("pthread_create");
	for (unsigned int i = 0; i < thread_count; i++)
		pthread_join(threads[i], NULL);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "socket";
	unsigned int slices = slices_argument(argc, argv, 3, 40);
	unsigned int operations = slices_argument(argc, argv, 4, 1000);

	open_one = strcmp(what, "open") == 0 ? open_null
		   : strcmp(what, "dup") == 0 ? open_dup
					      : open_socket;
	thread_count = slices_argument(argc, argv, 2, 1);
	if (thread_count > THREADS_MAX)
		thread_count = THREADS_MAX;
	if (thread_count <= 1)
		slices_print_fastest(slices, operations, work_alone, slices_now_ns);
	else
		slices_print_fastest(slices, operations, work_together, slices_used_ns);
	return 0;
}
