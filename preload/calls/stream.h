/* SPDX-License-Identifier: MIT */
/*
 * What the wrappers of streams share: fopen.c, popen.c, setmntent.c.
 *
 * Layer: preload. Context: target.
 */
#ifndef UNCLOSED_PRELOAD_CALLS_STREAM_H
#define UNCLOSED_PRELOAD_CALLS_STREAM_H

#include <errno.h>

#include "record/misuse.h"
#include "record/record.h"

/* Every stream's mode may have an "e" for close-on-exec. */
static inline uint32_t stream_facts(const char *mode)
{
	for (; *mode && *mode != ','; mode++) /* behind a comma stands a character set */
		if (*mode == 'e')
			return FACT_FILE | FACT_CLOEXEC;
	return FACT_FILE;
}

static inline FILE *stream_opened(enum call call, FILE *stream, uint32_t facts)
{
	if (stream)
		record_opened_with(call, fileno(stream), facts);
	else
		misuse_open_failed(call);
	return stream;
}

/* A stream made in memory has no number; asking must not show in errno. */
static inline int stream_number(FILE *stream)
{
	int saved_errno = errno;
	int fd = fileno(stream);

	errno = saved_errno;
	return fd;
}

#endif
