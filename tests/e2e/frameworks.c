/* SPDX-License-Identifier: MIT */
/* In each framework a suite of fifty tests, one of which leaks: that one is named and fails. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "watch.h"

TestSuite(frameworks, .init = run_init, .fini = run_fini);

/* Criterion's workers know what they are by this; these tests are such a worker. */
static const struct run_options outside = { .environment =
						    (const char *const[]){ "BXFI_MAP", NULL } };

static size_t occurrences(const char *text, const char *word)
{
	size_t count = 0;

	for (; (text = strstr(text, word)); text += strlen(word))
		count++;
	return count;
}

/* The report blames this test alone, and all are in it. */
static void blame_check(const struct watched *watched, const char *name, size_t count)
{
	json_t *scopes = report_at(watched->report, "scopes"), *scope;
	size_t i, guilty = 0;

	cr_expect_eq(json_array_size(scopes), count, "%zu tests", json_array_size(scopes));
	json_array_foreach(scopes, i, scope)
	{
		if (report_number(scope, "left") == 0 && report_number(scope, "leaked") == 0)
			continue;
		guilty++;
		cr_expect_str_eq(report_text(scope, "name"), name);
		cr_expect_eq(report_number(scope, "id"),
			     report_number(watched->report, "findings/0/scopes/0"));
		cr_expect_gt(report_number(scope, "line"), 0);
	}
	cr_expect_eq(guilty, 1, "%s", watched->run.err);
	cr_expect_eq(json_array_size(report_at(watched->report, "findings")), 1, "%s",
		     watched->run.err);
}

static void criterion_check(const char *kinds)
{
	struct watched watched =
		WATCH_WITH(outside, "--kinds", kinds, "--", FIXTURE("criterion_fifty"));
	const char *err = watched.run.err;

	cr_expect_eq(run_status(&watched.run), 1, "%s", err);
	cr_expect(strstr(err, "Tested: 50 | Passing: 49 | Failing: 1 | Crashing: 0"), "%s", err);
	cr_expect(strstr(err, "[FAIL] plain::leaks"), "%s", err);
	cr_expect(strstr(err, "plain::leaks: left 1 descriptor open: socket() gave"), "%s", err);
	cr_expect_eq(occurrences(err, "[FAIL]"), 1, "%s", err);
	cr_expect(strstr(err, "in test plain::leaks (tests/fixtures/frameworks/criterion_fifty.c"),
		  "%s", err);
	cr_expect_null(strstr(err, "libunclosed"), "our own frame: %s", err);
	blame_check(&watched, "plain::leaks", 50);
}

Test(frameworks, criterion)
{
	struct run run = RUN_WITH(outside, FIXTURE("criterion_fifty"));

	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	criterion_check("socket");
}

/* Nothing that Criterion opens for itself is blamed on anybody. */
Test(frameworks, criterion_all_kinds)
{
	criterion_check("all");
}

/* By itself the run fails; Criterion is not told. */
Test(frameworks, criterion_told_by_report_alone)
{
	struct watched watched =
		WATCH_WITH(outside, "--fail-tests", "never", "--", FIXTURE("criterion_fifty"));
	struct watched gate =
		WATCH_WITH(outside, "--gate", "none", "--", FIXTURE("criterion_fifty"));

	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	cr_expect(strstr(watched.run.err, "Passing: 50"), "%s", watched.run.err);
	blame_check(&watched, "plain::leaks", 50);
	cr_expect_eq(run_status(&gate.run), 0, "%s", gate.run.err);
}

Test(frameworks, gtest)
{
	struct watched watched;
	struct run run;

	if (access(FIXTURE("gtest_fifty"), X_OK) != 0)
		cr_skip("no GoogleTest");
	run = RUN(FIXTURE("gtest_fifty"));
	cr_expect_eq(run_status(&run), 0, "%s", run.out);
	watched = WATCH("--", FIXTURE("gtest_fifty"));
	cr_expect_eq(run_status(&watched.run), 1, "%s", watched.run.err);
	cr_expect(strstr(watched.run.out, "[  PASSED  ] 49 tests."), "%s", watched.run.out);
	cr_expect(strstr(watched.run.out, "[  FAILED  ] Leaky.leaks\n"), "%s", watched.run.out);
	cr_expect(strstr(watched.run.out, "unclosed: left open by this test:\n  socket "), "%s",
		  watched.run.out);
	blame_check(&watched, "Leaky.leaks", 50);
}

static const char *file_write(const char *name, const char *text)
{
	const char *path = run_path(name);
	FILE *file = fopen(path, "we");

	cr_assert_not_null(file);
	fputs(text, file);
	fclose(file);
	return path;
}

/* Where others decide what counts, the report is the verdict, and GoogleTest hears nothing. */
static void gtest_decided(const char *option, const char *value, int status)
{
	struct watched watched = WATCH(option, value, "--", FIXTURE("gtest_fifty"));

	cr_expect_eq(run_status(&watched.run), status, "%s %s: %s", option, value, watched.run.err);
	cr_expect(strstr(watched.run.out, "[  PASSED  ] 50 tests."), "%s", watched.run.out);
	if (status == 0 && strcmp(option, "--gate") != 0)
		cr_expect_null(strstr(watched.run.err, "tests left"), "%s", watched.run.err);
}

Test(frameworks, gtest_rules)
{
	if (access(FIXTURE("gtest_fifty"), X_OK) != 0)
		cr_skip("no GoogleTest");
	gtest_decided("--suppressions",
		      file_write("rules", "leak:TestBody\n    reason: known for long\n"), 0);
	gtest_decided("--suppressions",
		      file_write("others", "leak:nobody\n    reason: another one\n"), 23);
	gtest_decided("--gate", "none", 0);
	gtest_decided("--fail-tests", "never", 23);
	gtest_decided("--ignore", "call:socket", 0);
}

#define FIFTY_PY SOURCE_TREE "/tests/fixtures/frameworks/test_fifty.py"

/* Under unclosed, with FIFTY=what. */
static struct watched pytest_watch(const char *what, const char *gc)
{
	const struct run_options options = {
		.environment = RUN_ARGV(run_format("FIFTY=%s", what), "PYTHONDONTWRITEBYTECODE=1",
					"PYTHONPATH=" SOURCE_TREE "/lib/frameworks")
	};

	return WATCH_WITH(options, "--", PYTHON, "-m", "pytest", "-p", "no:cacheprovider", "-p",
			  "unclosed_pytest", "-o", gc, FIFTY_PY);
}

static void pytest_require(void)
{
	struct run run = RUN(PYTHON, "-m", "pytest", "--version");

	if (run_status(&run) != 0)
		cr_skip("no pytest");
}

static void pytest_check(const char *what, unsigned int line)
{
	struct watched watched = pytest_watch(what, "unclosed_gc=fail");
	const char *out = watched.run.out;

	cr_expect_eq(run_status(&watched.run), 1, "%s%s", out, watched.run.err);
	cr_expect(strstr(out, "1 failed, 47 passed, 1 skipped, 1 xfailed"), "%s", out);
	cr_expect(strstr(out, "test_fifty.py::test_leaks"), "%s", out);
	cr_expect(strstr(out, run_format("test_fifty.py:%u in test_leaks", line)), "%s", out);
	cr_expect(strstr(watched.run.err, "::test_leaks ("), "the report names the test: %s",
		  watched.run.err);
}

Test(frameworks, pytest)
{
	struct watched watched;

	pytest_require();
	watched = pytest_watch("none", "unclosed_gc=fail");
	cr_expect(strstr(watched.run.out, "48 passed, 1 skipped, 1 xfailed"), "%s",
		  watched.run.out);
	pytest_check("left", 32);
	pytest_check("lost", 34);
	watched = pytest_watch("lost", "unclosed_gc=ignore");
	cr_expect(strstr(watched.run.out, "48 passed, 1 skipped, 1 xfailed"), "%s",
		  watched.run.out);
}

/* The options that decide are unclosed's. */
static struct watched pytest_decided(const char *option, const char *value, const char *path)
{
	return WATCH(option, value, "--", "/usr/bin/env", "PYTHONDONTWRITEBYTECODE=1",
		     "PYTHONPATH=" SOURCE_TREE "/lib/frameworks", PYTHON, "-m", "pytest", "-q", "-p",
		     "no:cacheprovider", "-p", "unclosed_pytest", path);
}

Test(frameworks, pytest_rules)
{
	const char *path = file_write("test_known.py", "import socket\n\n\n"
						       "def open_log():\n"
						       "    return socket.socket().detach()\n\n\n"
						       "def test_logs():\n"
						       "    assert open_log() >= 0\n");
	struct watched watched;

	pytest_require();
	watched = pytest_decided("--suppressions",
				 file_write("rules", "leak:open_log\n    reason: known\n"), path);
	cr_expect_eq(run_status(&watched.run), 0, "%s%s", watched.run.out, watched.run.err);
	cr_expect(strstr(watched.run.out, "1 passed"), "%s", watched.run.out);
	cr_expect_null(strstr(watched.run.err, "test left"), "%s", watched.run.err);
	watched = pytest_decided("--gate", "none", path);
	cr_expect(strstr(watched.run.out, "1 passed"), "%s", watched.run.out);
	watched = pytest_decided("--fail-tests", "always", path);
	cr_expect(strstr(watched.run.out, "1 failed"), "%s", watched.run.out);
}

/* The pipe to multiprocessing's helper is named by a shipped rule. */
Test(frameworks, pytest_helpers)
{
	const char *path = file_write("test_spawn.py",
				      "import multiprocessing\n\n\n"
				      "def work():\n    pass\n\n\n"
				      "def test_spawn():\n"
				      "    p = multiprocessing.get_context('spawn').Process(target=work)\n"
				      "    p.start()\n    p.join()\n    p.close()\n");
	struct watched watched;

	pytest_require();
	watched = pytest_decided("--kinds", "all", path);
	cr_expect(strstr(watched.run.out, "1 passed"), "%s", watched.run.out);
}

/* What is wrong in a test, and leaves nothing open, is told with the test, too. */
Test(frameworks, pytest_misuse)
{
	const char *path = file_write("test_twice.py", "import os\n\n\n"
						       "def test_closes_twice():\n"
						       "    fd = os.open('/dev/null', os.O_RDONLY)\n"
						       "    os.close(fd)\n"
						       "    try:\n        os.close(fd)\n"
						       "    except OSError:\n        pass\n");
	struct watched watched;

	pytest_require();
	watched = pytest_decided("--misuse", "count", path);
	cr_expect_eq(run_status(&watched.run), 23, "%s%s", watched.run.out, watched.run.err);
	cr_expect(strstr(watched.run.err, "in test "), "%s", watched.run.err);
	cr_expect(strstr(watched.run.err, "::test_closes_twice"), "%s", watched.run.err);
}

/* What other plugins open beside the tests is no test's, and does not hide what a test leaves. */
Test(frameworks, pytest_plugins)
{
	const char *const path = "PYTHONPATH=" SOURCE_TREE "/lib/frameworks:" SOURCE_TREE
				 "/tests/fixtures/frameworks/site-packages";
	const struct run_options options = {
		.environment = RUN_ARGV("FIFTY=left", "PYTHONDONTWRITEBYTECODE=1", path)
	};
	struct watched watched;

	pytest_require();
	watched = WATCH_WITH(options, "--", PYTHON, "-m", "pytest", "-p", "no:cacheprovider", "-p",
			     "unclosed_pytest", "-p", "keeps_ready", FIFTY_PY);
	cr_expect(strstr(watched.run.out, "1 failed, 47 passed, 1 skipped, 1 xfailed"), "%s",
		  watched.run.out);
	cr_expect(strstr(watched.run.out, "test_fifty.py::test_leaks"), "%s", watched.run.out);
	cr_expect(strstr(watched.run.err, "unclosed: 2 of 50 tests left sockets open: "), "%s",
		  watched.run.err);
	cr_expect_null(strstr(watched.run.err, "test_plain"), "%s", watched.run.err);
	cr_expect(strstr(watched.run.err,
			 "2 descriptors closed by the garbage collector from 2 places; "
			 "not counted: 1 noted\n"),
		  "%s", watched.run.err);
}

/* Without unclosed the plugin is not noticed. */
Test(frameworks, pytest_alone)
{
	const struct run_options options = { .environment = RUN_ARGV(
						     "FIFTY=left", "PYTHONDONTWRITEBYTECODE=1",
						     "PYTHONPATH=" SOURCE_TREE "/lib/frameworks") };
	struct run run;

	pytest_require();
	run = RUN_WITH(options, PYTHON, "-m", "pytest", "-p", "no:cacheprovider", "-p",
		       "unclosed_pytest", FIFTY_PY);
	cr_expect_eq(run_status(&run), 0, "%s", run.out);
}

/* A test of bats is processes: the environment tells which. */
Test(frameworks, bats)
{
	const struct run_options options = { .environment = RUN_ARGV("LEAK=" FIXTURES "/leak") };
	const char *bats = run_find("bats");
	struct watched watched;

	if (!bats)
		cr_skip("no bats");
	watched = WATCH_WITH(options, "--", bats,
			     SOURCE_TREE "/tests/fixtures/frameworks/fifty.bats");
	cr_expect_eq(run_status(&watched.run), 23, "%s", watched.run.err);
	cr_expect(strstr(watched.run.out, "ok 3 "), "%s", watched.run.out);
	cr_expect(strstr(watched.run.err, "in test test_runs_what_leaks ("), "%s", watched.run.err);
	cr_expect(strstr(watched.run.err, "1 of 3 tests left"), "%s", watched.run.err);
}

static struct run must_run(const char *const argv[])
{
	struct run_options options = { .timeout_s = 250 };
	struct run_child child = run_start(&options, argv);
	struct run run = run_finish(&child);

	cr_assert_eq(run_status(&run), 0, "%s%s", run.out, run.err);
	return run;
}

/* Configure and build the project with the installed package; returns what CTest prints. */
static char *project_test(const char *tree, const char *first, const char *second)
{
	struct run run;

	must_run(RUN_ARGV(CMAKE_PROGRAM, "-S", SOURCE_TREE "/tests/fixtures/frameworks/project",
			  "-B", tree, first, second));
	must_run(RUN_ARGV(CMAKE_PROGRAM, "--build", tree));
	run = RUN(CTEST_PROGRAM, "--test-dir", tree);
	return run.out;
}

static void verdict_check(const char *out, const char *name, const char *verdict)
{
	const char *at = strstr(out, run_format(": %s ..", name));
	const char *end = at ? strchr(at, '\n') : NULL;
	const char *found = at ? strstr(at, verdict) : NULL;

	cr_expect(found && found < end, "%s: not %s in\n%s", name, verdict, out);
}

/* find_package(unclosed), out of an installed tree. */
Test(frameworks, cmake)
{
	const char *prefix = run_path("prefix");
	char *out;

	must_run(RUN_ARGV(CMAKE_PROGRAM, "--install", BUILD_TREE, "--prefix", prefix));
	out = project_test(run_path("edited"), run_format("-DCMAKE_PREFIX_PATH=%s", prefix),
			   "-DUNEDITED=OFF");
	verdict_check(out, "good", "Passed");
	verdict_check(out, "leaks", "***Failed");
	verdict_check(out, "skips", "***Skipped");
	verdict_check(out, "fails", "Passed");
	verdict_check(out, "other_status", "***Failed");
	verdict_check(out, "fails_cleanly", "Passed");
	verdict_check(out, "fails_and_leaks", "***Failed");
	out = project_test(run_path("unedited"), "-DUNEDITED=ON",
			   run_format("-D" TEST_LAUNCHER "=%s/bin/unclosed;--quiet", prefix));
	verdict_check(out, "good", "Passed");
	verdict_check(out, "leaks", "***Failed");
	verdict_check(out, "skips", "***Skipped");
}

#define PROJECT                                        \
	"cmake_minimum_required(VERSION 3.21)\n"       \
	"project(suite C CXX)\n"                       \
	"enable_testing()\n"                           \
	"find_package(GTest REQUIRED)\n"               \
	"find_package(unclosed REQUIRED)\n"            \
	"include(GoogleTest)\n"                        \
	"add_executable(suite suite.cc)\n"             \
	"target_link_libraries(suite GTest::gtest_main)\n"

static struct run configure(const char *folder, const char *rest)
{
	must_run(RUN_ARGV("/bin/mkdir", "-p", run_path(folder)));
	(void)file_write(run_format("%s/suite.cc", folder), "#include <gtest/gtest.h>\n");
	(void)file_write(run_format("%s/CMakeLists.txt", folder), run_format("%s%s", PROJECT, rest));
	return RUN(CMAKE_PROGRAM, "-S", run_path(folder), "-B", run_path(run_format("%s/b", folder)),
		   run_format("-DCMAKE_PREFIX_PATH=%s", run_path("prefix")));
}

/* Behind the discovery it would do nothing, and every test would pass: CMake stops, and says why. */
Test(frameworks, cmake_with_gtest)
{
	struct run run;

	if (access(FIXTURE("gtest_fifty"), X_OK) != 0)
		cr_skip("no GoogleTest");
	must_run(RUN_ARGV(CMAKE_PROGRAM, "--install", BUILD_TREE, "--prefix", run_path("prefix")));
	run = configure("right", "unclosed_test(suite GTEST)\ngtest_discover_tests(suite)\n");
	cr_expect_eq(run_status(&run), 0, "a target linked without a keyword: %s", run.err);
	run = configure("late", "gtest_discover_tests(suite)\nunclosed_test(suite GTEST)\n");
	cr_expect_neq(run_status(&run), 0, "%s", run.out);
	cr_expect(strstr(run.err, "stands behind the call that discovers"), "%s", run.err);
	run = configure("twice", "unclosed_test(suite GTEST)\n"
				 "gtest_add_tests(TARGET suite SOURCES suite.cc)\n"
				 "unclosed_test(suite OPTIONS --quiet)\n");
	cr_expect_eq(run_status(&run), 0, "what add_test() makes may come before: %s", run.err);
}

/* CTest's own log, which it hands on to each test, is no finding; the tests are told apart. */
Test(frameworks, ctest)
{
	const char *directory = run_path("suite");
	struct run run;
	FILE *file;

	cr_assert_eq(mkdir(directory, 0700), 0);
	file = fopen(run_path("suite/CTestTestfile.cmake"), "we");
	cr_assert_not_null(file);
	fprintf(file, "add_test(good /bin/true)\nadd_test(one %s one)\nadd_test(two %s two)\n",
		FIXTURE("leak"), FIXTURE("leak"));
	fclose(file);
	run = RUN(UNCLOSED_PROGRAM, "-k", "all", "--exec-inherited", "count", "--arguments", "full",
		  "--", CTEST_PROGRAM, "--test-dir", directory);
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_null(strstr(run.err, "handed on by exec"), "%s", run.err);
	cr_expect(strstr(run.err, "/leak one (pid "), "%s", run.err);
	cr_expect(strstr(run.err, "/leak two (pid "), "%s", run.err);
}
