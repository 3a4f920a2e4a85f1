/* SPDX-License-Identifier: MIT */
/* Finds the session that a word on the command line names, and opens its ledger. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/live.h"

/* A process that executes a program has no ledger mapped for a moment. */
#define TRIES_MAX 5
static const struct timespec between_tries = { .tv_nsec = 10000000 };

#define NICE 10

#define SESSION_DIGITS 16

static const struct live_session *session_of_pid(const struct live_sessions *sessions, int pid)
{
	for (size_t i = 0; i < sessions->count; i++)
		for (size_t j = 0; j < sessions->list[i].process_count; j++)
			if (sessions->list[i].processes[j].pid == pid)
				return &sessions->list[i];
	return NULL;
}

static const struct live_session *session_of_file(const struct live_sessions *sessions,
						  const char *path, const struct stat *status)
{
	uint64_t id;
	uint32_t owner;

	for (size_t i = 0; i < sessions->count; i++)
		if (sessions->list[i].inode == status->st_ino &&
		    (!ledger_name_read(path, &owner, &id) || sessions->list[i].id == id))
			return &sessions->list[i];
	return NULL;
}

/* Why a process is not among those that are watched. */
static int pid_complain(int pid)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/%d/maps", pid); /* fits */
	if (kill(pid, 0) < 0 && errno == ESRCH)
		return complain("there is no process %d", pid);
	if (access(path, R_OK) < 0 || kill(pid, 0) < 0)
		return complain(
			"process %d cannot be looked at: it belongs to another user, or has "
			"changed its user; look as root",
			pid);
	return complain("process %d is not watched: start it by unclosed, or with "
			"LD_PRELOAD=libunclosed.so (unclosed ps lists those that are)",
			pid);
}

static int file_find(struct live_target *target, const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return complain("cannot open '%s': %s", path, strerror(errno));
	target->session = session_of_file(&target->sessions, path, &status);
	if (target->session)
		return 0;
	return complain("no process has '%s' mapped: its session has ended (unclosed report reads "
			"its ledger), or is another user's",
			path);
}

static bool is_number(const char *word)
{
	return word[0] && word[strspn(word, "0123456789")] == '\0';
}

/* As ps and reports write it. No number of a process has as many digits. */
static bool is_session(const char *word)
{
	return strlen(word) == SESSION_DIGITS && word[strspn(word, "0123456789abcdef")] == '\0';
}

static int id_find(struct live_target *target, const char *word)
{
	uint64_t id = strtoull(word, NULL, 16);

	for (size_t i = 0; i < target->sessions.count; i++)
		if (target->sessions.list[i].id == id)
			target->session = &target->sessions.list[i];
	return target->session
		       ? 0
		       : complain("no process of session %s runs, or it is another user's", word);
}

static int session_find(struct live_target *target, const char *word)
{
	uint64_t pid;

	if (is_session(word))
		return id_find(target, word);
	if (!is_number(word))
		return file_find(target, word);
	if (!text_parse_number(word, strlen(word), &pid) || pid == 0 || pid > INT_MAX)
		return complain("'%s' is no number of a process", word);
	target->pid = (int)pid;
	for (int i = 0; i < TRIES_MAX; i++) {
		target->session = session_of_pid(&target->sessions, target->pid);
		if (target->session)
			return 0;
		if (kill(target->pid, 0) < 0)
			break;
		(void)nanosleep(&between_tries, NULL); /* shorter is as well */
		live_sessions_free(&target->sessions);
		if (live_sessions_find(&target->sessions) < 0)
			break;
	}
	return pid_complain(target->pid);
}

static int ledger_open_of(struct live_target *target)
{
	const char *why = NULL;

	target->ledger_fd = live_session_open(target->session, &why);
	if (target->ledger_fd >= 0)
		return 0;
	return complain("cannot read ledger '%s': %s", target->session->path,
			target->ledger_fd == -EPROTO && why ? why : strerror(-target->ledger_fd));
}

void live_step_back(void)
{
	if (getpriority(PRIO_PROCESS, 0) < NICE)
		(void)setpriority(PRIO_PROCESS, 0, NICE); /* a wish */
}

int live_target_open(struct live_target *ret_target, const char *word)
{
	int result;

	live_step_back();
	*ret_target = (struct live_target){ .ledger_fd = -1 };
	result = live_sessions_find(&ret_target->sessions);
	if (result < 0)
		return complain("cannot look for processes in /proc: %s", strerror(-result));
	result = session_find(ret_target, word);
	if (result == 0)
		result = ledger_open_of(ret_target);
	if (result != 0)
		live_target_close(ret_target);
	return result;
}

int live_targets_visit(live_target_use *use, void *data)
{
	struct live_target target = { .ledger_fd = -1 };
	int result = live_sessions_find(&target.sessions), count = 0;

	if (result < 0)
		return -complain("cannot look for processes in /proc: %s", strerror(-result));
	for (size_t i = 0; i < target.sessions.count; i++) {
		target.session = &target.sessions.list[i];
		if (ledger_open_of(&target) != 0)
			continue;
		use(&target, data);
		(void)close(target.ledger_fd); /* only read */
		count++;
	}
	target.ledger_fd = -1;
	live_target_close(&target);
	return count;
}

void live_target_close(struct live_target *target)
{
	if (target->ledger_fd >= 0)
		(void)close(target->ledger_fd); /* only read */
	live_sessions_free(&target->sessions);
	*target = (struct live_target){ .ledger_fd = -1 };
}
