/* SPDX-License-Identifier: MIT */
/* Looks through /proc for processes that have a ledger mapped. */
#include "live/process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/snapshot.h"
#include "live/file.h"

/* What the kernel puts behind the path of a file that has no name any more. */
#define DELETED " (deleted)"
#define DELETED_LENGTH (sizeof(DELETED) - 1)

/* One line of /proc/PID/maps that is of a ledger. */
struct mapping {
	char range[40];
	char path[PATH_MAX];
	uint64_t inode, id;
};

/* "7f00-7f10 rw-s 00000000 00:1a 1234     /dev/shm/unclosed-0-0123456789abcdef (deleted)" */
static bool mapping_read(char *line, struct mapping *ret_mapping)
{
	size_t length;
	char *path = strchr(line, '/');
	unsigned long long inode;
	char flags[8];
	uint32_t owner;

	if (!path || !strstr(path, "/" LEDGER_NAME_START) ||
	    sscanf(line, "%39s %7s %*s %*s %llu", ret_mapping->range, flags, &inode) != 3 ||
	    strcmp(flags, "rw-s") != 0)
		return false;
	length = strcspn(path, "\n");
	if (length > DELETED_LENGTH &&
	    memcmp(path + length - DELETED_LENGTH, DELETED, DELETED_LENGTH) == 0)
		length -= DELETED_LENGTH;
	if (length >= sizeof(ret_mapping->path))
		return false;
	memcpy(ret_mapping->path, path, length);
	ret_mapping->path[length] = '\0';
	ret_mapping->inode = inode;
	return ledger_name_read(ret_mapping->path, &owner, &ret_mapping->id);
}

/*
 * The ledger that a process writes to: the last one it has mapped is that of a session within a
 * session. The launcher has its session's mapped, too, and is no process of it: look.c tells.
 * Returns 1, 0 none, or -errno.
 */
static int mapping_find(int pid, struct mapping *ret_mapping)
{
	size_t size = 0;
	char *line = NULL;
	FILE *maps = proc_fopen(pid, "maps");
	int found = 0;

	if (!maps)
		return -errno;
	while (found == 0 && getline(&line, &size, maps) > 0)
		found = mapping_read(line, ret_mapping);
	free(line);
	(void)fclose(maps); /* only read */
	return found;
}

static void numbers_read(const char *at, struct live_process *process)
{
	char *end;

	for (; process->number_count < LIVE_NUMBERS_MAX; at = end) {
		unsigned long number = strtoul(at, &end, 10);

		if (end == at)
			break;
		process->numbers[process->number_count++] = (uint32_t)number;
	}
}

static bool status_read(int pid, struct live_process *process)
{
	FILE *status = proc_fopen(pid, "status");
	char line[512];

	while (status && fgets(line, sizeof(line), status)) {
		unsigned int real, effective;

		if (sscanf(line, "Uid: %u %u", &real, &effective) == 2)
			process->user = effective;
		if (strncmp(line, "NSpid:", 6) == 0)
			numbers_read(line + 6, process);
	}
	if (status)
		(void)fclose(status);   /* only read */
	if (process->number_count == 0) /* before Linux 4.1 */
		process->numbers[process->number_count++] = (uint32_t)pid;
	process->own_pid = process->numbers[process->number_count - 1];
	return status != NULL;
}

/* The 22nd field: the name before it may hold blanks and brackets. */
static uint64_t started_read(int pid)
{
	char text[1024];
	unsigned long long ticks = 0;
	const char *at;

	if (proc_read(pid, "stat", text, sizeof(text)) <= 0)
		return 0;
	at = strrchr(text, ')');
	if (!at || sscanf(at + 1,
			  "%*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
			  "%*s %*s %*s %llu",
			  &ticks) != 1)
		return 0;
	return ticks;
}

static uint32_t pid_namespace_of(int pid)
{
	char path[48];
	struct stat status;

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid); /* fits */
	return stat(path, &status) == 0 && status.st_ino <= UINT32_MAX ? (uint32_t)status.st_ino
								       : 0;
}

static void name_read(int pid, char name[LIVE_NAME_MAX])
{
	char path[48], target[PATH_MAX];
	ssize_t length;
	const char *slash;

	(void)snprintf(path, sizeof(path), "/proc/%d/exe", pid); /* fits */
	length = readlink(path, target, sizeof(target) - 1);
	target[length > 0 ? length : 0] = '\0';
	/* Its file has been replaced since. */
	if (length > (ssize_t)DELETED_LENGTH &&
	    strcmp(target + length - DELETED_LENGTH, DELETED) == 0)
		target[length - DELETED_LENGTH] = '\0';
	slash = strrchr(target, '/');
	(void)snprintf(name, LIVE_NAME_MAX, "%s",
		       slash ? slash + 1 : "?"); /* a name that is cut will do */
}

static int session_add(struct live_sessions *sessions, const struct mapping *mapping, int pid,
		       struct live_session **ret_session)
{
	struct live_session *list;

	for (size_t i = 0; i < sessions->count; i++) {
		*ret_session = &sessions->list[i];
		if ((*ret_session)->id == mapping->id && (*ret_session)->inode == mapping->inode)
			return 0;
	}
	list = reallocarray(sessions->list, sessions->count + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	sessions->list = list;
	*ret_session = &list[sessions->count++];
	**ret_session = (struct live_session){ .id = mapping->id,
					       .inode = mapping->inode,
					       .reach_pid = pid };
	memcpy((*ret_session)->path, mapping->path, sizeof(mapping->path));
	memcpy((*ret_session)->map, mapping->range, sizeof(mapping->range));
	return 0;
}

static int process_add(struct live_session *session, int pid)
{
	struct live_process process = { .pid = pid }, *list;

	process.started_ticks = started_read(pid);
	if (!status_read(pid, &process) || process.started_ticks == 0)
		return 0; /* it has just ended */
	process.pid_namespace = pid_namespace_of(pid);
	name_read(pid, process.name);
	list = reallocarray(session->processes, session->process_count + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	session->processes = list;
	list[session->process_count++] = process;
	return 0;
}

static int process_look(struct live_sessions *sessions, int pid)
{
	struct mapping mapping = { .id = 0 };
	struct live_session *session = NULL;
	int result = mapping_find(pid, &mapping);

	if (result == -EACCES || result == -EPERM)
		sessions->refused++;
	if (result <= 0)
		return 0; /* ended, a stranger's, or not watched */
	result = session_add(sessions, &mapping, pid, &session);
	return result < 0 ? result : process_add(session, pid);
}

int live_sessions_find(struct live_sessions *ret_sessions)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int result = 0;

	*ret_sessions = (struct live_sessions){ .count = 0 };
	if (!proc)
		return -errno;
	while (result == 0 && (entry = readdir(proc)) != NULL)
		if (isdigit((unsigned char)entry->d_name[0]))
			result = process_look(ret_sessions, atoi(entry->d_name));
	(void)closedir(proc); /* only read */
	if (result < 0)
		live_sessions_free(ret_sessions);
	return result;
}

void live_sessions_free(struct live_sessions *sessions)
{
	for (size_t i = 0; i < sessions->count; i++)
		free(sessions->list[i].processes);
	free(sessions->list);
	*sessions = (struct live_sessions){ .count = 0 };
}

/* No other file than the one that the processes have mapped. */
static int same_open(const char *path, uint64_t inode)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat status;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_ino == inode)
		return fd;
	(void)close(fd); /* was only asked */
	return -ENOENT;
}

int live_session_open(const struct live_session *session, const char **ret_why)
{
	char path[PATH_MAX + 32];
	int fd = same_open(session->path, session->inode), other;

	if (fd < 0) {
		(void)snprintf(path, sizeof(path), "/proc/%d/root%s", session->reach_pid,
			       session->path); /* fits */
		other = same_open(path, session->inode);
		if (other < 0) {
			(void)snprintf(path, sizeof(path), "/proc/%d/map_files/%s",
				       session->reach_pid, session->map); /* fits */
			other = same_open(path, session->inode);
		}
		fd = other >= 0 ? other : fd;
	}
	return fd < 0 ? fd : snapshot_check(fd, session->path, MAKER_ANYBODY, ret_why);
}

bool live_process_is_there(const struct live_process *process)
{
	return started_read(process->pid) == process->started_ticks;
}
