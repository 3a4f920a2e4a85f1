/* SPDX-License-Identifier: MIT */
/* A last line when the tool dies. What runs in the handler is async-signal-safe. */
#include "cli/crash.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/raw.h"
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
	bool is_killed = number == SIGKILL;
	char line[2048];
	struct text text;

	text_init(&text, line, sizeof(line) - 1);
	text_add(&text, "unclosed: error: unclosed itself ");
	text_add(&text, is_killed ? "was killed (SIGKILL)" : "died of ");
	text_add(&text, is_killed ? "" : name_of(number));
	if (expected.program) {
		text_add(&text, " and has no report of ");
		text_add(&text, expected.program);
	}
	text_add(&text, is_killed ? "; the kernel does so when memory is short"
				  : "; this is a fault of unclosed: please report it");
	if (kept) {
		text_add(&text, is_killed ? "; the ledger is kept as "
					  : ", with the ledger, which is kept as ");
		text_add(&text, kept);
	}
	line[text.length] = '\n';
	(void)!write(STDERR_FILENO, line, text.length + 1); /* nowhere else to say it */
}

static _Noreturn void death_tell(int number)
{
	char kept[4096];
	struct text text;
	const char *name = NULL;

	if (expected.path) {
		text_init(&text, kept, sizeof(kept));
		text_add(&text, expected.path);
		text_add(&text, CRASH_KEPT);
		name = kept;
		if (text.is_cut || rename(expected.path, kept) != 0)
			name = access(expected.path, F_OK) == 0 ? expected.path : NULL;
	}
	line_write(number, name);
	_exit(expected.status);
}

static void death_handle(int number)
{
	death_tell(number);
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

/* What the child passes on by its own end; 0: nothing. In memory of both. */
static _Atomic(int) *passed_on;

void end_by_signal(int number)
{
	struct rlimit no_core = { 0, 0 };
	struct sigaction by_default = { .sa_handler = SIG_DFL };
	sigset_t only;

	if (passed_on)
		atomic_store(passed_on, number);
	fflush(NULL);
	setrlimit(RLIMIT_CORE, &no_core);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* core_pattern may be a pipe, which has no limit */
	sigaction(number, &by_default, NULL);
	sigemptyset(&only);
	sigaddset(&only, number);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &only, NULL);
}

static _Noreturn void end_as(pid_t child)
{
	int status;

	/* What the child writes to ends with the child. */
	(void)raw3(SYS_close_range, STDERR_FILENO + 1, UINT32_MAX, 0); /* from Linux 5.9 on */
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			_exit(EXIT_ERROR);
	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	if (WTERMSIG(status) != atomic_load(passed_on))
		death_tell(WTERMSIG(status));
	end_by_signal(WTERMSIG(status));
	_exit(128 + WTERMSIG(status));
}

void crash_work_apart(void)
{
	void *shared = mmap(NULL, sizeof(*passed_on), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child;

	if (shared == MAP_FAILED)
		return;
	passed_on = shared;
	fflush(NULL); /* once, by one of the two */
	child = fork();
	if (child > 0)
		end_as(child);
}
