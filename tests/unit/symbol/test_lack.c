/* SPDX-License-Identifier: MIT */
/* What is missing, and that nothing is made up then. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sample.h"
#include "symbol/binary.h"
#include "symbol/symbol.h"

static struct symbolizer *symbolizer;
static struct mark marks[MARKS_MOST];
static size_t mark_count;

static void lack_setup(void)
{
	symbolizer = symbolizer_new(false);
	mark_count = sample_run("c_o2", marks);
}

static void lack_teardown(void)
{
	symbolizer_free(symbolizer);
}

TestSuite(lack, .init = lack_setup, .fini = lack_teardown, .timeout = 20);

static struct symbol_frame resolve(const char *path, const char *function)
{
	const struct mark *mark = mark_find(marks, mark_count, function);
	struct symbol_frame frames[8] = { 0 };

	cr_assert(mark);
	cr_assert_eq(symbolizer_resolve(symbolizer, path, NULL, 0, mark->address, frames, 8), 1);
	return frames[0];
}

Test(lack, without_debug_information_there_are_symbols)
{
	struct symbol_frame frame = resolve(SAMPLES "c_no_lines", "hidden");

	cr_expect_str_eq(frame.function, "hidden");
	cr_expect(!frame.file && !frame.line);
	cr_expect_eq(symbolizer_lack(symbolizer, SAMPLES "c_no_lines"), SYMBOL_NO_LINES);
}

Test(lack, a_stripped_file_has_no_names_and_lends_none)
{
	cr_expect_null(resolve(SAMPLES "c_stripped", "hidden").function);
	cr_expect_null(resolve(SAMPLES "c_stripped", "exported").function);
	cr_expect_eq(symbolizer_lack(symbolizer, SAMPLES "c_stripped"), SYMBOL_NO_SYMBOLS);
}

Test(lack, a_debug_file_of_another_build_is_not_used)
{
	cr_expect_null(resolve(SAMPLES "c_wrong", "hidden").function);
	cr_expect_eq(symbolizer_lack(symbolizer, SAMPLES "c_wrong"), SYMBOL_NO_SYMBOLS);
}

#if HAS_MINI
Test(lack, the_mini_symbol_table_is_read)
{
	cr_expect_str_eq(resolve(SAMPLES "c_mini", "hidden").function, "hidden");
	cr_expect_null(resolve(SAMPLES "c_mini", "exported").function);
	cr_expect_eq(symbolizer_lack(symbolizer, SAMPLES "c_mini"), SYMBOL_NO_LINES);
}
#endif

Test(lack, no_file)
{
	cr_expect_null(resolve("/nonexistent", "hidden").function);
	cr_expect_eq(symbolizer_lack(symbolizer, "/nonexistent"), SYMBOL_NO_FILE);
	cr_expect_null(resolve(SAMPLES, "hidden").function);
	cr_expect_eq(symbolizer_lack(symbolizer, SAMPLES), SYMBOL_NO_FILE);
	cr_expect_null(resolve("[vdso]", "hidden").function);
	cr_expect_null(resolve("", "hidden").function);
	cr_expect_eq(symbolizer_lack(symbolizer, "never asked for"), SYMBOL_NO_FILE);
}

Test(lack, what_is_no_program_counts_as_no_file)
{
	cr_expect_null(resolve(SAMPLE_SOURCES "plain.c", "hidden").function);
	cr_expect_eq(symbolizer_lack(symbolizer, SAMPLE_SOURCES "plain.c"), SYMBOL_NO_FILE);
}

Test(lack, a_fifo_does_not_block)
{
	char directory[] = "/tmp/unclosed-fifo-XXXXXX", path[64];

	cr_assert(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/fifo", directory);
	cr_assert_eq(mkfifo(path, 0600), 0);
	cr_expect_null(resolve(path, "hidden").function);
	cr_expect_eq(symbolizer_lack(symbolizer, path), SYMBOL_NO_FILE);
	unlink(path);
	rmdir(directory);
}

static struct build_id build_id_of(const char *path)
{
	struct binary binary = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	cr_assert_eq(binary_inspect(fd, &binary), 0);
	close(fd);
	return binary.build_id;
}

Test(lack, a_changed_file_is_not_used)
{
	const char *path = SAMPLES "c_o2";
	struct build_id build_id = build_id_of(path);
	const struct mark *mark = mark_find(marks, mark_count, "hidden");
	struct symbol_frame frame;

	cr_assert_eq(build_id.length, 20);
	symbolizer_resolve(symbolizer, path, build_id.bytes, build_id.length, mark->address, &frame,
			   1);
	cr_expect_str_eq(frame.function, "hidden");
	cr_expect_eq(symbolizer_lack(symbolizer, path), SYMBOL_FULL);

	build_id.bytes[19] ^= 1;
	symbolizer_resolve(symbolizer, path, build_id.bytes, build_id.length, mark->address, &frame,
			   1);
	cr_expect_null(frame.function);
	cr_expect_eq(symbolizer_lack(symbolizer, path), SYMBOL_CHANGED);
}

Test(lack, a_file_that_lost_its_build_id_or_is_something_else_has_changed)
{
	struct build_id build_id = build_id_of(SAMPLES "c_o2");
	static const char *const paths[] = { SAMPLES "c_no_id", SAMPLE_SOURCES "plain.c" };
	struct symbol_frame frame;

	for (size_t i = 0; i < 2; i++) {
		symbolizer_resolve(symbolizer, paths[i], build_id.bytes, build_id.length, 0x1000,
				   &frame, 1);
		cr_expect_null(frame.function);
		cr_expect_eq(symbolizer_lack(symbolizer, paths[i]), SYMBOL_CHANGED);
	}
	symbolizer_resolve(symbolizer, "/nonexistent", build_id.bytes, build_id.length, 0x1000,
			   &frame, 1);
	cr_expect_eq(symbolizer_lack(symbolizer, "/nonexistent"), SYMBOL_NO_FILE);
}
