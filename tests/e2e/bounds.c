/* SPDX-License-Identifier: MIT */
/* What the tool reads may ask for more memory than there is: less is told, and that is said. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledger/layout.h"
#include "watch.h"

#define LEAK FIXTURE("leak")

TestSuite(bounds, .init = run_init, .fini = run_fini, .timeout = 600);

/* The tool with this much address space, in KiB; a sanitizer needs more than there is. */
static struct run run_within(unsigned int room_kib, const char *words)
{
#if defined(__SANITIZE_ADDRESS__)
	room_kib = 0;
#endif
	return RUN("sh", "-c",
		   run_format("%s exec %s %s",
			      room_kib ? run_format("ulimit -v %u;", room_kib) : "",
			      UNCLOSED_PROGRAM, words));
}

/* 2 GiB of holes, and numbers that speak of them. */
Test(bounds, sparse_ledger)
{
	const char *path = run_path("ledger");
	struct run run = RUN(UNCLOSED_PROGRAM, "-q", "--keep-ledger", path, "--", LEAK);
	struct ledger_header header;
	int file = open(path, O_RDWR | O_CLOEXEC);

	cr_assert_eq(run_status(&run), 23, "%s", run.err);
	cr_assert_eq(pread(file, &header, sizeof(header), 0), (ssize_t)sizeof(header));
	header.file_size = (uint64_t)LEDGER_WINDOWS_MAX << LEDGER_WINDOW_SHIFT;
	header.next_page = (uint32_t)(header.file_size >> LEDGER_PAGE_SHIFT);
	header.process_count = UINT32_MAX;
	cr_assert_eq(pwrite(file, &header, sizeof(header), 0), (ssize_t)sizeof(header));
	cr_assert_eq(ftruncate(file, (off_t)header.file_size), 0);
	close(file);
	run = run_within(3 << 20, run_format("report %s", path));
	cr_expect_eq(run_status(&run), 125, "%d\n%s", run_status(&run), run.err);
	cr_expect_not_null(strstr(run.err, "unclosed: "), "%s", run.err);
}

/* Data of 40 MB, in a budget of 16. */
Test(bounds, large_ledger)
{
	const char *path = run_path("ledger");
	struct run run = RUN(UNCLOSED_PROGRAM, "-q", "--keep-ledger", path, "--", LEAK);
	static char page[LEDGER_PAGE_SIZE];
	struct ledger_header header;
	int file = open(path, O_RDWR | O_CLOEXEC);

	cr_assert_eq(run_status(&run), 23, "%s", run.err);
	cr_assert_eq(pread(file, &header, sizeof(header), 0), (ssize_t)sizeof(header));
	header.file_size = 40 << 20;
	header.next_page = (uint32_t)(header.file_size >> LEDGER_PAGE_SHIFT);
	memset(page, 1, sizeof(page));
	for (off_t at = lseek(file, 0, SEEK_END); at < 40 << 20; at += (off_t)sizeof(page))
		cr_assert_eq(pwrite(file, page, sizeof(page), at), (ssize_t)sizeof(page));
	cr_assert_eq(pwrite(file, &header, sizeof(header), 0), (ssize_t)sizeof(header));
	close(file);
	run = RUN(UNCLOSED_PROGRAM, "report", "--memory", "16M", path);
	cr_expect_eq(run_status(&run), 125);
	cr_expect_not_null(strstr(run.err, "memory budget"), "%s", run.err);
}

/* A report with `count` places, each of a few hundred bytes. */
static const char *report_write(const char *name, unsigned int count, unsigned int first)
{
	const char *path = run_path(name);
	FILE *out = fopen(path, "we");

	fprintf(out, "{\"schema\": \"unclosed-report/1\", \"verdict\": \"leaks\",\n\"findings\": [\n");
	for (unsigned int i = first; i < first + count; i++)
		fprintf(out,
			"%s{\"fingerprints\": {\"place/1\": \"%016x\"}, \"type\": \"leak\", "
			"\"kind\": \"socket\", \"call\": \"socket\", \"count\": 1, \"counted\": 1, "
			"\"title\": \"socket, never closed\", \"stack\": [{\"function\": \"f%u\", "
			"\"file\": \"src/a.c\", \"line\": %u}, {\"function\": \"main\"}]}",
			i == first ? "" : ",\n", i, i, i % 1000);
	fprintf(out, "],\n\"exit_status\": 23}\n");
	fclose(out);
	return path;
}

/* As a tree each of the two takes some 600 MB. */
Test(bounds, diff_of_large_reports)
{
	const char *old = report_write("old", 100000, 0), *new = report_write("new", 100000, 1);
	struct run run = run_within(600 << 10, run_format("diff --memory 256M %s %s", old, new));

	cr_expect_eq(run_status(&run), 23, "%d\n%s", run_status(&run), run.err);
	cr_expect_not_null(strstr(run.out, "1 new, 0 more, 0 fewer, 1 gone, 99999 unchanged"),
			   "%.300s", run.out);
}

Test(bounds, report_that_is_too_large)
{
	struct run run = RUN(UNCLOSED_PROGRAM, "report", "--memory", "16M",
			     report_write("large", 60000, 0));

	cr_expect_eq(run_status(&run), 125);
	cr_expect_not_null(strstr(run.err, "memory budget"), "%s", run.err);
	cr_expect_null(strstr(run.err, "no socket left open"), "%s", run.err);
}

static struct run report_of(const char *text)
{
	FILE *out = fopen(run_path("small"), "we");

	fputs(text, out);
	fclose(out);
	return RUN(UNCLOSED_PROGRAM, "report", run_path("small"));
}

/* Entries that are read one by one are as sound as all else, and mistakes have their place. */
Test(bounds, entries_are_checked)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "{\"schema\": \"unclosed-report/1\",\n\"findings\": [{},\n{\"count\": }]}", "line 3, column" },
		{ "{\"schema\": \"unclosed-report/1\", \"findings\": [{}, ]}", "line 1" },
		{ "{\"schema\": \"unclosed-report/1\", \"findings\": [{} {}]}", "line 1" },
		{ "{\"schema\": \"unclosed-report/1\", \"findings\": [{}", "line 1" },
		{ "{\"schema\": \"unclosed-report/1\", \"findings\": [1]}", "findings[0]" },
		{ "{\"schema\": \"unclosed-report/1\", \"findings\": [],\n\n \"findings\": []}", "line 3" },
		{ "{\"schema\": \"unclosed-report/1\",\n\"findings\": [\n\n],\n\"x\": ]}", "line 5" },
		{ "{\"schema\": \"unclosed-report/1\", \"findings\": [{\"count\": 1, \"count\": 2}]}",
		  "duplicate" },
		{ "{\"schema\": \"unclosed-report/1\", \"findings\": {}}", "an array was expected" },
		{ "[{}]", "neither a ledger nor a JSON report" },
		{ "{", "line 1" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct run run = report_of(bad[i].text);

		cr_expect_eq(run_status(&run), 125, "%s", bad[i].text);
		cr_expect_not_null(strstr(run.err, bad[i].why), "%s\n%s", bad[i].text, run.err);
	}
}

/* stdin cannot be gone through twice. */
Test(bounds, report_from_a_pipe)
{
	const char *path = report_write("piped", 3, 0);
	struct run run = RUN("sh", "-c",
			     run_format("cat %s | %s report -", path, UNCLOSED_PROGRAM));

	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "3 leaked sockets"), "%s", run.err);
}

/* Some 250 KB in the file say 256 MB of debug information. */
Test(bounds, compressed_debug_information)
{
	const char *program = run_path("bomb");
	struct run run;

	if (!run_find("objcopy"))
		cr_skip("no objcopy");
	run = RUN("sh", "-c",
		  run_format("head -c 268435456 /dev/zero > %s && "
			     "objcopy --add-section .debug_zeros=%s %s %s && "
			     "objcopy --compress-debug-sections=zlib %s && rm %s",
			     run_path("zeros"), run_path("zeros"), LEAK, program, program,
			     run_path("zeros")));
	cr_assert_eq(run_status(&run), 0, "%s", run.err);
	run = RUN(UNCLOSED_PROGRAM, "--memory", "64M", "--", program);
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "no line numbers for bomb"), "%s", run.err);
	cr_expect_not_null(strstr(run.err, "memory budget of 64 MiB"), "%s", run.err);
	cr_expect_not_null(strstr(run.err, "main"), "it has names: %s", run.err);
	run = RUN(UNCLOSED_PROGRAM, "--memory", "1G", "--", program);
	cr_expect_null(strstr(run.err, "memory budget"), "%s", run.err);
	cr_expect_not_null(strstr(run.err, "leak.c:"), "%s", run.err);
}

Test(bounds, sizes)
{
	static const char *const bad[] = { "0", "1M", "16", "1T", "1Mx", "-1G", "", "99999999G" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct run run = RUN(UNCLOSED_PROGRAM, "--memory", bad[i], "--", "true");

		cr_expect_eq(run_status(&run), 125, "%s", bad[i]);
		cr_expect_not_null(strstr(run.err, "--memory"), "%s", run.err);
	}
}
