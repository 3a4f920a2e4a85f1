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

/* The mode of a stream may have an "e" for close-on-exec, where the call's row says so. */
static inline uint32_t stream_facts(unsigned int cloexec, const char *mode)
{
	if (cloexec != CLOEXEC_MODE_)
		return FACT_FILE | cloexec_fact(cloexec, 0);
	for (; *mode && *mode != ','; mode++) /* behind a comma stands a character set */
		if (*mode == 'e')
			return FACT_FILE | FACT_CLOEXEC;
	return FACT_FILE;
}

/* What is known of the stream that the call of that name opened with this mode. */
#define STREAM_FACTS(name, mode) stream_facts(CLOEXEC_OF_##name, mode)

/* A new stream. Its number may be moved (record/spread.h): glibc keeps it in this one place. */
static inline FILE *stream_opened(enum call call, FILE *stream, uint32_t facts)
{
	if (stream)
		stream->_fileno = record_opened_with(call, fileno(stream), facts);
	else
		misuse_open_failed(call);
	return stream;
}

/* The same of one that goes on with the number it had. */
static inline FILE *stream_reopened(enum call call, FILE *stream, uint32_t facts)
{
	if (stream)
		record_held(call, fileno(stream), facts);
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
