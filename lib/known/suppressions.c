/* SPDX-License-Identifier: MIT */
/* Suppression files: read into memory, handed to the parser, and freed. */
#include "known/suppressions.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* More than anybody writes; a wrong path must not fill the memory. */
#define FILE_BYTES_MAX (16u << 20)

int suppressions_load(struct suppressions *suppressions, const char *path,
		      struct text_error *ret_error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t length = 0, room = 0;
	char *bytes = NULL, *grown;
	ssize_t part = 0;
	int result = 0;

	*ret_error = (struct text_error){ .line = 0 };
	if (fd < 0)
		return -errno;
	do {
		length += (size_t)part;
		if (length == room) {
			room = room ? room * 2 : 4096;
			grown = room <= FILE_BYTES_MAX ? realloc(bytes, room) : NULL;
			if (!grown)
				result = -EFBIG;
			else
				bytes = grown;
		}
	} while (result == 0 && (part = read(fd, bytes + length, room - length)) > 0);
	if (part < 0)
		result = -errno;
	close(fd);
	if (result == 0)
		result = suppressions_parse(suppressions, bytes, length, path, ret_error);
	free(bytes);
	return result;
}

void suppressions_fini(struct suppressions *suppressions)
{
	for (size_t i = 0; i < suppressions->text_count; i++)
		free(suppressions->texts[i]);
	free(suppressions->texts);
	free(suppressions->rules);
	*suppressions = (struct suppressions){ .count = 0 };
}
