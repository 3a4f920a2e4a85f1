/* SPDX-License-Identifier: MIT */
/*
 * A JSON report as it is read: the document without the entries of its long arrays, and those
 * one after the other. A report of 500 MB would otherwise be a tree of 12 GB.
 *
 * Layer: report. Context: tool.
 */
#ifndef UNCLOSED_REPORT_JSON_STREAM_H
#define UNCLOSED_REPORT_JSON_STREAM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct json_stream;

/*
 * Open the document at `path` ("-": stdin). NULL when the file cannot be read (*ret_error:
 * -errno) or is no JSON (-EPROTO), with the reason in `error`.
 */
struct json_stream *json_stream_open(const char *path, char *error, size_t size, int *ret_error);

void json_stream_close(struct json_stream *stream);

/* The document; arrays whose entries are read one by one are empty in it. The stream's. */
const json_t *json_stream_root(const struct json_stream *stream);

/*
 * Go to the first entry of the array `key` of the document. False: its entries are in the
 * document. *ret_count is how many there are, if each is sound.
 */
bool json_stream_seek(struct json_stream *stream, const char *key, size_t *ret_count);

/* The next entry, a new reference; NULL with the reason in `error`, or "" at the end. */
json_t *json_stream_next(struct json_stream *stream, char *error, size_t size);

#endif
