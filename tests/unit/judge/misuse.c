/* SPDX-License-Identifier: MIT */
/* What the events of a process come to, in worlds made by hand. */
#include <criterion/criterion.h>

#include "world.h"

#define MAIN_TID 10
#define OTHER_TID 11

static struct world world;

/* Addresses in the program's module, each a place of its own. */
enum {
	PLACE_OPEN = 0x401000,
	PLACE_GUILTY = 0x402000,
	PLACE_EARLIER = 0x403000,
	PLACE_HERE = 0x404000,
	PLACE_USUAL = 0x405000
};

static void setup(void)
{
	world_open(&world);
	world_symbol(0x1001, "serve", "/src/server.c", 10);
	world_symbol(0x2001, "reap", "/src/server.c", 20);
	world_symbol(0x3001, "reap_first", "/src/server.c", 30);
	world_symbol(0x4001, "answer", "/src/server.c", 40);
	world_symbol(0x5001, "finish", "/src/server.c", 50);
}

static void teardown(void)
{
	world_close(&world);
}

TestSuite(misuse, .init = setup, .fini = teardown);

static uint32_t stack(uint64_t pc)
{
	return world_stack(&world, (const uint64_t[]){ pc + 1, 0 });
}

static struct ledger_event *event_new(uint32_t process, enum event_type type)
{
	uint32_t ref = ledger_record_alloc(&world.ledger, sizeof(struct ledger_event));
	struct ledger_event *event = ledger_at(&world.ledger, ref, sizeof(*event));

	*event = (struct ledger_event){ .next_ref = world_at(&world, process)->events_ref,
					.type = type,
					.fd = 5,
					.last_fd = 5,
					.call = WORLD_OPEN,
					.kind = KIND_SOCKET,
					.count = 1,
					.tid = MAIN_TID,
					.here_stack_ref = stack(PLACE_HERE) };
	world_at(&world, process)->events_ref = ref;
	return event;
}

/* The closes of what PLACE_OPEN opens. */
static void closed(uint64_t close, unsigned int count, bool has_crossed)
{
	struct ledger_pair *pair =
		ledger_pair_at(&world.ledger, stack(PLACE_OPEN), stack(close));

	pair->count += count;
	pair->has_crossed = has_crossed;
}

/* EBADF for the thread that opened it; another had closed it, and the number before. */
static struct ledger_event *recycled(void)
{
	struct ledger_event *event = event_new(0, EVENT_USE);

	event->flags = EVENT_IS_RECLOSED;
	event->opened_stack_ref = stack(PLACE_OPEN);
	event->opened_tid = MAIN_TID;
	event->closed_stack_ref = stack(PLACE_GUILTY);
	event->closed_tid = OTHER_TID;
	event->earlier_stack_ref = stack(PLACE_EARLIER);
	return event;
}

static const struct finding *judged(void)
{
	world_exit(&world, 0, 0);
	return world_finding(&world);
}

Test(misuse, wrong_close_is_proven)
{
	const struct finding *finding;

	recycled();
	closed(PLACE_GUILTY, 1, true);
	finding = judged();
	cr_assert_eq(finding->type, FINDING_WRONG_CLOSE);
	cr_assert(finding->is_proven);
	cr_assert_eq(finding->related_count, 3);
	cr_assert_str_eq(finding->stack.frames[0].function, "answer");
	cr_assert_str_eq(finding->related[0].role, "closed");
	cr_assert_str_eq(finding->related[0].stack.frames[0].function, "reap");
	cr_assert_str_eq(finding->related[1].stack.frames[0].function, "reap_first");
	cr_assert_str_eq(finding->related[2].stack.frames[0].function, "serve");
	cr_assert_eq(finding->remedy_line, 20);
}

/* The place that closed it does so with others, too: its work, and the opener's mistake. */
Test(misuse, the_usual_closer_is_not_wrong)
{
	recycled();
	closed(PLACE_GUILTY, 2, true);
	cr_assert_eq(judged()->type, FINDING_USE_AFTER_CLOSE);
}

/* As a pool does: the opener hands on what it opens. */
Test(misuse, handed_on_is_not_wrong)
{
	recycled();
	closed(PLACE_GUILTY, 1, true);
	closed(PLACE_USUAL, 7, true);
	cr_assert_eq(judged()->type, FINDING_USE_AFTER_CLOSE);
}

/* A third thread, at the place that closes the others of the pool. */
Test(misuse, the_usual_closing_place_is_the_owner)
{
	struct ledger_event *event = recycled();

	event->type = EVENT_DOUBLE_CLOSE;
	event->tid = 12;
	event->here_stack_ref = stack(PLACE_USUAL);
	closed(PLACE_GUILTY, 1, true);
	closed(PLACE_USUAL, 7, true);
	cr_assert_eq(judged()->type, FINDING_WRONG_CLOSE);
}

Test(misuse, contested_is_not_proven)
{
	recycled()->flags = EVENT_IS_RECLOSED | EVENT_IS_CONTESTED;
	closed(PLACE_GUILTY, 1, true);
	cr_assert_eq(judged()->type, FINDING_USE_AFTER_CLOSE);
	cr_assert_not(world.report->findings[0].is_proven);
}

static struct ledger_event *suspicion(void)
{
	struct ledger_event *event = event_new(0, EVENT_WRONG_CLOSE);

	event->here_stack_ref = stack(PLACE_GUILTY);
	event->earlier_stack_ref = stack(PLACE_EARLIER);
	event->opened_stack_ref = stack(PLACE_OPEN);
	event->opened_tid = OTHER_TID;
	return event;
}

Test(misuse, a_close_that_nobody_missed_is_a_note)
{
	suspicion();
	closed(PLACE_GUILTY, 1, true);
	closed(PLACE_USUAL, 3, false);
	world.options.misuse = POLICY_COUNT;
	cr_assert_eq(judged()->type, FINDING_WRONG_CLOSE);
	cr_assert_not(world.report->findings[0].is_proven);
	cr_assert_eq(world.report->findings[0].noted, 1);
	cr_assert_eq(world.report->exit_status, 0);
}

Test(misuse, less_is_nothing)
{
	suspicion();
	closed(PLACE_GUILTY, 1, true);
	world_exit(&world, 0, 0);
	cr_assert_eq(world_judge(&world)->finding_count, 0, "nothing else was opened there");
	closed(PLACE_USUAL, 3, true);
	cr_assert_eq(world_judge(&world)->finding_count, 0, "a pool");
}

Test(misuse, a_sweep_is_nothing)
{
	struct ledger_event *event = event_new(0, EVENT_BAD_CLOSE);

	event->flags = EVENT_IS_SWEEP;
	event->count = 1000;
	event_new(0, EVENT_DOUBLE_CLOSE)->closed_stack_ref = stack(PLACE_GUILTY);
	world_exit(&world, 0, 0);
	cr_assert_eq(world_judge(&world)->finding_count, 0);
}

Test(misuse, counted_by_policy)
{
	event_new(0, EVENT_BAD_CLOSE)->fd = -1;
	world.options.misuse = POLICY_PROVEN;
	cr_assert_eq(judged()->counted, 1);
	cr_assert_str_eq(world.report->findings[0].title, "close of -1, which is not a descriptor");
	cr_assert_eq(world.report->exit_status, 23);
}

/* dup2() in a child that ends up as another program is what forks are for. */
Test(misuse, overwriting_in_a_child_is_nothing)
{
	uint32_t child = world_process(&world, ORIGIN_FORK, 0);

	event_new(child, EVENT_OVERWRITE);
	world_exit(&world, child, 0);
	world_exit(&world, 0, 0);
	cr_assert_eq(world_judge(&world)->finding_count, 0);
	event_new(0, EVENT_OVERWRITE);
	cr_assert_eq(world_finding(&world)->type, FINDING_OVERWRITTEN);
	cr_assert_eq(world.report->findings[0].noted, 1);
}
