/* SPDX-License-Identifier: MIT */
/* Lines of source files, read once and kept. */
#include "symbol/source.h"

#include <errno.h>
#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "symbol/binary.h"

#define SOURCE_MOST (32u * 1024u * 1024u)
#define SOURCES_MOST (256u * 1024u * 1024u)

struct source {
	const char *path;
	struct timespec changed;
	char *text;     /* newlines made '\0'; NULL: could not be read */
	size_t *starts; /* of each line in the text */
	size_t count;
	char path_storage[];
};

static int source_compare(const void *left, const void *right)
{
	return strcmp(((const struct source *)left)->path, ((const struct source *)right)->path);
}

static void source_free(void *opaque)
{
	struct source *source = opaque;

	free(source->starts);
	free(source->text);
	free(source);
}

void sources_fini(struct sources *sources)
{
	tdestroy(sources->by_path, source_free);
	*sources = (struct sources){ 0 };
}

/* Never beyond the size at the start: files below /proc have none and may block. */
static size_t file_read(int fd, char *bytes, size_t size)
{
	size_t length = 0;

	while (length < size) {
		ssize_t count = read(fd, bytes + length, size - length);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			break;
		length += (size_t)count;
	}
	return length;
}

static bool source_split(struct source *source, size_t length)
{
	size_t count = 1, line = 0;
	char *at = source->text, *end = source->text + length;

	for (const char *c = at; (c = memchr(c, '\n', (size_t)(end - c))); c++)
		count++;
	source->starts = calloc(count, sizeof(*source->starts));
	if (!source->starts)
		return false;
	while (at < end) {
		char *newline = memchr(at, '\n', (size_t)(end - at));

		source->starts[line++] = (size_t)(at - source->text);
		if (!newline)
			break;
		*newline = '\0';
		if (newline > at && newline[-1] == '\r')
			newline[-1] = '\0';
		at = newline + 1;
	}
	source->count = line;
	return true;
}

static void source_read(struct source *source, struct sources *sources)
{
	struct stat status;
	int fd = regular_file_open(source->path, &status);
	size_t size;

	if (fd < 0) {
		sources->are_withheld |= fd == -EACCES;
		return;
	}
	size = (size_t)status.st_size;
	if (size > 0 && size <= SOURCE_MOST && size <= SOURCES_MOST - sources->size_bytes)
		source->text = malloc(size + 1);
	if (source->text) {
		size = file_read(fd, source->text, size);
		source->text[size] = '\0';
		source->changed = status.st_mtim;
		sources->size_bytes += size;
		(void)source_split(source, size); /* without memory: a file of no lines */
	}
	close(fd);
}

/* What could not be read is kept too, so that it is not tried again. */
static struct source *source_get(struct sources *sources, const char *path)
{
	struct source key = { .path = path };
	struct source **found = tfind(&key, &sources->by_path, source_compare);
	struct source *source;

	if (found)
		return *found;
	source = calloc(1, sizeof(*source) + strlen(path) + 1);
	if (!source)
		return NULL;
	source->path = strcpy(source->path_storage, path);
	if (!tsearch(source, &sources->by_path, source_compare)) {
		free(source);
		return NULL;
	}
	source_read(source, sources);
	return source;
}

static bool time_is_after(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

const char *source_line(struct sources *sources, const char *path, const struct timespec *newest,
			unsigned int line)
{
	struct source *source = source_get(sources, path);

	if (!source || line == 0 || line > source->count)
		return NULL;
	if (newest && time_is_after(&source->changed, newest))
		return NULL;
	return source->text + source->starts[line - 1];
}
