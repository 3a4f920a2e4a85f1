/* SPDX-License-Identifier: MIT */
/* A last line when the tool dies. What runs in the handler is async-signal-safe. */
#include "cli/crash.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"

static const struct {
	int number;
	const char *name;
} deaths[] = {
	{ SIGSEGV, "SIGSEGV" }, { SIGBUS, "SIGBUS" },   { SIGILL, "SIGILL" },
	{ SIGFPE, "SIGFPE" },   { SIGABRT, "SIGABRT" },
};

#define DEATHS (sizeof(deaths) / sizeof(deaths[0]))

static struct sigaction before[DEATHS];

/* A stack that is full is one of the ways to die. */
static char handler_stack[64 << 10] __attribute__((aligned(16)));

static struct {
	const char *program, *path;
	int status;
} expected = { .status = EXIT_ERROR };

static const char *name_of(int number)
{
	for (size_t i = 0; i < DEATHS; i++)
		if (deaths[i].number == number)
			return deaths[i].name;
	return "a signal";
}

static void line_write(int number, const char *kept)
{
	char line[2048];
	struct text text;

	text_init(&text, line, sizeof(line) - 1);
	text_add(&text, "unclosed: error: unclosed itself died of ");
	text_add(&text, name_of(number));
	if (expected.program) {
		text_add(&text, " and has no report of ");
		text_add(&text, expected.program);
	}
	text_add(&text, "; this is a fault of unclosed: please report it");
	if (kept) {
		text_add(&text, ", with the ledger, which is kept as ");
		text_add(&text, kept);
	}
	line[text.length] = '\n';
	(void)!write(STDERR_FILENO, line, text.length + 1); /* nowhere else to say it */
}

static void death_handle(int number)
{
	char kept[4096];
	struct text text;
	const char *name = NULL;

	if (expected.path) {
		text_init(&text, kept, sizeof(kept));
		text_add(&text, expected.path);
		text_add(&text, CRASH_KEPT);
		name = !text.is_cut && rename(expected.path, kept) == 0 ? kept : expected.path;
	}
	line_write(number, name);
	_exit(expected.status);
}

void crash_init(void)
{
	stack_t stack = { .ss_sp = handler_stack, .ss_size = sizeof(handler_stack) };
	struct sigaction action = { .sa_handler = death_handle,
				    .sa_flags = (int)SA_RESETHAND | SA_ONSTACK };

	(void)sigaltstack(&stack, NULL);
	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < DEATHS; i++)
		(void)sigaction(deaths[i].number, &action, &before[i]);
}

void crash_leave(void)
{
	for (size_t i = 0; i < DEATHS; i++)
		(void)sigaction(deaths[i].number, &before[i], NULL);
}

void crash_expect(const char *program, const char *path, int status)
{
	expected.program = program;
	expected.path = path;
	expected.status = status;
}

void crash_forget(void)
{
	crash_expect(NULL, NULL, EXIT_ERROR);
}
