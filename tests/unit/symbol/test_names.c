/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "symbol/demangle.h"
#include "symbol/language.h"
#include "symbol/path.h"

static struct arena arena;

static void arena_clear(void)
{
	arena_fini(&arena);
}

TestSuite(names, .fini = arena_clear);

static const char *demangled(const char *mangled)
{
	const char *name = name_demangle(&arena, mangled, NULL);

	return name ? name : "(none)";
}

Test(names, are_demangled_with_parameters_and_without_return_type)
{
	cr_expect_str_eq(demangled("_ZN2ns5Class6methodEi"), "ns::Class::method(int)");
	cr_expect_str_eq(demangled("_ZN2ns4makeIlEET_S1_"), "ns::make<long>(long)");
	cr_expect_str_eq(demangled("_ZL6helperv.constprop.0"), "helper() [clone .constprop.0]");
	cr_expect_str_eq(demangled("_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE"),
			 "core::fmt::Write::write_fmt");
	cr_expect_str_eq(demangled("_RNvCs1234_7mycrate3foo"), "mycrate::foo");
}

Test(names, that_are_not_mangled_stay)
{
	cr_expect_str_eq(demangled("main"), "(none)");
	cr_expect_str_eq(demangled("_Z"), "(none)");
	cr_expect_str_eq(demangled("_R"), "(none)");
	cr_expect_str_eq(demangled("_Zebra"), "(none)");
	cr_expect_str_eq(demangled(""), "(none)");
}

Test(names, say_their_language)
{
	const char *language = NULL;

	name_demangle(&arena, "_ZN2ns1fEv", &language);
	cr_expect_str_eq(language, "c++");
	name_demangle(&arena, "_RNvCs1234_7mycrate3foo", &language);
	cr_expect_str_eq(language, "rust");
	cr_expect_str_eq(language_name(0x1d), "c");
	cr_expect_str_eq(language_name(0x8001), "asm");
	cr_expect_null(language_name(-1));
	cr_expect_null(language_name(0x7777));
}

/* "S_", "S0_" … "SZ_", "S10_" …: the numbers of the C++ ABI, in base 36. */
static void substitution_add(char *name, int index)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	int number = index - 1;

	name += strlen(name);
	if (number >= 36)
		sprintf(name, "S%c%c_", digits[number / 36], digits[number % 36]);
	else
		sprintf(name, "S%c_", digits[number]);
}

/* f(X<X<X<…>, X<…>>>): 300 characters for a type whose text doubles 30 times. */
Test(names, that_would_fill_the_memory_are_refused, .timeout = 10)
{
	char name[1024] = "_Z1f";

	for (int i = 0; i < 30; i++)
		strcat(name, "1XI");
	strcat(name, "iiE");
	for (int i = 0; i < 29; i++) {
		substitution_add(name, 30 + i);
		strcat(name, "E");
	}
	cr_expect_str_eq(demangled(name), "(none)");
}

Test(names, that_nest_deeply_are_survived, .timeout = 10)
{
	static char name[100000] = "_Z1f";

	memset(name + 4, 'P', 4000);
	strcpy(name + 4004, "i");
	(void)demangled(name);
	memset(name + 4, 'P', 90000);
	cr_expect_str_eq(demangled(name), "(none)");
}

Test(names, beyond_a_thousand_characters_are_demangled)
{
	char name[2048] = "_Z1f";

	for (int i = 0; i < 120; i++)
		strcat(name, "10identifier");
	strcat(name, "v");
	cr_expect_neq(demangled(name), NULL);
	strcpy(name, "_ZN");
	for (int i = 0; i < 120; i++)
		strcat(name, "10identifier");
	strcat(name, "Ev");
	cr_expect_eq(strncmp(demangled(name), "identifier::identifier", 22), 0);
}

Test(paths, are_cleaned)
{
	cr_expect_str_eq(path_clean(&arena, NULL, "/a/./b/../c"), "/a/c");
	cr_expect_str_eq(path_clean(&arena, NULL, "//a///b/"), "/a/b");
	cr_expect_str_eq(path_clean(&arena, NULL, "/../../a"), "/a");
	cr_expect_str_eq(path_clean(&arena, "/build/sub", "../src/a.c"), "/build/src/a.c");
	cr_expect_str_eq(path_clean(&arena, "/build", "/src/a.c"), "/src/a.c");
	cr_expect_str_eq(path_clean(&arena, "/build", "<built-in>"), "/build/<built-in>");
}

Test(paths, that_cannot_be_absolute_stay_relative)
{
	cr_expect_str_eq(path_clean(&arena, NULL, "./a.c"), "a.c");
	cr_expect_str_eq(path_clean(&arena, NULL, "../../a.c"), "../../a.c");
	cr_expect_str_eq(path_clean(&arena, "..", "../x/../a.c"), "../../a.c");
	cr_expect_str_eq(path_clean(&arena, "./csu", "../sysdeps/a.c"), "sysdeps/a.c");
	cr_expect_str_eq(path_clean(&arena, "./csu", "./csu/a.c"), "csu/a.c");
	cr_expect_null(path_clean(&arena, "/a", ""));
	cr_expect_null(path_clean(&arena, NULL, "."));
}
