/* SPDX-License-Identifier: MIT */
/* The two variables that lead a program into the session: found, judged, repaired. */
#include "process/environment.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shim/state.h"
#include "shim/variables.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OURS "/opt/unclosed/lib/libunclosed.so"
#define LEDGER "/dev/shm/unclosed.1"

static void setup(void)
{
	world_init(NULL);
	strcpy(shim.library_path, OURS);
	strcpy(shim.ledger_path, LEDGER);
}

TestSuite(environment, .init = setup);

/* As exec() and its kin take them. */
static const char *find(const char *const *environment, const char *name)
{
	return environment_find((char *const *)environment, name);
}

static bool joins(const char *const *environment)
{
	return environment_hindrance((char *const *)environment) == HINDRANCE_NONE;
}

/* A repaired copy, in storage of exactly the size that was asked for. */
static char **repair(const char *const *strings, const struct joining *joining)
{
	char *const *environment = (char *const *)strings;
	size_t size = environment_repair_size(environment);
	char **repaired = environment_repair(environment, joining, malloc(size));

	for (char **entry = repaired; *entry; entry++)
		cr_assert((uintptr_t)*entry < (uintptr_t)repaired ||
				  (uintptr_t)*entry >= (uintptr_t)repaired + size ||
				  *entry + strlen(*entry) < (char *)repaired + size,
			  "beyond the storage");
	return repaired;
}

static void expect_list(char *const *environment, const char *const *expected, const char *what)
{
	size_t i = 0;

	for (; environment[i] && expected[i]; i++)
		cr_expect_str_eq(environment[i], expected[i], "%s: %s", what, environment[i]);
	cr_expect_null(environment[i], "%s: more than expected", what);
	cr_expect_null(expected[i], "%s: less than expected", what);
}

/* clang-format off */

/* What becomes of LD_PRELOAD; NULL: there is none. */
static const struct {
	const char *before;
	const char *sanitizer;
	bool is_preloaded;
	const char *after;
} preloads[] = {
	{ NULL, "", true, OURS },
	{ "", "", true, OURS },
	{ " : :", "", true, OURS },
	{ OURS, "", true, OURS },
	{ OURS ":" OURS, "", true, OURS },
	{ OURS ":/a.so", "", true, OURS ":/a.so" },
	{ "/a.so:" OURS ":/b.so", "", true, "/a.so:" OURS ":/b.so" },
	{ "/a.so " OURS " /b.so", "", true, "/a.so:" OURS ":/b.so" },
	{ ":/a.so::  /b.so:", "", true, "/a.so:/b.so:" OURS },
	{ "/a.so", "", true, "/a.so:" OURS },
	/* From another directory: the path's end. */
	{ "libunclosed.so", "", true, OURS },
	{ "lib/libunclosed.so:/a.so", "", true, OURS ":/a.so" },
	{ "opt/unclosed/lib/libunclosed.so", "", true, OURS },
	{ "closed.so", "", true, "closed.so:" OURS },
	{ "/lib/libunclosed.so", "", true, "/lib/libunclosed.so:" OURS },
	{ OURS ".1", "", true, OURS ".1:" OURS },
	{ "./" OURS, "", true, "./" OURS ":" OURS },
	{ "xopt/unclosed/lib/libunclosed.so", "", true, "xopt/unclosed/lib/libunclosed.so:" OURS },
	/* A sanitizer's runtime has to be the first, and only where it is needed. */
	{ NULL, "libasan.so.8", true, "libasan.so.8:" OURS },
	{ "/a.so:" OURS, "libtsan.so.2", true, "libtsan.so.2:/a.so:" OURS },
	{ "/a.so libasan.so.8", "libasan.so.8", true, "libasan.so.8:/a.so:" OURS },
	{ "libasan.so.8:" OURS, "libtsan.so.2", true, "libtsan.so.2:" OURS },
	{ "libasan.so.8:libhwasan.so.0:" OURS, "", true, OURS },
	{ "/usr/lib/libasan.so.8", "", true, "/usr/lib/libasan.so.8:" OURS },
	{ "libasan_not.so", "", true, "libasan_not.so:" OURS },
	{ NULL, "a-name-of-thirty-one-characters", true, "a-name-of-thirty-one-characters:" OURS },
	/* A program that would be harmed. */
	{ NULL, "", false, NULL },
	{ OURS, "", false, NULL },
	{ "/a.so", "", false, "/a.so" },
	{ "libasan.so.8:" OURS ":/a.so", "libasan.so.8", false, "/a.so" },
};

/* clang-format on */

Test(environment, preload)
{
	for (size_t i = 0; i < COUNT(preloads); i++) {
		struct joining joining = { .is_preloaded = preloads[i].is_preloaded, .index = 7 };
		char before[512] = "LD_PRELOAD=", after[512] = "LD_PRELOAD=", **repaired;
		const char *expected[] = { "A=1", "B", "LD_PRELOAD", LEDGER_VARIABLE LEDGER ":7",
					   NULL,  NULL };
		const char *environment[] = { "A=1", "B", "LD_PRELOAD", NULL, NULL };

		strcpy(joining.target.sanitizer, preloads[i].sanitizer);
		if (preloads[i].before)
			environment[3] = strcat(before, preloads[i].before);
		if (preloads[i].after) {
			expected[4] = expected[3];
			expected[3] = strcat(after, preloads[i].after);
		}
		repaired = repair(environment, &joining);
		expect_list(repaired, expected,
			    preloads[i].before ? preloads[i].before : "no variable");
		free(repaired);
	}
}

/* Entries of these names are replaced, however many; all others are the same pointers. */
Test(environment, other_variables_are_passed_on)
{
	const struct joining joining = { .is_preloaded = true, .index = UINT32_MAX };
	const char *environment[] = { "LD_PRELOADED=1",
				      "LD_PRELOAD=/a.so",
				      LEDGER_VARIABLE "/other:1",
				      "",
				      "X=LD_PRELOAD=",
				      "LD_PRELOAD=/b.so",
				      LEDGER_VARIABLE,
				      LEDGER_VARIABLE LEDGER ":3",
				      "UNCLOSED_OPTIONS=quiet",
				      NULL };
	char **repaired = repair(environment, &joining);

	expect_list(repaired,
		    (const char *const[]){
			    "LD_PRELOADED=1", "", "X=LD_PRELOAD=", "UNCLOSED_OPTIONS=quiet",
			    "LD_PRELOAD=/a.so:" OURS, LEDGER_VARIABLE LEDGER ":4294967295", NULL },
		    "many");
	cr_expect_eq(repaired[0], environment[0]);
	cr_expect_eq(repaired[1], environment[3]);
	cr_expect_eq(repaired[2], environment[4]);
	cr_expect_eq(repaired[3], environment[8]);
	free(repaired);
}

Test(environment, none_at_all)
{
	const struct joining joining = { .is_preloaded = true };
	const char *empty[] = { NULL };
	const char *const *const nothing[] = { NULL, empty };

	for (size_t i = 0; i < COUNT(nothing); i++) {
		char **repaired = repair(nothing[i], &joining);

		expect_list(repaired,
			    (const char *const[]){ "LD_PRELOAD=" OURS, LEDGER_VARIABLE LEDGER ":0",
						   NULL },
			    "none");
		free(repaired);
		cr_expect_null(find(nothing[i], "A="));
		cr_expect(joins(nothing[i]));
	}
}

/* The storage is of any size: nothing is cut. */
Test(environment, everything_fits)
{
	enum { ENTRIES = 20000, LENGTH = 200000 };
	struct joining joining = { .is_preloaded = true, .index = UINT32_MAX };
	char *preload = malloc(LENGTH + 1), **repaired, *written;
	const char **environment = malloc((ENTRIES + 1) * sizeof(char *));

	memset(shim.library_path, 'l', sizeof(shim.library_path) - 1);
	memset(shim.ledger_path, 'p', sizeof(shim.ledger_path) - 1);
	memset(joining.target.sanitizer, 's', sizeof(joining.target.sanitizer) - 1);
	shim.library_path[0] = shim.ledger_path[0] = '/';
	memset(preload, 'x', LENGTH);
	memcpy(preload, "LD_PRELOAD=", 11);
	preload[LENGTH] = '\0';
	for (size_t i = 0; i < ENTRIES; i++)
		environment[i] = "A=1";
	environment[5] = preload;
	environment[ENTRIES] = NULL;
	repaired = repair(environment, &joining);
	written = repaired[ENTRIES - 1];
	cr_expect_eq(strlen(written),
		     LENGTH + sizeof(joining.target.sanitizer) + sizeof(shim.library_path));
	cr_expect_eq(strncmp(written, "LD_PRELOAD=sss", 14), 0);
	cr_expect_str_eq(strrchr(written, ':') + 1, shim.library_path);
	cr_expect_eq(strlen(repaired[ENTRIES]), strlen(LEDGER_VARIABLE) + sizeof(shim.ledger_path) -
							1 + strlen(":4294967295"));
	cr_expect_null(repaired[ENTRIES + 1]);
	free(repaired);
	free(environment);
	free(preload);
}

/* An entry as long as our path, and nothing before it to look at. */
Test(environment, entry_as_long_as_our_path)
{
	const struct joining joining = { .is_preloaded = true };
	const char *environment[] = { "LD_PRELOAD=xopt/unclosed/lib/libunclosed.so", NULL };
	char **repaired;

	memset(shim.ledger_path, '/', sizeof(shim.ledger_path)); /* lies before it */
	repaired = repair(environment, &joining);
	cr_expect_str_eq(repaired[0], "LD_PRELOAD=xopt/unclosed/lib/libunclosed.so:" OURS);
	free(repaired);
}

Test(environment, variables_are_found)
{
	const char *environment[] = { "AB=1", "A", "A=2", "A=3", "=4", NULL };

	cr_expect_str_eq(find(environment, "A="), "2");
	cr_expect_str_eq(find(environment, "AB="), "1");
	cr_expect_null(find(environment, "B="));
}

Test(environment, joins)
{
	static const struct {
		const char *environment[4];
		bool is_ours;
	} rows[] = {
		{ { "A=1" }, true },
		{ { LEDGER_VARIABLE LEDGER ":3" }, true },
		{ { LEDGER_VARIABLE LEDGER ":" }, true },
		{ { LEDGER_VARIABLE LEDGER }, false },
		{ { LEDGER_VARIABLE LEDGER "0:3" }, false },
		{ { LEDGER_VARIABLE "/dev/shm/unclosed:3" }, false },
		{ { LEDGER_VARIABLE "/other:3" }, false },
		{ { LEDGER_VARIABLE }, false },
		/* getenv() finds the first, and so does the program. */
		{ { LEDGER_VARIABLE LEDGER ":3", LEDGER_VARIABLE "/other:3" }, true },
		{ { LEDGER_VARIABLE "/other:3", LEDGER_VARIABLE LEDGER ":3" }, false },
		{ { OPTIONS_VARIABLE "off" }, false },
		{ { OPTIONS_VARIABLE "off", LEDGER_VARIABLE LEDGER ":3" }, false },
		{ { OPTIONS_VARIABLE "offer" }, true },
		{ { OPTIONS_VARIABLE }, true },
		{ { OPTIONS_VARIABLE "quiet", OPTIONS_VARIABLE "off" }, true },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		cr_expect_eq(joins(rows[i].environment), rows[i].is_ours, "row %zu", i);
}

Test(environment, joining_is_decided)
{
	char *const nothing[] = { NULL };
	char *const off[] = { (char *)OPTIONS_VARIABLE "off", NULL };
	char *const other[] = { (char *)LEDGER_VARIABLE "/unclosed-0-77:0", NULL };
	char *const changed[] = { (char *)LEDGER_VARIABLE "/other:0", NULL };
	struct joining joining;

	strcpy(shim.library_path, "/proc/self/exe");
	joining_decide(&joining, "/bin/true", false, NULL, nothing);
	cr_expect_eq(joining.hindrance, HINDRANCE_LEDGER, "it is not there");
	strcpy(shim.ledger_path, "/dev/null");
	joining_decide(&joining, "/bin/true", false, NULL, nothing);
	cr_expect(joining.is_preloaded);
	cr_expect_eq(joining.hindrance, HINDRANCE_NONE);
	joining_decide(&joining, "/bin/true", false, NULL, off);
	cr_expect_eq(joining.hindrance, HINDRANCE_OFF);
	cr_expect_not(joining.is_preloaded);
	joining_decide(&joining, "/bin/true", false, NULL, other);
	cr_expect_eq(joining.hindrance, HINDRANCE_SESSION);
	cr_expect_not(joining_is_led(&joining));
	joining_decide(&joining, "/bin/true", false, NULL, changed);
	cr_expect_eq(joining.hindrance, HINDRANCE_VARIABLE);
	cr_expect_not(joining_is_led(&joining));
	strcpy(world.target.sanitizer, "libasan.so.8");
	joining_decide(&joining, "/bin/true", false, NULL, nothing);
	cr_expect_str_eq(joining.target.sanitizer, "libasan.so.8");
	world.target.is_foreign = true;
	joining_decide(&joining, "/bin/true", false, NULL, nothing);
	cr_expect_not(joining.is_preloaded);
	world.target.is_foreign = false;
	atomic_store(&shim.has_filter, true);
	joining_decide(&joining, "/bin/true", false, NULL, nothing);
	cr_expect_not(joining.is_preloaded);
	atomic_store(&shim.has_filter, false);
	strcpy(shim.library_path, "/no/such/library.so");
	joining_decide(&joining, "/bin/true", false, NULL, nothing);
	cr_expect_eq(joining.hindrance, HINDRANCE_ROOT);
	cr_expect_not(joining.is_preloaded);
}

static bool only_lists(const char *path, const char *const argv[], const char *variable)
{
	char *const environment[] = { (char *)variable, NULL };
	struct joining joining;

	strcpy(shim.library_path, "/proc/self/exe");
	joining_decide(&joining, path, false, (char *const *)argv, environment);
	return joining.hindrance == HINDRANCE_LISTS;
}

#define ARGV(...) ((const char *const[]){ "ld.so", __VA_ARGS__, NULL })

Test(environment, loaders_that_only_list)
{
	const char *loader = "/lib64/ld-linux-x86-64.so.2", *traced = "LD_TRACE_LOADED_OBJECTS=1";

	cr_expect(only_lists("/bin/true", ARGV("x"), traced));
	cr_expect_not(only_lists("/bin/true", ARGV("--list"), "A=1"));
	cr_expect(only_lists(loader, ARGV("--verify", "/bin/true"), "A=1"));
	cr_expect(only_lists(loader, ARGV("--library-path", "/x", "--list", "p"), "A=1"));
	cr_expect(only_lists("ld.so", ARGV("--version"), "A=1"));
	cr_expect_not(only_lists(loader, ARGV("/bin/true", "--list"), "A=1"));
	cr_expect_not(only_lists(loader, ARGV("--library-path", "--list", "p"), "A=1"));
	cr_expect_not(only_lists(loader, ARGV("--preload"), "A=1"));
	cr_expect_not(only_lists(loader, NULL, "A=1"));
	cr_expect_not(only_lists(NULL, ARGV("--list"), "A=1"));
}
