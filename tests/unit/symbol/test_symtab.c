/* SPDX-License-Identifier: MIT */
/* Which symbol names an address, when there is no debug information. */
#include <criterion/criterion.h>

#include "sample.h"
#include "symbol/symbol.h"

static const char *const path = SAMPLES "asm_symbols";

static uint64_t symbol_address(const char *name)
{
	char line[256], found[128];
	unsigned long address = 0;
	FILE *output = popen("nm '" SAMPLES "asm_symbols'", "r");

	while (fgets(line, sizeof(line), output)) {
		unsigned long value;

		if (sscanf(line, "%lx %*c %127s", &value, found) == 2 && strcmp(found, name) == 0)
			address = value;
	}
	pclose(output);
	cr_assert_neq(address, 0, "%s", name);
	return address;
}

static const char *name_at(uint64_t address)
{
	struct symbolizer *symbolizer = symbolizer_new(false);
	static char name[64];
	struct symbol_frame frame;

	symbolizer_resolve(symbolizer, path, NULL, 0, address, &frame, 1);
	snprintf(name, sizeof(name), "%s", frame.function ? frame.function : "(none)");
	symbolizer_free(symbolizer);
	return name;
}

Test(symtab, a_symbol_covers_its_size_and_nothing_behind)
{
	uint64_t start = symbol_address("main");

	cr_expect_str_eq(name_at(start), "main");
	cr_expect_str_eq(name_at(start + 2), "main");
	cr_expect_str_eq(name_at(start + 3), "(none)");
	cr_expect_str_eq(name_at(start + 18), "(none)");
}

Test(symtab, a_symbol_without_size_reaches_to_the_next)
{
	uint64_t start = symbol_address("unsized");

	cr_expect_str_eq(name_at(start), "unsized");
	cr_expect_str_eq(name_at(start + 15), "unsized");
	cr_expect_str_eq(name_at(start + 16), "unsized_too");
	cr_expect_str_eq(name_at(start + 31), "unsized_too");
	cr_expect_str_eq(name_at(start + 32), "sized_alias");
}

Test(symtab, of_several_names_the_plain_exported_one_counts)
{
	uint64_t start = symbol_address("local_alias");

	cr_expect_str_eq(name_at(start), "sized_alias");
	cr_expect_str_eq(name_at(start + 7), "sized_alias");
	cr_expect_str_eq(name_at(start + 8), "(none)");
}

Test(symtab, a_name_alone_is_had_without_lines)
{
	struct symbolizer *symbolizer = symbolizer_new(false);
	uint64_t start = symbol_address("main");
	struct symbol_frame frame;

	cr_expect(symbolizer_symbol(symbolizer, path, NULL, 0, start, &frame));
	cr_expect_str_eq(frame.function, "main");
	cr_expect_null(frame.file);
	cr_expect_eq(frame.line, 0);
	cr_expect_not(symbolizer_symbol(symbolizer, path, NULL, 0, start + 3, &frame));
	cr_expect_null(frame.function);
	cr_expect_not(symbolizer_symbol(symbolizer, "/nowhere", NULL, 0, start, &frame));
	symbolizer_free(symbolizer);
}
