/* SPDX-License-Identifier: MIT */
/*
 * The bundled sample programs, as their index.txt lists them.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_SAMPLE_H
#define UNCLOSED_CLI_SAMPLE_H

#include <limits.h>
#include <stdbool.h>

#define SAMPLE_NAME_SIZE 128

struct sample {
	char name[SAMPLE_NAME_SIZE];  /* "c/server_ok" */
	char file[SAMPLE_NAME_SIZE];  /* its source, below the folder of sources */
	char fixed[SAMPLE_NAME_SIZE]; /* name of the correct twin; "-" without one */
	char title[256];
};

/* Folders of sources (with index.txt) and of binaries; found beside our own program. */
struct sample_folders {
	char sources[PATH_MAX];
	char binaries[PATH_MAX];
};

/* Returns 0 or -errno. */
int sample_folders_find(struct sample_folders *ret_folders);

/*
 * Call `visit` for every sample until it returns true. Returns 1 when it did,
 * 0 at the end, or -errno when the index cannot be read.
 */
int samples_visit(const struct sample_folders *folders,
		  bool (*visit)(const struct sample *sample, void *data), void *data);

/*
 * The sample of a name, with its folder ("c/server_ok") or without (the first
 * that fits); NULL: the first of all. Returns 0, -ENOENT or another -errno.
 */
int sample_find(const struct sample_folders *folders, const char *name, struct sample *ret_sample);

#endif
