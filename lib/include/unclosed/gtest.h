/* SPDX-License-Identifier: MIT */
/*
 * GoogleTest: a test that leaves descriptors open fails, with who opened them.
 *
 *	#include <unclosed/gtest.h>
 *
 * in one source file of the tests is enough: it registers a listener before main.
 * Each test is a scope, fixtures' SetUp and TearDown included; what a test
 * suite's SetUpTestSuite opens is not a test's. What counts is what the run counts
 * (unclosed --kinds). Where suppressions, a baseline, --gate, --fail-tests never or filters
 * decide, no test fails: the report and its exit status do. Without unclosed it does nothing. C++11 and later.
 */
#ifndef UNCLOSED_GTEST_H
#define UNCLOSED_GTEST_H

#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>
#include <string>

#if defined(__GLIBC__)
#include <execinfo.h>
#endif

#include "unclosed/unclosed.h"

class unclosed_gtest_listener : public ::testing::EmptyTestEventListener
{
      public:
	/* Register one, once. */
	static bool install()
	{
		static const bool is_installed = append();

		return is_installed;
	}

      private:
	unclosed_scope_t scope_ = 0;

	static bool append()
	{
		/* Events of an end reach the last one first: the printer hears of our failures. */
		::testing::UnitTest::GetInstance()->listeners().Append(new unclosed_gtest_listener);
		return true;
	}

	void OnTestStart(const ::testing::TestInfo &test) override
	{
		const std::string name = std::string(test.test_suite_name()) + "." + test.name();
		unclosed_scope_options options = unclosed_scope_options();

		options.name = name.c_str();
		options.framework = "gtest";
		options.file = test.file();
		options.line = static_cast<unsigned int>(test.line());
		scope_ = unclosed_scope_begin_with(&options);
	}

	void OnTestEnd(const ::testing::TestInfo &) override
	{
		std::ostringstream text;
		long left = unclosed_scope_left(scope_);

		if (left > 0)
			unclosed_list(scope_, describe, &text);
		unclosed_scope_end_of(scope_);
		/* Else rules decide, which the report knows: it names the test, and fails the run. */
		if (left > 0 && unclosed_fails_tests())
			ADD_FAILURE() << "unclosed: left open by this test:\n" << text.str()
				      << "  (the report at the end has functions and lines)";
	}

	/* "  socket 5: socket() at ./chat_test(+0x1234) [0x…]" */
	static int describe(const struct unclosed_descriptor *descriptor, void *data)
	{
		std::ostringstream &text = *static_cast<std::ostringstream *>(data);

		if (!descriptor->is_counted)
			return 0;
		text << "  " << descriptor->kind << " " << descriptor->fd;
		if (descriptor->label)
			text << " (" << descriptor->label << ")";
		text << ": " << descriptor->call << "() at";
		places(text, descriptor);
		text << "\n";
		return 0;
	}

	static void places(std::ostringstream &text, const struct unclosed_descriptor *descriptor)
	{
		static const size_t most = 3; /* the report has the rest, with lines */
		void *addresses[most];
		size_t count = descriptor->stack_depth < most ? descriptor->stack_depth : most;

		for (size_t i = 0; i < count; i++)
			addresses[i] = reinterpret_cast<void *>(
				static_cast<uintptr_t>(descriptor->stack[i]));
#if defined(__GLIBC__)
		char **names = backtrace_symbols(addresses, static_cast<int>(count));

		for (size_t i = 0; names && i < count; i++)
			text << (i ? " <- " : " ") << names[i];
		std::free(names);
#else
		for (size_t i = 0; i < count; i++)
			text << (i ? " <- " : " ") << addresses[i];
#endif
	}
};

static const bool unclosed_gtest_is_installed = unclosed_gtest_listener::install();

#endif
