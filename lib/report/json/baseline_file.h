/* SPDX-License-Identifier: MIT */
/*
 * Baselines as files, schema `unclosed-baseline/1`: JSON with an entry a place, in
 * the order of their fingerprints, so that two versions compare line by line.
 *
 *	{
 *	 "schema": "unclosed-baseline/1",
 *	 "findings": [
 *	  {
 *	   "place/1": "2c5f1c4a9b3d7e60",
 *	   "place/2": "8d1e6b0f4a92c753",
 *	   "count": 2,
 *	   "type": "leak", "kind": "socket", "call": "accept4",
 *	   "title": "TCP connection, accepted, never closed",
 *	   "where": "serve, main (src/chat_server.c)"
 *	  }
 *	 ]
 *	}
 *
 * Only the fingerprints and the count are read again; the rest is for people. A
 * person may change a count, or take an entry out. An entry is known by its "place/2"; one
 * that an older unclosed wrote has none, and is known by its "place/1".
 *
 * Layer: report. Context: tool.
 */
#ifndef UNCLOSED_REPORT_JSON_BASELINE_FILE_H
#define UNCLOSED_REPORT_JSON_BASELINE_FILE_H

#include <stddef.h>

#include "known/baseline.h"

/*
 * Fill a baseline that was initialised from the file at `path`: one that was
 * written here, or a JSON report, which accepts all that counts in it. Returns 0,
 * -errno when it cannot be read, or -EPROTO with one line in `error` (`size` bytes).
 */
int baseline_read(struct baseline *baseline, const char *path, char *error, size_t size);

/*
 * Let nobody else update the baseline at `path` until the descriptor returned is
 * closed; waits for who is at it. The folder is locked: the file is replaced when
 * it is written. -errno where the file system has no locks.
 */
int baseline_lock(const char *path);

/* Write it whole or not at all, as report_write_file() does. Returns 0 or -errno. */
int baseline_write(const struct baseline *baseline, const char *path);

#endif
