/* SPDX-License-Identifier: MIT */
/*
 * The bare form's report, started so that the program cannot notice:
 *
 *	unclosed --bare-report LEDGER PID STATUS STARTED PROGRAM DIRECTORY [FD [locked]]
 *
 * All that decides what it writes, where, and with which status it ends is told by this
 * process, which has it in its own memory or from the kernel: who, with which status, since
 * when, in which directory, and the options in the environment (process/bare.h). posix_spawn would
 * do for a person, but not for a program that ignores SIGCHLD, waits for any child in another
 * thread, or has a handler. An intermediate made with clone(CLONE_VM | CLONE_VFORK) and no exit
 * signal forks the tool, waits for it, and hands on its status; only __WALL
 * finds it. Signals stay blocked throughout.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/raw.h"
#include "base/text.h"
#include "end/finish.h"
#include "end/tool.h"
#include "ledger/access.h"
#include "process/bare.h"
#include "process/privilege.h"
#include "shim/names.h"
#include "shim/state.h"
#include "shim/variables.h"

#define STACK_SIZE 65536
#define PROGRAM_MAX 4096

struct reporter {
	struct tool tool;
	int status;     /* the tool's exit status; STATUS_…: it did not come to its end */
	bool is_copied; /* the ledger's file has no name any more, or is not for our user */
	char pid[24], exit_status[24], started[24];
	char executed[PROGRAM_MAX];
};

enum { STATUS_NONE = -1, STATUS_ENDED = -2 /* by a signal of somebody, Ctrl-C say */ };

/* Behind "--bare-report". */
enum word {
	WORD_LEDGER = 2,
	WORD_PID,
	WORD_STATUS,
	WORD_STARTED,
	WORD_PROGRAM,
	WORD_DIRECTORY,
	WORD_FD,
	WORD_LOCKED
};

/* The kernel's word for the program; without /proc there is none. */
static char *executed_find(struct reporter *reporter)
{
	long length = raw4(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", reporter->executed,
			   sizeof(reporter->executed) - 1);

	reporter->executed[raw_failed(length) ? 0 : length] = '\0';
	return reporter->executed;
}

static void words_fill(struct reporter *reporter, int status)
{
	char **argv = reporter->tool.argv;

	argv[1] = (char *)"--bare-report";
	argv[WORD_LEDGER] = shim.ledger_path;
	argv[WORD_PID] =
		tool_number(reporter->pid, sizeof(reporter->pid), (uint64_t)raw0(SYS_getpid));
	argv[WORD_STATUS] =
		tool_number(reporter->exit_status, sizeof(reporter->exit_status), (uint64_t)status);
	argv[WORD_STARTED] =
		tool_number(reporter->started, sizeof(reporter->started), bare_started_wall_ns());
	argv[WORD_PROGRAM] = executed_find(reporter);
	argv[WORD_DIRECTORY] = (char *)bare_directory();
}

/* Where a copy of the ledger is for the tool; nothing else is open there. */
#define COPY_FD 3
#define COPY_WORD "3"

static bool bytes_write(long fd, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		long written = raw3(SYS_write, fd, bytes, size);

		if (written <= 0 && written != -EINTR)
			return false;
		if (written > 0) {
			bytes += written;
			size -= (size_t)written;
		}
	}
	return true;
}

/* What has been used of the ledger; a file as long as that is a whole one (cli/keep.c). */
static bool ledger_write(long fd)
{
	struct ledger_header *header = shim.ledger.header;
	uint64_t used = (uint64_t)LEDGER_LOAD(header->next_page) << LEDGER_PAGE_SHIFT;

	if (used > shim.ledger.size_bytes || raw_failed(raw2(SYS_ftruncate, fd, used)))
		return false;
	for (uint64_t at = 0; at < used; at += LEDGER_WINDOW_SIZE) {
		uint64_t size = used - at < LEDGER_WINDOW_SIZE ? used - at : LEDGER_WINDOW_SIZE;
		uint32_t number = (uint32_t)(at >> LEDGER_WINDOW_SHIFT);
		const uint8_t *window = LEDGER_LOAD(shim.ledger.windows[number]);

		if (!window)
			window = ledger_map_window(&shim.ledger, number);
		if (!window || !bytes_write(fd, window, size))
			return false;
	}
	return raw4(SYS_pwrite64, fd, &used, sizeof(used),
		    offsetof(struct ledger_header, file_size)) == sizeof(used);
}

/* Who began the session is in the name of its ledger. */
bool reporter_has_other_user(void)
{
	uint32_t owner;
	uint64_t session_id;

	return ledger_name_read(shim.ledger_path, &owner, &session_id) &&
	       owner != (uint32_t)raw0(SYS_geteuid);
}

/* By calls of the program's own it became a user who was not let in (process/handover.h). */
static bool ledger_is_locked(void)
{
	long fd = raw4(SYS_openat, AT_FDCWD, shim.ledger_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);

	if (!raw_failed(fd))
		(void)raw1(SYS_close, fd); /* was only read */
	return fd == -EACCES;
}

/* Is another file there by now, or none? */
static bool ledger_is_gone(void)
{
	struct stat status;
	long result =
		raw4(SYS_newfstatat, AT_FDCWD, shim.ledger_path, &status, AT_SYMLINK_NOFOLLOW);

	return result == -ENOENT ||
	       (result == 0 && !ledger_is_file(&shim.ledger, status.st_dev, status.st_ino));
}

/*
 * The ledger's file has lost its name, by somebody who cleans its directory, or may not be opened by
 * the user that this process has become. Our mapping of it is as good: a copy of it goes to the
 * tool, which has this process's memory until its exec.
 */
static void ledger_copy(struct reporter *reporter)
{
	bool is_gone = ledger_is_gone();

	long fd;

	reporter->is_copied = is_gone || ledger_is_locked();
	if (!reporter->is_copied)
		return;
	fd = raw2(SYS_memfd_create, "unclosed", 0);
	if (raw_failed(fd) || !ledger_write(fd))
		return; /* the tool says that it finds none */
	if (fd != COPY_FD)
		(void)raw3(SYS_dup3, fd, COPY_FD, 0);
	reporter->tool.argv[WORD_FD] = (char *)COPY_WORD;
	if (!is_gone)
		reporter->tool.argv[WORD_LOCKED] = (char *)"locked";
}

/* In the tool's process. */
__attribute__((noreturn)) static void report_exec(struct reporter *reporter)
{
	ledger_copy(reporter);
	tool_exec(&reporter->tool, reporter->is_copied ? COPY_FD : STDERR_FILENO);
}

static pid_t raw_fork(void)
{
	return (pid_t)raw5(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

/* The intermediate, in the program's memory. */
static int intermediate(void *data)
{
	struct reporter *reporter = data;
	int status = SIGKILL;
	pid_t tool;

	self.vfork_depth++;
	tool = raw_fork();
	if (tool == 0)
		report_exec(reporter);
	if (tool > 0)
		while (raw4(SYS_wait4, tool, &status, 0, NULL) == -EINTR)
			;
	if (WIFEXITED(status))
		reporter->status = WEXITSTATUS(status);
	else
		reporter->status = WTERMSIG(status) == SIGKILL ? STATUS_NONE : STATUS_ENDED;
	for (;;)
		(void)raw1(SYS_exit_group, 0);
}

static void intermediate_run(struct reporter *reporter, uint8_t *stack)
{
	int pid = REAL(clone)(intermediate, stack + STACK_SIZE, CLONE_VM | CLONE_VFORK, reporter);

	if (pid > 0) {
		self.vfork_depth--;
		while (raw4(SYS_wait4, pid, NULL, __WALL, NULL) == -EINTR)
			;
	}
}

static void say_where(const char *why, int fd)
{
	char line[600];
	struct text text;

	text_init(&text, line, sizeof(line) - 1);
	text_add(&text, "unclosed: ");
	text_add(&text, why);
	if (reporter_has_other_user()) {
		text_add(&text, ": this program became user ");
		text_add_number(&text, (uint64_t)raw0(SYS_geteuid));
		text_add(&text, "; run it under the launcher (unclosed -- PROGRAM), or start it "
				"as that user");
	}
	text_add(&text, "; see: unclosed report ");
	text_add(&text, shim.ledger_path);
	line[text.length] = '\n';
	if (fd >= 0)
		(void)raw3(SYS_write, fd, line, text.length + 1); /* nowhere else to say it */
}

void reporter_refuse(int stderr_fd)
{
	say_where("the seccomp filter of this program does not let the report start", stderr_fd);
}

/* Returns the tool's exit status, or STATUS_…. */
static int report_run(int stderr_fd, int exit_status)
{
	size_t size = sizeof(struct reporter) + STACK_SIZE;
	long memory = raw6(SYS_mmap, 0, (long)size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct reporter *reporter = (struct reporter *)memory;
	int status;

	if (raw_failed(memory))
		return STATUS_NONE;
	reporter->status = STATUS_NONE;
	if (tool_prepare(&reporter->tool, stderr_fd, environ, bare_options())) {
		words_fill(reporter, exit_status);
		intermediate_run(reporter, (uint8_t *)(reporter + 1));
	}
	status = reporter->status;
	(void)raw2(SYS_munmap, memory, size);
	return status;
}

int reporter_run(int stderr_fd, int exit_status)
{
	uint64_t all = ~UINT64_C(0), before;
	int status;

	(void)raw4(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, 8);
	status = report_run(stderr_fd, exit_status);
	if (status == STATUS_NONE) {
		say_where("cannot start the report", stderr_fd);
	} else if (status == STATUS_ENDED) {
		say_where("the report was ended by a signal", stderr_fd);
		status = exit_status ? exit_status : STATUS_ERROR;
	}
	/* What ended the tool may have come to us as well. */
	(void)raw4(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, 8);
	return status;
}
