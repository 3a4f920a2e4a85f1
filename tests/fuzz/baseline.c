/* SPDX-License-Identifier: MIT */
/* The reader of baselines; what it accepts is written, and reads the same; and merging reports. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/options.h"
#include "known/known.h"
#include "model/merge.h"
#include "fuzz.h"
#include "report/json/baseline_file.h"
#include "report/report.h"

static void write_again(const struct baseline *baseline)
{
	char path[] = "/tmp/unclosed-fuzz-XXXXXX", error[256] = "";
	struct baseline copy;
	int fd = mkstemp(path);

	if (fd < 0)
		abort();
	close(fd);
	baseline_init(&copy);
	if (baseline_write(baseline, path) != 0 ||
	    baseline_read(&copy, path, error, sizeof(error)) != 0 || copy.count != baseline->count)
		abort();
	for (size_t i = 0; i < copy.count; i++)
		if (strcmp(copy.entries[i].fingerprint, baseline->entries[i].fingerprint) != 0)
			abort();
	baseline_fini(&copy);
	(void)unlink(path);
}

/* The same report twice: what is merged must be judged, and written. */
static void merge(const char *path)
{
	struct report *merged = report_new(), *parts[2];
	const struct report_style style = { .width = 80 };
	struct known known = { .asks_descriptors = false };
	struct options options;
	char error[256] = "", *text = NULL;
	size_t size;
	FILE *out;

	options_init(&options);
	for (int i = 0; i < 2; i++) {
		parts[i] = report_new();
		if (report_read_json(parts[i], path, error, sizeof(error)) == 0)
			report_merge(merged, parts[i], "part");
	}
	report_merge_end(merged);
	report_rejudge(merged, &known, &options);
	out = open_memstream(&text, &size);
	if (!out)
		abort();
	(void)report_text.write(out, merged, &style);
	(void)report_json.write(out, merged, &style);
	(void)fclose(out);
	free(text);
	report_free(merged);
	report_free(parts[0]);
	report_free(parts[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = fuzz_file(data, size);
	struct baseline baseline;
	char error[256] = "";

	baseline_init(&baseline);
	if (baseline_read(&baseline, path, error, sizeof(error)) == 0)
		write_again(&baseline);
	else if (!error[0])
		abort();
	baseline_fini(&baseline);
	merge(path);
	return 0;
}
