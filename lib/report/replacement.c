/* SPDX-License-Identifier: MIT */
/* Writes a new file beside the one that it replaces, and whatever cannot be replaced in place. */
#include "report/replacement.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

#define TRIES 100

/* The new file that is being written. Only one is at a time. */
static struct replacement *volatile begun;

void replacement_abandon(void)
{
	const struct replacement *replacement = begun;

	if (replacement)
		(void)unlinkat(replacement->folder, replacement->name, 0); /* it ends with us */
}

const char *replacement_error(int error)
{
	return error == -REPLACEMENT_FOREIGN ? "it belongs to another user" : strerror(-error);
}

static bool is_trusted(const struct stat *status)
{
	return status->st_uid == geteuid() || status->st_uid == 0;
}

/* What has the name of a file that is to be written. */
struct found {
	char *path; /* without links; to be freed */
	bool is_there;
	struct stat status;
};

/* A link of ours, or of root's, stays a link; what it leads to is meant. */
static int link_follow(const char *path, struct found *found)
{
	if (!is_trusted(&found->status))
		return -REPLACEMENT_FOREIGN;
	found->path = realpath(path, NULL);
	if (!found->path && errno == ENOENT) { /* it leads nowhere, and is replaced itself */
		found->is_there = false;
		found->path = strdup(path);
		return found->path ? 0 : -ENOMEM;
	}
	return !found->path || lstat(found->path, &found->status) < 0 ? -errno : 0;
}

static int find(const char *path, struct found *ret_found)
{
	int error = 0;

	*ret_found = (struct found){ .path = NULL };
	ret_found->is_there = lstat(path, &ret_found->status) == 0;
	if (!ret_found->is_there && errno != ENOENT)
		return -errno;
	if (ret_found->is_there && S_ISLNK(ret_found->status.st_mode)) {
		error = link_follow(path, ret_found);
	} else {
		ret_found->path = strdup(path);
		error = ret_found->path ? 0 : -ENOMEM;
	}
	/* A device is the system's; a FIFO is read by whoever made it. */
	if (error == 0 && ret_found->is_there && !is_trusted(&ret_found->status) &&
	    (S_ISREG(ret_found->status.st_mode) || S_ISFIFO(ret_found->status.st_mode)))
		error = -REPLACEMENT_FOREIGN;
	if (error) {
		free(ret_found->path);
		ret_found->path = NULL;
	}
	return error;
}

/* Make the folders that `path` is to be in. Returns 0 or -errno. */
static int folders_make(const char *path)
{
	char folder[PATH_MAX];
	struct text text;

	text_init(&text, folder, sizeof(folder));
	text_add(&text, path);
	if (text.is_cut)
		return -ENAMETOOLONG;
	for (char *slash = folder; (slash = strchr(slash + 1, '/'));) {
		*slash = '\0';
		/* Another one may make it at the same time; what is no folder fails later. */
		if (mkdir(folder, 0777) < 0 && errno != EEXIST && access(folder, F_OK) < 0)
			return -errno;
		*slash = '/';
	}
	return 0;
}

static int folder_open(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	int fd = folder ? open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	int error = folder ? -errno : -ENOMEM;

	free(folder);
	return fd >= 0 ? fd : error;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A name that nobody can have made before. */
static void name_make(char *name, size_t size)
{
	uint64_t number = 0;

	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != sizeof(number))
		number = (uint64_t)getpid() << 32 | (uint32_t)rand();
	(void)snprintf(name, size, ".unclosed-%016llx", (unsigned long long)number); /* fits */
}

/* Returns 0 or -errno; the mode is right before anything is in it. */
static int new_open(struct replacement *replacement, const struct found *found, mode_t mode)
{
	int error = -EEXIST;

	for (unsigned int i = 0; i < TRIES && error == -EEXIST; i++) {
		name_make(replacement->name, sizeof(replacement->name));
		replacement->fd = openat(replacement->folder, replacement->name,
					 O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
					 found->is_there ? 0600 : mode);
		error = replacement->fd < 0 ? -errno : 0;
	}
	if (error == 0 && found->is_there &&
	    fchmod(replacement->fd, found->status.st_mode & 07777) < 0) {
		error = -errno;
		(void)unlinkat(replacement->folder, replacement->name, 0); /* nothing is in it */
		close(replacement->fd);
	}
	return error;
}

static int beside_begin(struct replacement *replacement, const struct found *found, mode_t mode)
{
	int error;

	replacement->folder = folder_open(found->path);
	if (replacement->folder < 0)
		return replacement->folder;
	error = new_open(replacement, found, mode);
	if (error) {
		close(replacement->folder);
		replacement->folder = -1;
		return error;
	}
	begun = replacement;
	return 0;
}

/* A file of this name is there: the one that was looked at, and no other by now. */
static int in_place_begin(struct replacement *replacement, const struct found *found)
{
	struct stat status;

	replacement->folder = -1;
	replacement->fd =
		open(found->path, O_WRONLY | O_CLOEXEC | O_NOCTTY |
					  (S_ISREG(found->status.st_mode) ? O_NOFOLLOW : 0));
	if (replacement->fd < 0)
		return -errno;
	if (fstat(replacement->fd, &status) < 0 || status.st_ino != found->status.st_ino ||
	    status.st_dev != found->status.st_dev) {
		close(replacement->fd);
		return -ESTALE;
	}
	if (replacement->is_regular && ftruncate(replacement->fd, 0) < 0) {
		int error = -errno;

		close(replacement->fd);
		return error;
	}
	return 0;
}

/* A folder that takes no new file, or a file that is a mount point (a container). */
static bool is_folders_fault(int error)
{
	return error == -EACCES || error == -EPERM || error == -EROFS || error == -EBUSY;
}

int replacement_begin(struct replacement *replacement, const char *path, mode_t mode)
{
	struct found found;
	int error = find(path, &found);

	*replacement = (struct replacement){ .folder = -1, .fd = -1 };
	if (error)
		return error;
	if (!found.is_there)
		error = folders_make(path);
	replacement->is_regular = !found.is_there || S_ISREG(found.status.st_mode);
	if (error == 0 && !found.is_there) {
		error = beside_begin(replacement, &found, mode);
	} else if (error == 0) {
		/* A new file would be ours, and no longer root's. */
		error = replacement->is_regular && found.status.st_uid == geteuid()
				? beside_begin(replacement, &found, mode)
				: in_place_begin(replacement, &found);
		if (replacement->is_regular && is_folders_fault(error))
			error = in_place_begin(replacement, &found);
	}
	replacement->target = found.path;
	if (error) {
		free(found.path);
		replacement->target = NULL;
	}
	return error;
}

static int renamed(struct replacement *replacement)
{
	int result = renameat(replacement->folder, replacement->name, replacement->folder,
			      base_name(replacement->target));

	return result < 0 ? -errno : 0;
}

/* A mount point cannot be replaced: it gets what is in the new file. */
static int poured(struct replacement *replacement)
{
	int from =
		openat(replacement->folder, replacement->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct replacement in_place = { .is_regular = true };
	struct found found;
	char bytes[4096];
	ssize_t got = 0;
	int error = from < 0 ? -errno : find(replacement->target, &found);

	if (error == 0) {
		error = in_place_begin(&in_place, &found);
		free(found.path);
	}
	while (error == 0 && (got = read(from, bytes, sizeof(bytes))) > 0)
		if (write(in_place.fd, bytes, (size_t)got) != got)
			error = -EIO;
	if (error == 0 && got < 0)
		error = -errno;
	if (in_place.fd > 0 && close(in_place.fd) < 0 && error == 0)
		error = -errno;
	if (from >= 0)
		close(from); /* only read */
	return error;
}

/* Network file systems report a full disk here. EINTR: the number is free all the same. */
static int closed(int fd, int error)
{
	return close(fd) < 0 && error == 0 && errno != EINTR ? -errno : error;
}

int replacement_end(struct replacement *replacement, int error)
{
	bool is_beside = replacement->folder >= 0;

	/* Half a report may be left, but the caller fails anyway. */
	if (error && !is_beside && replacement->is_regular && ftruncate(replacement->fd, 0) < 0)
		error = -errno;
	error = closed(replacement->fd, error);
	if (is_beside) {
		int moved = error ? error : renamed(replacement);

		if (error == 0 && is_folders_fault(moved))
			moved = poured(replacement);
		error = moved;
		begun = NULL;
		(void)unlinkat(replacement->folder, replacement->name, 0); /* it may have moved */
		close(replacement->folder);
	}
	free(replacement->target);
	return error;
}

static int check_access(const char *path, int mode)
{
	return faccessat(AT_FDCWD, path, mode, AT_EACCESS) < 0 ? -errno : 0;
}

/* Can a new file be made beside `path`? One is, and goes at once: /proc takes none, whatever its
 * mode. */
static int check_folder(const char *path)
{
	struct replacement replacement = { .folder = -1 };
	const struct found found = { .path = (char *)path };
	int error = beside_begin(&replacement, &found, 0600);

	if (error)
		return error;
	begun = NULL;
	(void)unlinkat(replacement.folder, replacement.name, 0); /* nothing is in it */
	close(replacement.fd);
	close(replacement.folder);
	return 0;
}

int replacement_check(const char *path)
{
	struct found found;
	int error = find(path, &found);

	if (error)
		return error;
	if (!found.is_there) {
		error = folders_make(path);
		if (error == 0)
			error = check_folder(path);
	} else if (S_ISDIR(found.status.st_mode)) {
		error = -EISDIR;
	} else {
		error = check_access(found.path, W_OK);
		/* A folder that takes a new file is not needed where the old one can be written. */
		if (error && S_ISREG(found.status.st_mode) && found.status.st_uid == geteuid())
			error = check_folder(found.path);
	}
	free(found.path);
	return error;
}
