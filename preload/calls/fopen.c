/* SPDX-License-Identifier: MIT */
/*
 * FILE and DIR. fileno() and dirfd() reach no other function of libc; they are
 * asked before a stream goes away. fclose() frees the number whatever it
 * returns, even when the last write fails.
 */
#include <errno.h>

#include "calls/fork.h"
#include "record/misuse.h"
#include "record/record.h"

/* Every stream's mode may have an "e" for close-on-exec. */
static uint32_t facts_of(const char *mode)
{
	for (; *mode && *mode != ','; mode++) /* behind a comma stands a character set */
		if (*mode == 'e')
			return FACT_FILE | FACT_CLOEXEC;
	return FACT_FILE;
}

static FILE *stream_opened(enum call call, FILE *stream, uint32_t facts)
{
	if (stream)
		record_opened_with(call, fileno(stream), facts);
	else
		misuse_open_failed(call);
	return stream;
}

/* A stream made in memory has no number; asking must not show in errno. */
static int stream_number(FILE *stream)
{
	int saved_errno = errno;
	int fd = fileno(stream);

	errno = saved_errno;
	return fd;
}

FILE *fopen(const char *restrict path, const char *restrict mode)
{
	return stream_opened(CALL_fopen, REAL(fopen)(path, mode), facts_of(mode));
}

FILE *_IO_fopen(const char *restrict path, const char *restrict mode)
{
	return stream_opened(CALL__IO_fopen, REAL(_IO_fopen)(path, mode), facts_of(mode));
}

FILE *fopen64(const char *restrict path, const char *restrict mode)
{
	return stream_opened(CALL_fopen64, REAL(fopen64)(path, mode), facts_of(mode));
}

/* The old number is closed even when the new file cannot be opened. */
static FILE *stream_reopened(struct release *release, FILE *stream)
{
	record_release_end(release, 0);
	return stream_opened(release->call, stream, FACT_FILE);
}

FILE *freopen(const char *restrict path, const char *restrict mode, FILE *restrict stream)
{
	struct release release = record_release_begin(CALL_freopen, stream_number(stream));

	return stream_reopened(&release, REAL(freopen)(path, mode, stream));
}

FILE *freopen64(const char *restrict path, const char *restrict mode, FILE *restrict stream)
{
	struct release release = record_release_begin(CALL_freopen64, stream_number(stream));

	return stream_reopened(&release, REAL(freopen64)(path, mode, stream));
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
	return RECORD_RELEASE(CALL_fclose, stream_number(stream), REAL(fclose)(stream));
}

int _IO_fclose(FILE *stream)
{
	return RECORD_RELEASE(CALL__IO_fclose, stream_number(stream), REAL(_IO_fclose)(stream));
}

FILE *popen(const char *command, const char *mode)
{
	struct spawn_plan plan;
	FILE *stream;

	spawn_begin_shell(&plan);
	stream = REAL(popen)(command, mode);
	spawn_end_shell(&plan, stream != NULL);
	return stream_opened(CALL_popen, stream, facts_of(mode) | FACT_POPEN);
}

FILE *_IO_popen(const char *command, const char *mode)
{
	struct spawn_plan plan;
	FILE *stream;

	spawn_begin_shell(&plan);
	stream = REAL(_IO_popen)(command, mode);
	spawn_end_shell(&plan, stream != NULL);
	return stream_opened(CALL__IO_popen, stream, facts_of(mode) | FACT_POPEN);
}

int pclose(FILE *stream)
{
	return RECORD_RELEASE(CALL_pclose, stream_number(stream), REAL(pclose)(stream));
}

DIR *opendir(const char *path)
{
	DIR *directory = REAL(opendir)(path);

	if (directory)
		record_opened_with(CALL_opendir, dirfd(directory), FACT_DIR | FACT_CLOEXEC);
	return directory;
}

DIR *fdopendir(int fd)
{
	DIR *directory = REAL(fdopendir)(fd);

	(void)used(CALL_fdopendir, fd, directory ? 0 : -1);
	if (directory)
		record_fact(fd, FACT_DIR);
	return directory;
}

int closedir(DIR *directory)
{
	return RECORD_RELEASE(CALL_closedir, dirfd(directory), REAL(closedir)(directory));
}

FILE *tmpfile(void)
{
	return stream_opened(CALL_tmpfile, REAL(tmpfile)(), FACT_FILE);
}

FILE *tmpfile64(void)
{
	return stream_opened(CALL_tmpfile64, REAL(tmpfile64)(), FACT_FILE);
}

FILE *setmntent(const char *path, const char *mode)
{
	return stream_opened(CALL_setmntent, REAL(setmntent)(path, mode), FACT_FILE);
}

FILE *__setmntent(const char *path, const char *mode)
{
	return stream_opened(CALL___setmntent, REAL(__setmntent)(path, mode), FACT_FILE);
}

/* Takes NULL, and always says 1. */
static struct release mounts_begin(enum call call, FILE *stream)
{
	return record_release_begin(call, stream ? stream_number(stream) : -1);
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
