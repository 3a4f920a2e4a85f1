/* SPDX-License-Identifier: MIT */
/* Removes ledgers that killed launchers left behind. */
#include "cli/sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/alive.h"
#include "cli/crash.h"
#include "ledger/snapshot.h"
#include "ledger/spare_name.h"

/* Most files take some microseconds: they are too young, or in use. */
#define CANDIDATES_MAX 1024
#define BARE_AGE_NS (UINT64_C(3600) * 1000000000u)

/* A launcher's pid may have been given out again; its lock tells whether it lives. */
static bool creator_is_dead(const struct ledger_header *header)
{
	if (header->has_launcher)
		return true;
	return header->creator_pid > 0 && kill(header->creator_pid, 0) < 0 && errno == ESRCH;
}

static bool is_old_enough(const struct ledger_header *header)
{
	uint64_t now_ns;

	if (header->has_launcher)
		return true;
	now_ns = clock_read_ns(clock_find(), CLOCK_REALTIME);
	return now_ns > header->started_wall_ns && now_ns - header->started_wall_ns > BARE_AGE_NS;
}

/*
 * Has every process of the ledger ended? Reads the whole ledger, so it is asked for likely
 * leftovers only. A ledger of another version cannot be read: that it is not mapped must do.
 */
static bool processes_are_dead(const char *path, int fd)
{
	struct snapshot snapshot;
	const char *why;
	bool are_dead = true;
	uint32_t count;
	int result = snapshot_load_from(&snapshot, fd, &why);

	if (result < 0)
		return result == -EPROTO;
	count = ledger_process_count(&snapshot.ledger);
	for (uint32_t i = 0; are_dead && i < count; i++) {
		const struct ledger_process *process = ledger_process_at(&snapshot.ledger, i);

		if (!process)
			break;
		are_dead =
			!process_is_unfinished(process) || !process_is_alive(process, (void *)path);
	}
	snapshot_unload(&snapshot);
	return are_dead;
}

/* By --keep-ledger, whatever name it was given. */
static bool is_kept(const struct ledger_header *header)
{
	return header->version == LEDGER_VERSION && header->is_kept;
}

static void sweep_file(const char *path)
{
	struct ledger_header header;
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return;
	/* The lock is held until the file is gone: no process begins to use it meanwhile. */
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
	    pread(fd, &header, sizeof(header), 0) == (ssize_t)sizeof(header) &&
	    header.magic == LEDGER_MAGIC && !is_kept(&header) && creator_is_dead(&header) &&
	    is_old_enough(&header) && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
	    processes_are_dead(path, fd) && !ledger_is_mapped(path))
		(void)unlink(path); /* somebody else may have been faster */
	close(fd);
}

/* What a program got in place of a ledger (cli/mend.h) that is gone. */
static bool spare_sweep(const char *path)
{
	char ledger[PATH_MAX];
	size_t length = strlen(path), end = strlen(LEDGER_SPARE);

	if (length <= end || strcmp(path + length - end, LEDGER_SPARE) != 0)
		return false;
	(void)snprintf(ledger, sizeof(ledger), "%.*s", (int)(length - end), path); /* fits */
	if (access(ledger, F_OK) < 0 && errno == ENOENT)
		(void)unlink(path); /* somebody else may have been faster */
	return true;
}

/*
 * Others may make files of such names: they must not use up the candidates. What a report that
 * failed has kept under another name (crash.h) is its user's.
 */
static bool is_ours(DIR *list, const char *name)
{
	size_t length = strlen(name), end = strlen(CRASH_KEPT);
	struct stat status;

	if (length > end && strcmp(name + length - end, CRASH_KEPT) == 0)
		return false;
	return fstatat(dirfd(list), name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(status.st_mode) && status.st_uid == geteuid();
}

void sweep(const char *directory)
{
	char prefix[32], path[PATH_MAX];
	unsigned int candidates = 0;
	struct dirent *entry;
	DIR *list = opendir(directory);

	if (!list)
		return;
	(void)snprintf(prefix, sizeof(prefix), "unclosed-%u-", (unsigned int)geteuid()); /* fits */
	while (candidates < CANDIDATES_MAX && (entry = readdir(list)) != NULL) {
		if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0 ||
		    !is_ours(list, entry->d_name))
			continue;
		candidates++;
		if (snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name) <
			    (int)sizeof(path) &&
		    !spare_sweep(path))
			sweep_file(path);
	}
	closedir(list);
}
