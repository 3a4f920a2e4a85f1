/* SPDX-License-Identifier: MIT */
/* The search for a separate debug file on this machine. */
#include "symbol/debugfile.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* At a gigabyte a second. A file of holes may claim to be without an end. */
#define CHECKED_MOST (INT64_C(8) << 30)

/* CRC-32 as in .gnu_debuglink: the polynomial of zlib and Ethernet, reflected. */
static void crc_table_fill(uint32_t table[256])
{
	for (uint32_t byte = 0; byte < 256; byte++) {
		uint32_t crc = byte;

		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? (crc >> 1) ^ 0xedb88320u : crc >> 1;
		table[byte] = crc;
	}
}

static int file_checksum(int fd, uint32_t *ret_crc)
{
	static unsigned char buffer[65536];
	uint32_t table[256];
	uint32_t crc = ~0u;
	off_t at = 0;
	ssize_t count = 0;

	crc_table_fill(table);
	while (at < CHECKED_MOST && (count = pread(fd, buffer, sizeof(buffer), at)) > 0) {
		for (ssize_t i = 0; i < count; i++)
			crc = table[(crc ^ buffer[i]) & 0xff] ^ (crc >> 8);
		at += count;
	}
	if (count != 0)
		return count < 0 ? -errno : -EFBIG;
	*ret_crc = ~crc;
	return 0;
}

/* With a build-id on our side the checksum is not read: it takes a second a gigabyte. */
static bool debugfile_belongs(const struct debugfile_search *search, int fd, bool is_by_link)
{
	const struct build_id *build_id = search->build_id;
	struct binary binary;
	uint32_t crc;

	if (binary_inspect(fd, &binary) < 0)
		return false;
	if (build_id->length > 0
		    ? !build_id_is(&binary.build_id, build_id->bytes, build_id->length)
		    : !is_by_link || file_checksum(fd, &crc) != 0 || crc != search->link_crc)
		return false;
	if (binary.is_heavy && search->ret_is_heavy)
		*search->ret_is_heavy = true;
	return !binary.is_heavy;
}

/* Takes over `path`, which may be NULL: memory was short when it was built. */
static int debugfile_try(const struct debugfile_search *search, char *path, bool is_by_link,
			 char **ret_path)
{
	int fd = path ? regular_file_open(path, NULL) : -ENOMEM;

	if (fd >= 0 && debugfile_belongs(search, fd, is_by_link)) {
		*ret_path = path;
		return fd;
	}
	if (fd >= 0)
		close(fd);
	free(path);
	return -ENOENT;
}

__attribute__((format(printf, 1, 2))) static char *path_print(const char *format, ...)
{
	char *path;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vasprintf(&path, format, arguments);
	va_end(arguments);
	return length < 0 ? NULL : path;
}

static int debugfile_open_by_build_id(const struct debugfile_search *search, char **ret_path)
{
	const struct build_id *build_id = search->build_id;
	char hex[2 * BUILD_ID_MOST + 1];

	if (build_id->length < 2)
		return -ENOENT;
	for (size_t i = 0; i < build_id->length; i++)
		snprintf(hex + 2 * i, 3, "%02x", build_id->bytes[i]);
	return debugfile_try(search,
			     path_print("%s/.build-id/%.2s/%s.debug", search->root, hex, hex + 2),
			     false, ret_path);
}

/* The three places of a link, for the file in `directory` ("" is the root directory). */
static int debugfile_open_beside(const struct debugfile_search *search, const char *directory,
				 char **ret_path)
{
	int fd =
		debugfile_try(search, path_print("%s/%s", directory, search->link), true, ret_path);

	if (fd < 0)
		fd = debugfile_try(search, path_print("%s/.debug/%s", directory, search->link),
				   true, ret_path);
	if (fd < 0 && directory[0] == '/')
		fd = debugfile_try(search,
				   path_print("%s%s/%s", search->root, directory, search->link),
				   true, ret_path);
	return fd;
}

/* `path` without its last component; as in "a" → ".", "/a" → "". */
static char *path_directory(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
}

/*
 * By the path as given and by the real one: /lib is a link to /usr/lib today,
 * while older packages have their debug files in /usr/lib/debug/lib.
 */
static int debugfile_open_by_link(const struct debugfile_search *search, char **ret_path)
{
	char *real = realpath(search->path, NULL);
	char *directory = path_directory(search->path);
	char *real_directory = real ? path_directory(real) : NULL;
	int fd = -ENOENT;

	if (directory)
		fd = debugfile_open_beside(search, directory, ret_path);
	if (fd < 0 && directory && real_directory && strcmp(directory, real_directory) != 0)
		fd = debugfile_open_beside(search, real_directory, ret_path);
	free(real_directory);
	free(directory);
	free(real);
	return fd;
}

int debugfile_open(const struct debugfile_search *search, char **ret_path)
{
	int fd = debugfile_open_by_build_id(search, ret_path);

	if (fd < 0 && search->link && search->link[0] && !strchr(search->link, '/'))
		fd = debugfile_open_by_link(search, ret_path);
	return fd;
}
