/* SPDX-License-Identifier: MIT */
/*
 * What recording costs the program in allocations, locks and system calls:
 * nothing. Run under the shim: quiet. It starts itself once more, traced, and
 * counts the system calls between two marks; the functions that allocate and
 * lock are counted in the traced one, in place of libc's.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

/* Longer than what a thread captures with the unwinder that needs no preparation. */
#define WARM_ROUNDS 400
#define ROUNDS 300
#define COLD_ROUNDS 4
#define COLD_QUESTIONS 2

static __thread int is_counting;
static _Atomic(int) allocations, locks;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void __libc_free(void *memory);

void *malloc(size_t size)
{
	allocations += is_counting;
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	allocations += is_counting;
	return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
	allocations += is_counting;
	return __libc_realloc(memory, size);
}

void free(void *memory)
{
	allocations += is_counting;
	__libc_free(memory);
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	static __typeof__(pthread_mutex_lock) *real;

	locks += is_counting;
	if (!real)
		real = (__typeof__(real))dlsym(RTLD_NEXT, "pthread_mutex_lock");
	return real(mutex);
}

/* Eight system calls. */
static void round_do(void)
{
	int fds[2], fd = socket(AF_INET, SOCK_STREAM, 0);
	int copy = dup(fd);

	(void)close(fd);
	(void)close(copy);
	if (pipe2(fds, O_CLOEXEC) != 0)
		abort();
	(void)dup2(fds[0], fds[1]);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

#define CALLS_A_ROUND 8

/* The tracer counts between two of these. */
static void mark(void)
{
	(void)syscall(SYS_sched_get_priority_max, 0); /* nobody else asks */
}

/*
 * One loop for both, so that the counted calls have return addresses that were
 * met before: libunwind takes a lock to learn a new one.
 */
static void measure(int warm_rounds, int rounds)
{
	for (int i = -warm_rounds; i < rounds; i++) {
		if (i == 0)
			mark();
		is_counting = i >= 0;
		round_do();
	}
	is_counting = 0;
	mark();
}

/* The first calls of a thread: it is asked for its id and its name, once. */
static void *cold_thread(void *data)
{
	measure(0, COLD_ROUNDS);
	return data;
}

static int work(void)
{
	pthread_t thread;

	measure(WARM_ROUNDS, ROUNDS);
	if (pthread_create(&thread, NULL, cold_thread, NULL) != 0)
		return 2;
	(void)pthread_join(thread, NULL); /* created above */
	if (allocations || locks)
		fprintf(stderr, "quiet: %d allocations, %d locks\n", allocations, locks);
	return allocations || locks;
}

static unsigned long call_number(pid_t pid)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) <= 0 ||
	    info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return ~0UL;
	return info.entry.nr;
}

struct counts {
	int is_on, spans;
	pid_t thread; /* that made the mark: another one may wait in pthread_join meanwhile */
	long calls[2];
	unsigned long strange[16]; /* numbers of calls that are none of ours */
	int strange_count;
};

static int is_ours(unsigned long number)
{
#ifdef SYS_dup2
	if (number == SYS_dup2)
		return true;
#endif
	return number == SYS_socket || number == SYS_dup || number == SYS_dup3 ||
	       number == SYS_pipe2 || number == SYS_close;
}

static void count(struct counts *counts, pid_t thread, unsigned long number)
{
	if (number == SYS_sched_get_priority_max) {
		counts->spans += counts->is_on;
		counts->is_on = !counts->is_on;
		counts->thread = thread;
	} else if (counts->is_on && counts->thread == thread && number != ~0UL && counts->spans < 2) {
		counts->calls[counts->spans]++;
		if (!is_ours(number) && counts->strange_count < 16)
			counts->strange[counts->strange_count++] = number;
	}
}

static int trace(pid_t pid, struct counts *counts)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return 2;
	(void)ptrace(PTRACE_SETOPTIONS, pid, NULL,
		     PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL);
	(void)ptrace(PTRACE_SYSCALL, pid, NULL, NULL); /* it is stopped */
	for (;;) {
		pid_t stopped = waitpid(-1, &status, __WALL);
		int signal = 0;

		if (stopped < 0 || (stopped == pid && WIFEXITED(status)))
			return stopped < 0 ? 2 : WEXITSTATUS(status);
		if (!WIFSTOPPED(status))
			continue;
		if (WSTOPSIG(status) == (SIGTRAP | 0x80))
			count(counts, stopped, call_number(stopped));
		else if (WSTOPSIG(status) != SIGTRAP && WSTOPSIG(status) != SIGSTOP)
			signal = WSTOPSIG(status);
		(void)ptrace(PTRACE_SYSCALL, stopped, NULL, (void *)(long)signal); /* the same */
	}
}

int main(int argc, char **argv)
{
	struct counts counts = { 0 };
	bool is_known = true;
	pid_t pid;
	int status;

	if (argc > 1)
		return work();
	pid = fork();
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(77);
		execl(argv[0], argv[0], "work", NULL);
		_exit(2);
	}
	status = trace(pid, &counts);
	if (status != 0)
		return status;
	printf("quiet: %ld system calls in %d warm rounds, %ld in %d cold ones\n", counts.calls[0],
	       ROUNDS, counts.calls[1], COLD_ROUNDS);
	for (int i = 0; i < counts.strange_count; i++)
		printf("quiet: system call %lu is none of the program's\n", counts.strange[i]);
	for (int i = 0; i < counts.strange_count; i++)
		is_known &= counts.strange[i] == SYS_gettid || counts.strange[i] == SYS_prctl;
	return counts.spans == 2 && counts.calls[0] == ROUNDS * CALLS_A_ROUND &&
			       counts.calls[1] <= COLD_ROUNDS * CALLS_A_ROUND + COLD_QUESTIONS &&
			       counts.strange_count <= COLD_QUESTIONS && is_known
		       ? 0
		       : 1;
}
