/* SPDX-License-Identifier: MIT */
/*
 * fts: a walk keeps the directory that it started from open, unless it was told
 * not to change directory, or decided so by itself.
 */
#include <errno.h>

#include "record/record.h"

#define WALK_NUMBER(walk) ((walk)->fts_options & FTS_NOCHDIR ? -1 : (walk)->fts_rfd)

FTS *fts_open(char *const *paths, int options, int (*compare)(const FTSENT **, const FTSENT **))
{
	FTS *walk = REAL(fts_open)(paths, options, compare);

	if (walk)
		record_held(CALL_fts_open, WALK_NUMBER(walk), 0);
	return walk;
}

FTS64 *fts64_open(char *const *paths, int options,
		  int (*compare)(const FTSENT64 **, const FTSENT64 **))
{
	FTS64 *walk = REAL(fts64_open)(paths, options, compare);

	if (walk)
		record_held(CALL_fts64_open, WALK_NUMBER(walk), 0);
	return walk;
}

int fts_close(FTS *walk)
{
	return RECORD_RELEASE(CALL_fts_close, WALK_NUMBER(walk), REAL(fts_close)(walk));
}

int fts64_close(FTS64 *walk)
{
	return RECORD_RELEASE(CALL_fts64_close, WALK_NUMBER(walk), REAL(fts64_close)(walk));
}
