/* SPDX-License-Identifier: MIT */
/*
 * Threads at work side by side, each on descriptors of its own, so that numbers
 * go from one to another between a release and its record. The whole table is
 * compared when all have ended; a forked child of a busy process compares what
 * belongs to the thread that forked.
 */
#include "model.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/raw.h"

/* Steps of a thread's life. */
#define ROUND_STEPS 150

struct worker {
	pthread_t thread;
	struct actor *actor;
	uint64_t step;
};

static struct worker workers[ACTORS_MAX];
static pthread_barrier_t all_created; /* then there is a thread to send a signal to */

static void fork_beside(struct actor *actor)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		child_become(0, 0, 0, actor);
		compare_table(actor);
		for (int i = 0; i < 5 && !model_has_failed(); i++) {
			operate_close(actor);
			operate_open(actor);
			actor->step_ns = 0; /* these are checked for all but their time */
			compare_table(actor);
		}
		_exit(0);
	}
	if (pid > 0 && (waitpid(pid, &status, 0) != pid || status != 0))
		model_fail("a child of a busy process ended with status %#x", (unsigned int)status);
}

static void *work(void *data)
{
	struct worker *worker = data;
	struct actor *actor = worker->actor;

	actor->tid = (uint32_t)raw0(SYS_gettid);
	(void)pthread_barrier_wait(&all_created); /* says who was the last */
	for (int i = 0; i < ROUND_STEPS && !model_has_failed(); i++) {
		step_beside(actor, worker->step++);
		if (actor_below(actor, 60) == 0)
			fork_beside(actor);
		if (actor_below(actor, 40) == 0)
			(void)pthread_kill(workers[actor_below(actor, model.arena->threads)].thread,
					   SIGUSR2); /* or it has just ended */
	}
	return NULL;
}

void threads_run(void)
{
	uint32_t count = model.arena->threads;
	uint32_t rounds = model.arena->steps / (count * ROUND_STEPS) + 1;

	(void)pthread_barrier_init(&all_created, NULL, count); /* cannot fail */
	for (uint32_t round = 0; round < rounds && !model_has_failed(); round++) {
		uint64_t now_ns = ledger_now_ns(&model.ledger);

		model.shadow->position = round;
		model.is_threaded = true;
		for (uint32_t i = 0; i < count; i++) {
			workers[i].actor = &model.shadow->actors[i];
			workers[i].actor->id = i;
			workers[i].actor->step_ns = now_ns;
		}
		for (uint32_t i = 0; i < count; i++)
			if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
				abort();
		for (uint32_t i = 0; i < count; i++)
			(void)pthread_join(workers[i].thread, NULL); /* it was created above */
		model.is_threaded = false;
		compare_table(NULL);
	}
	exit(model_has_failed() ? 1 : 0);
}
