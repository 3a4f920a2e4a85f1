/* SPDX-License-Identifier: MIT */
/*
 * exit_fds OUTPUT PROGRAM [ARG…]: the kernel's own word on what was never closed.
 *
 * Runs PROGRAM and everything it starts under ptrace. When the last thread of a
 * process stops on its way out (PTRACE_EVENT_EXIT), its descriptors are still
 * open: they go to OUTPUT, one line each: "PID FD TARGET". A process that had
 * none has no line. What a forked process was born with goes there before, as
 * "+PID FD TARGET". Exits as PROGRAM did.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define PID_MAX_LIMIT (1 << 22) /* of the kernel, linux/threads.h */

#define OPTIONS                                                                                \
	(PTRACE_O_TRACEEXIT | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | \
	 PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)

static int number_in(pid_t tid, const char *key)
{
	char path[64], line[256];
	int number = -1;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	status = fopen(path, "re");
	while (status && fgets(line, sizeof(line), status))
		if (strncmp(line, key, strlen(key)) == 0)
			number = atoi(line + strlen(key));
	if (status)
		fclose(status);
	return number;
}

static void list_descriptors(FILE *out, const char *mark, pid_t tid)
{
	char path[300], target[4096];
	struct dirent *entry;
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%d/fd", tid);
	directory = opendir(path);
	while (directory && (entry = readdir(directory)) != NULL) {
		ssize_t length;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%d/fd/%s", tid, entry->d_name);
		length = readlink(path, target, sizeof(target) - 1);
		target[length > 0 ? length : 0] = '\0';
		fprintf(out, "%s%d %s %s\n", mark, tid, entry->d_name, target);
	}
	if (directory)
		closedir(directory);
}

/* Stops of this kind come again, by SIGCONT: the first is before the first instruction. */
static bool is_newborn(pid_t tid)
{
	static unsigned char seen[PID_MAX_LIMIT / 8];
	bool is_first = !(seen[tid / 8] & 1 << tid % 8);

	seen[tid / 8] |= 1 << tid % 8;
	return is_first && number_in(tid, "Tgid:") == tid;
}

static void follow(FILE *out, pid_t tid, int status)
{
	int event = status >> 16, signal = 0;

	if (event == PTRACE_EVENT_EXIT) {
		/* The exit of a group stops each thread; the leader's listing stands for all. */
		if (number_in(tid, "Tgid:") == tid)
			list_descriptors(out, "", tid);
	} else if (event == PTRACE_EVENT_STOP) {
		/* A child's own stop may come before the event of its parent. */
		if (is_newborn(tid))
			list_descriptors(out, "+", tid);
	} else if (event == 0 && WSTOPSIG(status) != SIGSTOP && WSTOPSIG(status) != SIGTRAP) {
		signal = WSTOPSIG(status);
	}
	ptrace(PTRACE_CONT, tid, NULL, (void *)(long)signal);
}

int main(int argc, char **argv)
{
	int status, result = 0;
	pid_t program, tid;
	FILE *out;

	if (argc < 3 || !(out = fopen(argv[1], "we"))) {
		fprintf(stderr, "usage: exit_fds OUTPUT PROGRAM [ARG...]\n");
		return 2;
	}
	program = fork();
	if (program == 0) {
		raise(SIGSTOP);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	ptrace(PTRACE_SEIZE, program, NULL, (void *)OPTIONS);
	waitpid(program, &status, WUNTRACED);
	kill(program, SIGCONT);
	ptrace(PTRACE_CONT, program, NULL, NULL);
	while ((tid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status))
			follow(out, tid, status);
		else if (tid == program)
			result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	fclose(out);
	return result;
}
