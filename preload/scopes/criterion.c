/* SPDX-License-Identifier: MIT */
/*
 * Criterion: every test is a scope, and one that leaves descriptors open fails.
 *
 * The code that its Test() macro makes calls these functions in the test's
 * process, around its fixtures and body. They and what is used here belong to the
 * interface between test programs and libcriterion (criterion/types.h, test.h),
 * the same in all releases of 2.x. A Criterion that is linked in statically keeps
 * its calls to itself: such tests are not told apart.
 *
 * Criterion counts a test when its body has returned; later it can only complain.
 * So where the body has left something open, the fixtures that may close it run
 * at once, and not again at their own time.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "base/settings.h"
#include "base/text.h"
#include "end/census.h"
#include "libc/real.h"
#include "process/environment.h"
#include "shim/self_map.h"
#include "shim/state.h"
#include "stack/capture.h"

#define NAME_SIZE 512

/* What criterion/types.h declares. In the test's process the file's name is not to be followed. */
struct criterion_test {
	const char *name;
	const char *category;
	void (*test)(void);
	struct criterion_test_extra_data *data;
};

struct criterion_test_extra_data {
	int sentinel, compiler, language, kind;
	void *parameters;
	const char *identifier, *file;
	unsigned int line;
	void (*init)(void);
	void (*fini)(void);
	int signal, exit_code;
	bool disabled;
	const char *description;
	double timeout;
	void *data;
};

struct criterion_suite {
	const char *name;
	struct criterion_test_extra_data *data;
};

extern const struct criterion_test *criterion_current_test __attribute__((weak));
extern const struct criterion_suite *criterion_current_suite __attribute__((weak));
extern void criterion_test_die(const char *format, ...) __attribute__((weak));

#define FRAMEWORK(name, parameters) \
	extern void name parameters __attribute__((visibility("default")));
#include "scopes/frameworks.def"

/* The function of libcriterion that stands behind one of ours. */
static void call_next(const char *name)
{
	void (*next)(void) = (void (*)(void))dlsym(RTLD_NEXT, name);

	if (next)
		next();
}

static void test_begin(const struct criterion_test *test)
{
	char name[NAME_SIZE];
	struct text text;

	text_init(&text, name, sizeof(name));
	text_add(&text, test->category ? test->category : "");
	text_add(&text, "::");
	text_add(&text, test->name ? test->name : "");
	(void)scope_begin(
		&(struct unclosed_scope_options){ .name = name, .framework = "criterion" });
}

void criterion_internal_test_setup(void)
{
	if (shim_is_recording() && &criterion_current_test && criterion_current_test)
		test_begin(criterion_current_test);
	call_next("criterion_internal_test_setup");
}

/* Pipes that Criterion opens on behalf of a test, for cr_redirect_stdout() and its kin. */
static int own_forgive(const struct census_entry *entry, void *data)
{
	const struct ledger_stack *stack =
		ledger_stack_at(&shim.ledger, atomic_load_explicit(&entry->slot->opened_stack_ref,
								   memory_order_relaxed));
	Dl_info info, criterion;

	(void)data;
	if (stack && stack->depth > 0 &&
	    dladdr((void *)ledger_pc_in_process(&shim.ledger, shim.image, stack->pcs[0]), &info) &&
	    dladdr((void *)criterion_test_die, &criterion) && info.dli_fbase == criterion.dli_fbase)
		(void)unclosed_expect_open(entry->fd, "it is Criterion's own");
	return 0;
}

/* "2 sockets left open: socket() gave 9, accept4() gave 10": the report has the places. */
struct complaint {
	struct text text;
	long count;
};

static int complaint_add(const struct census_entry *entry, void *data)
{
	struct complaint *complaint = data;

	if (!entry->is_counted)
		return 0;
	text_add(&complaint->text, complaint->count++ ? ", " : "");
	text_add(&complaint->text, call_name(slot_call(entry->word)));
	text_add(&complaint->text, "() gave ");
	text_add_number(&complaint->text, (uint64_t)entry->fd);
	return 0;
}

static void test_fail(uint32_t scope_ref)
{
	struct complaint complaint = { .count = 0 };
	char list[NAME_SIZE];

	text_init(&complaint.text, list, sizeof(list));
	(void)census(scope_ref, complaint_add, &complaint);
	criterion_test_die("left %ld descriptor%s open: %s (see the report of unclosed)",
			   complaint.count, complaint.count == 1 ? "" : "s", list);
}

/* This process's one test, while its body runs, and copies of it and its suite without fixtures. */
static struct {
	void (*body)(void *parameter);
	struct criterion_test test;
	struct criterion_suite suite;
	struct criterion_test_extra_data test_data, suite_data;
} watched;

/* Returns a copy that has no fixture at its end; that one is run. */
static struct criterion_test_extra_data fixture_run(const struct criterion_test_extra_data *data)
{
	struct criterion_test_extra_data copy =
		data ? *data : (struct criterion_test_extra_data){ 0 };

	if (copy.fini)
		copy.fini();
	copy.fini = NULL;
	return copy;
}

/* The test's first, then the suite's: Criterion's order. */
static void fixtures_run(void)
{
	watched.test_data = fixture_run(criterion_current_test->data);
	watched.test = *criterion_current_test;
	watched.test.data = &watched.test_data;
	criterion_current_test = &watched.test;
	watched.suite_data = fixture_run(criterion_current_suite->data);
	watched.suite = *criterion_current_suite;
	watched.suite.data = &watched.suite_data;
	criterion_current_suite = &watched.suite;
}

static long test_left(uint32_t scope_ref)
{
	(void)census(scope_ref, own_forgive, NULL);
	return census_count(scope_ref);
}

/* In the place of the body; a parameterised test has an argument, which others do not look at. */
static void body_watch(void *parameter)
{
	uint32_t scope_ref;

	watched.body(parameter);
	scope_ref = scope_current();
	if (test_left(scope_ref) <= 0)
		return;
	fixtures_run();
	if (test_left(scope_ref) <= 0)
		return;
	(void)scope_end();
	test_fail(scope_ref);
}

static bool is_failing_tests(void)
{
	return shim_is_recording() && environment_settings() & SETTING_FAILS_TESTS &&
	       criterion_test_die && &criterion_current_test && criterion_current_test &&
	       &criterion_current_suite && criterion_current_suite;
}

void criterion_internal_test_main(void (*body)(void))
{
	__typeof__(&criterion_internal_test_main) next =
		(__typeof__(&criterion_internal_test_main))dlsym(RTLD_NEXT,
								 "criterion_internal_test_main");

	watched.body = (void (*)(void *))body;
	if (next)
		next(is_failing_tests() ? (void (*)(void))body_watch : body);
}

/* The test has passed, or failed by itself. */
void criterion_internal_test_teardown(void)
{
	call_next("criterion_internal_test_teardown");
	if (!shim_is_recording() || !criterion_test_die)
		return;
	(void)census(scope_current(), own_forgive, NULL);
	(void)scope_end();
}
