/* SPDX-License-Identifier: MIT */
/* Functions, inlined functions, files and lines, for what compilers and linkers make. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <dlfcn.h>
#include <link.h>

#include "sample.h"
#include "symbol/symbol.h"

/* gcc does not tell the parameters of inlined functions without a linkage name. */
static bool name_matches(const char *found, const char *expected)
{
	size_t length = strlen(expected);

	return found && strncmp(found, expected, length) == 0 &&
	       (found[length] == '\0' || found[length] == '(');
}

static void frames_check(const char *sample, const struct mark *mark,
			 const struct symbol_frame *frames, size_t count)
{
	cr_assert_eq(count, mark->count, "%s: %s: %zu frames instead of %zu", sample,
		     mark->functions[0], count, mark->count);
	for (size_t i = 0; i < count; i++) {
		cr_expect(name_matches(frames[i].function, mark->functions[i]),
			  "%s: %s instead of %s", sample, frames[i].function, mark->functions[i]);
		cr_expect_eq(frames[i].line, mark->lines[i], "%s: %s: line %u instead of %u",
			     sample, mark->functions[i], frames[i].line, mark->lines[i]);
		cr_expect_eq(frames[i].is_inlined, i + 1 < count);
		cr_assert(frames[i].file);
		cr_expect_eq(strncmp(frames[i].file, SAMPLE_SOURCES, strlen(SAMPLE_SOURCES)), 0,
			     "%s: file %s", sample, frames[i].file);
		cr_expect_str_eq(frames[i].language, strstr(frames[i].file, ".cc") ? "c++" : "c");
	}
}

static void sample_check(const char *sample)
{
	struct symbolizer *symbolizer = symbolizer_new(false);
	struct mark marks[MARKS_MOST];
	size_t count = sample_run(sample, marks);
	char path[512];

	snprintf(path, sizeof(path), "%s%s", SAMPLES, sample);
	cr_assert_geq(count, 5, "%s printed %zu marks", sample, count);
	for (size_t i = 0; i < count; i++) {
		struct symbol_frame frames[8], again[8];
		size_t found =
			symbolizer_resolve(symbolizer, path, NULL, 0, marks[i].address, frames, 8);

		frames_check(sample, &marks[i], frames, found);
		cr_expect_eq(
			symbolizer_resolve(symbolizer, path, NULL, 0, marks[i].address, again, 8),
			found);
		cr_expect_eq(frames[0].function, again[0].function, "kept, not made again");
	}
	cr_expect_eq(symbolizer_lack(symbolizer, path), SYMBOL_FULL);
	symbolizer_free(symbolizer);
}

Test(resolve, every_sample_says_what_it_expects)
{
	char list[] = FULL_SAMPLES, *rest = list, *sample;

	while ((sample = strsep(&rest, ",")))
		sample_check(sample);
}

Test(resolve, too_little_room_keeps_the_innermost_and_the_real_function)
{
	struct symbolizer *symbolizer = symbolizer_new(false);
	struct mark marks[MARKS_MOST];
	size_t count = sample_run("c_o2", marks);
	const struct mark *leaf = mark_find(marks, count, "leaf");
	struct symbol_frame frames[3];

	cr_assert(leaf);
	cr_assert_eq(
		symbolizer_resolve(symbolizer, SAMPLES "c_o2", NULL, 0, leaf->address, frames, 2),
		2);
	cr_expect_str_eq(frames[0].function, "leaf");
	cr_expect_str_eq(frames[1].function, "main");
	cr_assert_eq(
		symbolizer_resolve(symbolizer, SAMPLES "c_o2", NULL, 0, leaf->address, frames, 1),
		1);
	cr_expect_str_eq(frames[0].function, "main");
	symbolizer_free(symbolizer);
}

Test(resolve, linkage_names_are_those_of_the_symbol_table)
{
	struct symbolizer *symbolizer = symbolizer_new(false);
	struct mark marks[MARKS_MOST];
	size_t count = sample_run("cxx_o2", marks);
	const struct mark *method = mark_find(marks, count, "ns::Class::method(int)");
	const struct mark *plain = mark_find(marks, count, "plain");
	struct symbol_frame frame;

	cr_assert(method && plain);
	symbolizer_resolve(symbolizer, SAMPLES "cxx_o2", NULL, 0, method->address, &frame, 1);
	cr_expect_str_eq(frame.linkage_name, "_ZN2ns5Class6methodEi");
	symbolizer_resolve(symbolizer, SAMPLES "cxx_o2", NULL, 0, plain->address, &frame, 1);
	cr_expect_null(frame.linkage_name);
	symbolizer_free(symbolizer);
}

Test(resolve, an_address_outside_of_all_functions_is_one_frame_of_nothing)
{
	static const uint64_t addresses[] = { 0, 1, 0x7fffffffffffffff, UINT64_MAX };
	struct symbolizer *symbolizer = symbolizer_new(false);

	for (size_t i = 0; i < 4; i++) {
		struct symbol_frame frame = { .function = "left over", .line = 1 };

		cr_assert_eq(symbolizer_resolve(symbolizer, SAMPLES "c_o2", NULL, 0, addresses[i],
						&frame, 1),
			     1);
		cr_expect(!frame.function && !frame.linkage_name && !frame.file && !frame.line &&
			  !frame.is_inlined);
	}
	symbolizer_free(symbolizer);
}

/*
 * With the distribution's debug files (their DWARF calls it __close) or without
 * them (.dynsym): the name that programs call.
 */
Test(resolve, the_c_library_has_the_names_that_programs_call)
{
	struct symbolizer *symbolizer = symbolizer_new(false);
	struct symbol_frame frame;
	struct link_map *map;
	Dl_info info;

	cr_assert(dladdr1(dlsym(RTLD_DEFAULT, "close"), &info, (void **)&map, RTLD_DL_LINKMAP));
	symbolizer_resolve(symbolizer, info.dli_fname, NULL, 0,
			   (uintptr_t)info.dli_saddr - map->l_addr + 1, &frame, 1);
	cr_expect_str_eq(frame.function, "close");
	symbolizer_free(symbolizer);
}

static size_t descriptors_count(void)
{
	DIR *directory = opendir("/proc/self/fd");
	size_t count = 0;

	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

Test(resolve, many_modules_stay_below_the_descriptor_limit_and_all_are_closed)
{
	size_t before = descriptors_count();
	struct symbolizer *symbolizer = symbolizer_new(false);
	struct mark marks[MARKS_MOST];
	size_t count = sample_run("c_beside", marks);
	const struct mark *hidden = mark_find(marks, count, "hidden");
	struct symbol_frame frame;
	char path[4096] = SAMPLES;

	cr_assert(hidden);
	for (int i = 0; i < 300; i++) {
		strcat(path, "./");
		cr_assert_lt(strlen(path), sizeof(path) - 32);
		strcat(path, "c_beside");
		symbolizer_resolve(symbolizer, path, NULL, 0, hidden->address, &frame, 1);
		cr_assert_str_eq(frame.function, "hidden");
		cr_assert_lt(descriptors_count(), before + 300);
		cr_assert_eq(symbolizer_lack(symbolizer, path), SYMBOL_FULL);
		path[strlen(path) - strlen("c_beside")] = '\0';
	}
	strcpy(path, SAMPLES "./c_beside");
	cr_expect_eq(symbolizer_lack(symbolizer, path), SYMBOL_FULL, "known though closed");
	symbolizer_resolve(symbolizer, path, NULL, 0, hidden->address + 1, &frame, 1);
	cr_expect_str_eq(frame.function, "hidden", "opened again");
	symbolizer_free(symbolizer);
	cr_expect_eq(descriptors_count(), before);
}
