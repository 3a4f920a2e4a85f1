/* SPDX-License-Identifier: MIT */
/*
 * Damaged files: truncated, and with bytes changed at random. They may give any
 * answer, in time, without a crash.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sample.h"
#include "symbol/symbol.h"

#define ROUNDS 300

static char path[] = "/tmp/unclosed-broken-XXXXXX";

static void broken_teardown(void)
{
	unlink(path);
}

TestSuite(broken, .fini = broken_teardown, .timeout = 120);

static unsigned char *sample_read(const char *name, size_t *ret_size)
{
	char sample[512];
	unsigned char *bytes;
	FILE *stream;

	snprintf(sample, sizeof(sample), "%s%s", SAMPLES, name);
	stream = fopen(sample, "r");
	cr_assert(stream);
	fseek(stream, 0, SEEK_END);
	*ret_size = (size_t)ftell(stream);
	rewind(stream);
	bytes = malloc(*ret_size);
	cr_assert_eq(fread(bytes, 1, *ret_size, stream), *ret_size);
	fclose(stream);
	return bytes;
}

static void broken_write(const unsigned char *bytes, size_t size)
{
	FILE *stream = fopen(path, "w");

	cr_assert_eq(fwrite(bytes, 1, size, stream), size);
	fclose(stream);
}

static void broken_resolve(const struct mark *marks, size_t count)
{
	struct symbolizer *symbolizer = symbolizer_new(false);
	struct symbol_frame frames[16];

	for (size_t i = 0; i < count; i++) {
		size_t found =
			symbolizer_resolve(symbolizer, path, NULL, 0, marks[i].address, frames, 16);

		cr_assert(found >= 1 && found <= 16);
	}
	cr_assert_leq(symbolizer_lack(symbolizer, path), SYMBOL_TOO_LARGE);
	symbolizer_free(symbolizer);
}

static void sample_break(const char *name, unsigned int seed)
{
	struct mark marks[MARKS_MOST];
	size_t count = sample_run(name, marks), size;
	unsigned char *bytes = sample_read(name, &size);

	close(mkstemp(path));
	for (int round = 0; round < ROUNDS; round++) {
		unsigned char *broken = malloc(size);
		int changes = 1 << (rand_r(&seed) % 8);

		memcpy(broken, bytes, size);
		for (int i = 0; i < changes; i++)
			broken[(size_t)rand_r(&seed) % size] = (unsigned char)rand_r(&seed);
		memcpy(broken, bytes, 6); /* or it would be no ELF file too often */
		broken_write(broken, round % 10 ? size : (size_t)rand_r(&seed) % size);
		free(broken);
		broken_resolve(marks, count);
	}
	free(bytes);
}

Test(broken, c_dwarf4)
{
	sample_break("c_dwarf4", 1);
}

Test(broken, c_dwarf5)
{
	sample_break("c_dwarf5", 2);
}

Test(broken, cxx)
{
	sample_break("cxx_o2", 3);
}

Test(broken, compressed)
{
	sample_break("c_gz", 4);
}

Test(broken, stripped)
{
	sample_break("c_no_lines", 5);
}
