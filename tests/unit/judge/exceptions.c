/* SPDX-License-Identifier: MIT */
/* What an exception left open: two backtraces of the exception, one of the opening. */
#include <criterion/criterion.h>
#include <string.h>

#include "world.h"

#define TID 100 /* of world_slot() in the first process */

static struct world world;

/* parse() throws, load() opens and calls it, attempt() catches; three addresses each. */
enum {
	OPEN_HERE = 0x401001, /* in load() */
	LOAD = 0x401101,
	PARSE = 0x401801,
	OTHER = 0x401901,
	ATTEMPT = 0x402001, /* calls load() */
	CAUGHT = 0x402101,
	MAIN = 0x403001,
};

static void setup(void)
{
	world_open(&world);
	world_symbol(0x1001, "load", "/home/me/load.cc", 10);
	world_symbol(0x1101, "load", "/home/me/load.cc", 12);
	world_symbol(0x1801, "parse", "/home/me/load.cc", 5);
	world_symbol(0x1901, "other", "/home/me/load.cc", 30);
	world_symbol(0x2001, "attempt", "/home/me/load.cc", 20);
	world_symbol(0x2101, "attempt", "/home/me/load.cc", 22);
	world_symbol(0x3001, "main", "/home/me/load.cc", 40);
	world.options.kinds = KIND_ALL;
}

static void teardown(void)
{
	world_close(&world);
}

TestSuite(exceptions, .init = setup, .fini = teardown);

#define STACK(...) world_stack(&world, (const uint64_t[]){ __VA_ARGS__, 0 })

static void opened(int fd, uint32_t stack_ref)
{
	(void)world_slot(&world, 0, fd, WORLD_SOCKET, KIND_SOCKET, stack_ref);
}

static struct ledger_exception *thrown(uint32_t thrown_ref, uint32_t caught_ref)
{
	struct ledger_process *process = world_at(&world, 0);
	uint32_t ref = ledger_record_alloc(&world.ledger, sizeof(struct ledger_exception));
	struct ledger_exception *exception = ledger_at(&world.ledger, ref, sizeof(*exception));

	exception->tid = TID;
	exception->thrown_stack_ref = thrown_ref;
	exception->caught_stack_ref = caught_ref;
	exception->count = 1;
	exception->last_ns = world.now_ns++;
	exception->next_ref = process->exceptions_ref;
	process->exceptions_ref = ref;
	return exception;
}

static struct ledger_exception *thrown_usually(void)
{
	return thrown(STACK(PARSE, LOAD, ATTEMPT, MAIN), STACK(CAUGHT, MAIN));
}

/* NULL: it is not told. */
static const char *told(void)
{
	const struct finding *finding;

	world_exit(&world, 0, 0);
	finding = world_finding(&world);
	for (size_t i = 0; i < finding->evidence_count; i++)
		if (strcmp(finding->evidence[i].what, "opened-in-left-frame") == 0)
			return finding->evidence[i].text;
	return NULL;
}

Test(exceptions, left_the_function)
{
	opened(5, STACK(OPEN_HERE, ATTEMPT, MAIN));
	thrown_usually();
	cr_assert_str_eq(told(), "After the opening, an exception thrown at parse (load.cc:5) left "
				 "load(), which had opened it.");
	cr_expect_str_eq(world.report->findings[0].explanation,
			 "Likely the exception skipped the close() in load().");
	cr_expect_str_eq(world.report->findings[0].remedy,
			 "close() before the exception leaves load(), or in the destructor of an "
			 "object that owns the descriptor.");
	cr_expect_eq(world.report->findings[0].remedy_line, 10);
	cr_expect_not(world.report->findings[0].is_proven);
}

Test(exceptions, opened_by_what_it_called)
{
	opened(5, STACK(OTHER, OPEN_HERE, ATTEMPT, MAIN));
	thrown_usually();
	cr_assert_not_null(strstr(told(), "left load(), which had opened it"));
}

Test(exceptions, as_many_as_are_open)
{
	opened(5, STACK(OPEN_HERE, ATTEMPT, MAIN));
	opened(6, STACK(OPEN_HERE, ATTEMPT, MAIN));
	thrown_usually();
	thrown_usually();
	cr_assert_str_eq(told(), "After the openings, exceptions thrown at parse (load.cc:5) left "
				 "load(), which had opened them.");
}

Test(exceptions, fewer_than_are_open)
{
	opened(5, STACK(OPEN_HERE, ATTEMPT, MAIN));
	opened(6, STACK(OPEN_HERE, ATTEMPT, MAIN));
	thrown_usually();
	cr_assert_null(told());
}

Test(exceptions, before_the_opening)
{
	thrown_usually();
	opened(5, STACK(OPEN_HERE, ATTEMPT, MAIN));
	cr_assert_null(told());
}

Test(exceptions, in_another_thread)
{
	opened(5, STACK(OPEN_HERE, ATTEMPT, MAIN));
	thrown_usually()->tid = TID + 1;
	cr_assert_null(told());
}

Test(exceptions, caught_in_the_function)
{
	opened(5, STACK(OPEN_HERE, ATTEMPT, MAIN));
	thrown(STACK(PARSE, LOAD, ATTEMPT, MAIN), STACK(LOAD + 0x10, ATTEMPT, MAIN));
	cr_assert_null(told());
}

Test(exceptions, of_another_function)
{
	opened(5, STACK(OTHER, ATTEMPT, MAIN));
	thrown_usually();
	cr_assert_null(told());
}

Test(exceptions, of_a_call_from_elsewhere)
{
	opened(5, STACK(OPEN_HERE, MAIN));
	thrown_usually();
	cr_assert_null(told());
}

Test(exceptions, stacks_that_are_cut)
{
	uint32_t thrown_ref = STACK(PARSE, LOAD, ATTEMPT, MAIN);

	opened(5, STACK(OPEN_HERE, ATTEMPT, MAIN));
	ledger_stack_at(&world.ledger, thrown_ref)->flags |= STACK_TRUNCATED;
	thrown(thrown_ref, STACK(CAUGHT, MAIN));
	cr_assert_null(told());
}

/* A list that bites its tail. */
Test(exceptions, a_damaged_list)
{
	struct ledger_exception *exception;

	opened(5, STACK(OTHER, ATTEMPT, MAIN));
	exception = thrown_usually();
	exception->next_ref = world_at(&world, 0)->exceptions_ref;
	cr_assert_null(told());
}
