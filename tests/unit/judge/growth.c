/* SPDX-License-Identifier: MIT */
/* Whether the number of what a place leaves open grows: of one process, of several, and in words.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "world.h"

static struct world world;

static void setup(void)
{
	world_open(&world);
	world_symbol(0x1001, "dial", "/home/me/dial.c", 41);
	world_symbol(0x1801, "give_up", "/home/me/dial.c", 58);
	world_symbol(0x2001, "main", "/home/me/dial.c", 90);
}

static void teardown(void)
{
	world_close(&world);
}

TestSuite(growth, .init = setup, .fini = teardown);

static uint32_t stack_at(uint64_t pc)
{
	const uint64_t pcs[] = { pc, 0x402001, 0 };

	return world_stack(&world, pcs);
}

static const struct report_evidence *evidence_of(const struct finding *finding, const char *what)
{
	for (size_t i = 0; i < finding->evidence_count; i++)
		if (strcmp(finding->evidence[i].what, what) == 0)
			return &finding->evidence[i];
	return NULL;
}

static void open_at(int fd, uint64_t ns)
{
	world_slot(&world, 0, fd, WORLD_SOCKET, KIND_SOCKET, stack_at(0x401001))->opened_ns = ns;
	world_fact(&world, 0, fd, 0);
}

static const struct finding *judged_at(uint64_t ns)
{
	world_exit(&world, 0, 0);
	world_at(&world, 0)->started_ns = 0;
	world_at(&world, 0)->ended_ns = ns;
	return world_finding(&world);
}

#define S UINT64_C(1000000000)

/* One every ten seconds, for five minutes. */
static void open_evenly(void)
{
	for (int i = 0; i < 30; i++)
		open_at(5 + i, (uint64_t)(10 * i + 5) * S);
}

static struct ledger_pair *pair_of_closed(void)
{
	return ledger_pair_find(&world.ledger, stack_at(0x401001), stack_at(0x401801));
}

/* `count` others of the same place, each closed after `life_ns`. */
static void closed_after(uint64_t count, uint64_t life_ns)
{
	struct ledger_pair *pair;

	open_at(4, 0);
	world_closed(&world, 0, 4, stack_at(0x401801));
	pair = pair_of_closed();
	pair->count = count;
	if (life_ns > UINT64_C(1) << (LIFE_SHIFT + LIFE_LONG_SHIFT))
		pair->count |= (uint64_t)LIVES_MOST << pair_class_bit(LIFE_CLASSES - 1);
	pair->longest_life = (uint32_t)((life_ns + LIFE_LEAD_NS) >> LIFE_SHIFT);
}

Test(growth, growing_over_the_run)
{
	const struct finding *finding;

	open_evenly();
	finding = judged_at(300 * S);
	cr_expect_str_eq(evidence_of(finding, "growing")->text,
			 "Their number grew by 6.0 a minute, since the start.");
	cr_expect_eq(finding->growth.word, GROWTH_GROWING);
	cr_expect_eq(finding->growth.closed, 0);
	cr_expect_not(finding->growth.is_over_age);
}

Test(growth, growing_among_others_that_are_closed)
{
	const struct finding *finding;

	closed_after(999, 40000000);
	open_evenly();
	finding = judged_at(300 * S);
	cr_expect_str_eq(evidence_of(finding, "growing")->text,
			 "Their number grew by 6.0 a minute, since the start; none of "
			 "999 closed here lived longer than 52 ms.");
	cr_expect_eq(finding->growth.closed, 999);
	cr_expect(finding->growth.is_over_age);
	cr_expect_null(evidence_of(finding, "over-age"), "told with the growth");
}

/* A client that stayed all the time, closed as all the others: one of 999. */
Test(growth, growing_among_a_few_that_lived_for_long)
{
	const struct finding *finding;

	closed_after(999, 290 * S);
	pair_of_closed()->count = 999 | UINT64_C(2) << pair_class_bit(3);
	open_evenly();
	finding = judged_at(300 * S);
	cr_expect_eq(finding->growth.word, GROWTH_GROWING);
	cr_expect_eq(finding->growth.closed, 999);
	cr_expect_eq(finding->growth.longest_life_ns / S, 290);
	cr_expect_str_eq(evidence_of(finding, "growing")->text,
			 "Their number grew by 6.0 a minute, since the start.");
	pair_of_closed()->count |= (uint64_t)LIVES_MOST << pair_class_bit(3);
	cr_expect_eq(world_finding(&world)->growth.word, GROWTH_MAY_GROW);
}

/* Others lived as long as what is left is old. */
Test(growth, may_grow)
{
	const struct finding *finding;

	closed_after(50, 240 * S);
	open_evenly();
	finding = judged_at(300 * S);
	cr_expect_eq(finding->growth.word, GROWTH_MAY_GROW);
	cr_expect_str_eq(evidence_of(finding, "may-grow")->text,
			 "Their number may grow, by 6.0 a minute; others from here lived for up to "
			 "4 min 1 s, so that a longer run can tell.");
}

/* Closes that had no room in the ledger may have lived for any time. */
Test(growth, not_growing_where_closes_are_lost)
{
	open_evenly();
	world.ledger.header->lost[LOSS_EVENTS] = 1;
	world_exit(&world, 0, 0);
	world_at(&world, 0)->started_ns = 0;
	world_at(&world, 0)->ended_ns = 300 * S;
	cr_expect_eq(world_judge(&world)->findings[0].growth.word, GROWTH_MAY_GROW);
}

Test(growth, not_growing_in_the_second_half)
{
	for (int i = 0; i < 12; i++)
		open_at(5 + i, (uint64_t)i * 10 * S);
	cr_expect_str_eq(evidence_of(judged_at(300 * S), "stopped")->text,
			 "Their number did not grow any more after 110.0 s of 5 min 0 s.");
	cr_expect_eq(world.report->findings[0].growth.word, GROWTH_STOPPED);
	cr_expect_eq(world.report->findings[0].growth.stopped_ns, 110 * S);
}

Test(growth, opened_at_the_start)
{
	open_at(5, 1000000);
	open_at(6, 2000000);
	cr_assert_str_eq(evidence_of(judged_at(5 * S), "stopped")->text,
			 "Their number did not grow any more after 2 ms of 5.0 s.");
}

/* As young as others were when they were closed. */
Test(growth, steady)
{
	closed_after(500, 3 * S);
	for (int i = 0; i < 20; i++)
		open_at(5 + i, 298 * S + (uint64_t)i * (S / 20));
	cr_expect_str_eq(evidence_of(judged_at(300 * S), "steady")->text,
			 "Their number was steady: 500 others from here were closed within 3.1 s.");
}

Test(growth, no_word_of_a_short_run)
{
	for (int i = 0; i < 30; i++)
		open_at(5 + i, (uint64_t)(10 * i + 5) * (S / 1000));
	cr_expect_eq(judged_at(S * 3 / 10)->growth.word, GROWTH_UNKNOWN);
}

Test(growth, over_age)
{
	closed_after(999, 5 * S);
	open_at(5, 30 * S);
	cr_expect_str_eq(evidence_of(judged_at(300 * S), "over-age")->text,
			 "It was open for 4 min 30 s; none of 999 others from here lived longer "
			 "than 5.1 s.");
	cr_expect(world.report->findings[0].growth.is_over_age);
}

Test(growth, not_over_age_among_few_or_older_ones)
{
	closed_after(98, 5 * S);
	open_at(5, 30 * S);
	cr_expect_null(evidence_of(judged_at(300 * S), "over-age"));
	pair_of_closed()->count += 901;
	cr_expect_not_null(evidence_of(world_finding(&world), "over-age"));
	pair_of_closed()->longest_life = (uint32_t)((40 * S) >> LIFE_SHIFT);
	cr_expect_null(evidence_of(world_finding(&world), "over-age"));
}

/* Workers that were there to the end: what each has piled up is open at once. */
Test(growth, growing_in_workers_together)
{
	const struct finding *finding;

	for (int worker = 0; worker < 4; worker++) {
		uint32_t child = world_process(&world, ORIGIN_FORK, 0);

		for (int i = 0; i < 8; i++)
			world_slot(&world, child, 20 + i, WORLD_SOCKET, KIND_SOCKET,
				   stack_at(0x401001))
				->opened_ns = (uint64_t)(40 * i + 10 * worker) * S;
		world_exit(&world, child, 0);
		world_at(&world, child)->started_ns = 0;
		world_at(&world, child)->ended_ns = 320 * S;
	}
	finding = judged_at(320 * S);
	cr_expect_eq(finding->count, 32);
	cr_expect_eq(finding->growth.word, GROWTH_GROWING);
}

/* One of each is what a worker opens when it needs it first. */
Test(growth, not_growing_where_each_worker_has_one)
{
	for (int worker = 0; worker < 32; worker++) {
		uint32_t child = world_process(&world, ORIGIN_FORK, 0);

		world_slot(&world, child, 20, WORLD_SOCKET, KIND_SOCKET, stack_at(0x401001))
			->opened_ns = (uint64_t)(10 * worker) * S;
		world_exit(&world, child, 0);
		world_at(&world, child)->started_ns = 0;
		world_at(&world, child)->ended_ns = 320 * S;
	}
	cr_expect_eq(judged_at(320 * S)->growth.word, GROWTH_UNKNOWN);
}

/* What each of many short ones leaves is gone with it. */
Test(growth, not_growing_in_processes_one_after_the_other)
{
	for (int turn = 0; turn < 32; turn++) {
		uint32_t child = world_process(&world, ORIGIN_FORK, 0);

		for (int i = 0; i < 2; i++)
			world_slot(&world, child, 20 + i, WORLD_SOCKET, KIND_SOCKET,
				   stack_at(0x401001))
				->opened_ns = (uint64_t)(10 * turn + 1 + i) * S;
		world_exit(&world, child, 0);
		world_at(&world, child)->started_ns = (uint64_t)(10 * turn) * S;
		world_at(&world, child)->ended_ns = (uint64_t)(10 * turn + 9) * S;
	}
	cr_expect_eq(judged_at(320 * S)->growth.word, GROWTH_UNKNOWN);
}

/* --gate growing: what grows counts, and nothing else that is open. */
Test(growth, gate)
{
	const struct finding *finding;

	world.options.gate = GATE_GROWING;
	open_evenly();
	finding = judged_at(300 * S);
	cr_expect_eq(finding->counted, 30);
	cr_expect_eq(finding->noted, 0);
	cr_expect_not(finding->descriptors[0].is_noted);
	cr_expect_eq(world.report->exit_status, 23);
}

Test(growth, gate_notes_what_does_not_grow)
{
	const struct finding *finding;

	world.options.gate = GATE_GROWING;
	open_at(5, 1000000);
	open_at(6, 2000000);
	finding = judged_at(300 * S);
	cr_expect_eq(finding->counted, 0);
	cr_expect_eq(finding->noted, 2);
	cr_expect(finding->descriptors[0].is_noted);
	cr_expect_str_eq(finding->note_reason, "the number from here was not seen to grow");
	cr_expect_eq(world.report->exit_status, 0);
}

/* What is left aside by an option stays so, where the rest of its place grows. */
Test(growth, gate_and_an_age)
{
	const struct finding *finding;

	world.options.gate = GATE_GROWING;
	world.options.warm_up_ns = 100 * S;
	open_evenly();
	finding = judged_at(300 * S);
	cr_expect_eq(finding->counted, 20);
	cr_expect_eq(finding->noted, 10);
	world.options.min_count = 40;
	cr_expect_eq(world_finding(&world)->counted, 0);
}

/* A policy of `fail` goes before the gate. */
Test(growth, gate_and_a_policy_that_fails)
{
	world.options.gate = GATE_GROWING;
	world.options.killed = POLICY_FAIL;
	open_at(5, 1000000);
	world_at(&world, 0)->state = PROCESS_RUNNING;
	cr_expect_eq(world_finding(&world)->counted, 1);
}
