/* SPDX-License-Identifier: MIT */
/*
 * Processes: forked children that end at once, or wait and are woken later,
 * while their parent goes on changing the numbers they share; vfork children.
 * One process is at work at a time, so everything can be repeated.
 */
#include "model.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/raw.h"
#include "shim/names.h"

#define STACK_SIZE (256 * 1024)

struct lane *lane_of(uint32_t number)
{
	return &model.arena->lanes[number];
}

/*
 * At the very end, and by raw system calls: a number closed and one opened that
 * no call was seen for. The check against the kernel must find both.
 */
static void act_unseen(struct lane *lane)
{
	struct actor *actor = &model.shadow->actors[0];

	lane->closed = actor_below(actor, 2) ? shadow_pick(model.shadow, actor) : -1;
	if (lane->closed >= 0) {
		(void)raw1(SYS_close, lane->closed); /* it is open */
		shadow_remove(model.shadow, actor, lane->closed);
	}
	lane->unseen = actor_below(actor, 2) ? (int)raw2(SYS_eventfd2, 0, 0) : -1;
	/* It may be that number again: then nothing tells that it is another descriptor. */
	if (lane->unseen >= 0 && lane->unseen == lane->closed) {
		shadow_add(model.shadow, actor, lane->unseen);
		lane->unseen = lane->closed = -1;
	}
}

/*
 * What a call that chooses its number put in the place of standard input, output or error is
 * counted, and the process given back all the same; a socket there is told.
 */
static bool stands_for_stream(uint32_t fd, const struct entry *entry)
{
	return fd <= STDERR_FILENO && entry->kind != KIND_SOCKET &&
	       (entry->call == CALL_dup2 || entry->call == CALL___dup2 ||
		entry->call == CALL_dup3 || entry->call == CALL_freopen ||
		entry->call == CALL_freopen64);
}

/* What is open of the image's own, which the process is kept for. */
static uint32_t own_count(void)
{
	uint32_t count = 0;

	for (uint32_t fd = 0; fd < model.shadow->entry_limit; fd++) {
		const struct entry *entry = &model.shadow->entries[fd];

		count += entry->is_open && entry->owner == model.shadow->process &&
			 entry->origin == DESCRIPTOR_OWN && !stands_for_stream(fd, entry);
	}
	return count;
}

/* End without another step; what was left is compared by the parent. */
static void __attribute__((noreturn)) life_end(void)
{
	struct lane *lane = lane_of(model.shadow->lane);
	unsigned int how = actor_below(&model.shadow->actors[0], 5);
	uint32_t own = own_count();

	sleepers_dismiss();
	lane->process = model.shadow->process;
	act_unseen(lane);
	lane->left = lane->unseen >= 0;
	for (unsigned int i = 0; i < ACTORS_MAX; i++)
		lane->left += shadow_count(model.shadow, &model.shadow->actors[i]);
	/* A number that was a copy and has been taken anew behind the shim is a copy to it still.
	 */
	lane->own_left = own_count();
	if (lane->own_left > own)
		lane->own_left = own;
	lane->is_judged = how != 4 && !model_has_failed();
	TRACE("end, way %u, %u open", how, lane->left);
	switch (model_has_failed() ? 3 : how) {
	case 0:
	case 1:
		exit(0);
	case 2:
		quick_exit(0);
	case 3:
		_exit(0);
	default:
		(void)raise(SIGKILL); /* nothing runs any more */
		_exit(1);
	}
}

void life_run(void)
{
	struct lane *lane = lane_of(model.shadow->lane);

	for (;;) {
		uint32_t done = atomic_load(&lane->done);

		if (!arena_wait(&lane->command, done) && !model_has_failed())
			model_fail("the parent does not wake its child");
		if (model_has_failed())
			life_end();
		compare_table(NULL); /* the parent may have changed its own numbers */
		steps_run();
		if (atomic_load(&lane->is_last))
			life_end();
		model.shadow->position = 0;
		model.shadow->lineage += 0x10001;
		atomic_store(&lane->done, done + 1);
		arena_wake(&lane->done);
	}
}

void child_turn(int number, int pid, bool is_last)
{
	struct lane *lane = lane_of((uint32_t)number);
	uint32_t done = atomic_load(&lane->done);
	int status = 0;

	atomic_store(&lane->is_last, is_last);
	atomic_store(&lane->command, done + 1);
	arena_wake(&lane->command);
	if (!is_last) {
		if (!arena_wait(&lane->done, done))
			model_fail("child %d did not come back", pid);
		return;
	}
	if (waitpid(pid, &status, 0) != pid)
		model_fail("waitpid(%d) failed", pid);
	else if (!(WIFEXITED(status) && WEXITSTATUS(status) == 0) &&
		 !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
		model_fail("child %d ended with status %#x", pid, (unsigned int)status);
	else
		compare_ended(lane, status);
	arena_lane_free(model.arena, number);
}

void sleepers_dismiss(void)
{
	for (int i = 0; i < SLEEPERS_MAX; i++) {
		int lane = model.shadow->sleepers[i];

		if (lane)
			child_turn(lane, model.shadow->sleeper_pids[i], true);
		model.shadow->sleepers[i] = 0;
	}
}

void operate_wake(struct actor *actor)
{
	unsigned int which = actor_below(actor, SLEEPERS_MAX);
	int lane = model.shadow->sleepers[which];
	bool is_last = actor_below(actor, 4) == 0;

	if (!lane)
		return;
	TRACE("wake child %u%s", which, is_last ? " for the last time" : "");
	child_turn(lane, model.shadow->sleeper_pids[which], is_last);
	if (is_last)
		model.shadow->sleepers[which] = 0;
}

void child_become(int lane, uint64_t lineage, uint32_t steps, struct actor *actor)
{
	struct shadow *shadow = model.shadow;

	actor->tid = (uint32_t)raw0(SYS_gettid);
	shadow->process = process_find();
	shadow->lane = (uint32_t)lane;
	shadow->lineage = lineage;
	shadow->position = 0;
	shadow->steps = steps;
	shadow->depth++;
	memset(shadow->sleepers, 0, sizeof(shadow->sleepers));
	shadow_inherit(shadow, false);
}

struct fork_plan {
	int lane;
	uint64_t lineage;
	uint32_t steps;
};

static int cloned(void *data)
{
	const struct fork_plan *plan = data;

	child_become(plan->lane, plan->lineage, plan->steps, &model.shadow->actors[0]);
	life_run();
}

static int fork_by(unsigned int how, struct fork_plan *plan)
{
	char *stack;

	switch (how) {
	case 0:
		return _Fork();
	case 1:
		return (int)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
	case 2:
		stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1, 0);
		if (stack == MAP_FAILED)
			return -1;
		how = (unsigned int)clone(cloned, stack + STACK_SIZE, SIGCHLD, plan);
		(void)munmap(stack, STACK_SIZE); /* the child has its own */
		return (int)how;
	case 3:
		return __fork();
	default:
		return fork();
	}
}

/* Keep a child for later, when there is a place for it. */
static bool sleeper_keep(int lane, int pid)
{
	for (int i = 0; i < SLEEPERS_MAX; i++) {
		if (model.shadow->sleepers[i])
			continue;
		model.shadow->sleepers[i] = lane;
		model.shadow->sleeper_pids[i] = pid;
		child_turn(lane, pid, false);
		return true;
	}
	return false;
}

void operate_fork(struct actor *actor)
{
	struct fork_plan plan = { .lane = -1 };
	bool is_kept = actor_below(actor, 2);
	unsigned int how = actor_below(actor, 7);
	int pid;

	plan.lineage = actor_random(actor);
	plan.steps = actor_below(actor, CHILD_STEPS);
	if (model.shadow->depth < DEPTH_MAX)
		plan.lane = arena_lane_take(model.arena);
	if (plan.lane < 0)
		return;
	TRACE("fork, way %u%s", how, is_kept ? ", kept" : "");
	pid = fork_by(how, &plan);
	if (pid == 0) {
		child_become(plan.lane, plan.lineage, plan.steps, actor);
		life_run();
	}
	if (pid < 0) {
		arena_lane_free(model.arena, plan.lane);
		return;
	}
	if (!is_kept || !sleeper_keep(plan.lane, pid))
		child_turn(plan.lane, pid, true);
}

/* What a child does in our memory to its own table must not show in ours. */
static __attribute__((noinline)) void vfork_and_close(int first, int second)
{
	pid_t pid = vfork();

	if (pid == 0) {
		(void)dup2(first, second);
		(void)close(first);
		(void)open("/dev/null", O_RDONLY);
		(void)close(second);
		_exit(0);
	}
	if (pid > 0 && waitpid(pid, NULL, 0) != pid)
		model_fail("waitpid after vfork failed");
}

void operate_vfork(struct actor *actor)
{
	int first = shadow_pick(model.shadow, actor), second = shadow_pick(model.shadow, actor);

	if (first < 0)
		return;
	TRACE("vfork, child closes %d and %d", first, second);
	vfork_and_close(first, second);
}
