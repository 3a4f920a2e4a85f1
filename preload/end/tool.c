/* SPDX-License-Identifier: MIT */
/* The tool's program, its environment, and how it is executed. */
#include "end/tool.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/raw.h"
#include "base/text.h"
#include "process/privilege.h"
#include "shim/names.h"
#include "shim/state.h"

#define SIGNALS 64
#define OUR_VARIABLES 2

/* struct kernel_sigaction, as rt_sigaction takes it; all zero is SIG_DFL. */
struct kernel_action {
	void *handler;
	unsigned long flags;
	void *restorer;
	uint64_t mask;
};

/* bin/unclosed beside lib/libunclosed.so, also where lib has an architecture's folder. */
static void program_path(struct tool *tool, unsigned int up)
{
	struct text text;
	size_t length = strlen(shim.library_path);

	for (unsigned int i = 0; i < up && length > 0; i++)
		while (length > 0 && shim.library_path[--length] != '/')
			;
	text_init(&text, tool->program, sizeof(tool->program));
	text_add_bytes(&text, shim.library_path, length);
	text_add(&text, "/bin/unclosed");
}

static bool program_find(struct tool *tool)
{
	for (unsigned int up = 2; up <= 3; up++) {
		program_path(tool, up);
		if (raw3(SYS_faccessat, AT_FDCWD, tool->program, X_OK) == 0)
			return true;
	}
	return false;
}

/* The program may have another environment by now. */
static char *options_fill(struct tool *tool, const char *options)
{
	struct text text;

	if (!options)
		return NULL;
	text_init(&text, tool->options, sizeof(tool->options));
	text_add(&text, OPTIONS_VARIABLE);
	text_add(&text, options);
	return tool->options;
}

static bool is_variable(const char *entry, const char *name)
{
	return strncmp(entry, name, strlen(name)) == 0;
}

/* Without what would bring the tool into the session. */
static void environment_fill(struct tool *tool, char **environment, const char *options)
{
	size_t count = 0;

	for (char **entry = environment;
	     entry && *entry && count < TOOL_ENVIRONMENT_MAX - OUR_VARIABLES - 1; entry++)
		if (!is_variable(*entry, "LD_") && !is_variable(*entry, LEDGER_VARIABLE) &&
		    !is_variable(*entry, OPTIONS_VARIABLE) &&
		    !is_variable(*entry, FIRST_VARIABLE) && !is_variable(*entry, DEPTH_VARIABLE))
			tool->environment[count++] = *entry;
	depth_write(environment, tool->depth, sizeof(tool->depth));
	tool->environment[count++] = tool->depth;
	tool->environment[count] = options_fill(tool, options);
}

char *tool_number(char *buffer, size_t size, uint64_t number)
{
	struct text text;

	text_init(&text, buffer, size);
	text_add_number(&text, number);
	return buffer;
}

bool tool_prepare(struct tool *tool, int stderr_fd, char **environment, const char *options)
{
	tool->stderr_fd = stderr_fd;
	tool->argv[0] = tool->program;
	environment_fill(tool, environment, options);
	return program_find(tool);
}

static void signals_reset(void)
{
	struct kernel_action default_action = { 0 };
	uint64_t none = 0;

	for (int signal = 1; signal <= SIGNALS; signal++)
		(void)raw4(SYS_rt_sigaction, signal, &default_action, NULL, 8); /* not KILL, STOP */
	(void)raw4(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, 8);
}

/* Descriptors 0 to 2 are the tool's now; a program may have marked them for its own execs. */
static void standard_keep(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		(void)raw3(SYS_fcntl, fd, F_SETFD, 0); /* EBADF: it is closed */
}

/* Only 0 to 2 are left open, and what is for the tool; 2 is the place for what it says. */
void tool_exec(struct tool *tool, int last_fd)
{
	signals_reset();
	if (tool->stderr_fd < 0) /* closed, or by now another file: nothing must land there */
		(void)raw1(SYS_close, STDERR_FILENO);
	else if (tool->stderr_fd != STDERR_FILENO)
		(void)raw3(SYS_dup3, tool->stderr_fd, STDERR_FILENO, 0);
	standard_keep();
	/* Before Linux 5.9 the tool sees more, no harm. */
	(void)raw3(SYS_close_range, last_fd + 1, ~0U, 0);
	(void)raw3(SYS_execve, tool->program, tool->argv, tool->environment);
	/* By no exit status: each may be what the tool says. */
	for (;;)
		(void)raw2(SYS_kill, raw0(SYS_getpid), SIGKILL);
}
