/* SPDX-License-Identifier: MIT */
/* What a report for others leaves out, and what it keeps. */
#include <criterion/criterion.h>
#include <string.h>

#include "models.h"
#include "report/discreet.h"
#include "report/elide.h"

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* The words with a blank between them. */
static const char *joined(struct report *report, const char *const *words)
{
	const char *text = "";

	for (; *words; words++)
		text = report_printf(report, "%s%s%s", text, *text ? " " : "", *words);
	return text;
}

static void elide_check(const char *const *words, const char *expected)
{
	struct report *report = report_new();
	size_t count = 0;

	while (words[count])
		count++;
	cr_expect_str_eq(joined(report, arguments_elide(report, NULL, "/", words, count)),
			 expected);
	report_free(report);
}

Test(discreet, values_are_left_out)
{
	elide_check(WORDS("mysql", "-u", "root", "-psecret", "--password=secret", "db"),
		    "mysql -u … -p… --password=… …");
	elide_check(WORDS("curl", "-v", "--", "http://user:secret@host/"), "curl -v -- …");
	elide_check(WORDS("env", "TOKEN=secret", "./server"), "env … …");
	elide_check(WORDS("x", "--a secret", "--a:secret", "-\xff", "-", ""), "x --a… --a… -… - …");
	elide_check(WORDS("x", "--token_of.the-day"), "x --token_of.the-day");
	elide_check(WORDS("-bash"), "-bash");
	elide_check((const char *const[]){ NULL }, "");
}

/* What it runs names the process; code, and what is no file, does not. */
Test(discreet, script_of_an_interpreter)
{
	elide_check(WORDS("python3", "/etc/passwd", "secret"), "python3 /etc/passwd …");
	elide_check(WORDS("/usr/bin/python3.11", "-W", "ignore", "-u", "etc/passwd", "--x=secret"),
		    "/usr/bin/python3.11 -W … -u etc/passwd --x=…");
	elide_check(WORDS("python3", "-m", "http.server", "secret"), "python3 -m http.server …");
	elide_check(WORDS("python3", "-m", "no module", "secret"), "python3 -m … …");
	elide_check(WORDS("python3", "-c", "print('secret')", "/etc/passwd"), "python3 -c … …");
	elide_check(WORDS("python3", "-Ic", "secret", "/etc/passwd"), "python3 -I… … …");
	elide_check(WORDS("sh", "-ec", "secret", "/etc/passwd"), "sh -e… … …");
	elide_check(WORDS("bash", "-o", "pipefail", "/etc/passwd"), "bash -o … /etc/passwd");
	elide_check(WORDS("bash", "--", "/etc/passwd"), "bash -- /etc/passwd");
	elide_check(WORDS("perl", "-lane", "secret", "/etc/passwd"), "perl -l… … …");
	elide_check(WORDS("sh", "/nonexistent/secret"), "sh …");
	elide_check(WORDS("shred", "/etc/passwd"), "shred …");
	elide_check(WORDS("cat", "/etc/passwd"), "cat …");
}

static struct report *report_make(void)
{
	struct report *report = model_make("leaky");

	report->command = report_alloc(report, 3 * sizeof(*report->command));
	report->command[0] = "./server";
	report->command[1] = "--password=secret";
	report->processes[0].argv = report->command;
	report->processes[0].argc = 2;
	return report;
}

Test(discreet, arguments)
{
	struct report *report = report_make(), *copy;

	copy = report_discreet(report, ARGUMENTS_NAMES, false);
	cr_expect_str_eq(copy->command[1], "--password=…");
	cr_expect_str_eq(copy->processes[0].argv[1], "--password=…");
	cr_expect_eq(copy->processes[0].argc, 2);
	cr_expect_str_eq(report->processes[0].argv[1], "--password=secret", "it is a copy");
	report_free(copy);
	copy = report_discreet(report, ARGUMENTS_NONE, false);
	cr_expect_null(copy->command[1]);
	cr_expect_eq(copy->processes[0].argc, 1);
	cr_expect_str_eq(copy->findings[0].fingerprint, report->findings[0].fingerprint);
	report_free(copy);
	copy = report_discreet(report, ARGUMENTS_FULL, false);
	cr_expect_str_eq(copy->command[1], "--password=secret");
	report_free(copy);
	/* What has less stays as it is. */
	report->arguments = ARGUMENTS_NONE;
	copy = report_discreet(report, ARGUMENTS_NAMES, false);
	cr_expect_eq(copy->arguments, ARGUMENTS_NONE);
	cr_expect_str_eq(copy->command[1], "--password=secret");
	report_free(copy);
	report_free(report);
}

static size_t addresses_of_network(const struct report *report)
{
	size_t count = 0;

	for (size_t i = 0; i < report->finding_count; i++)
		for (size_t j = 0; j < report->findings[i].descriptor_count; j++) {
			const struct report_descriptor *one = &report->findings[i].descriptors[j];

			count += (one->local || one->peer) && one->family &&
				 strcmp(one->family, "unix") != 0;
		}
	return count;
}

Test(discreet, host)
{
	struct report *report = report_make(), *copy;

	cr_assert_gt(addresses_of_network(report), 0);
	cr_assert_not_null(report->host_name);
	copy = report_discreet(report, ARGUMENTS_FULL, true);
	cr_expect_eq(addresses_of_network(copy), 0);
	cr_expect_null(copy->host_name);
	cr_expect(copy->is_hostless);
	cr_expect_gt(addresses_of_network(report), 0, "it is a copy");
	report_free(copy);
	report_free(report);
}
