/* SPDX-License-Identifier: MIT */
/* Tells which processes of a session still run, by /proc. */
#include "cli/alive.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_UNKNOWN, ANSWER_EMPTY };

/* A path is the longest word that is looked for. */
#define WORD_MAX PATH_MAX

/* Does the file /proc/PID/NAME contain `word`? It is read in pieces that overlap. */
static enum answer proc_file_contains(const char *pid, const char *name, const char *word)
{
	size_t word_length = strlen(word), kept = 0;
	enum answer answer = ANSWER_NO;
	char bytes[1 << 14], path[64];
	bool is_empty = true;
	ssize_t length;
	int fd;

	if (word_length > WORD_MAX)
		return ANSWER_UNKNOWN;
	(void)snprintf(path, sizeof(path), "/proc/%.20s/%s", pid, name); /* fits */
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ESRCH ? ANSWER_NO : ANSWER_UNKNOWN;
	while ((length = read(fd, bytes + kept, sizeof(bytes) - kept)) > 0) {
		size_t filled = kept + (size_t)length;

		is_empty = false;
		if (memmem(bytes, filled, word, word_length)) {
			answer = ANSWER_YES;
			break;
		}
		kept = filled < word_length ? filled : word_length;
		memmove(bytes, bytes + filled - kept, kept);
	}
	if (length < 0)
		answer = errno == ESRCH ? ANSWER_NO : ANSWER_UNKNOWN;
	else if (is_empty)
		answer = ANSWER_EMPTY;
	close(fd);
	return answer;
}

/* The last part of the path has 64 random bits, and is the same in every mount namespace. */
static const char *ledger_name(const char *ledger_path)
{
	const char *slash = strrchr(ledger_path, '/');

	return slash ? slash + 1 : ledger_path;
}

bool process_is_unfinished(const struct ledger_process *process)
{
	uint32_t state = atomic_load_explicit(&process->state, memory_order_acquire);

	return state == PROCESS_EXPECTED || state == PROCESS_RUNNING || state == PROCESS_ENDING;
}

/* In a pid namespace /proc may still be that of another namespace, with other numbers. */
static bool is_proc_ours(void)
{
	char pid[16] = "";

	return readlink("/proc/self", pid, sizeof(pid) - 1) > 0 && atol(pid) == getpid() &&
	       access("/proc/self/maps", R_OK) == 0;
}

bool process_is_alive(const struct ledger_process *process, void *ledger_path)
{
	uint32_t pid = atomic_load_explicit(&process->pid, memory_order_relaxed);
	enum answer is_mapped, is_named;
	char digits[16];

	if (pid == 0 || pid > INT32_MAX)
		return false;
	if (kill((pid_t)pid, 0) < 0 && errno == ESRCH)
		return false;
	if (!is_proc_ours())
		return true;
	(void)snprintf(digits, sizeof(digits), "%u", pid); /* fits */
	is_mapped = proc_file_contains(digits, "maps", ledger_name(ledger_path));
	if (is_mapped == ANSWER_YES)
		return true;
	is_named = proc_file_contains(digits, "environ", ledger_name(ledger_path));
	/* In the middle of an exec a process has no environment yet; a zombie has none any more. */
	if (is_named == ANSWER_EMPTY)
		return proc_file_contains(digits, "status", "State:\tZ") == ANSWER_NO;
	return is_named == ANSWER_YES ||
	       (is_mapped == ANSWER_UNKNOWN && is_named == ANSWER_UNKNOWN);
}

bool ledger_is_named(const char *ledger_path)
{
	DIR *proc = is_proc_ours() ? opendir("/proc") : NULL;
	struct dirent *entry;
	bool is_named = false;

	while (proc && !is_named && (entry = readdir(proc)) != NULL)
		is_named = isdigit((unsigned char)entry->d_name[0]) &&
			   proc_file_contains(entry->d_name, "environ", ledger_name(ledger_path)) ==
				   ANSWER_YES;
	if (proc)
		closedir(proc);
	return is_named;
}

bool ledger_is_mapped(const char *ledger_path)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	bool is_mapped = false;

	if (!proc)
		return true; /* cannot tell: be careful */
	while (!is_mapped && (entry = readdir(proc)) != NULL)
		if (isdigit((unsigned char)entry->d_name[0]))
			is_mapped = proc_file_contains(entry->d_name, "maps",
						       ledger_name(ledger_path)) == ANSWER_YES;
	closedir(proc);
	return is_mapped;
}
