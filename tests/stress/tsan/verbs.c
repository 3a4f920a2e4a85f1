/* SPDX-License-Identifier: MIT */
/*
 * The recording verbs from many threads, under ThreadSanitizer: record.c,
 * addresses.c and state.c of the shim in a plain program. The calls themselves
 * are raw system calls, so that the only order between threads that the
 * sanitizer sees is the verbs' own. Backtraces are made up.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/raw.h"
#include "libc/loaded.h"
#include "record/record.h"
#include "record/stderr.h"
#include "shim/state.h"
#include "stack/capture.h"
#include "stack/runtime.h"

#define THREADS 4
#define ROUNDS 8000
#define STACKS 40

static __thread unsigned int seed;

static unsigned int below(unsigned int limit)
{
	return (unsigned int)rand_r(&seed) % limit;
}

uint32_t capture_stack(void)
{
	const uint64_t pcs[] = { 0x1000 + below(STACKS), 0x2000 };
	bool is_new;

	return ledger_stack_intern(&shim.ledger, shim.image_ref, pcs, 2, 0, &is_new);
}

uint32_t capture_whole(void)
{
	return capture_stack();
}

/* No runtime is met here. */
_Atomic(uint32_t) runtimes_met;

bool runtime_is_losing(void)
{
	return false;
}

uint32_t runtime_stack(uint32_t stack_ref)
{
	return stack_ref;
}

/* For --spread-numbers, which nobody asks for here. */
bool loaded_asks_for(const char *functions)
{
	(void)functions;
	return true;
}

void stderr_guard(unsigned int first, unsigned int last)
{
	(void)first; /* nobody reports here */
	(void)last;
}

unsigned int call_kind(enum call call)
{
	return call == CALL_pipe2 ? KIND_PIPE : KIND_SOCKET;
}

static void check(bool is_right, const char *what)
{
	if (is_right)
		return;
	fprintf(stderr, "tsan_verbs: %s\n", what);
	exit(1);
}

static int socket_open(void)
{
	const struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = record_opened(CALL_socket, (int)raw3(SYS_socket, AF_INET, SOCK_STREAM, 0));

	if (below(4) == 0)
		(void)record_bind(fd, 0, (const struct sockaddr *)&address, sizeof(address));
	if (below(8) == 0)
		record_fact(fd, FACT_LISTENING);
	return fd;
}

static void close_number(int fd)
{
	struct release release = record_release_begin(CALL_close, fd);
	long result = raw1(SYS_close, fd);

	record_release_end(&release, raw_failed(result) ? (int)-result : 0);
}

static void pipe_use(void)
{
	int fds[2];

	if (record_opened_pair(CALL_pipe2, (int)raw2(SYS_pipe2, fds, 0), fds, 0) != 0)
		return;
	close_number(fds[0]);
	close_number(fds[1]);
}

/* Numbers of this thread only; sometimes a wrong one, too, which may be another's. */
static void *work(void *data)
{
	int mine[8];
	unsigned int count = 0;

	seed = (unsigned int)(uintptr_t)data;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		unsigned int what = below(8);

		if (what < 3 && count < 8) {
			mine[count++] = socket_open();
		} else if (what < 5 && count) {
			close_number(mine[--count]);
		} else if (what == 5 && count && count < 8) {
			mine[count] =
				record_duplicate(CALL_dup, mine[0], (int)raw1(SYS_dup, mine[0]), 0);
			count++;
		} else if (what == 6) {
			pipe_use();
		} else if (below(50) == 0) {
			close_number(3 + (int)below(16));
		}
	}
	while (count)
		close_number(mine[--count]);
	self.tid = 0;
	return NULL;
}

static void shim_start(void)
{
	char path[256];

	check(ledger_create(&shim.ledger, "/dev/shm", ledger_size_allowed(), path, sizeof(path)) ==
		      0,
	      "cannot create a ledger in /dev/shm");
	(void)unlink(path); /* it stays mapped */
	shim.recorder.process = ledger_process_new(&shim.ledger, &shim.recorder.process_index);
	check(shim.recorder.process != NULL, "no process");
	shim.recorder.table_ref =
		ledger_table_new(&shim.ledger, LINK_NONE, 0, 0, shim.recorder.process_index);
	shim.recorder.table = ledger_table_at(&shim.ledger, shim.recorder.table_ref);
	shim.image_ref = ledger_image_new(&shim.ledger, 0, 0, 0);
	shim.image = ledger_at(&shim.ledger, shim.image_ref, sizeof(*shim.image));
	shim.walks = SHORT_WALKS; /* with what is remembered */
	shim.is_active = true;
}

int main(void)
{
	pthread_t threads[THREADS];

	shim_start();
	for (uintptr_t i = 0; i < THREADS; i++)
		check(pthread_create(&threads[i], NULL, work, (void *)(i + 1)) == 0, "no thread");
	for (unsigned int i = 0; i < THREADS; i++)
		check(pthread_join(threads[i], NULL) == 0, "a thread is lost");
	for (int i = 0; i < LOSS_COUNT; i++)
		check(shim.ledger.header->lost[i] == 0, "something was lost");
	return 0;
}
