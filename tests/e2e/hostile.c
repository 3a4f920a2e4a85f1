/* SPDX-License-Identifier: MIT */
/* Limits, sandboxes and tools that leave little room: nothing breaks, nothing is hidden. */
#include <criterion/criterion.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "watch.h"

#define HOSTILE FIXTURE("hostile")

TestSuite(hostile, .init = run_init, .fini = run_fini);

/* Sockets above 2 that the kernel had at the end of the fixture, without us. */
static long long kernel_sockets(const char *what)
{
	const char *path = run_path("exit_fds"), *line;
	struct run run = RUN(EXIT_FDS, path, HOSTILE, what);
	long long count = 0;
	int pid, fd;
	char kind[8];

	cr_assert_eq(run_status(&run), 0, "%s", run.err);
	for (line = run_read(path, NULL); line && *line; line += strcspn(line, "\n") + 1)
		if (sscanf(line, "%d %d %7[a-z]", &pid, &fd, kind) == 3 && fd > 2 &&
		    strcmp(kind, "socket") == 0)
			count++;
	return count;
}

static struct watched same_check(const char *what, int status)
{
	struct run alone = RUN(HOSTILE, what);
	struct watched watched = WATCH("--", HOSTILE, what);
	struct run bare = RUN_BARE(HOSTILE, what);

	cr_assert_not_null(watched.report, "%s: %s", what, watched.run.err);
	cr_expect_eq(run_status(&watched.run), status, "%s: %d\n%s", what, run_status(&watched.run),
		     watched.run.err);
	cr_expect_str_eq(watched.run.out, alone.out, "%s", what);
	cr_expect_str_eq(bare.out, alone.out, "%s, bare", what);
	return watched;
}

/* What the fixture says, what the kernel says, and what the report says are one. */
static void checked_check(const char *what)
{
	struct watched watched = same_check(what, 23);

	expectations_check(&watched);
	cr_expect_eq(report_number(watched.report, "process_counts/uncovered"), 0, "%s",
		     watched.run.err);
	cr_expect(json_is_true(report_at(watched.report, "complete")), "%s", watched.run.err);
	if (report_number(watched.report, "process_counts/total") == 1)
		cr_expect_eq(report_count(watched.report, NULL, NULL), kernel_sockets(what));
}

#define CHECKED(what)                 \
	Test(hostile, what)           \
	{                             \
		checked_check(#what); \
	}

CHECKED(closes_from)
CHECKED(closes_range)
CHECKED(closes_loop)
CHECKED(cloexec_range)
CHECKED(fills_table)
CHECKED(limit_of_four)
CHECKED(many)
CHECKED(locks_memory)
CHECKED(locks_little_memory)
CHECKED(little_memory)
CHECKED(no_file_size)
CHECKED(huge_environment)
CHECKED(small_stacks)
CHECKED(handlers)
CHECKED(alternate_stack)
CHECKED(coroutines)
CHECKED(handlers_in_threads)

/* It keeps the status that it gave itself. */
Test(hostile, crash_handler)
{
	struct watched watched = same_check("crash_handler", 5);

	cr_expect_eq(expectations_check(&watched), 90);
}

/* Not one call of ours behind the filter: all is recorded, nothing compared, and that is said. */
static void filter_check(const char *what, int status)
{
	struct watched watched = same_check(what, status);

	expectations_check(&watched);
	cr_expect(json_is_false(report_at(watched.report, "complete")));
	cr_expect_null(strstr(watched.run.err, "no socket left open"), "%s", watched.run.err);
}

#define FILTERED(what, status)               \
	Test(hostile, what)                  \
	{                                    \
		filter_check(#what, status); \
	}

FILTERED(kills, 23)
FILTERED(kills_early, 23)
FILTERED(fails, 23)
FILTERED(kills_forks, 23)
FILTERED(kills_threads, 23)
/* It leaves by a call that nobody sees, in order: what its record has open counts. */
FILTERED(strict, 23)

Test(hostile, kills_exec)
{
	struct watched watched = same_check("kills_exec", 125);

	cr_expect_not_null(strstr(watched.run.err, "seccomp filter"), "%s", watched.run.err);
}

Test(hostile, bare_filter_is_told)
{
	struct run run = RUN_BARE(HOSTILE, "kills");
	const char *command = "unclosed report ", *at = strstr(run.err, command);
	struct run report;
	char *path;

	cr_assert_not_null(at, "%s", run.err);
	cr_expect_eq(run_status(&run), 0);
	path = run_keep(strndup(at + strlen(command), strcspn(at, "\n") - strlen(command)));
	report = RUN(UNCLOSED_PROGRAM, "report", path);
	unlink(path);
	cr_expect_not_null(strstr(report.err, "10 leaked sockets"), "%s", report.err);
}

/* In a mount namespace of our own: /dev/shm and /tmp have `size` each. */
static void small_places(const char *size)
{
	const char *option = run_format("size=%s", size);

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", "/dev/shm", "tmpfs", 0, option) < 0)
		cr_skip("not allowed here");
}

/* Room for the beginning only: no SIGBUS, the loss is counted and said. */
Test(hostile, full_place)
{
	struct watched watched;

	small_places("128k");
	watched = WATCH("--ledger-dir", "/dev/shm", "--", "/bin/sh", "-c",
			run_format("for i in 1 2 3 4 5 6 7 8 9 10 11 12; do %s fills_table; done; "
				   "exit 0",
				   HOSTILE));
	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	cr_expect_not_null(strstr(watched.run.err, "the ledger was full"), "%s", watched.run.err);
	cr_expect(json_is_false(report_at(watched.report, "complete")));
	(void)umount2("/dev/shm", MNT_DETACH);
}

/* Nothing counts, but what was lost might: no all-clear, whatever is wished of children. */
Test(hostile, lost_records)
{
	struct watched watched;

	small_places("128k");
	watched = WATCH("--ledger-dir", "/dev/shm", "--uncovered", "ignore", "--", HOSTILE,
			"fills_and_closes");
	cr_expect_eq(run_status(&watched.run), 125, "%s", watched.run.err);
	cr_expect_str_eq(report_text(watched.report, "verdict"), "error");
	cr_expect_str_eq(report_text(watched.report, "exit_reason"), "lost");
	cr_expect(report_number(watched.report, "records_lost") > 0);
	cr_expect_null(strstr(watched.run.err, "no socket left open"), "%s", watched.run.err);
	(void)umount2("/dev/shm", MNT_DETACH);
}

/* The kernel's list still tells what is open, by its kind. */
Test(hostile, open_without_room)
{
	struct watched watched;

	small_places("128k");
	watched = WATCH("--ledger-dir", "/dev/shm", "--", HOSTILE, "fills_and_keeps");
	cr_expect_neq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_not_null(strstr(watched.run.err, "by the kernel's list, and not recorded: 12 "
						   "sockets"),
			   "%s", watched.run.err);
	(void)umount2("/dev/shm", MNT_DETACH);
}

/* Not even that: one line, 125, and the program is not started. */
Test(hostile, no_place)
{
	struct run run;

	small_places("4k");
	run = RUN(UNCLOSED_PROGRAM, "--ledger-dir", "/dev/shm", "/bin/echo", "started");
	cr_expect_eq(run_status(&run), 125, "%s", run.err);
	cr_expect_str_eq(run.out, "");
	cr_expect_not_null(strstr(run.err, "/dev/shm"), "%s", run.err);
	(void)umount2("/dev/shm", MNT_DETACH);
}

/* A program with next to no address space has all of it for itself, and that is said. */
Test(hostile, short_of_room)
{
	const char *command = "ulimit -v 9000; exec /bin/echo started";
	struct watched watched = WATCH("--", "/bin/sh", "-c", command);
	struct run bare = RUN_BARE("/bin/sh", "-c", command);

	cr_expect_eq(run_status(&watched.run), 125, "%s", watched.run.err);
	cr_expect_str_eq(watched.run.out, "started\n");
	cr_expect_not_null(strstr(watched.run.err, "(ulimit -v) leaves less than 8 MiB; raise"),
			   "%s", watched.run.err);
	cr_expect_str_eq(bare.out, "started\n");
	cr_expect_eq(run_status(&bare), 0, "%s", bare.err);
	cr_expect_not_null(strstr(bare.err, "not watching"), "%s", bare.err);
}

/* As in a container with the usual /dev/shm. */
Test(hostile, many_short_processes, .timeout = 600)
{
	unsigned int count = getenv("UNCLOSED_SOAK") ? 10000 : 1000;
	const char *loop = "i=0; while [ $i -lt %u ]; do /bin/true; i=$((i+1)); done";
	struct watched watched;

	small_places(getenv("UNCLOSED_SOAK") ? "64m" : "7m");
	watched = WATCH_WITH(((struct run_options){ .timeout_s = 600 }), "--ledger-dir", "/dev/shm",
			     "--", "/bin/sh", "-c", run_format(loop, count));
	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_eq(report_number(watched.report, "process_counts/total"), count + 1);
	cr_expect_eq(report_number(watched.report, "process_counts/uncovered"), 0);
	cr_expect_null(strstr(watched.run.err, "not recorded"), "%s", watched.run.err);
	(void)umount2("/dev/shm", MNT_DETACH);
}

/* A root that nobody can write to; the ledger lives in /dev/shm. */
Test(hostile, read_only_root)
{
	struct watched watched;

	small_places("8m");
	if (mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) < 0)
		cr_skip("not allowed here");
	(void)mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL); /* our own files are below it */
	watched = WATCH("--", HOSTILE, "cloexec_range");
	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
}

/* Under and over other tools, and beside other libraries: the same finding. */
static void tool_check(const struct watched *watched)
{
	cr_expect_eq(run_status(&watched->run), 23, "%s", watched->run.err);
	cr_expect_eq(report_count(watched->report, "socket", "socket"), 1, "%s", watched->run.err);
}

static const char *tool(const char *name)
{
	const char *path = run_find(name);

	if (!path)
		cr_skip("no %s", name);
	return path;
}

Test(hostile, under_strace)
{
	struct run run = RUN(tool("strace"), "-f", "-o", "/dev/null", UNCLOSED_PROGRAM, HOSTILE,
			     "cloexec_range");
	struct watched over =
		WATCH("--", tool("strace"), "-f", "-o", "/dev/null", HOSTILE, "cloexec_range");

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	tool_check(&over);
	cr_expect_eq(report_number(over.report, "process_counts/uncovered"), 0, "%s", over.run.err);
}

Test(hostile, under_gdb)
{
	struct watched over = WATCH("--", tool("gdb"), "-nx", "-batch", "-ex", "run", "--args",
				    HOSTILE, "cloexec_range");

	tool_check(&over);
}

Test(hostile, under_valgrind)
{
	struct watched over = WATCH("--", tool("valgrind"), "-q", HOSTILE, "cloexec_range");
	struct run run = RUN(tool("valgrind"), "-q", "--trace-children=yes", UNCLOSED_PROGRAM,
			     HOSTILE, "cloexec_range");

	tool_check(&over);
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_null(strstr(run.err, "Invalid"), "%s", run.err);
}

static void beside_check(const char *library)
{
	const char *preload = run_format("LD_PRELOAD=%s", library);
	const char *behind = run_format("LD_PRELOAD=%s:%s", UNCLOSED_LIBRARY, library);
	const char *front = run_format("LD_PRELOAD=%s:%s", library, UNCLOSED_LIBRARY);
	struct watched given;
	struct run run;

	if (access(library, R_OK) < 0)
		cr_skip("no %s", library);
	given = WATCH_WITH(((struct run_options){ .environment = RUN_ARGV(preload) }), "--",
			   HOSTILE, "cloexec_range");
	tool_check(&given);
	run = RUN_WITH(((struct run_options){ .environment = RUN_ARGV(behind) }), HOSTILE,
		       "handlers_in_threads");
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	run = RUN_WITH(((struct run_options){ .environment = RUN_ARGV(front) }), HOSTILE,
		       "handlers_in_threads");
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
}

Test(hostile, beside_jemalloc)
{
	beside_check("/usr/lib/x86_64-linux-gnu/libjemalloc.so.2");
}

/* One that stands in front of the same calls and passes them on. */
Test(hostile, beside_another_shim)
{
	beside_check(FIXTURES "/libother_shim.so");
}

/* A runtime that must come first is put there for those who need it, and for nobody else. */
static void sanitizer_check(const char *program)
{
	struct run alone;
	struct watched first, child;

	if (access(program, X_OK) < 0)
		cr_skip("no %s", program);
	alone = RUN(program);
	first = WATCH("--", program);
	child = WATCH("--", "/bin/sh", "-c", run_format("%s; exit $?", program));
	cr_expect_eq(run_status(&alone), 0, "%s", alone.err);
	cr_expect_eq(run_status(&first.run), 23, "%s", first.run.err);
	cr_expect_str_eq(first.run.out, alone.out);
	cr_expect_eq(run_status(&child.run), 23, "%s", child.run.err);
	cr_expect_str_eq(child.run.out, alone.out);
	cr_expect_eq(report_number(child.report, "process_counts/uncovered"), 0, "%s",
		     child.run.err);
}

Test(hostile, address_sanitizer_of_gcc)
{
	sanitizer_check(FIXTURE("sanitized_gcc_address"));
}

Test(hostile, thread_sanitizer_of_gcc)
{
	sanitizer_check(FIXTURE("sanitized_gcc_thread"));
}

Test(hostile, address_sanitizer_of_clang)
{
	sanitizer_check(FIXTURE("sanitized_clang_address"));
}

Test(hostile, thread_sanitizer_of_clang)
{
	sanitizer_check(FIXTURE("sanitized_clang_thread"));
}

/* What threads write into the ledger at once is no race of the program. */
Test(hostile, thread_sanitizer_sees_no_race)
{
	static const char *const programs[] = { FIXTURE("sanitized_gcc_thread"),
						FIXTURE("sanitized_clang_thread") };

	for (size_t i = 0; i < 2; i++) {
		struct watched watched;

		if (access(programs[i], X_OK) < 0)
			continue;
		watched = WATCH("--", programs[i], "threads");
		cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
		cr_expect_null(strstr(watched.run.err, "data race"), "%s", watched.run.err);
		cr_expect_eq(report_number(watched.report, "summary/counts/socket/opened"), 401);
	}
}

/* LeakSanitizer ends the process by a raw system call: reported, and that it was not compared. */
Test(hostile, leak_sanitizer_ends)
{
	struct watched watched;

	if (access(FIXTURE("sanitized_clang_address"), X_OK) < 0)
		cr_skip("no clang");
	watched = WATCH("--", FIXTURE("sanitized_clang_address"), "memory");
	cr_expect_not_null(strstr(watched.run.err, "LeakSanitizer"), "%s", watched.run.err);
	cr_expect_eq(report_count(watched.report, "socket", "socket"), 1, "%s", watched.run.err);
	cr_expect(json_is_false(report_at(watched.report, "complete")));
	cr_expect_eq(run_status(&watched.run), 1, "%d", run_status(&watched.run));
}

/* It says hello, and nothing is seen of what it does: no all-clear for that. */
Test(hostile, blind_program)
{
	struct watched watched = WATCH("--", FIXTURE("blind"));
	struct watched child =
		WATCH("--", "/bin/sh", "-c", run_format("%s; exit 0", FIXTURE("blind")));

	cr_expect_eq(run_status(&watched.run), 125, "%s", watched.run.err);
	cr_expect_not_null(strstr(watched.run.err, "Go program"), "%s", watched.run.err);
	cr_expect_null(strstr(watched.run.err, "no socket left open"), "%s", watched.run.err);
	cr_expect_eq(report_number(child.report, "process_counts/uncovered"), 1, "%s",
		     child.run.err);
}

/* The kernel's list at its end tells what is open, whoever opened it; the numbers add up. */
Test(hostile, blind_in_parts)
{
	struct watched watched = WATCH("--", FIXTURE("blind"), "libc");

	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	cr_expect_eq(report_number(watched.report, "process_counts/covered"), 1, "%s",
		     watched.run.err);
	cr_expect_eq(report_number(watched.report, "summary/leaks"), 2, "%s", watched.run.err);
	cr_expect_not_null(strstr(watched.run.err, "sockets: 2 opened, 0 closed"), "%s",
			   watched.run.err);
}

/* Children that cannot be covered are named, and hear nothing of us. */
Test(hostile, foreign_children)
{
	static const char *const names[] = { "leak_32", "leak_musl" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *program = run_format("%s/%s", FIXTURES, names[i]);
		struct watched watched;

		if (access(program, X_OK) < 0)
			continue;
		watched = WATCH("--", "/bin/sh", "-c", run_format("%s; exit 0", program));
		cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
		cr_expect_eq(report_number(watched.report, "process_counts/uncovered"), 1, "%s",
			     watched.run.err);
		cr_expect_null(strstr(watched.run.err, "ld.so"), "%s", watched.run.err);
	}
}
