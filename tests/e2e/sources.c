/* SPDX-License-Identifier: MIT */
/* Sources that are not where they were compiled, and programs run below their project. */
#include <criterion/criterion.h>
#include <string.h>

#include "run.h"
#include "watch.h"

static const char source[] = "#include <sys/socket.h>\n"
			     "int main(void)\n"
			     "{\n"
			     "\treturn socket(AF_UNIX, SOCK_STREAM, 0) < 0; /* the leak */\n"
			     "}\n";

static void shell(const char *directory, const char *command)
{
	struct run run =
		RUN("/bin/sh", "-ec", run_format("cd '%s'\n%s", run_path(directory), command));

	cr_assert_eq(run_status(&run), 0, "%s: %s", command, run.err);
}

/* A project in proj/, compiled with `flags`, its program in bin/. */
static void sources_init(void)
{
	run_init();
	shell("", "mkdir -p proj/src proj/build proj/.git bin");
	FILE *file = fopen(run_path("proj/src/leak.c"), "we");

	cr_assert(file && fputs(source, file) >= 0 && fclose(file) == 0);
}

TestSuite(sources, .init = sources_init, .fini = run_fini);

static void compile(const char *flags)
{
	shell("proj", run_format(COMPILER " -g %s -o ../bin/leak \"$PWD/src/leak.c\"", flags));
}

static json_t *watch(const char *directory, const char *options, const char *ret_text[1])
{
	const char *path = run_path("report.json");
	struct run run =
		RUN("/bin/sh", "-ec",
		    run_format("cd '%s'; exec '%s' --json '%s' %s '%s'", run_path(directory),
			       UNCLOSED_PROGRAM, path, options, run_path("bin/leak")));

	cr_assert_eq(run_status(&run), 23, "%s", run.err);
	*ret_text = run.err;
	return report_load(path);
}

static void expect_place(json_t *report, const char *file, bool has_source)
{
	const char *text = report_text(report, "findings/0/stack/0/source");

	cr_expect_str_eq(report_text(report, "findings/0/stack/0/file"), file);
	cr_expect_eq(report_number(report, "findings/0/stack/0/line"), 4);
	cr_expect_eq(strstr(text, "the leak") != NULL, has_source, "\"%s\"", text);
}

Test(sources, run_below_the_project)
{
	const char *text;
	json_t *report;

	compile("");
	report = watch("proj/build", "", &text);
	expect_place(report, "src/leak.c", true);
	cr_expect_str_eq(report_text(report, "session/project"), run_path("proj"));
	cr_expect_not_null(strstr(text, "file names are relative to"), "%s", text);
	report = watch("proj", "", &text);
	expect_place(report, "src/leak.c", true);
	cr_expect_null(strstr(text, "file names are relative to"), "%s", text);
}

Test(sources, names_that_hold_everywhere)
{
	const char *text;

	compile("-ffile-prefix-map=\"$PWD\"=.");
	expect_place(watch("proj/build", "", &text), "src/leak.c", true);
}

Test(sources, moved_and_found_by_the_option)
{
	const char *text, *moved = run_path("moved");
	json_t *report;

	compile("");
	shell("", "mv proj moved");
	report = watch("bin", "", &text);
	expect_place(report, run_path("proj/src/leak.c"), false);
	cr_expect_not_null(strstr(text, "--source-path"), "%s", text);
	report = watch("bin", run_format("--source-path '%s'", moved), &text);
	expect_place(report, run_path("moved/src/leak.c"), true);
	cr_expect_null(strstr(text, "--source-path"), "%s", text);
	report =
		watch("moved", run_format("--source-path '%s=%s'", run_path("proj"), moved), &text);
	expect_place(report, "src/leak.c", true);
}

Test(sources, moved_below_a_directory_of_the_same_name)
{
	const char *text;

	compile("");
	shell("", "mkdir else; mv proj else");
	expect_place(watch("else/proj/src", "", &text), "src/leak.c", true);
}

/* What libdw opens by a name in the program: a FIFO there would be waited for. */
Test(sources, split_debug_information_that_is_no_file)
{
	const char *text;
	json_t *report;

	compile("-gsplit-dwarf");
	report = watch("proj", "", &text);
	expect_place(report, "src/leak.c", true);
	shell("bin", "for file in *.dwo; do rm \"$file\"; mkfifo \"$file\"; done");
	report = watch("proj", "", &text);
	expect_place(report, "src/leak.c", true);
	shell("bin", "rm *.dwo; mkfifo leak.dwp");
	report = watch("proj", "", &text);
	expect_place(report, "src/leak.c", true);
}

/* libdwfl would open "leak.debug", were it told the program's name, and wait for a writer. */
Test(sources, debuginfod_opens_nothing_beside)
{
	const char *text;

	compile("-s");
	shell("bin", "mkfifo leak.debug");
	watch("proj", "--debuginfod", &text);
	cr_expect_not_null(strstr(text, "1 leaked"), "%s", text);
}
