/* SPDX-License-Identifier: MIT */
/* The users of a session, and the rights that all of them have. */
#include "judge/rights.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/rights.h"
#include "ledger/access.h"
#include "symbol/needed.h"

/* Others than root, who may read all, and than ourselves. */
struct users {
	uint32_t first;
	unsigned int count; /* at most 2: one, or more */
};

static void user_add(struct users *users, uint32_t user)
{
	if (user == 0 || user == geteuid() || (users->count > 0 && users->first == user))
		return;
	if (users->count == 0)
		users->first = user;
	users->count = users->count ? 2 : 1;
}

static struct users users_find(const struct judge_context *context, int ledger_fd)
{
	struct users users = { .count = 0 };
	struct stat status;
	struct acl acl;
	size_t count = acl_read(ledger_fd, &acl);

	for (size_t i = 0; i < count; i++)
		if (acl.entries[i].tag == ACL_USER)
			user_add(&users, acl.entries[i].id);
	if (fstat(ledger_fd, &status) == 0)
		user_add(&users, status.st_uid);
	if (context->rights)
		user_add(&users, context->rights->user);
	return users;
}

void judge_rights_limit(const struct judge_context *context, int ledger_fd)
{
	const struct users users = users_find(context, ledger_fd);
	struct rights limit = { .user = RIGHTS_NOBODY, .group = RIGHTS_NOBODY };

	if (users.count == 1 && context->rights && context->rights->user == users.first)
		limit = *context->rights;
	else if (users.count == 1)
		limit.user = users.first; /* whose groups are not known: he has none */
	else if (users.count == 0 && context->rights && context->rights->user == geteuid())
		limit = *context->rights; /* as we are, without capabilities */
	else if (users.count == 0)
		return;
	rights_limit(&limit);
}

bool judge_module_is_ours(const char *path, void *report)
{
	const char *program = ((const struct report *)report)->naming.program;

	return program && needed_has(program, path);
}
