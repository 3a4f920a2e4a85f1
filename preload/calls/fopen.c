/* SPDX-License-Identifier: MIT */
/*
 * FILE. fileno() reaches no other function of libc; it is asked before a stream
 * goes away. fclose() frees the number whatever it returns, even when the last
 * write fails.
 */
#include "calls/stream.h"
#include "record/spare.h"

FILE *fopen(const char *restrict path, const char *restrict mode)
{
	return stream_opened(CALL_fopen, REAL(fopen)(spared_stream(path, mode), mode),
			     STREAM_FACTS(fopen, mode));
}

FILE *_IO_fopen(const char *restrict path, const char *restrict mode)
{
	return stream_opened(CALL__IO_fopen, REAL(_IO_fopen)(spared_stream(path, mode), mode),
			     STREAM_FACTS(_IO_fopen, mode));
}

FILE *fopen64(const char *restrict path, const char *restrict mode)
{
	return stream_opened(CALL_fopen64, REAL(fopen64)(spared_stream(path, mode), mode),
			     STREAM_FACTS(fopen64, mode));
}

/* Whose number is closed by it: the stream's own? */
static struct release stream_reopen_begin(enum call call, FILE *stream)
{
	struct release release = record_release_begin(call, stream_number(stream));

	misuse_stream_ends(&release);
	return release;
}

/* The old number is closed even when the new file cannot be opened. */
static FILE *stream_reopen_end(struct release *release, FILE *stream, uint32_t facts)
{
	record_release_end(release, 0);
	return stream_reopened(release->call, stream, facts);
}

FILE *freopen(const char *restrict path, const char *restrict mode, FILE *restrict stream)
{
	struct release release = stream_reopen_begin(CALL_freopen, stream);

	return stream_reopen_end(&release, REAL(freopen)(spared_stream(path, mode), mode, stream),
				 STREAM_FACTS(freopen, mode));
}

FILE *freopen64(const char *restrict path, const char *restrict mode, FILE *restrict stream)
{
	struct release release = stream_reopen_begin(CALL_freopen64, stream);

	return stream_reopen_end(&release, REAL(freopen64)(spared_stream(path, mode), mode, stream),
				 STREAM_FACTS(freopen64, mode));
}

FILE *fdopen(int fd, const char *mode)
{
	FILE *stream = REAL(fdopen)(fd, mode);

	(void)used(CALL_fdopen, fd, stream ? 0 : -1);
	if (stream)
		record_fact(fd, FACT_FILE);
	return stream;
}

FILE *_IO_fdopen(int fd, const char *mode)
{
	FILE *stream = REAL(_IO_fdopen)(fd, mode);

	(void)used(CALL__IO_fdopen, fd, stream ? 0 : -1);
	if (stream)
		record_fact(fd, FACT_FILE);
	return stream;
}

int fclose(FILE *stream)
{
	return STREAM_RELEASE(CALL_fclose, stream_number(stream), REAL(fclose)(stream));
}

int _IO_fclose(FILE *stream)
{
	return STREAM_RELEASE(CALL__IO_fclose, stream_number(stream), REAL(_IO_fclose)(stream));
}

FILE *tmpfile(void)
{
	return stream_opened(CALL_tmpfile, REAL(tmpfile)(), STREAM_FACTS(tmpfile, NULL));
}

FILE *tmpfile64(void)
{
	return stream_opened(CALL_tmpfile64, REAL(tmpfile64)(), STREAM_FACTS(tmpfile64, NULL));
}
