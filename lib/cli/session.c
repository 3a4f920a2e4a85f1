/* SPDX-License-Identifier: MIT */
/* Creates the ledger of a session in the first directory that takes it, and removes it. */
#include "cli/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/guard.h"
#include "cli/keep.h"
#include "cli/sweep.h"
#include "ledger/spare_name.h"

void session_directories(const struct options *options, const char *const **ret_directories)
{
	static const char *directories[5];
	size_t count = 0;
	const char *given;

	if (options->ledger_dir) {
		directories[count++] = options->ledger_dir;
	} else {
		directories[count++] = "/dev/shm";
		given = getenv("TMPDIR");
		if (given && *given)
			directories[count++] = given;
		directories[count++] = "/tmp";
		given = getenv("XDG_RUNTIME_DIR");
		if (given && *given)
			directories[count++] = given;
	}
	directories[count] = NULL;
	*ret_directories = directories;
}

/* The processes of the tree have other working directories: the path must be absolute. */
static int create_in(struct session *session, const char *directory)
{
	if (!realpath(directory, session->directory))
		return -errno;
	sweep(session->directory);
	return ledger_create(&session->ledger, session->directory, ledger_size_allowed(),
			     session->path, sizeof(session->path));
}

/* EFAULT is how a full file system answers MADV_POPULATE_WRITE; EFBIG is RLIMIT_FSIZE. */
static const char *create_error(int error)
{
	if (error == EFAULT)
		error = ENOSPC;
	return error == EFBIG ? "the limit on file sizes (ulimit -f) is below 1 MiB"
			      : strerror(error);
}

static int create_anywhere(struct session *session, const struct options *options)
{
	const char *const *directories;
	int result = -ENOENT, first_result = 0;

	session_directories(options, &directories);
	for (size_t i = 0; directories[i]; i++) {
		result = create_in(session, directories[i]);
		if (result == 0)
			return 0;
		if (!first_result)
			first_result = result;
	}
	if (options->ledger_dir)
		return complain("cannot create a ledger in '%s': %s", options->ledger_dir,
				create_error(-first_result));
	return complain("cannot create a ledger in '%s' or %s: %s; --ledger-dir DIR names another "
			"place with 1 MiB of room",
			directories[0], directories[2] ? "any other directory" : "'/tmp'",
			create_error(-first_result));
}

static uint32_t text_add_to(struct ledger *ledger, const char *text)
{
	return ledger_string_add(ledger, text, strlen(text));
}

static int announce(struct session *session, const char *program)
{
	struct ledger_process *first = ledger_process_new(&session->ledger, &session->first_index);

	if (!first)
		return complain("cannot write to ledger '%s': %s", session->path, strerror(ENOSPC));
	first->origin = ORIGIN_FIRST;
	first->uid = (uint32_t)getuid();
	first->ppid = (uint32_t)getpid();
	first->target_ref = text_add_to(&session->ledger, program);
	atomic_store_explicit(&first->state, PROCESS_EXPECTED, memory_order_release);
	session->first = first;
	return 0;
}

int session_open(struct session *session, const struct options *options, const char *library,
		 const char *program)
{
	struct ledger_header *header;
	char *cwd;
	int status = create_anywhere(session, options);

	if (status != 0)
		return status;
	/*
	 * The report is read through it, whatever becomes of the name. Without it the name must do,
	 * and without the lock the check by pids protects the file: not worth failing for.
	 */
	session->file_fd = open(session->path, O_RDONLY | O_CLOEXEC);
	if (session->file_fd >= 0)
		(void)flock(session->file_fd, LOCK_SH | LOCK_NB);

	guard_begin(&session->ledger);
	mend_begin(&session->mend, &session->ledger, session->path);
	header = session->ledger.header;
	session->size = header->file_size;
	header->has_launcher = 1;
	header->stack_depth = options->stack_depth;
	header->kinds = options->kinds;
	header->kinds_asked = options->is_verbose ? KIND_ALL : options->kinds;
	header->fails_tests = options_fails_tests(options);
	header->keeps_all = options_ask_for_programs(options);
	header->keeps_open = options_ask_for_open(options);
	header->spreads_numbers = options->spreads_numbers;
	header->preload_ref = text_add_to(&session->ledger, library);
	header->path_ref = text_add_to(&session->ledger, session->path);
	cwd = getcwd(NULL, 0);
	header->cwd_ref = cwd ? text_add_to(&session->ledger, cwd) : 0;
	free(cwd);
	status = announce(session, program);
	if (status != 0)
		(void)session_close(session, NULL); /* the first failure was told */
	return status;
}

/* What a program got that would have cut the ledger; hardly ever is there one. */
static void spare_remove(const char *path)
{
	char *name;

	if (asprintf(&name, "%s" LEDGER_SPARE, path) < 0)
		return; /* swept at the next start */
	(void)unlink(name);
	free(name);
}

int ledger_file_dispose(const char *path, int fd, const struct options *options)
{
	int result;

	spare_remove(path);
	if (options && options->keep_ledger) {
		result = ledger_keep(path, fd, options->keep_ledger);
		if (result < 0)
			return complain("cannot keep the ledger as '%s': %s; it is still '%s'",
					options->keep_ledger, strerror(-result), path);
		return 0;
	}
	if (unlink(path) < 0 && errno != ENOENT)
		return complain("cannot remove ledger '%s': %s", path, strerror(errno));
	return 0;
}

/* The next session uses the same storage. */
static void ledger_unmap(struct ledger *ledger)
{
	for (size_t i = 0; i < LEDGER_WINDOWS_MAX; i++) {
		uint8_t *window = atomic_load_explicit(&ledger->windows[i], memory_order_relaxed);

		if (window)
			(void)munmap(window,
				     LEDGER_WINDOW_SIZE); /* of whole windows: cannot fail */
	}
	*ledger = (struct ledger){ .header = NULL };
}

static bool file_status(const struct session *session, struct stat *ret_status)
{
	return session->file_fd >= 0 && fstat(session->file_fd, ret_status) == 0;
}

bool session_is_nameless(const struct session *session)
{
	struct stat file, named;

	return file_status(session, &file) &&
	       (stat(session->path, &named) < 0 || named.st_ino != file.st_ino ||
		named.st_dev != file.st_dev);
}

bool session_is_cut(struct session *session)
{
	struct stat file;

	mend_now(&session->mend);
	return session->mend.is_damaged ||
	       (file_status(session, &file) && (uint64_t)file.st_size < session->size &&
		mend_is_in_use(session->file_fd, (uint64_t)file.st_size));
}

int session_close(struct session *session, const struct options *options)
{
	int status = ledger_file_dispose(session->path, session->file_fd, options);

	mend_end(&session->mend);
	guard_end();
	ledger_unmap(&session->ledger);
	session->first = NULL;
	if (session->file_fd >= 0)
		close(session->file_fd);
	session->file_fd = -1;
	return status;
}
