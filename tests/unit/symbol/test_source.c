/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "symbol/symbol.h"

static char directory[] = "/tmp/unclosed-source-XXXXXX";
static char file[64], module[64];
static struct symbolizer *symbolizer;

static void write_file(const char *path, const char *text, time_t changed)
{
	struct timespec times[2] = { { .tv_sec = changed }, { .tv_sec = changed } };
	FILE *stream = fopen(path, "w");

	fputs(text, stream);
	fclose(stream);
	utimensat(AT_FDCWD, path, times, 0);
}

static void source_setup(void)
{
	cr_assert(mkdtemp(directory));
	snprintf(file, sizeof(file), "%s/a.c", directory);
	snprintf(module, sizeof(module), "%s/a.out", directory);
	write_file(module, "", 1000);
	symbolizer = symbolizer_new(false);
}

static void source_teardown(void)
{
	symbolizer_free(symbolizer);
	unlink(file);
	unlink(module);
	rmdir(directory);
}

TestSuite(source, .init = source_setup, .fini = source_teardown, .timeout = 10);

Test(source, lines_come_without_their_newline)
{
	write_file(file, "one\n\n\tthree\r\nlast", 999);
	cr_expect_str_eq(symbolizer_source_line(symbolizer, module, file, 1), "one");
	cr_expect_str_eq(symbolizer_source_line(symbolizer, module, file, 2), "");
	cr_expect_str_eq(symbolizer_source_line(symbolizer, module, file, 3), "\tthree");
	cr_expect_str_eq(symbolizer_source_line(symbolizer, module, file, 4), "last");
	cr_expect_null(symbolizer_source_line(symbolizer, module, file, 5));
	cr_expect_null(symbolizer_source_line(symbolizer, module, file, 0));
	cr_expect_null(symbolizer_source_line(symbolizer, module, NULL, 1));
}

Test(source, an_edited_file_is_not_shown)
{
	write_file(file, "one\n", 1001);
	cr_expect_null(symbolizer_source_line(symbolizer, module, file, 1));
	cr_expect_str_eq(symbolizer_source_line(symbolizer, NULL, file, 1), "one");
	unlink(module);
	cr_expect_null(symbolizer_source_line(symbolizer, module, file, 1), "no way to tell");
}

Test(source, a_file_as_old_as_the_module_is_shown)
{
	write_file(file, "one\n", 1000);
	cr_expect_str_eq(symbolizer_source_line(symbolizer, module, file, 1), "one");
	cr_expect_null(symbolizer_source_line(symbolizer, module, file, 2),
		       "no line behind the last newline");
}

Test(source, lines_are_kept)
{
	const char *line;

	write_file(file, "one\n", 1000);
	line = symbolizer_source_line(symbolizer, module, file, 1);
	write_file(file, "two\n", 1000);
	cr_expect_eq(symbolizer_source_line(symbolizer, module, file, 1), line);
	cr_expect_str_eq(line, "one");
}

Test(source, what_is_no_regular_file_is_not_opened)
{
	cr_assert_eq(mkfifo(file, 0600), 0);
	cr_expect_null(symbolizer_source_line(symbolizer, NULL, file, 1));
	cr_expect_null(symbolizer_source_line(symbolizer, NULL, directory, 1));
	cr_expect_null(symbolizer_source_line(symbolizer, NULL, "/dev/zero", 1));
	cr_expect_null(symbolizer_source_line(symbolizer, NULL, "/proc/self/maps", 1));
	cr_expect_null(symbolizer_source_line(symbolizer, NULL, "/nonexistent", 1));
}

Test(source, a_huge_file_is_not_read)
{
	write_file(file, "one\n", 1000);
	cr_assert_eq(truncate(file, 1LL << 40), 0);
	cr_expect_null(symbolizer_source_line(symbolizer, NULL, file, 1));
}
