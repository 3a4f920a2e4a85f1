/* SPDX-License-Identifier: MIT */
#include "traced.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBERS 1024
#define WORDS_MAX 64

/* What each process has open: by the kernel, and by the report. */
struct process_numbers {
	pid_t pid;
	bool kernel[NUMBERS], copies[NUMBERS], report[NUMBERS];
};

/* The last image of a pid is the one whose end the kernel saw. */
static bool is_last_image(json_t *report, json_t *process)
{
	json_t *other;
	size_t i;

	json_array_foreach (report_at(report, "processes"), i, other)
		if (json_is_integer(report_at(other, "exec_of")) &&
		    report_number(other, "exec_of") == report_number(process, "id"))
			return false;
	return strcmp(report_text(process, "end/how"), "exec") != 0;
}

/* Does the same number refer to the same as when the process was forked? */
static bool is_copy(const char *lines, const char *at_exit)
{
	const char *at_birth = run_format("+%.*s\n", (int)strcspn(at_exit, "\n"), at_exit);

	return strstr(lines, at_birth) != NULL;
}

static void kernel_fill(struct process_numbers *numbers, const char *lines)
{
	for (const char *line = lines; *line; line += strcspn(line, "\n") + 1) {
		int pid, fd;

		if (*line == '+' || sscanf(line, "%d %d", &pid, &fd) != 2 || pid != numbers->pid ||
		    fd <= 2 || fd >= NUMBERS)
			continue;
		numbers->kernel[fd] = true;
		numbers->copies[fd] = is_copy(lines, line);
	}
}

static void number_add(bool *numbers, long long fd)
{
	if (fd > 2 && fd < NUMBERS)
		numbers[fd] = true;
}

static void findings_fill(bool *numbers, json_t *report, long long id)
{
	json_t *finding, *descriptor;
	size_t i, j;

	json_array_foreach (report_at(report, "findings"), i, finding) {
		if (strcmp(report_text(finding, "type"), "leak") != 0)
			continue;
		cr_expect_eq(report_number(finding, "descriptors_omitted"), 0);
		json_array_foreach (report_at(finding, "descriptors"), j, descriptor)
			if (report_number(descriptor, "process") == id)
				number_add(numbers, report_number(descriptor, "fd"));
	}
}

static void inherited_fill(bool *numbers, json_t *process)
{
	json_t *inherited;
	size_t i;

	json_array_foreach (report_at(process, "inherited"), i, inherited)
		number_add(numbers, report_number(inherited, "fd"));
}

static const char *list_numbers(const bool *numbers)
{
	const char *text = "";

	for (int fd = 0; fd < NUMBERS; fd++)
		if (numbers[fd])
			text = run_format("%s %d", text, fd);
	return text;
}

static void process_compare(const char *lines, json_t *report, json_t *process)
{
	struct process_numbers *numbers = run_keep(calloc(1, sizeof(*numbers)));

	numbers->pid = (pid_t)report_number(process, "pid");
	kernel_fill(numbers, lines);
	inherited_fill(numbers->report, process);
	findings_fill(numbers->report, report, report_number(process, "id"));
	/* A child's copies are told at the process that opened them, if it did not close its own. */
	for (int fd = 0; report_number(process, "parent") >= 0 && fd < NUMBERS; fd++)
		numbers->report[fd] |= numbers->copies[fd];
	cr_expect_arr_eq(numbers->kernel, numbers->report, sizeof(numbers->kernel),
			 "%s (pid %d): the kernel has%s, the report has%s",
			 report_text(process, "exe"), numbers->pid, list_numbers(numbers->kernel),
			 list_numbers(numbers->report));
}

struct run_child traced_start(const struct run_options *options, const char *const argv[])
{
	const char *words[WORDS_MAX] = {
		EXIT_FDS, run_path("kernel"), UNCLOSED_PROGRAM, "--kinds", "all",
		"--gc",	  "ignore",	      "--gate",		"none",	   "--wait",
		"none",	  "--json",	      run_path("json"), "-q",	   "--",
	};

	for (size_t i = 0; argv[i]; i++) {
		cr_assert_lt(i + 16, WORDS_MAX);
		words[15 + i] = argv[i];
	}
	return run_start(options, words);
}

json_t *traced_compare(const struct run_child *child)
{
	struct run run = run_finish(child);
	char *lines = run_read(run_path("kernel"), NULL);
	json_t *report, *process;
	size_t compared = 0, i;

	report = report_load(run_path("json"));
	if (getenv("UNCLOSED_EMULATED"))
		return report; /* qemu-user has no ptrace: nobody saw what the kernel had */
	cr_assert_not_null(lines, "%s", run.err);
	json_array_foreach (report_at(report, "processes"), i, process) {
		if (!is_last_image(report, process) ||
		    !json_is_true(report_at(process, "kernel_check/done")))
			continue;
		process_compare(lines, report, process);
		compared++;
	}
	cr_expect_geq(compared, 1);
	return report;
}
