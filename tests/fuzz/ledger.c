/* SPDX-License-Identifier: MIT */
/* The ledger reader and the judge: a file of any content, as far as the report of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/judge.h"
#include "fuzz.h"
#include "report/report.h"

/* What lies behind the input's end is zeros: enough for references into unused pages. */
#define PAGES_MAX 128

/* No files: a ledger's paths would lead anywhere, and fuzz_elf reads those. */
struct symbolizer *symbolizer_new(bool allow_debuginfod)
{
	(void)allow_debuginfod; /* nothing is looked up */
	return NULL;
}

void symbolizer_free(struct symbolizer *symbolizer)
{
	(void)symbolizer; /* there is none */
}

size_t symbolizer_resolve(struct symbolizer *symbolizer, const char *path, const uint8_t *build_id,
			  size_t build_id_length, uint64_t address, struct symbol_frame *ret_frames,
			  size_t max)
{
	static const char *const names[] = { "main", "std::map<int>::find(int)", NULL, "start" };

	if (!path || build_id_length > 20 || max == 0 || (build_id_length && !build_id))
		abort();
	(void)symbolizer;
	ret_frames[0] = (struct symbol_frame){ .function = names[address % 4],
					       .line = (unsigned int)address & 0xff };
	return 1;
}

bool symbolizer_symbol(struct symbolizer *symbolizer, const char *path, const uint8_t *build_id,
		       size_t build_id_length, uint64_t address, struct symbol_frame *ret_frame)
{
	return symbolizer_resolve(symbolizer, path, build_id, build_id_length, address, ret_frame,
				  1) > 0;
}

enum symbol_role symbolizer_role(struct symbolizer *symbolizer, const char *path,
				 const uint8_t *build_id, size_t build_id_length, uint64_t address)
{
	if (!path || build_id_length > 20 || (build_id_length && !build_id))
		abort();
	(void)symbolizer;
	return (enum symbol_role)(address % 3);
}

enum symbol_lack symbolizer_lack(struct symbolizer *symbolizer, const char *path)
{
	(void)symbolizer;
	return path ? SYMBOL_NO_LINES : SYMBOL_NO_FILE;
}

const char *symbolizer_source_line(struct symbolizer *symbolizer, const char *module_path,
				   const char *file, unsigned int line)
{
	(void)symbolizer;
	(void)module_path;
	(void)file;
	(void)line;
	return NULL;
}

bool symbolizer_withholds(struct symbolizer *symbolizer)
{
	(void)symbolizer;
	return false;
}

void symbolizer_allow(struct symbolizer *symbolizer, bool (*is_ours)(const char *path, void *data),
		      void *data)
{
	(void)symbolizer, (void)is_ours, (void)data;
}

static void report_print(const struct report *report)
{
	static const struct report_writer *const writers[] = { &report_text, &report_json };
	const struct report_style style = { .is_verbose = true, .is_utf8 = true, .width = 100 };
	char *text = NULL;
	size_t length;

	for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]); i++) {
		FILE *out = open_memstream(&text, &length);

		if (!out)
			abort();
		(void)writers[i]->write(out, report, &style); /* what cannot be said is an error, too */
		(void)fclose(out);
		free(text);
	}
}

static void judge_all(struct snapshot *snapshot)
{
	struct options options;
	const struct judge_context context = { .options = &options };
	struct report *report = report_new();
	const char *why = NULL;

	options_init(&options);
	options.kinds = KIND_ALL;
	options.is_verbose = true;
	if (judge(report, snapshot, NULL, &context, &why) == 0)
		report_print(report);
	else if (!why)
		abort();
	report_free(report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ledger_header *header;
	struct snapshot snapshot;
	const char *why = NULL;
	uint8_t *bytes;
	size_t room;

	if (size < sizeof(*header))
		return 0;
	header = malloc(sizeof(*header));
	memcpy(header, data, sizeof(*header));
	/* What is checked first, and would keep everything else from being reached. */
	header->magic = LEDGER_MAGIC;
	header->version = LEDGER_VERSION;
	header->header_size = sizeof(*header);
	header->next_page %= PAGES_MAX;
	room = (size_t)header->next_page << LEDGER_PAGE_SHIFT;
	if (room < size)
		room = size;
	if (room < LEDGER_PAGE_SIZE)
		room = LEDGER_PAGE_SIZE;
	header->file_size = room;
	bytes = calloc(1, room);
	memcpy(bytes, data, size);
	memcpy(bytes, header, sizeof(*header));
	if (snapshot_load(&snapshot, fuzz_file(bytes, room), &why) == 0) {
		judge_all(&snapshot);
		snapshot_unload(&snapshot);
	} else if (!why) {
		abort();
	}
	free(bytes);
	free(header);
	return 0;
}
