/* SPDX-License-Identifier: MIT */
/*
 * Frames of a stack that nobody reads one by one: those of a test framework between a test and
 * main(), and those without a name. A line stands for as many as follow each other.
 */
#include "report/text/fold.h"

#include <string.h>

#include "model/where.h"

/* Fewer are shown: a line for them would be no shorter. */
#define FRAMES_MIN 2

/* A framework is known by its functions, or by its library. */
static const struct {
	const char *start; /* of a function's name, behind its type */
	const char *title;
} functions[] = {
	{ "testing::Test::Run(", "GoogleTest" },
	{ "testing::TestInfo::Run(", "GoogleTest" },
	{ "testing::TestSuite::Run", "GoogleTest" },
	{ "testing::TestCase::Run", "GoogleTest" },
	{ "testing::UnitTest::Run(", "GoogleTest" },
	{ "testing::internal::", "GoogleTest" },
	{ "Catch::", "Catch2" },
	{ "doctest::", "doctest" },
	{ "boost::unit_test::", "Boost.Test" },
};

static const struct {
	const char *start; /* of its file's name */
	const char *title;
} libraries[] = {
	{ "libcriterion.so", "Criterion" }, { "libboxfort.so", "Criterion" },
	{ "libgtest.so", "GoogleTest" },    { "libcmocka.so", "cmocka" },
	{ "libcppunit", "CppUnit" },	    { "libboost_unit_test_framework.so", "Boost.Test" },
	{ "libQt5Test.so", "Qt Test" },	    { "libQt6Test.so", "Qt Test" },
};

static bool begins_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

static const char *module_name(const struct report_frame *frame)
{
	const char *slash = frame->module ? strrchr(frame->module, '/') : NULL;

	return slash ? slash + 1 : frame->module;
}

static const char *framework_of(const struct report_frame *frame)
{
	const char *name = frame->function, *module = module_name(frame);

	if (name && (begins_with(name, "void ") || begins_with(name, "bool ")))
		name += strlen("void ");
	for (size_t i = 0; name && i < sizeof(functions) / sizeof(functions[0]); i++)
		if (begins_with(name, functions[i].start))
			return functions[i].title;
	for (size_t i = 0; module && i < sizeof(libraries) / sizeof(libraries[0]); i++)
		if (begins_with(module, libraries[i].start))
			return libraries[i].title;
	return NULL;
}

static bool is_of_system(const char *path)
{
	static const char *const folders[] = { "/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (begins_with(path, folders[i]))
			return true;
	return path_is_system(path);
}

/* Of a program or library of the system, whose addresses are no place to look. */
static const char *nameless_of(const struct report_frame *frame)
{
	if (frame->function || frame->file || !frame->module || !is_of_system(frame->module))
		return NULL;
	return module_name(frame);
}

typedef const char *fold_of(const struct report_frame *frame);

static size_t run_length(const struct report_frame *const *frames, size_t count, fold_of *of)
{
	const char *first = of(frames[0]);
	size_t same = 0;

	while (first && same < count && of(frames[same]) && strcmp(of(frames[same]), first) == 0)
		same++;
	return same;
}

size_t frames_fold(const struct report_frame *const *frames, size_t count, size_t at,
		   struct frames_folded *ret_folded)
{
	size_t same;

	/* The innermost is told, whosever it is. */
	if (at == 0)
		return 0;
	same = run_length(frames + at, count - at, framework_of);
	*ret_folded = (struct frames_folded){ .of = framework_of(frames[at]) };
	if (same == 0 && nameless_of(frames[at - 1])) {
		same = run_length(frames + at - 1, count - at + 1, nameless_of) - 1;
		*ret_folded = (struct frames_folded){ .of = nameless_of(frames[at - 1]),
						      .is_nameless = true };
	}
	return same < FRAMES_MIN ? 0 : same;
}
