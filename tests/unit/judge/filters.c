/* SPDX-License-Identifier: MIT */
/* What the options leave aside, and what is known of descriptors from outside. */
#include <criterion/criterion.h>
#include <string.h>

#include "world.h"

#define SECOND UINT64_C(1000000000)

static struct world world;
static const uint64_t serve[] = { 0x401001, 0x402001, 0 };
static const uint64_t start[] = { 0x403001, 0x402001, 0 };

static void begin(void)
{
	world_open(&world);
}

static void end(void)
{
	world_close(&world);
}

TestSuite(noise, .init = begin, .fini = end);

static struct ledger_slot *leave(uint32_t process, int fd, const uint64_t *pcs)
{
	return world_slot(&world, process, fd, WORLD_SOCKET, KIND_SOCKET, world_stack(&world, pcs));
}

static void ignore(const char *filter)
{
	world.options.ignored[world.options.ignored_count++] = filter;
}

Test(noise, filters_take_what_they_name_and_are_told)
{
	const struct finding *finding;

	leave(0, 5, serve);
	leave(0, 6, serve);
	leave(0, 7, serve);
	world_fact(&world, 0, 5, 1);
	world_fact(&world, 0, 6, 1);
	world_exit(&world, 0, 0);
	ignore("path:/dev/*");
	ignore("local:127.0.0.1:*");
	ignore("fd:7");
	finding = world_finding(&world);
	cr_expect_eq(finding->count, 3);
	cr_expect_eq(finding->counted, 0);
	cr_expect_eq(finding->noted, 0);
	cr_expect_eq(finding->suppressed, 3);
	cr_expect_eq(finding->suppressed_by_count, 2);
	cr_expect_eq(world.report->suppressed, 3);
	cr_expect_eq(world.report->exit_status, 0);
	cr_assert_eq(world.report->suppression_count, 3);
	cr_expect_str_eq(world.report->suppressions[1].rule, "local:127.0.0.1:*");
	cr_expect_str_eq(world.report->suppressions[1].source, "--ignore");
	cr_expect_eq(world.report->suppressions[0].matched, 0);
	cr_expect_eq(world.report->suppressions[1].matched, 2);
	cr_expect_eq(world.report->suppressions[2].matched, 1);
}

Test(noise, filters_leave_the_others)
{
	const struct finding *finding;

	leave(0, 5, serve);
	leave(0, 15, serve);
	world_exit(&world, 0, 0);
	ignore("fd:5");
	ignore("kind:file");
	ignore("call:sock");
	finding = world_finding(&world);
	cr_expect_eq(finding->counted, 1);
	cr_expect_eq(finding->suppressed, 1);
	cr_expect_eq(world.report->exit_status, 23);
	world.options.ignored_count = 0;
	ignore("kind:socket");
	cr_expect_eq(world_finding(&world)->suppressed, 2);
	world.options.ignored_count = 0;
	ignore("call:sock*");
	cr_expect_eq(world_finding(&world)->suppressed, 2);
}

/* Three here in one process; in the other one at this place, and another elsewhere. */
Test(noise, min_count_is_of_one_process_and_place)
{
	uint32_t child = world_process(&world, ORIGIN_SPAWN, 0);
	struct report *report;

	for (int fd = 5; fd < 8; fd++)
		leave(0, fd, serve);
	leave(child, 5, serve);
	leave(child, 6, start);
	world_exit(&world, 0, 0);
	world_exit(&world, child, 0);
	world.options.min_count = 2;
	report = world_judge(&world);
	cr_assert_eq(report->finding_count, 2);
	cr_expect_eq(report->findings[0].counted, 3);
	cr_expect_eq(report->findings[0].noted, 1);
	cr_expect_eq(report->findings[1].counted, 0);
	cr_expect_eq(report->findings[1].noted, 1);
	cr_expect_str_eq(report->findings[1].note_reason,
			 "fewer than 2 in its process (--min-count)");
	world.options.min_count = 3;
	cr_expect_eq(world_judge(&world)->counted, 3);
	world.options.min_count = 4;
	cr_expect_eq(world_judge(&world)->counted, 0);
}

/* The world's clock begins at 1 µs; the process ends at 20 s. */
Test(noise, times_of_opening_are_from_the_ends_of_the_process)
{
	const struct finding *finding;

	leave(0, 5, serve)->opened_ns = 2 * SECOND;
	leave(0, 6, serve)->opened_ns = 10 * SECOND;
	leave(0, 7, serve)->opened_ns = 19 * SECOND;
	world.now_ns = 20 * SECOND;
	world_exit(&world, 0, 0);
	world.options.warm_up_ns = 5 * SECOND;
	finding = world_finding(&world);
	cr_expect_eq(finding->counted, 2);
	cr_expect_str_eq(finding->note_reason,
			 "opened in the first 5 s of its process (--warm-up)");
	world.options.min_age_ns = 1500000000;
	cr_expect_eq(world_finding(&world)->counted, 1);
	world.options.warm_up_ns = 0;
	finding = world_finding(&world);
	cr_expect_eq(finding->counted, 2);
	cr_expect_str_eq(finding->note_reason,
			 "opened in the last 1500 ms of its process (--min-age)");
}

/* Nobody knows when it was opened: that is no excuse. */
Test(noise, what_was_not_seen_counts_all_the_same)
{
	world_slot(&world, 0, 7, 0, KIND_SOCKET, 0);
	world_state(&world, 0, 7, SLOT_UNSEEN);
	world_exit(&world, 0, 0);
	world.options.warm_up_ns = world.options.min_age_ns = 1000 * SECOND;
	cr_expect_eq(world_finding(&world)->counted, 1);
}

static const char *variable_name, *variable_value;

static const char *environment(const char *name)
{
	return variable_name && strcmp(name, variable_name) == 0 ? variable_value : NULL;
}

static const char *known_as(int fd, enum descriptor_kind kind)
{
	struct ledger_slot *slot = world_slot(&world, 0, fd, 0, kind, 0);

	slot->facts = FACT_OUTSIDE;
	world_state(&world, 0, fd, SLOT_OUTSIDE);
	world.context.environment = environment;
	cr_assert_eq(world_judge(&world)->processes[0].inherited_count, 1);
	return world.report->processes[0].inherited[0].known_as;
}

static void expect_known(int fd, enum descriptor_kind kind, const char *name, const char *value,
			 const char *expected)
{
	const char *found;

	begin();
	variable_name = name;
	variable_value = value;
	found = known_as(fd, kind);
	if (expected)
		cr_expect(found && strcmp(found, expected) == 0, "%s=%s: %s", name, value, found);
	else
		cr_expect_null(found, "%s=%s: %s", name, value, found);
	end();
}

Test(inherited, numbers_and_variables_name_what_is_handed_down)
{
	static const char jobserver[] = "make's jobserver", runner[] = "CI runner (GitHub Actions)";

	expect_known(155, KIND_PIPE, NULL, NULL, runner);
	expect_known(155, KIND_SOCKET, NULL, NULL, NULL);
	expect_known(156, KIND_PIPE, NULL, NULL, NULL);
	expect_known(3, KIND_PIPE, "MAKEFLAGS", "-j --jobserver-auth=3,4", jobserver);
	expect_known(4, KIND_PIPE, "MAKEFLAGS", " -j4 --jobserver-fds=3,4 -j", jobserver);
	expect_known(5, KIND_PIPE, "MAKEFLAGS", "-j --jobserver-auth=3,4", NULL);
	expect_known(4, KIND_PIPE, "MAKEFLAGS", "-j --jobserver-auth=fifo:/tmp/GMfifo4", NULL);
	expect_known(4, KIND_SOCKET, "LISTEN_FDS", "2", "socket activation (systemd)");
	expect_known(5, KIND_SOCKET, "LISTEN_FDS", "2", NULL);
	expect_known(3, KIND_PIPE, "BATS_VERSION", "1.8", "test framework (Bats)");
	expect_known(24, KIND_INOTIFY, "KDE_FULL_SESSION", "true", "desktop session");
	expect_known(24, KIND_INOTIFY, NULL, NULL, NULL);
}
