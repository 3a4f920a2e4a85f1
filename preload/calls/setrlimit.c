/* SPDX-License-Identifier: MIT */
/* setrlimit and prlimit: how many descriptors the process may have. */
#include "libc/real.h"
#include "record/limit.h"

static int changed(int resource, int result)
{
	if (result == 0)
		limit_set(resource);
	return result;
}

int setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
	return changed((int)resource, REAL(setrlimit)(resource, limit));
}

int setrlimit64(__rlimit_resource_t resource, const struct rlimit64 *limit)
{
	return changed((int)resource, REAL(setrlimit64)(resource, limit));
}

int prlimit(pid_t pid, enum __rlimit_resource resource, const struct rlimit *limit,
	    struct rlimit *old)
{
	return changed((int)resource, REAL(prlimit)(pid, resource, limit, old));
}

int prlimit64(pid_t pid, enum __rlimit_resource resource, const struct rlimit64 *limit,
	      struct rlimit64 *old)
{
	return changed((int)resource, REAL(prlimit64)(pid, resource, limit, old));
}
