/* SPDX-License-Identifier: MIT */
/* Root's tool shows no text that a program named which could not read it. */
#include "security.h"

#define DROPPER FIXTURE("dropper")
#define SECRET "the secret of root"

TestSuite(privacy, .init = security_begin, .fini = run_fini);

static void need_root(void)
{
	need_switching();
	shell_must(run_format("mkdir -m 0700 %s && for i in 1 2 3; do echo '" SECRET "'; done >%s",
			      run_path("private"), run_path("private/secret.c")));
}

/* A library whose debug information says that its line is one of `source`. */
static const char *library_make(const char *name, const char *source, const char *flags)
{
	const char *path = run_path(name), *code = run_path("code.c");

	shell_must(run_format(
		"printf '#include <sys/socket.h>\\n#line 2 \"%s\"\\n"
		"int open_it(void) { return socket(AF_UNIX, SOCK_STREAM, 0); }\\n' >%s && " COMPILER
		" -g -fPIC -shared %s -o %s %s",
		source, code, flags, path, code));
	return path;
}

/* Every word of every format. */
static const char *words_of(const char *const options[], const char *way, const char *library)
{
	const char *words[24] = { UNCLOSED_PROGRAM, "-v",
				  "--json",         run_path("r.json"),
				  "--sarif",        run_path("r.sarif"),
				  "--junit",        run_path("r.xml"),
				  "--summary",      run_path("r.md"),
				  "--github" };
	size_t count = 11;
	struct run_child child;
	struct run run;

	while (options && *options)
		words[count++] = *options++;
	words[count++] = DROPPER;
	words[count++] = way;
	words[count] = library;
	child = run_start(&(struct run_options){ 0 }, words);
	run = run_finish(&child);
	cr_expect_eq(run_status(&run), 23, "%s: %s", way, run.err);
	return run_format("%s%s%s%s%s", run.err, run_read(run_path("r.json"), NULL),
			  run_read(run_path("r.sarif"), NULL), run_read(run_path("r.xml"), NULL),
			  run_read(run_path("r.md"), NULL));
}

static void withheld_check(const char *words, const char *what)
{
	cr_expect_null(strstr(words, SECRET), "%s: %s", what, words);
	cr_expect_not_null(strstr(words, "private/secret.c:2"), "%s: the place is told: %s", what,
			   words);
	cr_expect_not_null(strstr(words, "source lines are left out"), "%s: %s", what, words);
}

Test(privacy, source_that_the_program_could_not_read)
{
	static const char *const ways[] = { "call", "raw", "effective", "child" };
	const char *library;

	need_root();
	library = library_make("lib.so", run_path("private/secret.c"), "");
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		withheld_check(words_of(NULL, ways[i], library), ways[i]);
	cr_expect_not_null(strstr(words_of(NULL, "stay", library), SECRET),
			   "root's program could have read it");
}

/* What it could read is shown, by its file's rights and not by who owns it. */
Test(privacy, source_that_the_program_could_read)
{
	const char *library, *words;

	need_root();
	shell_must(run_format("cp %s %s && chmod 0644 %s", run_path("private/secret.c"),
			      run_path("public.c"), run_path("public.c")));
	library = library_make("lib.so", run_path("public.c"), "");
	words = words_of(NULL, "call", library);
	cr_expect_not_null(strstr(words, SECRET), "%s", words);
	cr_expect_null(strstr(words, "left out"), "%s", words);
	shell_must(run_format("chmod 0600 %s && chown " USER_WORD " %s", run_path("public.c"),
			      run_path("public.c")));
	cr_expect_not_null(strstr(words_of(NULL, "call", library), SECRET));
}

/* Root without its capabilities reads what is root's, and no file of others. */
Test(privacy, source_of_others_and_root_without_capabilities)
{
	const char *library, *secret;

	need_root();
	secret = run_path("private/secret.c");
	library = library_make("lib.so", secret, "");
	cr_expect_not_null(strstr(words_of(NULL, "powerless", library), SECRET));
	shell_must(run_format("chown " USER_WORD " %s && chmod 0600 %s", secret, secret));
	withheld_check(words_of(NULL, "powerless", library), "powerless");
	cr_expect_not_null(strstr(words_of(NULL, "stay", library), SECRET));
}

/* By a link of the program's, and by the tool's own view of the system. */
Test(privacy, source_by_another_name)
{
	const char *secret, *link;

	need_root();
	secret = run_path("private/secret.c");
	link = run_path("link.c");
	shell_must(run_format("ln -s %s %s && chown -h " USER_WORD " %s", secret, link, link));
	cr_expect_null(strstr(words_of(NULL, "call", library_make("lib.so", link, "")), SECRET));
	link = run_format("/proc/1/root%s", secret);
	cr_expect_null(strstr(words_of(NULL, "call", library_make("lib.so", link, "")), SECRET));
}

/* A FIFO, a device and a file without an end do not keep the tool. */
Test(privacy, source_that_is_no_file)
{
	need_root();
	shell_must(run_format("mkfifo %s", run_path("fifo.c")));
	(void)words_of(NULL, "call", library_make("lib.so", run_path("fifo.c"), ""));
	(void)words_of(NULL, "call", library_make("lib.so", "/dev/zero", ""));
	(void)words_of(NULL, "stay", library_make("lib.so", "/dev/zero", ""));
	shell_must(run_format("truncate -s 8E %s || truncate -s 1T %s", run_path("endless.c"),
			      run_path("endless.c")));
	(void)words_of(NULL, "call", library_make("lib.so", run_path("endless.c"), ""));
}

/* The functions and lines of split debug information are in a file that the library names. */
Test(privacy, debug_file_that_the_program_could_not_read)
{
	const char *library, *words;

	need_root();
	library = library_make("lib.so", run_path("private/secret.c"), "-gsplit-dwarf");
	shell_must(run_format("cd %s && chmod 0600 *.dwo", run_path(".")));
	words = words_of(NULL, "call", library);
	cr_expect_null(strstr(words, SECRET), "%s", words);
	library = library_make("lib.so", run_path("private/secret.c"), "");
	shell_must(run_format(
		"cd %s && rm -f *.dwo && objcopy --only-keep-debug lib.so lib.debug && "
		"strip --strip-all lib.so && objcopy --add-gnu-debuglink=lib.debug lib.so && "
		"chmod 0600 lib.debug",
		run_path(".")));
	words = words_of(NULL, "call", library);
	cr_expect_null(strstr(words, "secret.c"), "%s", words);
	cr_expect_not_null(strstr(words_of(NULL, "stay", library), "secret.c"));
}

/* PROGRAM and the libraries that its file needs are of who runs the tool: their names are told. */
Test(privacy, program_in_a_private_folder)
{
	const char *folder;
	struct run run;

	need_root();
	folder = run_path("private");
	(void)library_make("private/libneeded.so", run_path("private/secret.c"), "");
	shell_must(run_format("cp %s %s/libnamed.so && cd %s && printf '#include <grp.h>\\n"
			      "#include <unistd.h>\\nint open_it(void);\\nint main(void)\\n{\\n"
			      "return setgroups(0, NULL) || setgid(" USER_WORD
			      ") || setuid(" USER_WORD
			      ") || open_it() < 0;\\n}\\n' >main.c && " COMPILER
			      " -D_GNU_SOURCE -g -o main main.c -L. -lneeded '-Wl,-rpath,$ORIGIN'",
			      run_path("private/libneeded.so"), folder, folder));
	run = RUN(UNCLOSED_PROGRAM, run_path("private/main"));
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "open_it "), "%s", run.err);
	cr_expect_not_null(strstr(run.err, "main.c:6"), "%s", run.err);
	cr_expect_null(strstr(run.err, SECRET), "%s", run.err);
}

/* A library that it has loaded as root, and names: nobody has named it to the tool. */
Test(privacy, module_that_the_program_could_not_read)
{
	struct run run;

	need_root();
	(void)library_make("private/lib.so", run_path("private/secret.c"), "");
	shell_must(run_format(
		"printf '#include <dlfcn.h>\\n#include <grp.h>\\n#include <unistd.h>\\n"
		"int main(void) { void *library = dlopen(\"%s\", RTLD_NOW);\\n"
		"return setgroups(0, NULL) || setgid(" USER_WORD ") || setuid(" USER_WORD
		") || ((int (*)(void))dlsym(library, \"open_it\"))() < 0;\\n}\\n' >%s && " COMPILER
		" -D_GNU_SOURCE -g -o %s %s",
		run_path("private/lib.so"), run_path("main.c"), run_path("main"),
		run_path("main.c")));
	run = RUN(UNCLOSED_PROGRAM, run_path("main"));
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_null(strstr(run.err, "open_it "), "%s", run.err);
	cr_expect_not_null(strstr(run.err, "not every user of the session may read"), "%s",
			   run.err);
}

/* A ledger that is kept keeps its users. */
Test(privacy, kept_ledger)
{
	const char *library, *kept;
	struct run run;

	need_root();
	kept = run_path("kept.ledger");
	library = library_make("lib.so", run_path("private/secret.c"), "");
	(void)words_of(RUN_ARGV("--keep-ledger", kept), "raw", library);
	run = RUN(UNCLOSED_PROGRAM, "report", kept);
	withheld_check(run.err, "report");
	run = RUN(AS(USER_WORD), "cat", kept);
	cr_expect_neq(run_status(&run), 0, "they may not read it");
}

/* The bare form of a program that drops its user */

#define BARE_DROP(library, way)                                                                    \
	RUN_WITH(((struct run_options){ .environment =                                             \
						RUN_ARGV(run_format("LD_PRELOAD=%s", library)) }), \
		 DROPPER, way, run_path("lib.so"))

static void remedy_check(const struct run *run, const char *what)
{
	cr_expect_not_null(strstr(run->err,
				  "and became " USER_WORD "; run it under the launcher "
				  "(unclosed -- PROGRAM), or start it as user " USER_WORD),
			   "%s: %s", what, run->err);
}

Test(privacy, bare_form_of_a_program_that_drops_its_user)
{
	static const char *const ways[] = { "call", "raw", "effective" };

	need_root();
	(void)library_make("lib.so", run_path("private/secret.c"), "");
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct run run = BARE_DROP(UNCLOSED_LIBRARY, ways[i]);

		cr_expect_eq(run_status(&run), 23, "%s: %s", ways[i], run.err);
		cr_expect_not_null(strstr(run.err, "left 1 socket open"), "%s: %s", ways[i],
				   run.err);
		cr_expect_null(strstr(run.err, SECRET), "%s: %s", ways[i], run.err);
		remedy_check(&run, ways[i]);
	}
}

/* The tool is where the new user cannot start it: no report, and no status that looks clean. */
Test(privacy, bare_form_whose_report_cannot_be_started)
{
	struct run run;

	need_root();
	(void)library_make("lib.so", run_path("private/secret.c"), "");
	shell_must(run_format("mkdir %s/lib && cp " UNCLOSED_LIBRARY
			      " %s/lib && mkdir %s/bin && cp " UNCLOSED_PROGRAM " %s/bin",
			      run_path("private"), run_path("private"), run_path("private"),
			      run_path("private")));
	run = BARE_DROP(run_path("private/lib/libunclosed.so"), "call");
	cr_expect_eq(run_status(&run), 125, "%s", run.err);
	cr_expect_not_null(strstr(run.err,
				  "cannot start the report: this program became user " USER_WORD
				  "; run it under the launcher (unclosed -- PROGRAM)"),
			   "%s", run.err);
	cr_expect_null(strstr(run.err, "no socket left open"), "%s", run.err);
}
