/* SPDX-License-Identifier: MIT */
/* Finds the bundled sample programs by their index. */
#include "cli/sample.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/program.h"

/* As seen from the program's directory, once installed. */
#ifndef UNCLOSED_LIBDIR_FROM_BINDIR
#define UNCLOSED_LIBDIR_FROM_BINDIR "../lib"
#endif
#ifndef UNCLOSED_DATADIR_FROM_BINDIR
#define UNCLOSED_DATADIR_FROM_BINDIR "../share"
#endif

/* The first of two places that is there, without its symbolic links and "..". */
static int folder_find(const char *directory, const char *installed, const char *beside,
		       char *ret_folder)
{
	const char *const places[] = { installed, beside };
	char path[PATH_MAX + 64];

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		/* A path that is too long is cut, and not found. */
		(void)snprintf(path, sizeof(path), "%s/%s/unclosed/samples", directory, places[i]);
		if (realpath(path, ret_folder))
			return 0;
	}
	return -errno;
}

int sample_folders_find(struct sample_folders *ret_folders)
{
	char directory[PATH_MAX];
	int result = own_directory(directory, sizeof(directory));

	if (result == 0)
		result = folder_find(directory, UNCLOSED_DATADIR_FROM_BINDIR, "../share",
				     ret_folders->sources);
	if (result == 0)
		result = folder_find(directory, UNCLOSED_LIBDIR_FROM_BINDIR, "../lib",
				     ret_folders->binaries);
	return result;
}
static bool sample_parse(const char *line, struct sample *ret_sample)
{
	if (line[0] == '#')
		return false;
	return sscanf(line, "%127s %127s %127s %255[^\n]", ret_sample->name, ret_sample->file,
		      ret_sample->fixed, ret_sample->title) == 4;
}

int samples_visit(const struct sample_folders *folders,
		  bool (*visit)(const struct sample *sample, void *data), void *data)
{
	char path[sizeof(folders->sources) + 16], line[1024];
	struct sample sample;
	bool is_done = false;
	FILE *index;

	(void)snprintf(path, sizeof(path), "%s/index.txt", folders->sources); /* fits */
	index = fopen(path, "re");
	if (!index)
		return -errno;
	while (!is_done && fgets(line, sizeof(line), index))
		if (sample_parse(line, &sample))
			is_done = visit(&sample, data);
	(void)fclose(index); /* was only read */
	return is_done;
}

struct search {
	const char *name;
	struct sample *sample;
};

static bool sample_matches(const struct sample *sample, void *data)
{
	struct search *search = data;
	const char *slash = strchr(sample->name, '/');

	if (search->name && strcmp(sample->name, search->name) != 0 &&
	    (!slash || strcmp(slash + 1, search->name) != 0))
		return false;
	*search->sample = *sample;
	return true;
}

int sample_find(const struct sample_folders *folders, const char *name, struct sample *ret_sample)
{
	struct search search = { .name = name, .sample = ret_sample };
	int result = samples_visit(folders, sample_matches, &search);

	if (result == 0)
		return -ENOENT;
	return result < 0 ? result : 0;
}
