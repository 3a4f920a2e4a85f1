/* SPDX-License-Identifier: MIT */
/*
 * Reports: the findings model as text or JSON, to a file, and back from JSON.
 *
 * A format is a `struct report_writer`: one file of statics that ends in one
 * constant. Writers only format; what is said was decided by the judge.
 *
 * Layer: report. Context: tool. Nothing here prints on its own or exits.
 */
#ifndef UNCLOSED_REPORT_REPORT_H
#define UNCLOSED_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "model/model.h"

struct report_style {
	bool is_color;      /* text: bold, dim and red by SGR sequences */
	bool is_verbose;    /* text: every frame, every descriptor, known findings too */
	bool is_quiet;      /* text: only warnings when nothing counts towards the exit status */
	bool is_utf8;       /* text: "×" and "←"; otherwise "x" and "<-", and only ASCII */
	unsigned int width; /* text: columns to wrap at; 0: no limit (a file) */
	size_t groups_max;  /* text: findings shown at most; 0: no limit */
	unsigned int mode;  /* of the file; 0: 0600 when it is new */
	const char *root;   /* files below it are told relative to it (sarif, github); NULL: the
			       project */
	const char *const *libraries; /* json: NAME, VERSION, …, NULL for tool.libraries; NULL: left out */
	const char *const *options; /* json: KEY, VALUE, …, NULL for tool.options; NULL: left out */
};

struct report_writer {
	const char *name; /* "text", "json", … */
	/*
	 * Write all of `report` to `out`, which stays open and is not flushed.
	 * Reads `report` only. Returns 0, or -errno (-EIO when `out` failed).
	 */
	int (*write)(FILE *out, const struct report *report, const struct report_style *style);
};

/* report_text, report_json, …: one a row of formats.def, which says how to add one. */
#define FORMAT(folder, name, option, field, way) extern const struct report_writer report_##name;
#include "report/formats.def"
#undef FORMAT

/*
 * The descriptor that `path` stands for ("-": stdout, /dev/stderr, /dev/fd/5,
 * /proc/self/fd/5), or -1: the path of a file.
 */
int report_path_descriptor(const char *path);

/*
 * Write `report` to `path`, whole or not at all: a regular file gets its new
 * content by a rename, and keeps its old one when this fails (no room on the
 * disk, say). What belongs to another user is left alone: -REPLACEMENT_FOREIGN
 * (replacement.h, which has the words for it). "-" is stdout. /dev/stdout, /dev/stderr, /dev/fd/N
 * and /proc/self/fd/N mean the open descriptor itself; FIFOs, terminals and other special files are
 * written directly. A report of no bytes leaves an empty regular file. A new file is for its
 * owner alone, and one that is replaced keeps its mode; style->mode is for both.
 *
 * Missing folders are made. Returns 0 or -errno: from opening, from writing
 * (-ENOSPC, -EFBIG, -EPIPE), or from the writer. Whoever calls ignores SIGPIPE and SIGXFSZ to live
 * to see the last two.
 */
int report_write_file(const char *path, const struct report_writer *writer,
		      const struct report *report, const struct report_style *style);

/* The same at the end of a file that others add to as well, by one write. */
int report_append_file(const char *path, const struct report_writer *writer,
		       const struct report *report, const struct report_style *style);

/* The same for bytes that are there already; not for the owner alone, when the file is new. */
int report_write_bytes(const char *path, const char *bytes, size_t size);

/*
 * Could a report be written to `path`, as far as can be told without touching
 * what is there? Missing folders are made. Returns 0 or -errno, as report_write_file()
 * would.
 */
int report_check_file(const char *path);

/*
 * Fill a new report from a JSON report at `path` ("-": stdin). Unknown keys are
 * skipped and unknown enum values become the closest known one, so that reports
 * of later versions of the same schema can be read.
 *
 * Returns 0; -errno when the file cannot be read; -EPROTO when it is no report,
 * or a broken one. `error` (`size` bytes) then says why in one line, with the
 * line of the file or the place in the document ("findings[2].count: …"); it does
 * not repeat the path. `report` is to be freed either way.
 */
int report_read_json(struct report *report, const char *path, char *error, size_t size);

#endif
