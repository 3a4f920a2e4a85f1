/* SPDX-License-Identifier: MIT */
/* The list of mounts as a stream. */
#include "calls/stream.h"
#include "record/spare.h"

FILE *setmntent(const char *path, const char *mode)
{
	return stream_opened(CALL_setmntent, REAL(setmntent)(spared_stream(path, mode), mode),
			     STREAM_FACTS(setmntent, mode));
}

FILE *__setmntent(const char *path, const char *mode)
{
	return stream_opened(CALL___setmntent, REAL(__setmntent)(spared_stream(path, mode), mode),
			     STREAM_FACTS(__setmntent, mode));
}

/* Takes NULL, and always says 1. */
static struct release mounts_begin(enum call call, FILE *stream)
{
	struct release release = record_release_begin(call, stream ? stream_number(stream) : -1);

	misuse_stream_ends(&release);
	return release;
}

int endmntent(FILE *stream)
{
	struct release release = mounts_begin(CALL_endmntent, stream);
	int result = REAL(endmntent)(stream);

	record_release_end(&release, 0);
	return result;
}

int __endmntent(FILE *stream)
{
	struct release release = mounts_begin(CALL___endmntent, stream);
	int result = REAL(__endmntent)(stream);

	record_release_end(&release, 0);
	return result;
}
