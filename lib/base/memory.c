/* SPDX-License-Identifier: MIT */
/* The tool's memory budget: by the machine's memory, the control group's, or as it was asked for. */
#include "base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUDGET_MOST (UINT64_C(1) << 30)
#define BUDGET_LEAST (UINT64_C(64) << 20) /* it takes as much to explain anything */
#define SHARE 4

static uint64_t asked_bytes;

static uint64_t machine_bytes(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);

	return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : UINT64_MAX;
}

/* A file with one number in it; "max", or no file: no limit. */
static uint64_t number_read(const char *path)
{
	uint64_t number = UINT64_MAX;
	FILE *file = fopen(path, "re");

	if (!file)
		return UINT64_MAX;
	if (fscanf(file, "%" SCNu64, &number) != 1)
		number = UINT64_MAX;
	(void)fclose(file); /* only read */
	return number;
}

/*
 * The least of this control group and those above it (cgroups(7); memory.max of version 2,
 * memory.limit_in_bytes of version 1).
 */
static uint64_t group_least(const char *root, const char *file, char *group)
{
	uint64_t least = UINT64_MAX;
	char path[1024];

	for (;;) {
		char *slash = strrchr(group, '/');
		uint64_t here;

		if (snprintf(path, sizeof(path), "%s%s/%s", root, group, file) < (int)sizeof(path)) {
			here = number_read(path);
			least = here < least ? here : least;
		}
		if (!slash || group[0] == '\0')
			return least;
		*slash = '\0';
	}
}

static uint64_t groups_bytes(void)
{
	FILE *file = fopen("/proc/self/cgroup", "re");
	uint64_t least = UINT64_MAX, here;
	char line[600];

	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "0::/", 4) == 0)
			here = group_least("/sys/fs/cgroup", "memory.max", line + 3);
		else if (strstr(line, ":memory:/"))
			here = group_least("/sys/fs/cgroup/memory", "memory.limit_in_bytes",
					   strstr(line, ":memory:/") + 8);
		else
			continue;
		least = here < least ? here : least;
	}
	if (file)
		(void)fclose(file); /* only read */
	return least;
}

uint64_t memory_limit(void)
{
	static uint64_t found;
	uint64_t machine, groups;

	if (asked_bytes)
		return asked_bytes;
	if (found)
		return found;
	machine = machine_bytes();
	groups = groups_bytes();
	found = (machine < groups ? machine : groups) / SHARE;
	if (found > BUDGET_MOST)
		found = BUDGET_MOST;
	if (found < BUDGET_LEAST)
		found = BUDGET_LEAST;
	return found;
}

void memory_limit_set(uint64_t bytes)
{
	asked_bytes = bytes;
}
