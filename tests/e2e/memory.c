/* SPDX-License-Identifier: MIT */
/* Memory that libc makes for sockets: told when it was not given back, counted when asked for. */
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>

#include "run.h"
#include "watch.h"

TestSuite(memory, .init = run_init, .fini = run_fini);

static void expect_silent(const char *name)
{
	struct watched watched = WATCH("--kinds", "all", "--", FIXTURE("memory"), name);

	cr_expect_eq(report_count(watched.report, NULL, "addrinfo"), 0, "%s: %s", name,
		     watched.run.err);
}

Test(memory, is_a_note)
{
	struct watched watched = WATCH("--", FIXTURE("memory"), "lost");
	json_t *finding = report_finding(watched.report, "getaddrinfo", "addrinfo");

	cr_assert_not_null(finding, "%s", watched.run.err);
	cr_expect_eq(run_status(&watched.run), 0);
	cr_expect_eq(report_number(finding, "count"), 3);
	cr_expect_eq(report_number(finding, "noted"), 3);
	cr_expect_eq(report_number(finding, "counted"), 0);
	cr_expect_str_eq(report_text(finding, "stack/0/function"), "resolve");
	cr_expect_str_eq(report_text(finding, "stack/1/function"), "run_lost");
	cr_expect_not_null(strstr(watched.run.err, "no socket left open"), "%s", watched.run.err);
	cr_expect_not_null(
		strstr(watched.run.err, "3 x address list of getaddrinfo(), never freed "
					"(not counted)") ||
			strstr(watched.run.err,
			       "3 × address list of getaddrinfo(), never freed (not counted)"),
		"%s", watched.run.err);
	cr_expect_not_null(strstr(watched.run.err, "freeaddrinfo() on every path"), "%s",
			   watched.run.err);
}

Test(memory, counts_when_it_is_asked_for)
{
	struct watched watched =
		WATCH("--kinds", "socket,addrinfo", "--", FIXTURE("memory"), "lost");

	cr_expect_eq(run_status(&watched.run), 23);
	cr_expect_eq(
		report_number(report_finding(watched.report, "getaddrinfo", "addrinfo"), "counted"),
		3);
	cr_expect_not_null(strstr(watched.run.err, "left 3 addrinfo lists unfreed"), "%s",
			   watched.run.err);
	cr_expect_eq(report_number(watched.report, "processes/0/counts/addrinfo/opened"), 3);
	cr_expect_eq(report_number(watched.report, "processes/0/counts/addrinfo/left"), 3);
}

Test(memory, tells_where_others_were_freed)
{
	struct watched watched = WATCH("--", FIXTURE("memory"), "sometimes");
	json_t *finding = report_finding(watched.report, "getaddrinfo", "addrinfo");

	cr_expect_eq(report_number(finding, "count"), 1, "%s", watched.run.err);
	cr_expect_str_eq(report_text(finding, "related/0/role"), "usually-closed");
	cr_expect_eq(report_number(finding, "related/0/count"), 9);
	cr_expect_not_null(
		strstr(watched.run.err, "9 of 10 from here were freed, at run_sometimes"), "%s",
		watched.run.err);
}

Test(memory, many)
{
	struct watched watched = WATCH("--", FIXTURE("memory"), "many");

	cr_expect_eq(report_count(watched.report, "getaddrinfo", "addrinfo"), 500);
	cr_expect_null(strstr(watched.run.err, "ledger was full"), "%s", watched.run.err);
}

Test(memory, of_interfaces)
{
	struct watched watched = WATCH("--", FIXTURE("memory"), "interfaces");

	cr_expect_eq(report_count(watched.report, "getifaddrs", "ifaddrs"), 1, "%s",
		     watched.run.err);
	cr_expect_eq(report_count(watched.report, "if_nameindex", "ifnameindex"), 1);
}

Test(memory, what_goes_with_a_process_is_not_missed)
{
	expect_silent("fork");
	expect_silent("exec");
	expect_silent("killed");
}

Test(memory, threads)
{
	expect_silent("threads");
}

Test(memory, a_function_of_the_programs_own)
{
	struct watched watched = WATCH("--kinds", "all", "--", FIXTURE("memory_own"));

	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_eq(report_count(watched.report, NULL, "addrinfo"), 0);
}

Test(memory, python_frees_its_own)
{
	struct watched watched;

	if (!run_find(PYTHON))
		cr_skip("no " PYTHON);
	watched = WATCH("--kinds", "addrinfo,ifaddrs,ifnameindex", "--", PYTHON, "-c",
			"import socket\n"
			"for _ in range(3): socket.getaddrinfo('127.0.0.1', 80)\n"
			"socket.if_nameindex()\n"
			"socket.create_server(('127.0.0.1', 0)).close()\n");
	cr_expect_eq(run_status(&watched.run), 0, "%s", watched.run.err);
	cr_expect_geq(report_number(watched.report, "processes/0/counts/addrinfo/opened"), 3);
	cr_expect_eq(json_array_size(json_object_get(watched.report, "findings")), 0, "%s",
		     watched.run.err);
}
