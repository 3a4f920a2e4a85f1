/* SPDX-License-Identifier: MIT */
/* With whose rights files are opened. Each test is a process: what is limited here goes with it. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rights.h"

#define USER 65534
#define GROUP 54321

static char path[64];

static void file_make(mode_t mode, uid_t user, gid_t group)
{
	int fd;

	if (geteuid() != 0)
		cr_skip("only root takes on the rights of others");
	(void)snprintf(path, sizeof(path), "/tmp/unclosed-rights-XXXXXX");
	fd = mkostemp(path, O_CLOEXEC);
	cr_assert_geq(fd, 0);
	if (fchown(fd, user, group) < 0)
		cr_skip("not root of this file system");
	cr_assert_eq(fchmod(fd, mode), 0);
	close(fd);
}

static void file_remove(void)
{
	if (path[0])
		(void)unlink(path);
}

TestSuite(rights, .fini = file_remove);

/* Returns 0 or the error. */
static int read_try(void)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error = fd < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return error;
}

static int read_try_lowered(void)
{
	int error = rights_lower() ? read_try() : EPERM;

	rights_raise();
	return error;
}

static void own_check(void)
{
	cr_expect_eq(setfsuid(-1), 0);
	cr_expect_eq(setfsgid(-1), (int)getegid());
	cr_expect_eq(read_try(), 0, "root may read all");
	cr_expect_eq(chown(path, 0, 0), 0, "and do all");
}

Test(rights, of_a_user)
{
	const struct rights user = { .user = USER, .group = USER };

	file_make(0600, 0, 0);
	cr_expect_not(rights_are_limited());
	cr_expect_eq(read_try_lowered(), 0, "no limit yet");
	rights_limit(&user);
	cr_expect(rights_are_limited());
	cr_expect_eq(read_try_lowered(), EACCES);
	own_check();
	cr_assert_eq(chown(path, USER, 0), 0);
	cr_expect_eq(read_try_lowered(), 0, "it is that user's");
	cr_assert_eq(chown(path, 0, 0), 0);
	rights_limit(NULL);
	cr_expect_eq(read_try_lowered(), 0);
}

/* Root's own groups do not count, those of the user do. */
Test(rights, of_groups)
{
	struct rights user = { .user = USER, .group = USER };
	gid_t ours[] = { GROUP };

	file_make(0640, 0, GROUP);
	cr_assert_eq(setgroups(1, ours), 0);
	rights_limit(&user);
	cr_expect_eq(read_try_lowered(), EACCES);
	user.groups[user.group_count++] = GROUP;
	rights_limit(&user);
	cr_expect_eq(read_try_lowered(), 0);
	cr_expect_eq(getgroups(1, ours), 1);
	cr_expect_eq(ours[0], GROUP, "they are ours again");
}

Test(rights, of_nobody)
{
	const struct rights nobody = { .user = RIGHTS_NOBODY, .group = RIGHTS_NOBODY };

	file_make(0660, USER, USER);
	rights_limit(&nobody);
	cr_expect_eq(read_try_lowered(), EACCES);
	own_check();
	cr_assert_eq(chmod(path, 0604), 0);
	cr_expect_eq(read_try_lowered(), 0, "everybody may");
}

Test(rights, nested_and_suspended)
{
	const struct rights user = { .user = USER, .group = USER };

	file_make(0600, 0, 0);
	rights_limit(&user);
	cr_assert(rights_lower());
	cr_assert(rights_lower());
	rights_raise();
	cr_expect_eq(read_try(), EACCES, "still");
	rights_suspend();
	cr_expect_eq(read_try(), 0);
	rights_resume();
	cr_expect_eq(read_try(), EACCES);
	rights_raise();
	own_check();
}

/* Who is not root cannot take them on: then nothing is to be opened. */
Test(rights, that_cannot_be_had)
{
	const struct rights other = { .user = GROUP, .group = GROUP };

	file_make(0644, 0, 0);
	cr_assert_eq(setgid(USER), 0);
	cr_assert_eq(setuid(USER), 0);
	rights_limit(&other);
	cr_expect_not(rights_lower());
	rights_raise();
	cr_expect_eq(setfsuid(-1), USER);
	cr_expect_eq(read_try(), 0);
}
