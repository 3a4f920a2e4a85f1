/* SPDX-License-Identifier: MIT */
/* Reads /proc/PID/fd: numbers, where they lead to, and what they are. */
#include "live/listing.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/kind_link.h"

#define TARGET_MAX 4096
#define MQUEUE_MAGIC 0x19800202 /* include/uapi/linux/magic.h does not have it */

/* A name in the root directory may be a message queue's: the file system tells. */
static bool is_mqueue(int pid, int fd, const char *target)
{
	struct statfs status;
	char path[64];

	if (target[0] != '/' || strchr(target + 1, '/'))
		return false;
	(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd); /* fits */
	return statfs(path, &status) == 0 && status.f_type == MQUEUE_MAGIC;
}

static bool text_reserve(struct live_listing *listing, size_t length)
{
	size_t size = listing->text_size ? listing->text_size : 1 << 16;
	char *text;

	while (size < listing->text_length + length)
		size *= 2;
	if (size == listing->text_size)
		return true;
	text = realloc(listing->text, size);
	if (!text)
		return false;
	listing->text = text;
	listing->text_size = size;
	return true;
}

static bool target_keep(struct live_listing *listing, struct live_descriptor *descriptor,
			const char *target, size_t length)
{
	if (!text_reserve(listing, length + 1))
		return false;
	descriptor->target_at = listing->text_length;
	descriptor->target_length = (uint32_t)length;
	memcpy(listing->text + listing->text_length, target, length + 1);
	listing->text_length += length + 1;
	return true;
}

static bool descriptor_fill(struct live_listing *listing, int pid, int folder, const char *name,
			    struct live_descriptor *descriptor)
{
	char target[TARGET_MAX];
	ssize_t length = readlinkat(folder, name, target, sizeof(target) - 1);
	struct stat status;

	if (length < 0 && (errno == EACCES || errno == EPERM))
		listing->refused = errno;
	target[length > 0 ? length : 0] = '\0';
	if (length > 0 && !target_keep(listing, descriptor, target, (size_t)length))
		return false;
	if (fstatat(folder, name, &status, 0) < 0)
		return true; /* closed since the folder was read, or the links are refused */
	descriptor->has_stat = true;
	descriptor->mode = status.st_mode;
	descriptor->links = (uint32_t)status.st_nlink;
	descriptor->inode = status.st_ino;
	descriptor->device = status.st_dev;
	descriptor->kind = (uint8_t)kind_of_link(target, &status);
	/* O_PATH: a reference to a socket's file in a file system. */
	if (descriptor->kind == KIND_SOCKET && target[0] == '/')
		descriptor->kind = KIND_FILE;
	if (descriptor->kind == KIND_FILE && S_ISREG(status.st_mode) &&
	    is_mqueue(pid, descriptor->fd, target))
		descriptor->kind = KIND_MQUEUE;
	return true;
}

static int descriptor_add(struct live_listing *listing, int pid, int folder, const char *name)
{
	struct live_descriptor *list, descriptor = { .target_at = SIZE_MAX };

	if (listing->count % 256 == 0) {
		list = reallocarray(listing->list, listing->count + 256, sizeof(*list));
		if (!list)
			return -ENOMEM;
		listing->list = list;
	}
	descriptor.fd = atoi(name);
	if (!descriptor_fill(listing, pid, folder, name, &descriptor))
		return -ENOMEM;
	listing->list[listing->count++] = descriptor;
	return 0;
}

static int by_number(const void *one, const void *other)
{
	int a = ((const struct live_descriptor *)one)->fd;
	int b = ((const struct live_descriptor *)other)->fd;

	return (a > b) - (a < b);
}

int live_listing_read(int pid, struct live_listing *ret_listing)
{
	char path[32];
	struct dirent *entry;
	int result = 0;
	DIR *folder;

	*ret_listing = (struct live_listing){ .count = 0 };
	(void)snprintf(path, sizeof(path), "/proc/%d/fd", pid); /* fits */
	folder = opendir(path);
	if (!folder)
		return -errno;
	while (result == 0 && (errno = 0, entry = readdir(folder)) != NULL)
		if (isdigit((unsigned char)entry->d_name[0]))
			result = descriptor_add(ret_listing, pid, dirfd(folder), entry->d_name);
	if (result == 0 && errno)
		result = -errno;
	(void)closedir(folder); /* only read */
	if (result < 0)
		live_listing_free(ret_listing);
	else if (ret_listing->count)
		qsort(ret_listing->list, ret_listing->count, sizeof(*ret_listing->list), by_number);
	return result;
}

void live_listing_free(struct live_listing *listing)
{
	free(listing->list);
	free(listing->text);
	*listing = (struct live_listing){ .count = 0 };
}

const char *live_listing_target(const struct live_listing *listing,
				const struct live_descriptor *descriptor)
{
	return descriptor->target_at == SIZE_MAX ? NULL : listing->text + descriptor->target_at;
}

const struct live_descriptor *live_listing_find(const struct live_listing *listing, int fd)
{
	const struct live_descriptor key = { .fd = fd };

	return listing->count ? bsearch(&key, listing->list, listing->count, sizeof(key), by_number)
			      : NULL;
}
