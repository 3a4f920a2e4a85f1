/* SPDX-License-Identifier: MIT */
#include "run.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_S 60
#define EMULATED_TIMES 20 /* slower, under qemu-user beside other work */
#define KEPT_MAX 16384
#define AWAIT_MS 5

static struct {
	char directory[64];
	void *kept[KEPT_MAX];
	size_t kept_count;
	unsigned int commands;
} session;

void run_init(void)
{
	const char *base = getenv("TMPDIR");

	(void)snprintf(session.directory, sizeof(session.directory), "%.40s/unclosed-e2e-XXXXXX",
		       base ? base : "/tmp");
	cr_assert_not_null(mkdtemp(session.directory), "mkdtemp: %s", strerror(errno));
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path);
}

void run_fini(void)
{
	(void)nftw(session.directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS); /* as far as it goes */
	while (session.kept_count)
		free(session.kept[--session.kept_count]);
}

void *run_keep(void *memory)
{
	cr_assert_not_null(memory, "no memory");
	cr_assert_lt(session.kept_count, KEPT_MAX);
	session.kept[session.kept_count++] = memory;
	return memory;
}

const char *run_format(const char *format, ...)
{
	char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	return run_keep(text);
}

const char *run_path(const char *name)
{
	return run_format("%s/%s", session.directory, name);
}

char *run_read(const char *path, size_t *ret_length)
{
	FILE *file = fopen(path, "re");
	size_t length = 0, room = 1 << 16, got;
	char *bytes;

	if (!file)
		return NULL;
	bytes = malloc(room);
	while (bytes && (got = fread(bytes + length, 1, room - length - 1, file)) > 0) {
		length += got;
		if (room - length < 2)
			bytes = realloc(bytes, room *= 2);
	}
	fclose(file);
	run_keep(bytes);
	bytes[length] = '\0';
	if (ret_length)
		*ret_length = length;
	return bytes;
}

static void environment_change(const char *const *changes)
{
	/* What the caller of the tests has set must not decide them. */
	unsetenv("UNCLOSED_OPTIONS");
	unsetenv("LD_PRELOAD");
	unsetenv("DEBUGINFOD_URLS");
	setenv("LC_ALL", "C.UTF-8", 1);
	for (; changes && *changes; changes++) {
		if (strchr(*changes, '='))
			putenv((char *)*changes);
		else
			unsetenv(*changes);
	}
}

static void place(int fd, const char *path, int flags, bool is_closed)
{
	int file;

	if (is_closed) {
		close(fd);
		return;
	}
	file = open(path, flags | O_CLOEXEC, 0600);
	if (file < 0 || dup2(file, fd) != fd)
		_exit(126);
}

_Noreturn static void child_run(const struct run_options *options, const struct run_child *child,
				const char *input, const char *const argv[])
{
	static const struct rlimit no_core = { 0, 0 };
	static const int write_flags = O_WRONLY | O_CREAT | O_APPEND;
	sigset_t none;

	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setrlimit(RLIMIT_CORE, &no_core);
	environment_change(options->environment);
	place(0, input, O_RDONLY, options->is_stdin_closed);
	place(1, child->out_path, write_flags, options->is_stdout_closed);
	place(2, child->err_path, write_flags, options->is_stderr_closed);
	if (syscall(SYS_close_range, 3, ~0U, 0) < 0)
		closefrom(3);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

static const char *input_file(const struct run_options *options)
{
	const char *path;
	FILE *file;

	if (!options->input)
		return "/dev/null";
	path = run_path(run_format("%u.in", session.commands));
	file = fopen(path, "we");
	cr_assert(file && fputs(options->input, file) >= 0 && fclose(file) == 0);
	return path;
}

struct run_child run_start(const struct run_options *options, const char *const argv[])
{
	struct run_child child = {
		.timeout_s = (options->timeout_s ? options->timeout_s : TIMEOUT_S) *
			     (getenv("UNCLOSED_EMULATED") ? EMULATED_TIMES : 1),
		.out_path = (char *)run_path(run_format("%u.out", ++session.commands)),
		.err_path = (char *)run_path(run_format("%u.err", session.commands)),
	};
	const char *input = input_file(options);

	fflush(NULL);
	child.pid = fork();
	cr_assert_geq(child.pid, 0, "fork: %s", strerror(errno));
	if (child.pid == 0)
		child_run(options, &child, input, argv);
	setpgid(child.pid, child.pid); /* whoever comes first */
	return child;
}

static void group_kill(const struct run_child *child)
{
	(void)kill(-child->pid, SIGKILL);
	(void)waitpid(child->pid, NULL, 0);
}

struct run run_finish(const struct run_child *child)
{
	struct pollfd end = { .fd = (int)syscall(SYS_pidfd_open, child->pid, 0), .events = POLLIN };
	struct run run = { .status = -1 };

	cr_assert_geq(end.fd, 0, "pidfd_open: %s", strerror(errno));
	if (poll(&end, 1, (int)child->timeout_s * 1000) != 1) {
		group_kill(child);
		cr_assert_fail("not done in %u s; stderr:\n%s", child->timeout_s,
			 run_read(child->err_path, NULL));
	}
	close(end.fd);
	cr_assert_eq(waitpid(child->pid, &run.status, 0), child->pid);
	run.out = run_read(child->out_path, &run.out_length);
	run.err = run_read(child->err_path, &run.err_length);
	return run;
}

void run_await(const struct run_child *child, const char *text)
{
	static const struct timespec pause = { .tv_nsec = AWAIT_MS * 1000000 };

	for (unsigned int left = child->timeout_s * 1000 / AWAIT_MS; left > 0; left--) {
		char *out = run_read(child->out_path, NULL);
		char *found = out ? strstr(out, text) : NULL;

		if (found && strchr(found, '\n'))
			return;
		nanosleep(&pause, NULL); /* the file has no other way to tell */
	}
	group_kill(child);
	cr_assert_fail("no '%s' on stdout in %u s", text, child->timeout_s);
}

int run_status(const struct run *run)
{
	return WIFSIGNALED(run->status) ? 128 + WTERMSIG(run->status) : WEXITSTATUS(run->status);
}

const char *run_find(const char *name)
{
	const char *path = run_format("%s:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
				      getenv("PATH") ? getenv("PATH") : "");
	char *rest = (char *)path, *folder;

	if (*name == '/')
		return access(name, X_OK) == 0 ? name : NULL;
	while ((folder = strsep(&rest, ":")) != NULL) {
		const char *full = run_format("%s/%s", folder, name);

		if (*folder == '/' && access(full, X_OK) == 0)
			return full;
	}
	return NULL;
}
