/* SPDX-License-Identifier: MIT */
/* Reads /proc/PID/status of a child that has ended and is not reaped yet. */
#include "cli/last_user.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/rights.h"

#define IDS 4 /* real, effective, saved, of the file system: proc(5) */
#define ID_FILE_SYSTEM 3
#define STATUS_SIZE 4096
#define CAPABILITIES "\nCapEff:"
#define READING (UINT64_C(1) << CAP_DAC_OVERRIDE | UINT64_C(1) << CAP_DAC_READ_SEARCH)

/* As much of the file as holds the groups that count. */
static bool status_read(pid_t pid, char *bytes, size_t size)
{
	char path[32];
	ssize_t length;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid); /* fits */
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	length = read(fd, bytes, size - 1);
	close(fd);
	bytes[length > 0 ? length : 0] = '\0';
	return length > 0;
}

/* The numbers of the line that begins with `name`. Returns how many. */
static size_t numbers_read(const char *status, const char *name, uint32_t *ret_numbers, size_t max)
{
	const char *at = strstr(status, name);
	size_t count = 0;

	for (at = at ? at + strlen(name) : ""; count < max; count++) {
		at += strspn(at, " \t");
		if (*at < '0' || *at > '9')
			break;
		ret_numbers[count] = (uint32_t)strtoul(at, (char **)&at, 10);
	}
	return count;
}

static uint64_t capabilities_read(const char *status)
{
	const char *at = strstr(status, CAPABILITIES);

	return at ? strtoull(at + strlen(CAPABILITIES), NULL, 16) : ~UINT64_C(0);
}

/* Root that has given up to read what is not root's, as we still may? */
static bool has_fewer_capabilities(const char *status)
{
	char own[STATUS_SIZE];

	return status_read(getpid(), own, sizeof(own)) &&
	       (capabilities_read(own) & ~capabilities_read(status) & READING) != 0;
}

static bool rights_read(pid_t pid, struct rights *ret_rights)
{
	uint32_t users[IDS], groups[IDS];
	char status[STATUS_SIZE];

	if (!status_read(pid, status, sizeof(status)) ||
	    numbers_read(status, "\nUid:", users, IDS) != IDS ||
	    numbers_read(status, "\nGid:", groups, IDS) != IDS)
		return false;
	ret_rights->user = users[0];
	for (size_t i = 1; i < IDS && ret_rights->user == geteuid(); i++)
		ret_rights->user = users[i];
	ret_rights->group = groups[ID_FILE_SYSTEM];
	ret_rights->group_count =
		numbers_read(status, "\nGroups:", ret_rights->groups, RIGHTS_GROUPS_MAX);
	return ret_rights->user != geteuid() || has_fewer_capabilities(status);
}

bool last_user_find(pid_t pid, struct rights *ret_rights)
{
	struct rights rights = { .group = RIGHTS_NOBODY };
	siginfo_t info = { .si_pid = 0 };

	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid != pid)
		return false;
	if (!rights_read(pid, &rights)) {
		if (info.si_uid == geteuid()) /* without /proc: the real one */
			return false;
		rights.user = info.si_uid;
	}
	*ret_rights = rights;
	return true;
}
