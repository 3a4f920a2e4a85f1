/* SPDX-License-Identifier: MIT */
/* A last line when the tool dies, or is ended. What runs in a handler is async-signal-safe. */
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

static void (*act_before)(void);

static const char *name_of(int number)
{
	for (size_t i = 0; i < DEATHS; i++)
		if (deaths[i].number == number)
			return deaths[i].name;
	return "a signal";
}

static void line_begin(struct text *text, char *line, size_t size, const char *how)
{
	text_init(text, line, size - 1);
	text_add(text, "unclosed: error: unclosed itself ");
	text_add(text, how);
}

static void program_add(struct text *text)
{
	if (!expected.program)
		return;
	text_add(text, " and has no report of ");
	text_add(text, expected.program);
}

static void line_end(struct text *text, char *line, const char *words, const char *kept)
{
	if (kept) {
		text_add(text, words);
		text_add(text, kept);
	}
	line[text->length] = '\n';
	(void)!write(STDERR_FILENO, line, text->length + 1); /* nowhere else to say it */
}

/* A ledger that is not swept. Returns its name, in `kept` or as it was; NULL: there is none. */
static const char *ledger_save(char *kept, size_t size)
{
	struct text text;

	if (!expected.path)
		return NULL;
	text_init(&text, kept, size);
	text_add(&text, expected.path);
	text_add(&text, CRASH_KEPT);
	if (!text.is_cut && rename(expected.path, kept) == 0)
		return kept;
	return access(expected.path, F_OK) == 0 ? expected.path : NULL;
}

void crash_tell(int number)
{
	bool is_killed = number == SIGKILL;
	char line[2048], kept[4096];
	const char *name = ledger_save(kept, sizeof(kept));
	struct text text;

	if (act_before)
		act_before();
	line_begin(&text, line, sizeof(line), is_killed ? "was killed (SIGKILL)" : "died of ");
	text_add(&text, is_killed ? "" : name_of(number));
	program_add(&text);
	text_add(&text, is_killed ? "; the kernel does so when memory is short"
				  : "; this is a fault of unclosed: please report it");
	line_end(&text, line,
		 is_killed ? "; the ledger is kept as "
			   : ", with the ledger, which is kept as ",
		 name);
	_exit(expected.status);
}

void crash_tell_ended(const char *signal)
{
	char line[2048], kept[4096];
	const char *name = ledger_save(kept, sizeof(kept));
	struct text text;

	line_begin(&text, line, sizeof(line), "was ended by ");
	text_add(&text, signal);
	program_add(&text);
	line_end(&text, line, "; to have it: unclosed report ", name);
}

static void death_handle(int number)
{
	crash_tell(number);
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

void crash_before_words(void (*act)(void))
{
	act_before = act;
}
