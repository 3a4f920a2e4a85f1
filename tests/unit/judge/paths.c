/* SPDX-License-Identifier: MIT */
/* Where sources are found, and what they are called. */
#include "judge/stack/paths.h"

#include <criterion/criterion.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/model.h"

static const char *const directories[] = {
	"/chat", "/chat/.git", "/chat/src", "/chat/src/net", "/other", "/other/a=b",
};
static const char *const files[] = {
	"/chat/main.c",  "/chat/src/net/dial.c", "/chat/src/dial.c",
	"/other/main.c", "/other/a=b/x.c",
};

static struct report *report;
static char top[64];

static const char *below(const char *name)
{
	return report_printf(report, "%s%s", top, name);
}

static void paths_init(void)
{
	report = report_new();
	strcpy(top, "/tmp/unclosed-paths-XXXXXX");
	cr_assert_not_null(mkdtemp(top));
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
		cr_assert_eq(mkdir(below(directories[i]), 0700), 0);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		FILE *file = fopen(below(files[i]), "we");

		cr_assert_not_null(file);
		(void)fclose(file);
	}
}

static void paths_fini(void)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		cr_expect_eq(unlink(below(files[i])), 0);
	for (size_t i = sizeof(directories) / sizeof(directories[0]); i > 0; i--)
		cr_expect_eq(rmdir(below(directories[i - 1])), 0);
	cr_expect_eq(rmdir(top), 0);
	report_free(report);
}

TestSuite(paths, .init = paths_init, .fini = paths_fini);

static struct paths paths_of(const char *const *given, uint32_t count)
{
	return (struct paths){ .report = report,
			       .cwd = below("/chat/src"),
			       .project = project_find(report, below("/chat/src")),
			       .given = given,
			       .given_count = count };
}

#define EXPECT_FOUND(paths, file, expected) \
	cr_expect_str_eq(source_find(paths, file, false), expected)
#define EXPECT_LOST(paths, file) cr_expect_null(source_find(paths, file, false))

Test(paths, the_project_is_what_is_under_version_control)
{
	cr_expect_str_eq(project_find(report, below("/chat/src/net")), below("/chat"));
	cr_expect_str_eq(project_find(report, below("/chat")), below("/chat"));
	cr_expect_str_eq(project_find(report, below("/other")), below("/other"));
	cr_expect_str_eq(project_find(report, "/"), "/");
	cr_expect_null(project_find(report, "(unreachable)/x"));
	cr_expect_null(project_find(report, NULL));
}

/* As in a container: /src, /app. */
Test(paths, the_project_may_lie_right_below_the_root)
{
	pid_t child = fork();
	int status;

	cr_assert_geq(child, 0);
	if (child == 0) {
		if (geteuid() != 0 && unshare(CLONE_NEWUSER) != 0)
			_exit(2);
		if (chroot(below("")) != 0)
			_exit(2);
		_exit(strcmp(project_find(report, "/chat/src/net"), "/chat") != 0);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
		cr_skip("no chroot here");
	cr_expect_eq(status, 0);
}

Test(paths, names_are_relative_to_the_project)
{
	struct paths paths = paths_of(NULL, 0);

	cr_expect_str_eq(path_shown(&paths, below("/chat/src/dial.c")), "src/dial.c");
	cr_expect_str_eq(path_shown(&paths, below("/chatter/dial.c")), below("/chatter/dial.c"));
	cr_expect_str_eq(path_shown(&paths, below("/chat")), below("/chat"));
	paths.project = "/"; /* as in a container */
	cr_expect_str_eq(path_shown(&paths, "/a/b.c"), "/a/b.c");
	paths.project = NULL;
	cr_expect_str_eq(path_shown(&paths, "/a/b.c"), "/a/b.c");
}

Test(paths, a_source_is_where_it_was_compiled)
{
	struct paths paths = paths_of(NULL, 0);

	EXPECT_FOUND(&paths, below("/other/main.c"), below("/other/main.c"));
	EXPECT_LOST(&paths, "/build/else/src/dial.c");
	EXPECT_LOST(&paths, "/build/src");
}

Test(paths, a_checkout_of_the_same_name_is_the_project)
{
	struct paths paths = paths_of(NULL, 0);

	EXPECT_FOUND(&paths, "/ci/chat/job/chat/src/net/dial.c", below("/chat/src/net/dial.c"));
	EXPECT_LOST(&paths, "/ci/chatter/src/net/dial.c");
	cr_expect_null(source_find(&paths, "/ci/chat/src/net/dial.c", true), "not the system's");
}

Test(paths, relative_names_are_the_projects)
{
	struct paths paths = paths_of(NULL, 0);

	EXPECT_FOUND(&paths, "src/dial.c", below("/chat/src/dial.c"));
	EXPECT_FOUND(&paths, "net/dial.c", below("/chat/src/net/dial.c"));
	EXPECT_FOUND(&paths, "/proc/self/cwd/src/dial.c", below("/chat/src/dial.c"));
	cr_expect_null(source_find(&paths, "src/dial.c", true), "not the system's");
}

Test(paths, the_longest_end_below_a_given_directory)
{
	const char *given[] = { below("/other"), below("/chat") };
	struct paths paths = paths_of(given, 2);

	EXPECT_FOUND(&paths, "/build/x/src/net/dial.c", below("/chat/src/net/dial.c"));
	EXPECT_FOUND(&paths, "/build/x/main.c", below("/other/main.c"));
	EXPECT_FOUND(&paths, "x/main.c", below("/other/main.c"));
	EXPECT_LOST(&paths, "/build/x/dial.c");
	cr_assert_eq(chdir(top), 0);
	given[0] = "chat/src";
	EXPECT_FOUND(&paths, "/build/x/dial.c", below("/chat/src/dial.c"));
}

Test(paths, one_directory_in_the_place_of_another)
{
	const char *given[] = { report_printf(report, "/build/x=%s", below("/chat")),
				below("/other/a=b") };
	struct paths paths = paths_of(given, 2);

	EXPECT_FOUND(&paths, "/build/x/main.c", below("/chat/main.c"));
	EXPECT_LOST(&paths, "/build/xy/main.c");
	EXPECT_LOST(&paths, "/build/x/net/dial.c");
	EXPECT_FOUND(&paths, "/build/z/x.c", below("/other/a=b/x.c"));
}

Test(paths, what_is_compiled_in_and_not_the_programs_own)
{
	static const struct {
		const char *file, *unit;
		bool is_foreign;
	} cases[] = {
		{ "/home/me/app/src/a.c", "/home/me/app/src/a.c", false },
		{ "/home/me/app/src/a.h", "/home/me/app/src/a.c", false },
		{ "/home/me/app/include/app/a.h", "/home/me/app/src/a.c", false },
		{ "/home/me/app/include/app/a.h", "/home/me/app", false },
		{ "src/a.c", "src/a.c", false },
		{ "include/a.h", "src/a.c", false },
		{ "/usr/include/x86_64-linux-gnu/bits/fcntl2.h", "/home/me/a.c", true },
		{ "/usr/include/c++/12/fstream", "/home/me/a.cc", true },
		{ "/usr/local/include/net/socket.ipp", "/home/me/a.cc", true },
		{ "/usr/lib/gcc/x86_64-linux-gnu/12/include/x.h", "/home/me/a.c", true },
		{ "/opt/boost/include/boost/asio/socket_ops.ipp", "/home/me/a.cc", true },
		{ "/home/me/prefix/include/net.hpp", "/home/me/app/a.cc", true },
		{ "/home/me/app/build/_deps/asio-src/asio/include/asio.hpp",
		  "/home/me/app/a.cc", true },
		{ "/rustc/90c541806f23/library/std/src/net/tcp.rs", "/home/me/src/main.rs", true },
		{ "/root/.rustup/toolchains/stable/lib/rustlib/src/rust/library/std/src/fs.rs",
		  "/home/me/src/main.rs", true },
		{ "/root/.cargo/registry/src/index.crates.io-6f17d22bba15001f/mio-1.0.1/src/a.rs",
		  "/home/me/src/main.rs", true },
		{ "/usr/lib/go-1.19/src/net/sock_posix.go", "/home/me/main.go", true },
		{ "/root/go/pkg/mod/golang.org/x/net@v0.1.0/a.go", "/home/me/main.go", true },
	};
	struct paths paths = paths_of(NULL, 0);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect_eq(source_is_foreign(&paths, cases[i].file, cases[i].unit),
			     cases[i].is_foreign, "%s", cases[i].file);
	/* What is in the checkout is the reader's, wherever that is. */
	paths.project = "/home/me";
	paths.is_checkout = true;
	cr_expect_not(source_is_foreign(&paths, "/home/me/libs/include/net.hpp",
					"/home/me/app/a.cc"));
}
