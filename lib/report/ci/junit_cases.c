/* SPDX-License-Identifier: MIT */
/* The test cases of a JUnit report: tests of the program, or else its commands. */
#include "report/ci/junit_cases.h"

#include <stdlib.h>
#include <string.h>

#include "report/query.h"

#define NAME_MAX_BYTES 200

static void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count + 1, size);

	if (!memory)
		abort(); /* like report_alloc() */
	return memory;
}

static char *command_name(const struct report_process *process)
{
	char *name = allocate(NAME_MAX_BYTES, 1);
	size_t used = 0;

	for (size_t i = 0; i < process->argc && used < NAME_MAX_BYTES; i++)
		used += (size_t)snprintf(name + used, NAME_MAX_BYTES - used, "%s%s", i ? " " : "",
					 process->argv[i]);
	if (used == 0)
		(void)snprintf(name, NAME_MAX_BYTES, "%s", process->name);
	return name;
}

static const char *class_name(const struct report_process *process)
{
	const char *slash = process ? strrchr(process->name, '/') : NULL;

	if (!process)
		return "unclosed";
	return slash && slash[1] ? slash + 1 : process->name;
}

/* The case of this name, a new one if need be. Takes `name`. Returns its place. */
static size_t case_find(struct suite *suite, char *name, const char *classname)
{
	for (size_t i = 0; i < suite->case_count; i++) {
		if (strcmp(suite->cases[i].name, name) != 0 ||
		    strcmp(suite->cases[i].classname, classname) != 0)
			continue;
		free(name);
		return i;
	}
	suite->cases[suite->case_count] =
		(struct test_case){ .name = name, .classname = classname };
	return suite->case_count++;
}

static void process_add(struct suite *suite, const struct report_process *process)
{
	size_t at = case_find(suite, command_name(process), class_name(process));
	struct test_case *test = &suite->cases[at];

	test->duration_ns += process->duration_ns;
	if (!test->skipped &&
	    (!process->is_covered || process->is_skipped || process->end == REPORT_END_RUNNING))
		test->skipped = process;
	suite->case_of[process - suite->report->processes] = at;
}

static void scope_add(struct suite *suite, size_t number)
{
	const struct report_scope *scope = &suite->report->scopes[number];
	const struct report_process *process = query_process(suite->report, scope->process);
	char *name = strdup(scope->name);
	size_t at;

	if (!name)
		abort(); /* like report_alloc() */
	at = case_find(suite, name, class_name(process));
	if (scope->ended_ns > scope->begun_ns)
		suite->cases[at].duration_ns += scope->ended_ns - scope->begun_ns;
	suite->case_of_scope[number] = at;
}

/* Finding `number` belongs to the case at `at`; told once. */
static void case_blame(struct suite *suite, size_t at, size_t number)
{
	struct test_case *test = &suite->cases[at];

	if (test->finding_count && test->findings[test->finding_count - 1] == number)
		return;
	if (!test->findings)
		test->findings = allocate(suite->report->finding_count, sizeof(size_t));
	test->findings[test->finding_count++] = number;
	test->failures += suite->report->findings[number].counted > 0;
}

/* Where it was opened in scopes, the tests fail and not the process that ran them. */
static bool finding_add_to_scopes(struct suite *suite, size_t number)
{
	const struct finding *finding = &suite->report->findings[number];
	bool is_added = false;

	for (size_t i = 0; i < finding->scope_count; i++) {
		uint32_t id = finding->scopes[i];

		if (id == 0 || id > suite->report->scope_count)
			continue;
		case_blame(suite, suite->case_of_scope[id - 1], number);
		is_added = true;
	}
	return is_added;
}

static void finding_add(struct suite *suite, size_t number)
{
	const struct finding *finding = &suite->report->findings[number];

	if (finding_add_to_scopes(suite, number))
		return;
	for (size_t i = 0; i < finding->process_count; i++) {
		const struct report_process *process =
			query_process(suite->report, finding->processes[i]);
		size_t at = process ? suite->case_of[process - suite->report->processes] : SIZE_MAX;

		if (at != SIZE_MAX)
			case_blame(suite, at, number);
	}
}

static const char *run_failure(const struct report *report)
{
	switch (report->exit_reason) {
	case REASON_UNCOVERED:
		return "not covered";
	case REASON_LOST:
		return "records were lost";
	case REASON_ERROR:
		return "unclosed failed";
	case REASON_STALE:
		return "what is known is out of date";
	default:
		return NULL;
	}
}

void suite_make(struct suite *suite)
{
	const struct report *report = suite->report;

	suite->run_failure = run_failure(report);
	suite->failures += suite->run_failure != NULL;

	suite->cases = allocate(report->process_count + report->scope_count, sizeof(*suite->cases));
	suite->case_of = allocate(report->process_count, sizeof(*suite->case_of));
	suite->case_of_scope = allocate(report->scope_count, sizeof(*suite->case_of_scope));
	for (size_t i = 0; i < report->process_count; i++) {
		const struct report_process *process = &report->processes[i];

		suite->case_of[i] = SIZE_MAX;
		/* What became another program by exec is told as that one. */
		if (process->is_listed && process->end != REPORT_END_EXEC)
			process_add(suite, process);
	}
	for (size_t i = 0; i < report->scope_count; i++)
		scope_add(suite, i);
	for (size_t i = 0; i < report->finding_count; i++)
		finding_add(suite, i);
	for (size_t i = 0; i < suite->case_count; i++) {
		suite->failures += suite->cases[i].failures > 0;
		suite->skipped += suite->cases[i].failures == 0 && suite->cases[i].skipped;
	}
}

void suite_free(struct suite *suite)
{
	for (size_t i = 0; i < suite->case_count; i++) {
		free(suite->cases[i].name);
		free(suite->cases[i].findings);
	}
	free(suite->cases);
	free(suite->case_of);
	free(suite->case_of_scope);
}
