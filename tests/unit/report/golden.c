/* SPDX-License-Identifier: MIT */
#include "golden.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

char *golden_render(const struct report_writer *writer, const struct report *report,
		    const struct report_style *style)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	cr_assert_not_null(out);
	cr_assert_eq(writer->write(out, report, style), 0);
	cr_assert_eq(fclose(out), 0);
	return text;
}

static char *read_whole(const char *path)
{
	FILE *in = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (!in)
		return NULL;
	if (getdelim(&text, &size, '\0', in) < 0) {
		free(text);
		text = strdup("");
	}
	(void)fclose(in);
	return text;
}

void golden_expect(const char *name, const char *text)
{
	char path[4096];
	char *expected;

	(void)snprintf(path, sizeof(path), "%s/%s", GOLDEN_DIR, name);
	if (getenv("UPDATE_GOLDEN")) {
		FILE *out = fopen(path, "we");

		cr_assert_not_null(out, "%s", path);
		cr_assert(fputs(text, out) >= 0);
		cr_assert_eq(fclose(out), 0);
		return;
	}
	expected = read_whole(path);
	cr_assert_not_null(expected, "%s is missing: run with UPDATE_GOLDEN=1", path);
	cr_expect(strcmp(expected, text) == 0, "%s differs; the report is now:\n%s", path, text);
	free(expected);
}
