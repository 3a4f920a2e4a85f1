/* SPDX-License-Identifier: MIT */
/* Takes on a user's rights to files, by the kernel's calls for one thread (setfsuid(2)). */
#include "base/rights.h"

#include <linux/capability.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/raw.h"

/* What a user namespace may lack is as good as the other. */
#define NOBODY_MAPPED 65534

struct capabilities {
	struct __user_cap_data_struct words[_LINUX_CAPABILITY_U32S_3];
};

static struct {
	struct rights limit;
	bool is_limited, is_shut; /* is_shut: the limit cannot be had */
	unsigned int depth, suspended;
	uint32_t user, group; /* ours */
	gid_t *groups;
	long group_count;
	struct capabilities capabilities;
} state;

static struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

static bool own_read(void)
{
	long count = raw2(SYS_getgroups, 0, NULL);

	state.user = (uint32_t)raw1(SYS_setfsuid, -1); /* changes nothing, and tells */
	state.group = (uint32_t)raw1(SYS_setfsgid, -1);
	if (raw_failed(raw2(SYS_capget, &header, state.capabilities.words)) || raw_failed(count))
		return false;
	free(state.groups);
	state.groups = calloc((size_t)count + 1, sizeof(*state.groups));
	state.group_count = state.groups ? raw2(SYS_getgroups, count, state.groups) : -1;
	return state.group_count >= 0;
}

static bool id_set(long call, uint32_t id)
{
	(void)raw1(call, id); /* tells the one before, whether or not it has worked */
	return (uint32_t)raw1(call, -1) == id;
}

static bool id_set_or_mapped(long call, uint32_t id)
{
	return id_set(call, id) || (id == RIGHTS_NOBODY && id_set(call, NOBODY_MAPPED));
}

/* In this order: the user's change takes away what the others need. */
static bool limit_take(void)
{
	struct capabilities none = state.capabilities;

	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		none.words[i].effective = 0;
	return !raw_failed(raw2(SYS_setgroups, state.limit.group_count, state.limit.groups)) &&
	       id_set_or_mapped(SYS_setfsgid, state.limit.group) &&
	       id_set_or_mapped(SYS_setfsuid, state.limit.user) &&
	       !raw_failed(raw2(SYS_capset, &header, none.words));
}

/* Cannot fail where the limit could be had: each was ours before. */
static void own_take(void)
{
	(void)raw2(SYS_capset, &header, state.capabilities.words);
	(void)raw1(SYS_setfsuid, state.user);
	(void)raw1(SYS_setfsgid, state.group);
	(void)raw2(SYS_setgroups, state.group_count, state.groups);
	(void)raw2(SYS_capset, &header, state.capabilities.words); /* setfsuid() moves some */
}

void rights_limit(const struct rights *limit)
{
	state.is_limited = limit != NULL;
	state.is_shut = false;
	if (!limit)
		return;
	state.limit = *limit;
	state.is_shut = !own_read() || !limit_take();
	own_take();
}

bool rights_are_limited(void)
{
	return state.is_limited;
}

bool rights_lower(void)
{
	state.depth++;
	if (!state.is_limited || state.is_shut)
		return !state.is_shut;
	if (state.depth > 1 || limit_take())
		return true;
	own_take();
	state.is_shut = true;
	return false;
}

void rights_raise(void)
{
	state.depth--;
	if (state.depth == 0 && state.is_limited && !state.is_shut)
		own_take();
}

void rights_suspend(void)
{
	if (state.suspended++ == 0 && state.depth > 0 && state.is_limited && !state.is_shut)
		own_take();
}

void rights_resume(void)
{
	if (--state.suspended == 0 && state.depth > 0 && state.is_limited && !state.is_shut)
		(void)limit_take();
}
