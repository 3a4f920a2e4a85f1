/* SPDX-License-Identifier: MIT */
/*
 * Runs model programs under the shim, fixed seeds and fresh ones, and shrinks
 * one that shows a difference: model_test PROGRAM LIBRARY [OPTION VALUE]…
 *
 *   --seed N     this seed only
 *   --seeds N    so many seeds: the first half fixed, the others fresh
 *   --steps N    a seed's steps
 *   --threads N  0: compare after every step
 *   --complete 1 every row of calls.def that opens something must have been met
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "model.h"

#define RUN_SECONDS 300
#define SHRINK_RUNS 400

struct model model; /* for the comparison of the first process's end */

static struct {
	const char *program, *library;
	char directory[64], arena_path[128], ledger_path[256];
	uint64_t steps_done, compared, processes;
	uint64_t calls[CALLS_MAX];
} driver;

static struct options {
	uint64_t seed, seeds, steps, threads, complete;
} options = { .seeds = 4, .steps = 1000 };

static struct arena *arena_new(void)
{
	struct arena *arena;
	int fd;

	(void)snprintf(driver.arena_path, sizeof(driver.arena_path), "%s/arena", driver.directory);
	fd = open(driver.arena_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, sizeof(*arena)) != 0)
		return NULL;
	(void)close(fd); /* nothing was written */
	return arena_map(driver.arena_path);
}

/* Forget the run before, keep what the next one is to do. */
static void arena_reset(struct arena *arena)
{
	atomic_store(&arena->has_failed, 0);
	atomic_store(&arena->steps_done, 0);
	atomic_store(&arena->compared, 0);
	atomic_store(&arena->processes, 0);
	atomic_store(&arena->given_back, 0);
	atomic_store(&arena->trace_length, 0);
	memset((void *)arena->calls, 0, sizeof(arena->calls));
	for (int i = 0; i < LANES; i++) {
		atomic_store(&arena->lanes[i].is_taken, i == 0);
		arena->lanes[i].has_shadow = 0;
		arena->lanes[i].is_judged = 0;
	}
	atomic_store(&arena->lanes[0].command, 1);
	atomic_store(&arena->lanes[0].done, 0);
	atomic_store(&arena->lanes[0].is_last, 1);
}

/* In the child: nothing of ours but 0, 1 and 2, the shim, and a limit on numbers. */
static void __attribute__((noreturn)) program_start(void)
{
	const struct rlimit numbers = { NUMBERS_MAX, NUMBERS_MAX };
	const struct rlimit cores = { 0, 0 };
	char ledger[320], preload[512];
	char lane[] = "0";
	char *const argv[] = { (char *)driver.program, driver.arena_path, lane, NULL };
	char emulated[] = "UNCLOSED_EMULATED=1";
	char *const environment[] = { ledger, preload,
				      getenv("UNCLOSED_EMULATED") ? emulated : NULL, NULL };
	int null = open("/dev/null", O_RDWR);

	for (int fd = 0; fd < 3; fd++)
		(void)dup2(null, fd); /* there is nothing to print */
	closefrom(3);
	(void)setpgid(0, 0); /* so that all can be killed */
	(void)setrlimit(RLIMIT_NOFILE, &numbers);
	(void)setrlimit(RLIMIT_CORE, &cores);
	(void)snprintf(ledger, sizeof(ledger), "UNCLOSED_LEDGER=%s:0", driver.ledger_path);
	(void)snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", driver.library);
	execve(driver.program, argv, environment);
	_exit(127);
}

/* A ledger that expects the program, as the launcher makes it. */
static bool ledger_new(void)
{
	struct ledger_process *first;
	uint32_t index;

	memset(&model.ledger, 0, sizeof(model.ledger));
	if (ledger_create(&model.ledger, driver.directory, ledger_size_allowed(),
			  driver.ledger_path, sizeof(driver.ledger_path)) < 0)
		return false;
	model.ledger.header->has_launcher = 1;
	model.ledger.header->stack_depth = 32;
	first = ledger_process_new(&model.ledger, &index);
	if (!first)
		return false;
	first->origin = ORIGIN_FIRST;
	atomic_store(&first->state, PROCESS_EXPECTED);
	return true;
}

static void ledger_drop(void)
{
	for (uint32_t i = 0; i < LEDGER_WINDOWS_MAX; i++) {
		uint8_t *window = atomic_load(&model.ledger.windows[i]);

		if (window)
			(void)munmap(window, LEDGER_WINDOW_SIZE); /* whole pages */
	}
	(void)unlink(driver.ledger_path); /* it is ours */
}

static int program_wait(pid_t pid)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	time_t end = time(NULL) + RUN_SECONDS;
	int status;

	for (;;) {
		pid_t ended = waitpid(pid, &status, WNOHANG);

		if (ended == pid)
			return status;
		if (time(NULL) > end) {
			(void)kill(-pid, SIGKILL);
			(void)waitpid(pid, &status, 0);
			model_fail("the program did not end");
			return status;
		}
		(void)nanosleep(&pause, NULL);
	}
}

static void losses_check(void)
{
	for (int i = 0; i < LOSS_COUNT; i++)
		if (atomic_load(&model.ledger.header->lost[i]))
			model_fail("%llu records of kind %d did not fit",
				   (unsigned long long)atomic_load(&model.ledger.header->lost[i]),
				   i);
}

/* Whoever has no entry more is in the sums. */
static void sums_check(void)
{
	uint32_t counted = atomic_load(&model.arena->given_back);
	uint64_t sum = 0;

	for (unsigned int i = 0; i < LEDGER_RETURNS; i++) {
		struct ledger_totals totals;

		(void)ledger_returns_read(&model.ledger, i, &totals);
		sum += totals.processes;
	}
	if (sum < counted)
		model_fail("%llu processes are in the sums, %u were given back",
			   (unsigned long long)sum, counted);
}

/* One run. True when there was no difference. */
static bool run(struct arena *arena)
{
	static struct shadow nothing;
	pid_t pid;
	int status;

	model.arena = arena;
	model.shadow = &nothing;
	arena_reset(arena);
	if (!ledger_new()) {
		fprintf(stderr, "model_test: cannot create a ledger in '%s': %s\n",
			driver.directory, strerror(errno));
		exit(2);
	}
	pid = fork();
	if (pid == 0)
		program_start();
	status = program_wait(pid);
	if (status != 0 && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
		model_fail("the program ended with status %#x", (unsigned int)status);
	if (!arena->threads && !model_has_failed()) {
		arena->lanes[0].is_judged = 0; /* nobody waited for it as its parent */
		compare_ended(&arena->lanes[0], status);
	}
	losses_check();
	sums_check();
	if (model_has_failed())
		(void)kill(-pid, SIGKILL); /* children that wait */
	ledger_drop();
	return !model_has_failed();
}

/* Leave out ever smaller pieces, as long as there is a difference without them. */
static void shrink(struct arena *arena)
{
	unsigned int runs = 0;

	if (arena->threads)
		return; /* another run is another program */
	arena->steps = arena->failed_step + 1;
	for (uint32_t piece = arena->steps / 2; piece > 0 && runs < SHRINK_RUNS; piece /= 2)
		for (uint32_t at = 0; at < arena->steps && runs < SHRINK_RUNS; at += piece) {
			uint8_t saved[STEPS_MAX];
			uint32_t end = at + piece < arena->steps ? at + piece : arena->steps;

			memcpy(saved, arena->is_left_out, sizeof(saved));
			memset(arena->is_left_out + at, 1, end - at);
			runs++;
			if (run(arena))
				memcpy(arena->is_left_out, saved, sizeof(saved));
		}
	arena->is_traced = 1;
	(void)run(arena);
	fprintf(stderr, "shrunk to this:\n%.*s", (int)atomic_load(&arena->trace_length),
		arena->trace);
	fprintf(stderr, "%s\n", model_has_failed() ? arena->failure : "(it does not fail always)");
}

static bool seed_run(struct arena *arena, uint64_t seed)
{
	arena->seed = seed;
	arena->steps = (uint32_t)options.steps;
	arena->threads = (uint32_t)options.threads;
	arena->is_traced = 0;
	memset(arena->is_left_out, 0, sizeof(arena->is_left_out));
	if (!run(arena)) {
		fprintf(stderr,
			"model_test: a difference: --seed %llu --steps %u --threads %u\n%s\n",
			(unsigned long long)seed, arena->steps, arena->threads, arena->failure);
		shrink(arena);
		return false;
	}
	driver.steps_done += atomic_load(&arena->steps_done);
	driver.compared += atomic_load(&arena->compared);
	driver.processes += atomic_load(&arena->processes);
	for (int i = 0; i < CALLS_MAX; i++)
		driver.calls[i] += atomic_load(&arena->calls[i]);
	return true;
}

static uint64_t seed_fresh(void)
{
	uint32_t seed = 1;

	(void)getrandom(&seed, sizeof(seed), 0); /* 1 is a seed, too */
	return seed;
}

#define KIND_NONE (-1)

static bool calls_check(void)
{
	static const struct {
		const char *name;
		int kind;
	} rows[] = {
		{ "", KIND_NONE },
#define CALL(name, opens, ...) { #name, KIND_##opens },
#define CALL_NUMBER(name, ...) CALL(name, __VA_ARGS__)
#include "libc/calls.def"
#undef CALL
	};
	static const bool is_unsure[CALL_COUNT] = {
#define ONE(id, call, kind, expression)
#define PAIR(id, call, kind, expression)
#define STREAM(id, call, expression)
#define DIRECTORY(id, call, expression)
#define UNSURE(call) [CALL_##call] = true,
#include "openers.def"
	};
	bool is_complete = true;

	for (size_t i = 1; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].kind == KIND_NONE || driver.calls[i] || is_unsure[i])
			continue;
		fprintf(stderr, "model_test: %s was not met; see openers.def\n", rows[i].name);
		is_complete = false;
	}
	return is_complete;
}

static bool option_set(const char *name, const char *value)
{
	static const struct {
		const char *name;
		uint64_t *value;
	} all[] = { { "--seed", &options.seed },
		    { "--seeds", &options.seeds },
		    { "--steps", &options.steps },
		    { "--threads", &options.threads },
		    { "--complete", &options.complete } };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (value && strcmp(name, all[i].name) == 0) {
			*all[i].value = strtoull(value, NULL, 10);
			return true;
		}
	return false;
}

static bool options_read(int argc, char **argv)
{
	if (argc < 3)
		return false;
	driver.program = argv[1];
	driver.library = argv[2];
	for (int i = 3; i < argc; i += 2)
		if (!option_set(argv[i], argv[i + 1]))
			return false;
	return options.steps <= STEPS_MAX && options.threads <= ACTORS_MAX;
}

static bool all_run(struct arena *arena)
{
	if (options.seed)
		return seed_run(arena, options.seed);
	for (uint64_t i = 0; i < options.seeds; i++)
		if (!seed_run(arena, i < options.seeds / 2 ? i + 1 : seed_fresh()))
			return false;
	return !options.complete || calls_check();
}

int main(int argc, char **argv)
{
	struct arena *arena;
	bool is_good;

	if (!options_read(argc, argv)) {
		fputs("usage: model_test PROGRAM LIBRARY [--seed N | --seeds N] [--steps N] "
		      "[--threads N] [--complete 1]\n",
		      stderr);
		return 2;
	}
	(void)snprintf(driver.directory, sizeof(driver.directory),
		       "/dev/shm/unclosed-model-XXXXXX");
	if (!mkdtemp(driver.directory) || !(arena = arena_new())) {
		fprintf(stderr, "model_test: cannot work in '%s': %s\n", driver.directory,
			strerror(errno));
		return 2;
	}
	is_good = all_run(arena);
	(void)unlink(driver.arena_path); /* both are ours */
	(void)rmdir(driver.directory);
	if (is_good)
		printf("model_test: %llu steps, %llu processes, %llu numbers compared, no "
		       "difference\n",
		       (unsigned long long)driver.steps_done, (unsigned long long)driver.processes,
		       (unsigned long long)driver.compared);
	return is_good ? 0 : 1;
}
