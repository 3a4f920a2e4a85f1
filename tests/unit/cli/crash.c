/* SPDX-License-Identifier: MIT */
/* The tool's own death: one line, the ledger stays, and no status that says "clean". */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/crash.h"

static char path[64], kept[80], said[2048];

static void setup(void)
{
	int fd;

	strcpy(path, "/tmp/unclosed-crash-XXXXXX");
	fd = mkstemp(path);
	cr_assert_geq(fd, 0);
	close(fd);
	snprintf(kept, sizeof(kept), "%s" CRASH_KEPT, path);
}

static void teardown(void)
{
	unlink(path);
	unlink(kept);
}

TestSuite(crash, .init = setup, .fini = teardown);

/* Larger than any stack. */
static int deep(unsigned int depth, const volatile char *above)
{
	volatile char here[4096];

	here[0] = above[0];
	return depth == 0 ? here[0] : deep(depth - 1, here) + here[0];
}

/* How a child ends that dies in this way; what it says is in `said`. */
static int death_of(const char *ledger, int status, int number)
{
	int ends[2], wait_status;
	size_t length = 0;
	ssize_t got;
	pid_t pid;

	cr_assert_eq(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		crash_init();
		crash_expect("prog", ledger, status);
		if (number == 0)
			_exit(deep(UINT32_MAX, said));
		raise(number);
		_exit(0);
	}
	close(ends[1]);
	while ((got = read(ends[0], said + length, sizeof(said) - 1 - length)) > 0)
		length += (size_t)got;
	said[length] = '\0';
	close(ends[0]);
	cr_assert_eq(waitpid(pid, &wait_status, 0), pid);
	return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -WTERMSIG(wait_status);
}

static bool is_there(const char *name)
{
	return access(name, F_OK) == 0;
}

Test(crash, is_told_and_keeps_the_ledger)
{
	cr_expect_eq(death_of(path, EXIT_ERROR, SIGSEGV), EXIT_ERROR);
	cr_expect_not_null(strstr(said, "died of SIGSEGV and has no report of prog"), "%s", said);
	cr_expect_not_null(strstr(said, kept), "%s", said);
	cr_expect_eq(strchr(said, '\n'), said + strlen(said) - 1);
	cr_expect(is_there(kept) && !is_there(path));
}

Test(crash, never_hides_a_failure)
{
	cr_expect_eq(death_of(NULL, 3, SIGABRT), 3);
	cr_expect_not_null(strstr(said, "SIGABRT"), "%s", said);
	cr_expect_null(strstr(said, "ledger"), "%s", said);
	cr_expect(is_there(path));
}

Test(crash, has_a_stack_when_the_stack_is_full)
{
	cr_expect_eq(death_of(path, EXIT_ERROR, 0), EXIT_ERROR);
	cr_expect_not_null(strstr(said, "SIGSEGV"), "%s", said);
}
