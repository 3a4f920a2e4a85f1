/* SPDX-License-Identifier: MIT */
/* The launcher between the terminal, the signals and PROGRAM. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "watch.h"

#define SIGNALS FIXTURE("signals")

/* For the end of a process that is not our child: 5 s. */
#define POLLS 500
#define POLL_NS 10000000

TestSuite(launcher, .init = run_init, .fini = run_fini);

static unsigned int lines_of(const char *text, const char *what)
{
	unsigned int count = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		count++;
	return count;
}

static struct run_child signals_start(const char *status)
{
	struct run_child child = run_start(&(struct run_options){ 0 },
					   RUN_ARGV(UNCLOSED_PROGRAM, SIGNALS, status));

	run_await(&child, "ready");
	return child;
}

static pid_t ready_pid(const struct run_child *child)
{
	return atoi(strstr(run_read(child->out_path, NULL), "ready ") + strlen("ready "));
}

static bool is_gone_soon(pid_t pid)
{
	static const struct timespec pause = { .tv_nsec = POLL_NS };

	for (int i = 0; i < POLLS; i++) {
		if (kill(pid, 0) < 0 && errno == ESRCH)
			return true;
		nanosleep(&pause, NULL); /* it is reaped by somebody else */
	}
	return false;
}

/* Sent to the launcher alone: PROGRAM has it once. */
static void forwarded_check(int number)
{
	struct run_child child = signals_start("4");
	struct run run;

	kill(child.pid, number);
	run = run_finish(&child);
	cr_expect_eq(lines_of(run.out, "got"), 1, "%s", run.out);
	cr_expect_not_null(strstr(run.out, run_format("got %d\n", number)), "%s", run.out);
	cr_expect_eq(run_status(&run), 4, "%d %s", run_status(&run), run.err);
	cr_expect_not_null(strstr(run.err, "no socket left open"), "%s", run.err);
}

Test(launcher, forwards_sigterm)
{
	forwarded_check(SIGTERM);
}

Test(launcher, forwards_sigint)
{
	forwarded_check(SIGINT);
}

Test(launcher, forwards_sighup)
{
	forwarded_check(SIGHUP);
}

Test(launcher, forwards_sigusr1)
{
	forwarded_check(SIGUSR1);
}

static void pty_program(void)
{
	execl(UNCLOSED_PROGRAM, UNCLOSED_PROGRAM, SIGNALS, "5", NULL);
	_exit(126);
}

static char *pty_read(int master, char *text, size_t room, const char *until)
{
	size_t length = strlen(text);

	while (!until || !strstr(text, until)) {
		ssize_t got = read(master, text + length, room - 1 - length);

		if (got <= 0)
			break;
		text[length += (size_t)got] = '\0';
	}
	return text;
}

/* The terminal sends it to the whole group: PROGRAM has it once all the same. */
Test(launcher, control_c)
{
	static char text[65536];
	int master, status;
	pid_t pid = forkpty(&master, NULL, NULL, NULL);

	cr_assert_geq(pid, 0);
	if (pid == 0)
		pty_program();
	pty_read(master, text, sizeof(text), "ready");
	cr_assert_eq(write(master, "\x03", 1), 1);
	pty_read(master, text, sizeof(text), NULL);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_expect_eq(lines_of(text, "got 2"), 1, "%s", text);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 5, "%x %s", status, text);
	close(master);
}

/* timeout signals us, then the group; the program ends once, the report is there. */
Test(launcher, under_timeout)
{
	struct run run = RUN("timeout", "1", UNCLOSED_PROGRAM, SIGNALS, "6");

	cr_expect_eq(run_status(&run), 124, "%d", run_status(&run));
	cr_expect_eq(lines_of(run.out, "got 15"), 1, "%s", run.out);
}

Test(launcher, under_timeout_sleep)
{
	struct timespec before, after;
	struct run run;

	clock_gettime(CLOCK_MONOTONIC, &before);
	run = RUN("timeout", "1", UNCLOSED_PROGRAM, "sleep", "20");
	clock_gettime(CLOCK_MONOTONIC, &after);
	cr_expect_eq(run_status(&run), 124, "%d", run_status(&run));
	cr_expect_lt(after.tv_sec - before.tv_sec, 10);
}

Test(launcher, killed_leaves_nobody)
{
	struct run_child child = signals_start("0");
	pid_t program = ready_pid(&child);
	struct run run;

	kill(child.pid, SIGKILL);
	run = run_finish(&child);
	cr_expect_eq(WTERMSIG(run.status), SIGKILL);
	cr_expect(is_gone_soon(program));
}

/* The records of a dead session are removed by the next one. */
Test(launcher, removes_leftovers)
{
	const char *directory = run_path("ledgers");
	struct run_options options = {
		.environment = RUN_ARGV(run_format("UNCLOSED_OPTIONS=ledger-dir=%s", directory))
	};
	struct run_child child;
	struct run run = RUN("mkdir", directory);

	child = run_start(&options, RUN_ARGV(UNCLOSED_PROGRAM, SIGNALS));
	run_await(&child, "ready");
	kill(child.pid, SIGKILL);
	(void)is_gone_soon(ready_pid(&child));
	run_finish(&child);
	run = RUN("ls", "-A", directory);
	cr_expect_neq(run.out_length, 0, "a killed session has left its ledger");
	run = RUN_WITH(options, UNCLOSED_PROGRAM, "/bin/true");
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	run = RUN("ls", "-A", directory);
	cr_expect_str_eq(run.out, "");
}

/* One that another version wrote cannot be read, and goes all the same. */
Test(launcher, removes_leftovers_of_other_versions)
{
	static const struct {
		uint64_t magic;
		uint32_t version, header_size;
		uint64_t session_id, file_size, started_wall_ns, started_monotonic_ns;
		int32_t creator_pid;
		uint32_t has_launcher;
		char more[4096];
	} header = { .magic = UINT64_C(0x6465736f6c636e75), .version = 77, .has_launcher = 1 };
	const char *path = run_path(run_format("unclosed-%u-77", (unsigned int)geteuid()));
	FILE *out = fopen(path, "we");
	struct run run;

	cr_assert_not_null(out);
	cr_assert_eq(fwrite(&header, sizeof(header), 1, out), 1);
	cr_assert_eq(fclose(out), 0);
	run = RUN(UNCLOSED_PROGRAM, "--ledger-dir", run_path("."), "/bin/true");
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	cr_expect_eq(access(path, F_OK), -1);
}

Test(launcher, as_pid_1)
{
	struct run allowed = RUN("unshare", "--pid", "--fork", "/bin/true");
	struct run run;

	if (run_status(&allowed) != 0)
		cr_skip("no pid namespaces");
	/* With its own /proc, and with the outer one, where the numbers are those of others. */
	run = RUN("unshare", "--pid", "--fork", "--mount-proc", UNCLOSED_PROGRAM, FIXTURE("tree"),
		  "daemonize");
	cr_expect_eq(run_status(&run), 23, "%d %s", run_status(&run), run.err);
	cr_expect_not_null(strstr(run.err, "2 leaked sockets"), "%s", run.err);
	run = RUN("unshare", "--pid", "--fork", UNCLOSED_PROGRAM, FIXTURE("tree"), "daemonize");
	cr_expect_eq(run_status(&run), 23, "%d %s", run_status(&run), run.err);
	cr_expect_not_null(strstr(run.err, "2 leaked sockets"), "%s", run.err);
	run = RUN("unshare", "--pid", "--fork", UNCLOSED_PROGRAM, "/bin/sh", "-c", "exit 9");
	cr_expect_eq(run_status(&run), 9, "%d %s", run_status(&run), run.err);
}

Test(launcher, stdin_passes_through)
{
	struct run_options options = { .input = "one\ntwo\n" };
	struct run run = RUN_WITH(options, UNCLOSED_PROGRAM, "-q", "cat");

	cr_expect_eq(run_status(&run), 0);
	cr_expect_str_eq(run.out, "one\ntwo\n");
	cr_expect_str_eq(run.err, "");
}

/*
 * The numbers 0, 1 and 2 are the program's to open: closed ones are given on closed, and
 * what it opens there counts.
 */
Test(launcher, closed_stdin)
{
	struct run_options options = { .is_stdin_closed = true };
	struct run run = RUN_WITH(options, UNCLOSED_PROGRAM, FIXTURE("leak"), "0");
	struct run alone = RUN_WITH(options, FIXTURE("leak"), "0");

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_str_eq(alone.out, "descriptor 0\n");
	cr_expect_str_eq(run.out, alone.out);
}

Test(launcher, closed_stdout)
{
	struct run_options options = { .is_stdout_closed = true };
	struct run run = RUN_WITH(options, UNCLOSED_PROGRAM, FIXTURE("tree"), "clean");

	cr_expect_eq(run_status(&run), 0, "%d %s", run_status(&run), run.err);
}

/* The report has no place to go; all else is as ever. */
Test(launcher, closed_stderr)
{
	struct run_options options = { .is_stderr_closed = true };
	struct run run = RUN_WITH(options, UNCLOSED_PROGRAM, FIXTURE("leak"), "0");
	struct run clean = RUN_WITH(options, UNCLOSED_PROGRAM, "-q", FIXTURE("tree"), "clean");
	struct watched watched = WATCH_WITH(options, FIXTURE("stderr_closer"), "reuse",
					    run_path("user.dat"));

	cr_expect_eq(run_status(&run), 23, "%d: the socket has the number 2", run_status(&run));
	cr_expect_str_eq(run.out, "descriptor 2\n");
	cr_expect_eq(run_status(&clean), 0, "%d", run_status(&clean));
	cr_expect_str_eq(run_read(run_path("user.dat"), NULL), "data\n");
	cr_expect_not_null(watched.report);
}

/* A pipe with a name that takes not a byte more until it is read. */
static int full_pipe(const char *path)
{
	int fd;

	cr_assert_eq(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	cr_assert_geq(fd, 0);
	while (write(fd, "\n", 1) == 1)
		;
	return fd;
}

/* The child of a launcher whose PROGRAM has begun; it is unclosed itself. 0: not soon. */
static pid_t reporter_of(pid_t launcher)
{
	static const struct timespec pause = { .tv_nsec = POLL_NS };

	for (int i = 0; i < POLLS; i++) {
		char *children =
			run_read(run_format("/proc/%d/task/%d/children", launcher, launcher), NULL);
		pid_t pid = children ? atoi(children) : 0;
		char *name = pid ? run_read(run_format("/proc/%d/comm", pid), NULL) : NULL;

		if (name && strcmp(name, "unclosed\n") == 0)
			return pid;
		nanosleep(&pause, NULL); /* PROGRAM runs still */
	}
	return 0;
}

static size_t pipe_drain(int fd, char *ret_text, size_t size)
{
	size_t length = 0;
	ssize_t got;

	while ((got = read(fd, ret_text + length, size - 1 - length)) > 0)
		length += (size_t)got;
	ret_text[length] = '\0';
	return length;
}

/* As the kernel does when memory is short: no silence, and no all-clear. */
Test(launcher, killed_while_it_reports)
{
	static char text[256 << 10];
	const char *path = run_path("stderr");
	int fd = full_pipe(path);
	struct run_child child = run_start(
		&(struct run_options){ 0 },
		RUN_ARGV("/bin/sh", "-c",
			 run_format("exec %s sh -c 'echo ready' 2>%s", UNCLOSED_PROGRAM, path)));
	pid_t reporter;
	struct run run;

	run_await(&child, "ready");
	reporter = reporter_of(child.pid);
	cr_assert_gt(reporter, 0);
	cr_assert_eq(kill(reporter, SIGKILL), 0);
	(void)pipe_drain(fd, text, sizeof(text));
	run = run_finish(&child);
	(void)pipe_drain(fd, text, sizeof(text));
	cr_expect_not_null(
		strstr(text, "unclosed itself was killed (SIGKILL) and has no report of sh"), "%s",
		text);
	cr_expect_eq(run_status(&run), 125);
}

/* The tool writes a report that nobody reads on: it has begun, and does not come to its end. */
static struct run_child stuck_start(int *ret_fifo)
{
	const char *path = run_path("fifo");
	struct run_child child;
	char byte;

	cr_assert_eq(mkfifo(path, 0600), 0);
	*ret_fifo = open(path, O_RDWR | O_CLOEXEC);
	cr_assert_geq(*ret_fifo, 0);
	cr_assert_gt(fcntl(*ret_fifo, F_SETPIPE_SZ, 4096), 0);
	child = run_start(&(struct run_options){ 0 },
			  RUN_ARGV(UNCLOSED_PROGRAM, "--kinds", "all", "--ledger-dir", run_path("."),
				   "--json", path, "--", FIXTURE("leak")));
	cr_assert_eq(read(*ret_fifo, &byte, 1), 1);
	return child;
}

/* One line, the records stay, and the signal is how the tool ends. */
static void ended_check(int number, const char *name)
{
	int fifo;
	struct run_child child = stuck_start(&fifo);
	const char *kept;
	struct run run;

	kill(child.pid, number);
	run = run_finish(&child);
	cr_expect_eq(run_status(&run), 128 + number, "%d %s", run_status(&run), run.err);
	cr_expect_not_null(strstr(run.err, run_format("unclosed itself was ended by %s", name)), "%s",
			   run.err);
	kept = strstr(run.err, "unclosed report ");
	cr_assert_not_null(kept, "%s", run.err);
	kept = run_format("%.*s", (int)strcspn(kept + 16, "\n"), kept + 16);
	close(fifo);
	run = RUN(UNCLOSED_PROGRAM, "report", "--kinds", "all", kept);
	cr_expect_eq(run_status(&run), 23, "%s: %s", kept, run.err);
}

Test(launcher, report_ended_by_sigterm)
{
	ended_check(SIGTERM, "SIGTERM");
}

Test(launcher, report_ended_by_sigint)
{
	ended_check(SIGINT, "SIGINT");
}

Test(launcher, report_ended_by_sighup)
{
	ended_check(SIGHUP, "SIGHUP");
}

/* The bare form: the terminal's signal ends the tool, then the program that waited for it. */
Test(launcher, bare_report_ended_by_control_c)
{
	const char *path = run_path("fifo");
	const char *options = run_format("UNCLOSED_OPTIONS=kinds=all:json=%s", path);
	int fifo = -1;
	struct run_child child;
	struct run run;
	char byte;

	cr_assert_eq(mkfifo(path, 0600), 0);
	fifo = open(path, O_RDWR | O_CLOEXEC);
	cr_assert_gt(fcntl(fifo, F_SETPIPE_SZ, 4096), 0);
	child = run_start(&(struct run_options){ .environment =
							 RUN_ARGV("LD_PRELOAD=" UNCLOSED_LIBRARY,
								  options) },
			  RUN_ARGV(FIXTURE("leak")));
	cr_assert_eq(read(fifo, &byte, 1), 1);
	kill(-child.pid, SIGINT);
	run = run_finish(&child);
	close(fifo);
	cr_expect_eq(run_status(&run), 128 + SIGINT, "%d %s", run_status(&run), run.err);
	cr_expect_not_null(strstr(run.err, "the report was ended by a signal; see: unclosed report "),
			   "%s", run.err);
}

/* nohup: it is not ended by what it was told to ignore. */
Test(launcher, report_goes_on_where_ignored)
{
	struct run_child child;
	char bytes[4096];
	pid_t reader;
	struct run run;
	int fifo;

	signal(SIGHUP, SIG_IGN);
	child = stuck_start(&fifo);
	signal(SIGHUP, SIG_DFL);
	kill(child.pid, SIGHUP);
	reader = fork();
	while (reader == 0 && read(fifo, bytes, sizeof(bytes)) > 0)
		;
	run = run_finish(&child);
	kill(reader, SIGKILL); /* it never sees an end: the FIFO is open for writing as well */
	waitpid(reader, NULL, 0);
	close(fifo);
	cr_expect_eq(run_status(&run), 23, "%d %s", run_status(&run), run.err);
}
