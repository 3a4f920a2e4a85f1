/* SPDX-License-Identifier: MIT */
/* Creates the ledger of a session in the first directory that takes it, and removes it. */
#include "cli/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/guard.h"
#include "cli/keep.h"
#include "cli/sweep.h"
#include "ledger/access.h"
#include "ledger/seal.h"
#include "ledger/spare_name.h"
#include "report/replacement.h"

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

/* No system call of ours fails with it: others may write the folder. */
#define REFUSED (-EXDEV)

/* The processes of the tree have other working directories: the path must be absolute. */
static int create_in(struct session *session, const char *directory, bool is_given)
{
	if (!realpath(directory, session->directory))
		return -errno;
	if (is_given && ledger_folder_is_open(session->directory)) {
		(void)complain("no ledger in '%s': others may write that folder, and remove what "
			       "is in it (chmod +t, or go-w; it is to be yours, or root's)",
			       directory);
		return REFUSED;
	}
	sweep(session->directory);
	session->file_fd =
		ledger_create_open(&session->ledger, session->directory, ledger_size_allowed(),
				   session->path, sizeof(session->path));
	return session->file_fd < 0 ? session->file_fd : 0;
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
		bool is_given = options->ledger_dir || (strcmp(directories[i], "/dev/shm") != 0 &&
							strcmp(directories[i], "/tmp") != 0);

		/* The system's own folders are as they are. */
		result = create_in(session, directories[i], is_given);
		if (result == 0)
			return 0;
		if (!first_result)
			first_result = result;
	}
	if (options->ledger_dir && first_result == REFUSED)
		return EXIT_ERROR; /* it has been said */
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

int session_open(struct session *session, const struct options *options, const char *program)
{
	struct ledger_header *header;
	int status = create_anywhere(session, options);

	if (status != 0)
		return status;
	/*
	 * The report is read through the descriptor, whatever becomes of the name. Without the lock
	 * the check by pids protects the file: not worth failing for.
	 */
	(void)flock(session->file_fd, LOCK_SH | LOCK_NB);
	guard_begin(&session->ledger);
	mend_begin(&session->mend, &session->ledger, session->file_fd, session->path);
	header = session->ledger.header;
	session->started_wall_ns = (int64_t)header->started_wall_ns;
	session->size = header->file_size;
	header->has_launcher = 1;
	if (!getcwd(session->cwd, sizeof(session->cwd)))
		session->cwd[0] = '\0';
	ledger_settle(&session->ledger, options, session->cwd);
	session->header = *header;
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

/* Is it still the file's name? Else somebody has removed it, and what is there is another's. */
static bool is_name_of(const char *path, int fd)
{
	struct stat file, named;

	return fstat(fd, &file) == 0 && lstat(path, &named) == 0 && named.st_ino == file.st_ino &&
	       named.st_dev == file.st_dev;
}

int ledger_remove(const char *path)
{
	uint64_t session_id;
	uint32_t owner;
	int error;

	if (unlink(path) == 0 || errno == ENOENT)
		return 0;
	error = errno;
	if (!ledger_name_read(path, &owner, &session_id) || owner == geteuid())
		return complain("cannot remove ledger '%s': %s", path, strerror(error));
	return complain("cannot remove ledger '%s': the program began as user %u and became %u; run "
			"it under the launcher (unclosed -- PROGRAM), or start it as user %u",
			path, (unsigned int)owner, (unsigned int)geteuid(),
			(unsigned int)geteuid());
}

int ledger_file_dispose(const char *path, int fd, const struct options *options)
{
	int result;

	spare_remove(path);
	if (options && options->keep_ledger) {
		result = ledger_keep(fd, options->keep_ledger);
		if (result < 0)
			return complain("cannot keep the ledger as '%s': %s; it is still '%s'",
					options->keep_ledger, replacement_error(result), path);
	}
	return is_name_of(path, fd) ? ledger_remove(path) : 0;
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

void session_note_user(struct session *session, uint32_t user)
{
	struct acl acl;
	size_t size = user ? acl_extend(session->file_fd, user, 0, &acl) : 0;

	if (size)
		(void)fsetxattr(session->file_fd, ACL_ATTRIBUTE, &acl, size, 0); /* for a later reader */
}

bool session_is_nameless(const struct session *session)
{
	return !is_name_of(session->path, session->file_fd);
}

bool session_is_cut(struct session *session)
{
	struct stat file;

	mend_now(&session->mend);
	return session->mend.is_damaged ||
	       (fstat(session->file_fd, &file) == 0 && (uint64_t)file.st_size < session->size &&
		mend_is_in_use(session->file_fd, (uint64_t)file.st_size));
}

int session_close(struct session *session, const struct options *options)
{
	int status = ledger_file_dispose(session->path, session->file_fd, options);

	mend_end(&session->mend);
	guard_end();
	ledger_unmap(&session->ledger);
	session->first = NULL;
	close(session->file_fd); /* of a ledger that is gone, or kept */
	session->file_fd = -1;
	return status;
}
