/* SPDX-License-Identifier: MIT */
/*
 * Two threads that close each other's numbers while they open: run under the
 * shim, race [ROUNDS]. Afterwards every number that the ledger has wrong must be
 * marked as contested. Who opened what is known from the kernel: each eventfd is
 * made with a count of its own, which /proc/self/fdinfo tells.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/raw.h"
#include "ledger/ledger.h"

#define NUMBERS 12
#define OPERATIONS 200
#define THREADS 2
#define LIMIT (3 + 2 * NUMBERS) /* no number is higher */

static struct ledger ledger;
static uint32_t table_ref;
static pthread_barrier_t turn;
static bool is_over;
static _Atomic(bool) is_round_over; /* one has ended: the others do, so that all end racing */
static _Atomic(int) live; /* open, of all threads */

struct racer {
	pthread_t thread;
	unsigned int id;
	uint32_t tid;
	uint64_t random;
	uint32_t opened; /* in all */
	/* When each descriptor of this round was opened at the earliest and the latest. */
	uint64_t after_ns[OPERATIONS], before_ns[OPERATIONS];
};

static struct racer racers[THREADS];

static unsigned int below(struct racer *racer, unsigned int limit)
{
	racer->random = racer->random * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (unsigned int)(racer->random >> 33) % limit;
}

/* Closing a random number is the other thread's as often as our own, or nobody's. */
static void race(struct racer *racer)
{
	racer->opened = 0;
	for (int i = 0; i < OPERATIONS && !atomic_load(&is_round_over); i++) {
		uint32_t at = racer->opened;

		if (atomic_load(&live) >= NUMBERS || below(racer, 2)) {
			if (close(3 + (int)below(racer, NUMBERS)) == 0)
				atomic_fetch_sub(&live, 1);
			continue;
		}
		racer->after_ns[at] = ledger_now_ns(&ledger);
		if (eventfd(racer->id * OPERATIONS + at, 0) < 0)
			abort();
		racer->before_ns[at] = ledger_now_ns(&ledger);
		racer->opened++;
		atomic_fetch_add(&live, 1);
	}
	atomic_store(&is_round_over, true);
}

static void *racer_run(void *data)
{
	struct racer *racer = data;

	racer->tid = (uint32_t)raw0(SYS_gettid);
	for (;;) {
		(void)pthread_barrier_wait(&turn); /* says who was the last */
		if (is_over)
			return NULL;
		race(racer);
		(void)pthread_barrier_wait(&turn); /* the same */
	}
}

/* What an eventfd was made with; -1 for a number that is closed. Not recorded. */
static long opener_by_kernel(int fd)
{
	char path[40], text[256] = "";
	const char *at;
	long info;

	(void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = raw4(SYS_openat, AT_FDCWD, path, 0, 0);
	if (raw_failed(info))
		return -1;
	(void)raw3(SYS_read, info, text, sizeof(text) - 1); /* no text is no count */
	(void)raw1(SYS_close, info);
	at = strstr(text, "eventfd-count:");
	return at ? strtol(at + strlen("eventfd-count:"), NULL, 16) : -1;
}

/* Does the ledger name the opening that the kernel has? */
static bool is_right(int fd, const struct ledger_slot *slot, bool is_open_here)
{
	long id = opener_by_kernel(fd);
	const struct racer *racer = &racers[id < 0 ? 0 : id / OPERATIONS];
	uint64_t opened_ns = atomic_load(&slot->opened_ns);

	if (id < 0 || !is_open_here)
		return id < 0 && !is_open_here;
	id %= OPERATIONS;
	return atomic_load(&slot->opened_tid) == racer->tid && opened_ns >= racer->after_ns[id] &&
	       opened_ns <= racer->before_ns[id];
}

struct result {
	unsigned long numbers, wrong, contested, unmarked;
};

static void compare(struct result *result)
{
	for (int fd = 3; fd < LIMIT; fd++) {
		struct ledger_slot *slot = ledger_slot_at(
			&ledger, ledger_table_at(&ledger, table_ref), fd, false);
		struct descriptor_view view;
		bool is_marked;

		if (!slot)
			continue;
		ledger_view(&ledger, table_ref, fd, &view);
		is_marked = atomic_load(&slot->facts) & FACT_CONTESTED;
		result->numbers++;
		result->contested += is_marked;
		if (is_right(fd, slot, view.origin != DESCRIPTOR_NOT_OPEN && !view.is_closing))
			continue;
		result->wrong++;
		if (is_marked)
			continue;
		result->unmarked++;
		fprintf(stderr,
			"race: descriptor %d: opener %ld by the kernel; ledger: origin %d, state "
			"%u, generation %u, facts %#x, and it is not marked\n",
			fd, opener_by_kernel(fd), view.origin,
			slot_state(atomic_load(&slot->word)),
			slot_generation(atomic_load(&slot->word)), atomic_load(&slot->facts));
	}
}

static bool ledger_find(void)
{
	const char *variable = getenv("UNCLOSED_LEDGER");
	char *colon, path[256];

	if (!variable || strlen(variable) >= sizeof(path))
		return false;
	strcpy(path, variable);
	colon = strrchr(path, ':');
	if (!colon)
		return false;
	*colon = '\0';
	if (ledger_attach(&ledger, path) != 0)
		return false;
	table_ref = ledger_process_at(&ledger, (uint32_t)strtoul(colon + 1, NULL, 10))->table_ref;
	return true;
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000;
	struct result result = { 0 };

	if (!ledger_find()) {
		fputs("race: no ledger; run it as: unclosed race\n", stderr);
		return 2;
	}
	(void)pthread_barrier_init(&turn, NULL, THREADS + 1); /* cannot fail */
	for (unsigned int i = 0; i < THREADS; i++) {
		racers[i] = (struct racer){ .id = i, .random = i + 1 };
		if (pthread_create(&racers[i].thread, NULL, racer_run, &racers[i]) != 0)
			return 2;
	}
	for (unsigned long round = 0; round < rounds && !result.unmarked; round++) {
		atomic_store(&is_round_over, false);
		(void)pthread_barrier_wait(&turn); /* says who was the last */
		(void)pthread_barrier_wait(&turn);
		compare(&result);
		/* A clean close by one thread ends the dispute over a number. */
		for (int fd = 3; fd < LIMIT; fd++) {
			(void)dup2(0, fd); /* so that each is open and known */
			(void)close(fd);
		}
		atomic_store(&live, 0);
	}
	is_over = true;
	(void)pthread_barrier_wait(&turn);
	for (unsigned int i = 0; i < THREADS; i++)
		(void)pthread_join(racers[i].thread, NULL); /* created above */
	printf("race: %lu numbers, %lu contested, %lu wrong, %lu of them not marked\n",
	       result.numbers, result.contested, result.wrong, result.unmarked);
	return result.unmarked ? 1 : 0;
}
