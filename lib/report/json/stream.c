/* SPDX-License-Identifier: MIT */
/* Reads a JSON report in two passes: what is around its long arrays, then their entries. */
#include "report/json/stream.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Of the budget, for one piece of text: jansson's values take some 16 times as much. */
#define TEXT_SHARE 16

/* They may be as long as a report is. */
static const char *const long_arrays[] = { "findings", "processes", "scopes", "diagnostics" };

#define ARRAYS (sizeof(long_arrays) / sizeof(long_arrays[0]))

/* Where something is in the file, for messages: both from 1 on. */
struct spot {
	int line, column;
};

/* An array whose entries are not in the document. */
struct cut {
	bool is_there;
	off_t at; /* of the first character behind its '[' */
	struct spot spot;
	size_t commas;
	bool has_entries;
	int kept_lines; /* line of the document's text at which it was cut out */
	int cut_lines;  /* lines that are missing there */
};

struct bytes {
	char *text;
	size_t length, room;
};

struct json_stream {
	FILE *in;
	json_t *root;
	struct cut cuts[ARRAYS];
	struct spot spot; /* of the next character */
	bool is_first;    /* entry of the array that is read now */
	struct bytes entry;
};

/* Memory that jansson has of us. */
static size_t used_bytes;

static void *counted_malloc(size_t size)
{
	void *memory = used_bytes + size > memory_limit() ? NULL : malloc(size);

	if (memory)
		used_bytes += malloc_usable_size(memory);
	return memory;
}

static void counted_free(void *memory)
{
	size_t size = memory ? malloc_usable_size(memory) : 0;

	used_bytes -= size < used_bytes ? size : used_bytes;
	free(memory);
}

static void too_large(char *error, size_t size)
{
	(void)snprintf(error, size, "it is larger than the memory budget of %llu MiB allows (--memory)",
		       (unsigned long long)(memory_limit() >> 20));
}

/* False: it would be more than the budget has for it. */
static bool bytes_add(struct bytes *bytes, char byte)
{
	if (bytes->length == bytes->room) {
		size_t room = bytes->room ? bytes->room * 2 : 4096;
		char *text = room > memory_limit() / TEXT_SHARE ? NULL
								: realloc(bytes->text, room);

		if (!text)
			return false;
		bytes->text = text;
		bytes->room = room;
	}
	bytes->text[bytes->length++] = byte;
	return true;
}

static int byte_next(struct json_stream *stream)
{
	int byte = getc_unlocked(stream->in);

	if (byte == '\n') {
		stream->spot.line++;
		stream->spot.column = 1;
	} else {
		stream->spot.column++;
	}
	return byte;
}

/* Strings and brackets, without looking at anything else: jansson does. */
struct nesting {
	size_t depth;
	bool is_in_string, is_escaped;
};

static void nesting_step(struct nesting *nesting, int byte)
{
	if (nesting->is_in_string) {
		if (!nesting->is_escaped && byte == '"')
			nesting->is_in_string = false;
		nesting->is_escaped = !nesting->is_escaped && byte == '\\';
		return;
	}
	if (byte == '"')
		nesting->is_in_string = true;
	else if (byte == '{' || byte == '[')
		nesting->depth++;
	else if ((byte == '}' || byte == ']') && nesting->depth > 0)
		nesting->depth--;
}

static bool is_blank(int byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* Pass over an array, up to its ']', and note what it has. */
static void array_skip(struct json_stream *stream, struct cut *cut)
{
	struct nesting nesting = { .depth = 1 };
	int byte;

	cut->is_there = true;
	cut->at = ftello(stream->in);
	cut->spot = stream->spot;
	while ((byte = byte_next(stream)) != EOF) {
		nesting_step(&nesting, byte);
		if (nesting.depth == 0)
			break;
		cut->has_entries |= !is_blank(byte);
		cut->commas += byte == ',' && nesting.depth == 1 && !nesting.is_in_string;
	}
	cut->cut_lines = stream->spot.line - cut->spot.line;
	if (byte != EOF)
		(void)ungetc(byte, stream->in);
	stream->spot.column -= byte != EOF;
}

static struct cut *cut_of(struct json_stream *stream, const char *key, size_t length)
{
	for (size_t i = 0; i < ARRAYS; i++)
		if (strlen(long_arrays[i]) == length && memcmp(long_arrays[i], key, length) == 0)
			return stream->cuts[i].is_there ? NULL : &stream->cuts[i];
	return NULL;
}

/* Where the scan of the document is, as far as keys of the outermost object go. */
struct scan {
	struct nesting nesting;
	size_t key_at, key_end; /* of the latest string of depth 1, in the text */
	bool is_behind_colon;
};

static void scan_note(struct scan *scan, const struct nesting *before, int byte, size_t length)
{
	if (before->depth != 1)
		return;
	if (!before->is_in_string && byte == '"')
		scan->key_at = length;
	else if (before->is_in_string && !scan->nesting.is_in_string)
		scan->key_end = length - 1;
	if (!before->is_in_string && !is_blank(byte))
		scan->is_behind_colon = byte == ':';
}

/* The document's text, without the entries of the long arrays. False: it is too large. */
static bool document_read(struct json_stream *stream, struct bytes *text)
{
	struct scan scan = { .key_at = 0 };
	int byte, cut_lines = 0;

	while ((byte = byte_next(stream)) != EOF) {
		struct nesting before = scan.nesting;
		bool was_behind_colon = scan.is_behind_colon;
		struct cut *cut = NULL;

		nesting_step(&scan.nesting, byte);
		if (!bytes_add(text, (char)byte))
			return false;
		scan_note(&scan, &before, byte, text->length);
		if (byte == '[' && !before.is_in_string && before.depth == 1 && was_behind_colon &&
		    scan.key_end > scan.key_at)
			cut = cut_of(stream, text->text + scan.key_at, scan.key_end - scan.key_at);
		if (!cut)
			continue;
		cut->kept_lines = stream->spot.line - cut_lines;
		array_skip(stream, cut);
		cut_lines += cut->cut_lines;
	}
	return true;
}

/* The line of the file that a line of the document's text was. */
static int line_of(const struct json_stream *stream, int line)
{
	int whole = line;

	for (size_t i = 0; i < ARRAYS; i++)
		if (stream->cuts[i].is_there && line > stream->cuts[i].kept_lines)
			whole += stream->cuts[i].cut_lines;
	return whole;
}

/* "-", or what cannot be gone through twice: a copy without a name. */
static FILE *file_open(const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *in = is_stdin ? stdin : fopen(path, "re"), *copy;
	char bytes[1 << 14];
	size_t length;

	if (!in || (!is_stdin && fseeko(in, 0, SEEK_END) == 0 && fseeko(in, 0, SEEK_SET) == 0))
		return in;
	copy = tmpfile();
	while (copy && (length = fread(bytes, 1, sizeof(bytes), in)) > 0)
		if (fwrite(bytes, 1, length, copy) != length)
			break;
	if (copy && (ferror(in) || fflush(copy) != 0 || ferror(copy))) {
		int error = errno ? errno : EIO;

		(void)fclose(copy); /* not used */
		copy = NULL;
		errno = error;
	}
	if (!is_stdin)
		(void)fclose(in); /* only read */
	if (copy)
		rewind(copy);
	return copy;
}

static int document_load(struct json_stream *stream, char *error, size_t size)
{
	struct bytes text = { .length = 0 };
	bool fits;
	json_error_t where;

	errno = 0;
	fits = document_read(stream, &text);
	if (ferror(stream->in)) {
		int result = errno ? -errno : -EIO;

		(void)snprintf(error, size, "%s", strerror(-result));
		free(text.text);
		return result;
	}
	if (fits)
		stream->root = json_loadb(text.text ? text.text : "", text.length,
					  JSON_REJECT_DUPLICATES, &where);
	free(text.text);
	if (stream->root)
		return 0;
	if (!fits || json_error_code(&where) == json_error_out_of_memory)
		too_large(error, size);
	else
		(void)snprintf(error, size, "line %d, column %d: %s", line_of(stream, where.line),
			       where.column, where.text);
	return -EPROTO;
}

struct json_stream *json_stream_open(const char *path, char *error, size_t size, int *ret_error)
{
	struct json_stream *stream = calloc(1, sizeof(*stream));

	if (!stream) {
		*ret_error = -ENOMEM;
		return NULL;
	}
	json_set_alloc_funcs(counted_malloc, counted_free);
	errno = 0;
	stream->in = file_open(path);
	stream->spot = (struct spot){ 1, 1 };
	if (!stream->in) {
		*ret_error = errno ? -errno : -EIO;
		(void)snprintf(error, size, "%s", strerror(-*ret_error));
	} else {
		*ret_error = document_load(stream, error, size);
	}
	if (*ret_error == 0)
		return stream;
	json_stream_close(stream);
	return NULL;
}

void json_stream_close(struct json_stream *stream)
{
	if (!stream)
		return;
	json_decref(stream->root);
	if (stream->in && stream->in != stdin)
		(void)fclose(stream->in); /* only read */
	free(stream->entry.text);
	free(stream);
}

const json_t *json_stream_root(const struct json_stream *stream)
{
	return stream->root;
}

bool json_stream_seek(struct json_stream *stream, const char *key, size_t *ret_count)
{
	for (size_t i = 0; i < ARRAYS; i++) {
		const struct cut *cut = &stream->cuts[i];

		if (!cut->is_there || strcmp(long_arrays[i], key) != 0)
			continue;
		*ret_count = cut->has_entries ? cut->commas + 1 : 0;
		stream->spot = cut->spot;
		stream->is_first = true;
		return fseeko(stream->in, cut->at, SEEK_SET) == 0;
	}
	return false;
}

/* The text of one entry, up to the ',' or ']' behind it. Returns which, or EOF. */
static int entry_read(struct json_stream *stream, bool *ret_fits)
{
	struct nesting nesting = { .depth = 0 };
	int byte;

	stream->entry.length = 0;
	*ret_fits = true;
	while ((byte = byte_next(stream)) != EOF) {
		if (!nesting.is_in_string && nesting.depth == 0 && (byte == ',' || byte == ']'))
			break;
		nesting_step(&nesting, byte);
		if (*ret_fits && !bytes_add(&stream->entry, (char)byte))
			*ret_fits = false;
	}
	return byte;
}

static bool is_all_blank(const struct bytes *bytes)
{
	for (size_t i = 0; i < bytes->length; i++)
		if (!is_blank(bytes->text[i]))
			return false;
	return true;
}

json_t *json_stream_next(struct json_stream *stream, char *error, size_t size)
{
	struct spot from = stream->spot;
	json_error_t where;
	json_t *value;
	bool fits;
	int end;

	error[0] = '\0';
	if (!stream->is_first && from.line == 0)
		return NULL; /* the ']' was met */
	end = entry_read(stream, &fits);
	if (end == ']')
		stream->spot.line = 0;
	if (stream->is_first && end == ']' && is_all_blank(&stream->entry)) {
		stream->is_first = false;
		return NULL;
	}
	stream->is_first = false;
	value = fits ? json_loadb(stream->entry.text ? stream->entry.text : "",
				  stream->entry.length,
				  JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &where)
		     : NULL;
	if (value)
		return value;
	if (!fits || json_error_code(&where) == json_error_out_of_memory)
		too_large(error, size);
	else
		(void)snprintf(error, size, "line %d, column %d: %s", from.line + where.line - 1,
			       where.line == 1 ? from.column + where.column - 1 : where.column,
			       where.text);
	return NULL;
}
