/* SPDX-License-Identifier: MIT */
/* The language of suppression files, and what its rules mean. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/pattern.h"
#include "known/suppressions.h"

static struct suppressions suppressions;
static struct report *report;

static void setup(void)
{
	report = report_new();
	cr_assert_not_null(report);
}

static void teardown(void)
{
	suppressions_fini(&suppressions);
	report_free(report);
}

TestSuite(suppressions, .init = setup, .fini = teardown);

static void parse(const char *text)
{
	struct text_error error;

	cr_assert_eq(suppressions_parse(&suppressions, text, strlen(text), "f.supp", &error), 0,
		     "%s: line %u: %s", text, error.line, error.why);
}

Test(pattern, as_leak_sanitizer_has_them)
{
	static const struct {
		const char *pattern, *text;
		bool is_match;
	} cases[] = {
		{ "foo", "a::foo(int)", true },
		{ "foo", "fo", false },
		{ "^foo", "foobar", true },
		{ "^foo", "afoo", false },
		{ "foo$", "afoo", true },
		{ "foo$", "foofoo", true }, /* the last one decides, not the first */
		{ "foo$", "foob", false },
		{ "^foo$", "foo", true },
		{ "^foo$", "foofoo", false },
		{ "a*c", "xabbcx", true },
		{ "^a*c$", "abcbc", true },
		{ "^a*c$", "abcb", false },
		{ "*", "x", true },
		{ "", "x", true },
		{ "a$b", "a$b", true }, /* only at its end an anchor */
		{ "Outer$Inner::open$", "Outer$Inner::open", true },
		{ "a^b", "a^b", true },
		{ "^*x", "abx", true },
		{ "operator*", "v::operator*()", true },
		{ "a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false },
		{ "foo", "", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect_eq(pattern_match(cases[i].pattern, cases[i].text), cases[i].is_match,
			     "'%s' in '%s'", cases[i].pattern, cases[i].text);
	cr_expect_not(pattern_match("x", NULL));
	cr_expect(pattern_match_whole("*:5432", "127.0.0.1:5432"));
	cr_expect_not(pattern_match_whole("5432", "127.0.0.1:5432"));
	cr_expect(pattern_match_whole("^/dev/*$", "/dev/null"));
	cr_expect(pattern_is_anything("^**$"));
	cr_expect_not(pattern_is_anything("*a"));
}

Test(suppressions, lines)
{
	parse("\xef\xbb\xbf# comment\r\n"
	      "\r\n"
	      "leak:^start$ \t # the listener\r\n"
	      "   leak:run()::{lambda()#1}::operator()\n"
	      "double-close:a:b\n"
	      "leak:src/net.c");
	cr_assert_eq(suppressions.count, 4);
	cr_expect_str_eq(suppressions.rules[0].text, "leak:^start$");
	cr_expect_str_eq(suppressions.rules[0].pattern, "^start$");
	cr_expect_str_eq(suppressions.rules[0].source, "f.supp");
	cr_expect_eq(suppressions.rules[0].line, 3);
	cr_expect_str_eq(suppressions.rules[1].pattern, "run()::{lambda()#1}::operator()");
	cr_expect_eq(suppressions.rules[2].types, 1u << FINDING_DOUBLE_CLOSE);
	cr_expect_str_eq(suppressions.rules[2].pattern, "a:b");
	cr_expect_str_eq(suppressions.rules[3].pattern, "src/net.c");
}

Test(suppressions, conditions)
{
	const struct rule *rule;

	parse("leak:pool\n"
	      "    kind: socket,pipe\n"
	      "    call: accept4   # comment\n"
	      "\n"
	      "\tframe: ^serve$\n"
	      "\tframe:main\n"
	      "    address: *:80\n"
	      "    path: /dev/*\n"
	      "    program: worker\n"
	      "    count: 2\n"
	      "    reason: see bug #42\n"
	      "    expires: 2027-01-31\n");
	cr_assert_eq(suppressions.count, 1);
	rule = &suppressions.rules[0];
	cr_expect_eq(rule->kinds, KIND_BIT(KIND_SOCKET) | KIND_BIT(KIND_PIPE));
	cr_expect_str_eq(rule->call, "accept4");
	cr_assert_eq(rule->frame_count, 2);
	cr_expect_str_eq(rule->frames[0], "^serve$");
	cr_expect_str_eq(rule->frames[1], "main");
	cr_expect_str_eq(rule->address, "*:80");
	cr_expect_str_eq(rule->path, "/dev/*");
	cr_expect_str_eq(rule->program, "worker");
	cr_expect_eq(rule->allowed, 2);
	cr_expect_str_eq(rule->reason, "see bug #42");
	cr_expect_str_eq(rule->expires, "2027-01-31");
}

Test(suppressions, what_is_wrong_is_told_with_its_place)
{
	static const struct {
		const char *text;
		unsigned int line, column;
		const char *why;
	} cases[] = {
		{ "leak:a\nfoo:b", 2, 1, "'foo' is not a type; expected TYPE:PATTERN" },
		{ "race:b", 1, 1, "ThreadSanitizer" },
		{ "   fun:b", 1, 4, "Valgrind" },
		{ "# x\n{\n   name\n   CoreError:FdNotClosed\n}", 2, 1,
		  "suppression of Valgrind's" },
		{ "leak", 1, 1, "there is no ':'" },
		{ "leak:\n# x\nleak:b", 1, 6, "the pattern is empty" },
		{ "leak:\n  kind: socket", 1, 6, "the pattern is empty" },
		{ "leak:a\n  sort: b", 2, 3, "'sort' is not a condition; expected kind, call" },
		{ "leak:a\nkind: socket", 2, 1, "indent it" },
		{ "  kind: socket", 1, 3, "below TYPE:PATTERN" },
		{ "leak:a\n  kind: socket,sock", 2, 16, "'sock' is not a kind" },
		{ "leak:a\n  kind:", 2, 8, "has no value" },
		{ "leak:a\n  count: 0", 2, 10, "a number from 1" },
		{ "leak:a\n  count: 1x", 2, 10, "a number from 1" },
		{ "leak:a\n  expires: soon", 2, 12, "expected YYYY-MM-DD" },
		{ "leak:a\n  expires: 2027-13-01", 2, 12, "expected YYYY-MM-DD" },
		{ "leak:a\n  path: a\n  path: b", 3, 3, "twice" },
		{ "leak:a\n  frame: *", 2, 10, "matches any frame" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text_error error;

		cr_expect_eq(suppressions_parse(&suppressions, cases[i].text, strlen(cases[i].text),
						"f", &error),
			     -EPROTO, "%s", cases[i].text);
		cr_expect_eq(error.line, cases[i].line, "%s: line %u", cases[i].text, error.line);
		cr_expect_eq(error.column, cases[i].column, "%s: column %u", cases[i].text,
			     error.column);
		cr_expect_not_null(strstr(error.why, cases[i].why), "%s: %s", cases[i].text,
				   error.why);
		cr_expect_eq(suppressions.count, 0, "nothing stays of a bad text");
	}
}

Test(suppressions, a_zero_byte_is_no_text)
{
	struct text_error error;

	cr_expect_eq(suppressions_parse(&suppressions, "leak:a\0b", 8, "f", &error), -EPROTO);
	cr_expect_eq(error.column, 7);
}

static struct finding finding_make(enum finding_type type)
{
	static struct report_frame frames[] = {
		{ .function = "net::Pool::open(int)",
		  .linkage_name = "_ZN3net4Pool4openEi",
		  .file = "src/pool.cc",
		  .module = "/opt/app/lib/libpool.so" },
		{ .function = "serve",
		  .file = "/usr/src/serve.c",
		  .module = "/opt/app/bin/server" },
		{ .function = "main", .file = "src/main.c", .module = "/opt/app/bin/server" },
		{ .function = "__libc_start_call_main",
		  .module = "/lib/libc.so.6",
		  .is_runtime = true },
	};

	return (struct finding){ .type = type,
				 .kind = KIND_SOCKET,
				 .call = "socket",
				 .stack = { .frames = frames, .frame_count = 4 } };
}

Test(suppressions, what_a_rule_names)
{
	static const struct {
		const char *text;
		bool is_named;
	} cases[] = {
		{ "leak:Pool::open", true },
		{ "leak:^net::Pool", true },
		{ "leak:^Pool", false },
		{ "leak:_ZN3net4Pool4openEi", true },
		{ "leak:libpool.so", true },
		{ "leak:^libpool.so$", false },
		{ "leak:src/pool.cc", true },
		{ "leak:^src/pool.cc$", true },
		{ "leak:^/build/app/src/pool.cc$", true }, /* below the project */
		{ "leak:socket", false },                  /* the call is no frame */
		{ "leak:libc.so.6", false },               /* only below the entry */
		{ "leak:main", true },
		{ "double-close:serve", false },
		{ "leak:serve\n kind: pipe", false },
		{ "leak:serve\n kind: pipe,socket", true },
		{ "leak:\n call: socket", true },
		{ "leak:\n call: sock", false },
		{ "leak:\n call: sock*", true },
		{ "leak:\n innermost: Pool::open", true },
		{ "leak:\n innermost: src/pool.cc", true },
		{ "leak:\n innermost: main", false },
		{ "leak:main\n innermost: Pool", true },
		{ "leak:\n frame: Pool\n frame: main", true },
		{ "leak:\n frame: main\n frame: Pool", false },
		{ "leak:\n frame: ^serve$\n frame: ^serve$", false },
	};

	report->project = "/build/app";
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct finding finding = finding_make(FINDING_LEAK);

		suppressions_fini(&suppressions);
		parse(cases[i].text);
		cr_expect_eq(rule_names_finding(&suppressions.rules[0], report, &finding),
			     cases[i].is_named, "%s", cases[i].text);
	}
}

/* `leak` is what the program never closed itself, and nothing else. */
Test(suppressions, leak_never_hides_misuse)
{
	parse("leak:serve\ndouble-close:serve\nclosed-by-gc:serve");
	for (unsigned int type = 0; type < FINDING_TYPE_COUNT; type++) {
		struct finding finding = finding_make(type);

		cr_expect_eq(rule_names_finding(&suppressions.rules[0], report, &finding),
			     type == FINDING_LEAK || type == FINDING_CLOSED_BY_GC, "%s",
			     finding_type_name(type));
		cr_expect_eq(rule_names_finding(&suppressions.rules[1], report, &finding),
			     type == FINDING_DOUBLE_CLOSE, "%s", finding_type_name(type));
		cr_expect_eq(rule_names_finding(&suppressions.rules[2], report, &finding),
			     type == FINDING_CLOSED_BY_GC, "%s", finding_type_name(type));
	}
}

Test(suppressions, broad_rules_have_a_flaw)
{
	static const struct {
		const char *text;
		bool is_flawed;
	} cases[] = {
		{ "leak:*", true },
		{ "leak:^*$", true },
		{ "leak:*\n kind: socket", true },
		{ "leak:*\n path: /dev/null", false },
		{ "leak:main", true },
		{ "leak:^mai", true },
		{ "leak:^main$\n frame: serve", false },
		{ "leak:^domain", false },
		{ "leak:<module>", true },
		{ "leak:bin/server", true },
		{ "leak:start", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		suppressions_fini(&suppressions);
		parse(cases[i].text);
		cr_expect_eq(rule_flaw(&suppressions.rules[0], "/opt/app/bin/server") != NULL,
			     cases[i].is_flawed, "%s", cases[i].text);
	}
}

Test(suppressions, expire_after_their_day)
{
	parse("leak:a\n expires: 2020-02-29\nleak:b\n expires: 9999-12-31\nleak:c");
	cr_expect(rule_is_expired(&suppressions.rules[0]));
	cr_expect_not(rule_is_expired(&suppressions.rules[1]));
	cr_expect_not(rule_is_expired(&suppressions.rules[2]));
}

/* What is printed for a finding is a file of rules that names it. */
Test(suppressions, printed_rules_name_what_was_found)
{
	struct finding finding = finding_make(FINDING_LEAK);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	finding.count = finding.counted = 1;
	finding.title = "TCP socket, never closed";
	report->findings = &finding;
	report->finding_count = 1;
	cr_assert_eq(suppressions_print(out, report), 0);
	cr_assert_eq(fclose(out), 0);
	parse(text);
	cr_assert_eq(suppressions.count, 1, "%s", text);
	cr_expect(rule_names_finding(&suppressions.rules[0], report, &finding), "%s", text);
	cr_expect_null(rule_flaw(&suppressions.rules[0], "/opt/app/bin/server"));
	finding.call = "accept";
	cr_expect_not(rule_names_finding(&suppressions.rules[0], report, &finding), "%s", text);
	free(text);
}
