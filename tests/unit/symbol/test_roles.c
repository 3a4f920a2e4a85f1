/* SPDX-License-Identifier: MIT */
/* Which functions of a stripped file its types name as their finalisers. */
#include <criterion/criterion.h>

#include "sample.h"
#include "symbol/symbol.h"

static const char *const variants[] = { TYPE_SAMPLES };

#define VARIANTS (sizeof(variants) / sizeof(variants[0]))

static enum symbol_role role_of(const char *variant, uint64_t address)
{
	struct symbolizer *symbolizer = symbolizer_new(false);
	char path[512];
	enum symbol_role role;

	snprintf(path, sizeof(path), "%s%s", SAMPLES, variant);
	role = symbolizer_role(symbolizer, path, NULL, 0, address);
	symbolizer_free(symbolizer);
	return role;
}

Test(roles, finalisers_of_types)
{
	static const struct {
		const char *mark;
		enum symbol_role role;
	} expected[] = {
		{ "slot", SYMBOL_ROLE_FINALIZER }, { "split", SYMBOL_ROLE_FINALIZER },
		{ "type", SYMBOL_ROLE_FINALIZER }, { "calling", SYMBOL_ROLE_FINALIZER },
		{ "seldom", SYMBOL_ROLE_NONE },    { "helper", SYMBOL_ROLE_NONE },
		{ "generator", SYMBOL_ROLE_NONE }, { "dealloc", SYMBOL_ROLE_NONE },
	};
	struct mark marks[MARKS_MOST];

	for (size_t i = 0; i < VARIANTS; i++) {
		size_t count = sample_run(variants[i], marks);

		for (size_t j = 0; j < sizeof(expected) / sizeof(expected[0]); j++) {
			const struct mark *mark = mark_find(marks, count, expected[j].mark);

			cr_assert_not_null(mark, "%s: %s", variants[i], expected[j].mark);
			cr_expect_eq(role_of(variants[i], mark->address), expected[j].role,
				     "%s: %s is %d", variants[i], expected[j].mark,
				     (int)role_of(variants[i], mark->address));
		}
	}
}

Test(roles, a_file_without_types_does_not_tell)
{
	cr_expect_eq(role_of("c_stripped", 0x1000), SYMBOL_ROLE_UNKNOWN);
	cr_expect_eq(role_of("is_not_there", 0x1000), SYMBOL_ROLE_UNKNOWN);
}
