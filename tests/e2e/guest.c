/* SPDX-License-Identifier: MIT */
/* Programs with odd starts, stacks, environments and standard descriptors: none is changed. */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "watch.h"

#define GUEST FIXTURE("guest")

TestSuite(guest, .init = run_init, .fini = run_fini);

static void same_check(const char *name)
{
	struct run alone = RUN(GUEST, name);
	struct watched watched = WATCH("--", GUEST, name);

	cr_expect_eq(run_status(&alone), 0, "%s", alone.err);
	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_str_eq(watched.run.out, alone.out);
}

Test(guest, exec_of_what_cannot_be_read)
{
	same_check("unreadable");
}

Test(guest, heap_before_main)
{
	same_check("heap");
}

static void leak_check(const struct watched *watched)
{
	cr_expect_eq(run_status(&watched->run), 23, "%s", watched->run.err);
	cr_expect_eq(report_count(watched->report, "socket", "socket"), 1, "%s", watched->run.err);
}

Test(guest, start_in_c)
{
	struct watched watched = WATCH("--", FIXTURE("start_in_c"));

	leak_check(&watched);
}

Test(guest, misaligned_stack)
{
	struct watched watched;

	if (access(FIXTURE("misaligned"), X_OK) < 0)
		cr_skip("not for this processor");
	watched = WATCH("--kinds", "socket", "--", FIXTURE("misaligned"));
	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	cr_expect_eq(report_count(watched.report, "socket", "socket"), 2, "%s", watched.run.err);
}

/* The tool has the same limit, and so has the one that the bare form starts. */
Test(guest, small_stack)
{
	struct run run = RUN("sh", "-c", "ulimit -s 128; exec \"$0\" -- \"$1\" leak",
			     UNCLOSED_PROGRAM, GUEST);
	struct run bare = RUN("sh", "-c", "ulimit -s 128; LD_PRELOAD=\"$0\" exec \"$1\" leak",
			      UNCLOSED_LIBRARY, GUEST);

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect(strstr(run.err, "1 leaked socket"), "%s", run.err);
	cr_expect_eq(run_status(&bare), 23, "%s", bare.err);
	cr_expect(strstr(bare.err, "1 leaked socket"), "%s", bare.err);
}

/* No status of ours without a word. */
Test(guest, bare_report_of_marked_stderr)
{
	struct run run = RUN_BARE(GUEST, "marked-leak");

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect(strstr(run.err, "1 leaked socket"), "%s", run.err);
}

Test(guest, bare_report_without_a_place)
{
	struct run run = RUN_BARE(GUEST, "replaced-leak"), filed;
	const char *path = run_path("report.txt");

	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	cr_expect_str_eq(run.err, "");
	filed = RUN_WITH(
		((struct run_options){
			.environment = RUN_ARGV("LD_PRELOAD=" UNCLOSED_LIBRARY,
						run_format("UNCLOSED_OPTIONS=output=%s", path)) }),
		GUEST, "replaced-leak");
	cr_expect_eq(run_status(&filed), 23, "%s", filed.err);
	cr_expect(strstr(run_read(path, NULL), "1 leaked socket"));
}

/* unclosed in the place of the service (ExecStart=unclosed ./service). */
Test(guest, service_of_a_manager)
{
	struct run run =
		RUN("sh", "-c", "LISTEN_PID=$$ WATCHDOG_PID=$$ exec \"$0\" -q -- \"$1\" activated",
		    UNCLOSED_PROGRAM, GUEST);
	struct run other =
		RUN("sh", "-c", "LISTEN_PID=1 WATCHDOG_PID=1 exec \"$0\" -q -- \"$1\" activated",
		    UNCLOSED_PROGRAM, GUEST);

	cr_expect_str_eq(run.out, "LISTEN_PID: 1\nWATCHDOG_PID: 1\n");
	cr_expect_str_eq(other.out, "LISTEN_PID: 0\nWATCHDOG_PID: 0\n");
}

/* What LISTEN_FDS names is handed down on purpose; what it does not name is forgotten. */
Test(guest, handed_down_by_a_manager)
{
	struct watched watched = WATCH("--exec-inherited", "count", "--", GUEST, "manager");

	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	cr_expect_eq(report_number(watched.report, "summary/counts/socket/left"), 2, "%s",
		     watched.run.err);
	cr_expect(strstr(watched.run.err, "1 descriptor handed on by exec"), "%s", watched.run.err);
	cr_expect(strstr(watched.run.err, "LISTEN_FDS"), "%s", watched.run.err);
}

/* What is open without close-on-exec at its exec is the new program's. */
Test(guest, what_a_vfork_child_opens)
{
	struct watched watched = WATCH("--", GUEST, "vforked-leak");
	json_t *process = report_process(watched.report, "true");

	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	cr_expect_eq(report_number(watched.report, "summary/counts/socket/opened"), 2);
	cr_expect_eq(report_number(watched.report, "summary/counts/socket/left"), 2);
	cr_expect_eq(report_number(process, "counts/socket/left"), 2);
	cr_expect_eq(report_count(watched.report, "socket", "socket"), 1, "%s", watched.run.err);
	cr_expect_eq(report_count(watched.report, "dup2", NULL), 1, "%s", watched.run.err);
}

/* The loader lists, checks or tells its version: no program runs. */
Test(guest, loader_that_only_lists)
{
	struct run alone = RUN("sh", "-c", "ldd /bin/true | sed 's/ (0x.*//'");
	struct watched watched =
		WATCH("--uncovered", "fail", "--", "sh", "-c", "ldd /bin/true | sed 's/ (0x.*//'");

	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_str_eq(watched.run.out, alone.out);
	cr_expect_str_eq(report_text(watched.report, "verdict"), "clean", "%s", watched.run.err);
}

/* A mount namespace in which the ledger's directory is read-only, as sandboxes make it. */
Test(guest, sandbox_where_the_ledger_is_read_only)
{
	struct watched watched;
	struct run run = RUN("unshare", "-m", "true");

	if (run_status(&run) != 0)
		cr_skip("no right to a mount namespace");
	watched = WATCH("--", "unshare", "-m", "sh", "-c",
			"mount -t tmpfs -o ro none /dev/shm; /bin/true; exit 0");
	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_null(strstr(watched.run.err, "cleared LD_PRELOAD"), "%s", watched.run.err);
	cr_expect(strstr(watched.run.err, "its records cannot be written"), "%s", watched.run.err);
}
