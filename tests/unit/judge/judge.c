/* SPDX-License-Identifier: MIT */
/* Who is blamed for what: the rules of "What is a leak". */
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>

#include "world.h"

static struct world world;

static void setup(void)
{
	world_open(&world);
}

static void teardown(void)
{
	world_close(&world);
}

TestSuite(judge, .init = setup, .fini = teardown);

static const uint64_t serve[] = { 0x401001, 0x402001, 0 };
static const uint64_t start[] = { 0x401801, 0x402001, 0 };

static uint32_t serve_stack(void)
{
	return world_stack(&world, serve);
}

static bool everybody_lives(const struct ledger_process *process, void *data)
{
	(void)data;
	return process->pid != 0;
}

Test(judge, clean_program)
{
	uint32_t stack = serve_stack();
	struct report *report;

	world_slot(&world, 0, 5, WORLD_SOCKET, KIND_SOCKET, stack);
	world_closed(&world, 0, 5, stack);
	world_exit(&world, 0, 0);
	report = world_judge(&world);
	cr_assert_eq(report->finding_count, 0);
	cr_assert_eq(report->verdict, VERDICT_CLEAN);
	cr_assert_eq(report->exit_status, 0);
	cr_assert(report->is_complete);
	cr_assert_eq(report->kinds_total[KIND_SOCKET].opened, 1);
	cr_assert_eq(report->kinds_total[KIND_SOCKET].closed, 1);
	cr_assert_str_eq(report->processes[0].exe, "/bin/server");
	cr_assert_str_eq(report->processes[0].name, "./server");
	cr_assert_eq(report->processes[0].argc, 2);
	cr_assert_str_eq(report->processes[0].argv[1], "-v");
}

Test(judge, peer_closed_is_proof)
{
	const struct finding *finding;

	world_symbol(0x1001, "serve", "/home/me/src/chat.c", 71);
	world_symbol(0x2001, "main", "/home/me/src/chat.c", 103);
	world_slot(&world, 0, 5, WORLD_ACCEPT4, KIND_SOCKET, serve_stack())->facts = FACT_ACCEPTED;
	world_slot(&world, 0, 6, WORLD_ACCEPT4, KIND_SOCKET, serve_stack())->facts = FACT_ACCEPTED;
	world_slot(&world, 0, 2, WORLD_ACCEPT4, KIND_SOCKET, serve_stack())->facts = FACT_OUTSIDE;
	world_state(&world, 0, 2, SLOT_OUTSIDE);
	world_fact(&world, 0, 5, 8)->has |= HAS_PEER_GONE;
	world_fact(&world, 0, 6, 8)->has |= HAS_PEER_GONE;
	world_exit(&world, 0, 0);
	finding = world_finding(&world);
	cr_assert_eq(finding->count, 2);
	cr_assert_eq(finding->counted, 2);
	cr_assert(finding->is_proven);
	cr_assert_eq(finding->role, ROLE_ACCEPTED);
	cr_assert_str_eq(finding->call, "accept4");
	cr_assert_str_eq(finding->title, "TCP connection, accepted, never closed");
	cr_assert_str_eq(finding->evidence[0].what, "peer-closed");
	cr_assert_str_eq(finding->stack.frames[0].function, "serve");
	cr_assert_str_eq(finding->stack.frames[0].file, "src/chat.c");
	cr_assert_str_eq(finding->descriptors[0].local, "127.0.0.1:8080");
	cr_assert_str_eq(finding->descriptors[0].state, "CLOSE-WAIT");
	cr_assert(finding->descriptors[0].is_state_known);
	cr_assert(finding->is_stable);
	cr_assert_eq(world.report->exit_status, 23);
	cr_assert_eq(world.report->exit_reason, REASON_LEAKS);
}

/* Its line would be in the debug information of libc, which takes longer to read than all else. */
Test(judge, what_calls_main_has_no_line)
{
	static const uint64_t pcs[] = { 0x401001, 0x402001, 0x7000041, 0 };
	const struct report_stack *stack;

	world_module(&world, world.image_ref, "/lib/x86_64-linux-gnu/libc.so.6", 0x7000000);
	world_symbol(0x1001, "serve", "/home/me/src/chat.c", 71);
	world_symbol(0x2001, "main", "/home/me/src/chat.c", 103);
	world_symbol(0x41, "__libc_start_call_main", "/libc/libc_start_call_main.h", 58);
	world_slot(&world, 0, 5, WORLD_SOCKET, KIND_SOCKET, world_stack(&world, pcs));
	world_exit(&world, 0, 0);
	stack = &world_finding(&world)->stack;
	cr_assert_eq(stack->frame_count, 3);
	cr_expect_eq(stack->frames[1].line, 103);
	cr_expect_str_eq(stack->frames[2].function, "__libc_start_call_main");
	cr_expect(stack->frames[2].is_runtime);
	cr_expect_null(stack->frames[2].file);
}

Test(judge, gate_proven_needs_proof)
{
	world_slot(&world, 0, 5, WORLD_SOCKET, KIND_SOCKET, serve_stack());
	world_fact(&world, 0, 5, 1);
	world_exit(&world, 0, 0);
	world.options.gate = GATE_PROVEN;
	cr_assert_eq(world_finding(&world)->noted, 1);
	cr_assert_eq(world.report->exit_status, 0);
	cr_assert_eq(world.report->counted, 0);
	cr_assert_str_eq(world.report->findings[0].note_reason, "no proof");
}

Test(judge, listener_open_until_the_end)
{
	const struct finding *finding;

	world_slot(&world, 0, 4, WORLD_SOCKET, KIND_SOCKET, world_stack(&world, start));
	world_fact(&world, 0, 4, 10);
	world_exit(&world, 0, 0);
	finding = world_finding(&world);
	cr_assert_eq(finding->role, ROLE_LISTENER);
	cr_assert_str_eq(finding->title, "TCP listener, open until the end");
	cr_assert_not(finding->is_proven);
}

Test(judge, a_leak_does_not_hide_the_programs_status)
{
	world_slot(&world, 0, 5, WORLD_SOCKET, KIND_SOCKET, serve_stack());
	world_exit(&world, 0, 1);
	world_judge(&world);
	cr_assert_eq(world.report->exit_status, 1);
	cr_assert_eq(world.report->exit_reason, REASON_PROGRAM);
	cr_assert_eq(world.report->verdict, VERDICT_LEAKS);
	world.options.exit_status = EXIT_FROM_LEAKS;
	world_judge(&world);
	cr_assert_eq(world.report->exit_status, 23);
}

Test(judge, where_leaks_decide_a_failed_program_without_leaks_succeeds)
{
	world_exit(&world, 0, 1);
	world_judge(&world);
	cr_assert_eq(world.report->exit_status, 1);
	world.options.exit_status = EXIT_FROM_LEAKS;
	world_judge(&world);
	cr_assert_eq(world.report->exit_status, 0);
	cr_assert_eq(world.report->exit_reason, REASON_CLEAN);
}

Test(judge, other_kinds_are_summarised)
{
	world_slot(&world, 0, 5, WORLD_OPEN, KIND_FILE, serve_stack());
	world_exit(&world, 0, 0);
	cr_assert_eq(world_judge(&world)->finding_count, 0);
	cr_assert_eq(world.report->left_uncounted[KIND_FILE], 1);
	cr_assert_eq(world.report->exit_status, 0);
	world.options.kinds = KIND_ALL;
	cr_assert_eq(world_finding(&world)->counted, 1);
	cr_assert_str_eq(world.report->findings[0].title, "file, never closed");
	cr_assert_eq(world.report->left_uncounted[KIND_FILE], 0);
}

Test(judge, siblings_show_where_they_are_closed)
{
	static const uint64_t drop[] = { 0x403001, 0x402001, 0 };
	uint32_t stack = serve_stack(), closer = world_stack(&world, drop);
	const struct finding *finding;

	world_symbol(0x1001, "serve", "/home/me/a.c", 1);
	world_symbol(0x3001, "drop_client", "/home/me/a.c", 2);
	for (int i = 0; i < 14; i++) {
		world_slot(&world, 0, 5, WORLD_ACCEPT4, KIND_SOCKET, stack);
		world_closed(&world, 0, 5, closer);
	}
	world_slot(&world, 0, 5, WORLD_ACCEPT4, KIND_SOCKET, stack);
	world_exit(&world, 0, 0);
	finding = world_finding(&world);
	cr_assert_eq(finding->related_count, 1);
	cr_assert_str_eq(finding->related[0].role, "usually-closed");
	cr_assert_eq(finding->related[0].count, 14);
	cr_assert_str_eq(finding->related[0].stack.frames[0].function, "drop_client");
	cr_assert_not_null(strstr(finding->remedy, "without drop_client()"));
	cr_assert_eq(world.report->kinds_total[KIND_SOCKET].opened, 15);
	cr_assert_eq(world.report->kinds_total[KIND_SOCKET].closed, 14);
	cr_assert_eq(world.report->kinds_total[KIND_SOCKET].left, 1);
}

Test(judge, a_forked_child_is_not_blamed)
{
	uint32_t child;

	world_slot(&world, 0, 5, WORLD_SOCKET, KIND_SOCKET, serve_stack());
	child = world_process(&world, ORIGIN_FORK, 0);
	world_exit(&world, child, 0);
	world_exit(&world, 0, 0);
	cr_assert_eq(world_finding(&world)->count, 1);
	cr_assert_eq(world.report->findings[0].processes[0], 0);
	cr_assert_eq(world.report->covered_count, 2);
}

Test(judge, a_daemon_takes_over_what_its_parent_left)
{
	uint32_t child;

	world_slot(&world, 0, 5, WORLD_SOCKET, KIND_SOCKET, serve_stack());
	child = world_process(&world, ORIGIN_FORK, 0);
	world_exit(&world, 0, 0);
	world_exit(&world, child, 0);
	cr_assert_eq(world_finding(&world)->count, 1);
	cr_assert_eq(world.report->findings[0].process_count, 1);
	cr_assert_eq(world.report->findings[0].processes[0], child);
	cr_assert_eq(world.report->findings[0].descriptors[0].fd, 5);
}

Test(judge, a_daemon_that_closes_it_is_clean)
{
	uint32_t stack = serve_stack(), child;
	struct ledger_slot *slot;

	world_slot(&world, 0, 5, WORLD_SOCKET, KIND_SOCKET, stack);
	child = world_process(&world, ORIGIN_FORK, 0);
	slot = world_slot(&world, child, 5, WORLD_SOCKET, KIND_SOCKET, stack);
	slot->facts = FACT_INHERITED;
	world_closed(&world, child, 5, stack);
	world_exit(&world, 0, 0);
	world_exit(&world, child, 0);
	cr_assert_eq(world_judge(&world)->finding_count, 0);
}

/* The same, but the opener goes on after the fork: it is a server, not on its way out. */
Test(judge, a_worker_that_closes_its_copy_takes_nothing_over)
{
	uint32_t stack = serve_stack(), child;
	struct ledger_slot *slot;

	world_slot(&world, 0, 5, WORLD_SOCKET, KIND_SOCKET, stack);
	child = world_process(&world, ORIGIN_FORK, 0);
	slot = world_slot(&world, child, 5, WORLD_SOCKET, KIND_SOCKET, stack);
	slot->facts = FACT_INHERITED;
	world_closed(&world, child, 5, stack);
	world_slot(&world, 0, 6, WORLD_SOCKET, KIND_SOCKET, stack);
	world_closed(&world, 0, 6, stack);
	world_exit(&world, 0, 0);
	world_exit(&world, child, 0);
	cr_assert_eq(world_finding(&world)->processes[0], 0);
}

Test(judge, of_two_daemons_the_last_is_blamed_once)
{
	uint32_t first, second;

	world_slot(&world, 0, 5, WORLD_SOCKET, KIND_SOCKET, serve_stack());
	first = world_process(&world, ORIGIN_FORK, 0);
	second = world_process(&world, ORIGIN_FORK, first);
	world_exit(&world, 0, 0);
	world_exit(&world, first, 0);
	world_exit(&world, second, 0);
	cr_assert_eq(world_finding(&world)->count, 1);
	cr_assert_eq(world.report->findings[0].processes[0], second);
}

Test(judge, a_copy_kept_after_a_hand_over)
{
	uint32_t stack = serve_stack(), child;

	world_slot(&world, 0, 5, WORLD_ACCEPT4, KIND_SOCKET, stack);
	child = world_process(&world, ORIGIN_FORK, 0);
	world_closed(&world, 0, 5, stack);
	world_exit(&world, 0, 0);
	world_exit(&world, child, 0);
	cr_assert_eq(world_finding(&world)->processes[0], child);
}

Test(judge, exec_keeps_the_opener)
{
	uint32_t image;
	struct ledger_slot *slot;

	world_symbol(0x1001, "serve", NULL, 0);
	world_slot(&world, 0, 5, WORLD_SOCKET, KIND_SOCKET, serve_stack());
	image = world_exec(&world, 0);
	slot = world_slot(&world, image, 5, 0, KIND_SOCKET, 0);
	slot->facts = FACT_OUTSIDE;
	world_state(&world, image, 5, SLOT_OUTSIDE);
	world_exit(&world, image, 0);
	cr_assert_eq(world_finding(&world)->count, 1);
	cr_assert_str_eq(world.report->findings[0].stack.frames[0].function, "serve");
	cr_assert_eq(world.report->covered_count, 1);
	cr_assert_eq(world.report->processes[1].exec_of, 0);
	cr_assert_eq(world.report->processes[0].end, REPORT_END_EXEC);
}

Test(judge, a_spawned_program_inherits)
{
	uint32_t child;
	struct ledger_slot *slot;

	world_slot(&world, 0, 5, WORLD_SOCKET, KIND_SOCKET, serve_stack());
	child = world_process(&world, ORIGIN_SPAWN, 0);
	slot = world_slot(&world, child, 5, 0, KIND_SOCKET, 0);
	slot->facts = FACT_OUTSIDE;
	world_state(&world, child, 5, SLOT_OUTSIDE);
	world_closed(&world, 0, 5, 0);
	world_exit(&world, 0, 0);
	world_exit(&world, child, 0);
	cr_assert_eq(world_judge(&world)->finding_count, 0);
}

/* A program that was started with the descriptor is no daemon of the opener, nor are its children.
 */
Test(judge, nothing_passes_across_an_exec)
{
	uint32_t program, child;

	world_slot(&world, 0, 5, WORLD_SOCKET, KIND_SOCKET, serve_stack());
	program = world_process(&world, ORIGIN_SPAWN, 0);
	world_slot(&world, program, 5, 0, KIND_SOCKET, 0)->facts = FACT_OUTSIDE;
	world_state(&world, program, 5, SLOT_OUTSIDE);
	child = world_process(&world, ORIGIN_FORK, program);
	world_exit(&world, 0, 0);
	world_exit(&world, program, 0);
	world_exit(&world, child, 0);
	cr_assert_eq(world_finding(&world)->count, 1);
	cr_assert_eq(world.report->findings[0].processes[0], 0);
}

Test(judge, what_passed_to_the_living_is_said)
{
	uint32_t child;

	world_slot(&world, 0, 5, WORLD_SOCKET, KIND_SOCKET, serve_stack());
	child = world_process(&world, ORIGIN_FORK, 0);
	world_exit(&world, 0, 0);
	world.context.is_alive = everybody_lives;
	cr_assert_eq(world_judge(&world)->finding_count, 0);
	cr_assert(world.report->processes[child].is_listed);
	cr_assert_str_eq(world.report->diagnostics[0].code, "held-by-living");
	cr_assert_not(world.report->is_complete);
	cr_assert_eq(world.report->kinds_total[KIND_SOCKET].left, 1);
}

Test(judge, only_and_skip)
{
	uint32_t child = world_process(&world, ORIGIN_FORK, 0);

	world_slot(&world, child, 5, WORLD_SOCKET, KIND_SOCKET, serve_stack());
	world_exit(&world, child, 0);
	world_exit(&world, 0, 0);
	world.options.children = CHILDREN_NONE;
	cr_assert_eq(world_judge(&world)->finding_count, 0);
	cr_assert_eq(world.report->covered_count, 1);
	world.options.children = CHILDREN_ALL;
	world.options.only[0] = "other";
	world.options.only_count = 1;
	cr_assert_eq(world_judge(&world)->finding_count, 0);
	world.options.only[0] = "server";
	cr_assert_eq(world_finding(&world)->count, 1);
	world.options.skip[0] = "/bin/server";
	world.options.skip_count = 1;
	cr_assert_eq(world_judge(&world)->finding_count, 0);
}

Test(judge, misuse_is_noted)
{
	uint32_t ref = ledger_record_alloc(&world.ledger, sizeof(struct ledger_event));
	struct ledger_event *event = ledger_at(&world.ledger, ref, sizeof(*event));
	uint32_t stack = serve_stack();

	*event = (struct ledger_event){ .type = EVENT_DOUBLE_CLOSE,
					.fd = 5,
					.call = WORLD_OPEN,
					.kind = KIND_SOCKET,
					.here_stack_ref = stack,
					.count = 2,
					.closed_stack_ref = stack,
					.opened_stack_ref = stack };
	world_at(&world, 0)->events_ref = ref;
	world_exit(&world, 0, 0);
	cr_assert_eq(world_finding(&world)->type, FINDING_DOUBLE_CLOSE);
	cr_assert_str_eq(world.report->findings[0].title, "socket closed twice");
	cr_assert_eq(world.report->findings[0].noted, 2);
	cr_assert_eq(world.report->findings[0].related_count, 2);
	cr_assert_eq(world.report->exit_status, 0);
}

Test(judge, outside_is_listed_not_counted)
{
	struct ledger_slot *slot = world_slot(&world, 0, 155, 0, KIND_PIPE, 0);

	slot->facts = FACT_OUTSIDE;
	world_state(&world, 0, 155, SLOT_OUTSIDE);
	world_exit(&world, 0, 0);
	world.options.kinds = KIND_ALL;
	cr_assert_eq(world_judge(&world)->finding_count, 0);
	cr_assert_eq(world.report->processes[0].inherited_count, 1);
	cr_assert_eq(world.report->processes[0].inherited[0].fd, 155);
	cr_assert_str_eq(world.report->processes[0].inherited[0].known_as,
			 "CI runner (GitHub Actions)");
}

Test(judge, origin_not_seen)
{
	const struct finding *finding;

	world_slot(&world, 0, 7, 0, KIND_SOCKET, 0);
	world_state(&world, 0, 7, SLOT_UNSEEN);
	world_fact(&world, 0, 7, 1);
	world_exit(&world, 0, 0);
	finding = world_finding(&world);
	cr_assert_null(finding->call);
	cr_assert_eq(finding->stack.frame_count, 0);
	cr_assert_str_eq(finding->title, "TCP socket, origin not seen, never closed");
}

Test(judge, killed_needs_proof)
{
	uint32_t child = world_process(&world, ORIGIN_FORK, 0);

	world_slot(&world, child, 5, WORLD_SOCKET, KIND_SOCKET, serve_stack());
	world_slot(&world, child, 6, WORLD_SOCKET, KIND_SOCKET, serve_stack());
	world_state(&world, child, 6, SLOT_CLOSING);
	world_wait(&world, child, SIGKILL);
	world_exit(&world, 0, 0);
	cr_assert_eq(world_finding(&world)->noted, 1);
	cr_assert_eq(world.report->findings[0].counted, 0);
	cr_assert_str_eq(world.report->findings[0].note_reason,
			 "the process was ended by SIGKILL; state unknown");
	cr_assert_eq(world.report->exit_status, 0);
	cr_assert_not(world.report->is_complete);
	cr_assert_eq(world.report->processes[1].end, REPORT_END_SIGNALED);
	world.options.killed = POLICY_COUNT;
	cr_assert_eq(world_finding(&world)->counted, 1);
	world.options.killed = POLICY_IGNORE;
	cr_assert_eq(world_judge(&world)->finding_count, 0);
}

Test(judge, a_close_that_never_came_back_is_open_by_the_kernels_word)
{
	world_slot(&world, 0, 5, WORLD_SOCKET, KIND_SOCKET, serve_stack());
	world_state(&world, 0, 5, SLOT_CLOSING);
	world_exit(&world, 0, 0);
	cr_assert_eq(world_finding(&world)->count, 1);
}

Test(judge, uncovered_program_is_no_all_clear)
{
	world_at(&world, 0)->state = PROCESS_EXPECTED;
	world_at(&world, 0)->target_ref = ledger_string_add(&world.ledger, "/nowhere/at/all", 15);
	world.exit = (struct report_exit){ .is_known = true };
	world.context.exit = &world.exit;
	world_judge(&world);
	cr_assert_eq(world.report->exit_status, 125);
	cr_assert_eq(world.report->exit_reason, REASON_UNCOVERED);
	cr_assert_eq(world.report->verdict, VERDICT_ERROR);
	cr_assert_eq(world.report->uncovered_count, 1);
	cr_assert_not_null(world.report->processes[0].reason);
	cr_assert_str_eq(world.report->processes[0].exe, "/nowhere/at/all");
}

Test(judge, a_failed_exec_is_no_process)
{
	uint32_t image = world_exec(&world, 0);

	world_at(&world, 0)->state = PROCESS_RUNNING;
	world_at(&world, image)->state = PROCESS_EXPECTED;
	world_exit(&world, 0, 0);
	cr_assert_eq(world_judge(&world)->process_count, 1);
	cr_assert_eq(world.report->uncovered_count, 0);
	cr_assert_eq(world.report->exit_status, 0);
}

Test(judge, an_exec_nobody_answered_is_not_covered)
{
	uint32_t image = world_exec(&world, 0);

	world_at(&world, image)->state = PROCESS_EXPECTED;
	world.exit = (struct report_exit){ .is_known = true };
	world.context.exit = &world.exit;
	world_judge(&world);
	cr_assert_eq(world.report->exit_status, 125);
	cr_assert_eq(world.report->covered_count, 0);
	cr_assert_eq(world.report->uncovered_count, 1);
}

Test(judge, the_living_are_listed_not_judged)
{
	uint32_t child = world_process(&world, ORIGIN_FORK, 0);

	world_slot(&world, child, 5, WORLD_SOCKET, KIND_SOCKET, serve_stack());
	world_exit(&world, 0, 0);
	world.context.is_alive = everybody_lives;
	cr_assert_eq(world_judge(&world)->finding_count, 0);
	cr_assert_eq(world.report->running_count, 1);
	cr_assert(world.report->processes[child].is_listed);
	cr_assert_not(world.report->is_complete);
}

Test(judge, seccomp_is_said)
{
	world_slot(&world, 0, 5, WORLD_SOCKET, KIND_SOCKET, serve_stack());
	world_exit(&world, 0, 0);
	world_at(&world, 0)->check = CHECK_SECCOMP;
	cr_assert_eq(world_finding(&world)->counted, 1);
	cr_assert_not(world.report->processes[0].is_checked);
	cr_assert_str_eq(world.report->processes[0].check_reason, "a seccomp filter was installed");
	cr_assert_not(world.report->is_complete);
}

Test(judge, same_place_in_other_images_is_one_group)
{
	uint32_t first_image = world.image_ref, child;

	world_slot(&world, 0, 5, WORLD_SOCKET, KIND_SOCKET, serve_stack());
	child = world_process(&world, ORIGIN_SPAWN, 0);
	/* Another load address for the same program. */
	world.image_ref = ledger_image_new(&world.ledger, 0, 0, 0);
	world_module(&world, world.image_ref, "/bin/server", 0x800000);
	world_at(&world, child)->image_ref = world.image_ref;
	world_slot(&world, child, 9, WORLD_SOCKET, KIND_SOCKET,
		   world_stack(&world, (const uint64_t[]){ 0x801001, 0x802001, 0 }));
	world_exit(&world, child, 0);
	world_exit(&world, 0, 0);
	world.image_ref = first_image;
	cr_assert_eq(world_finding(&world)->count, 2);
	cr_assert_eq(world.report->findings[0].process_count, 2);
}

Test(judge, the_most_numerous_come_first)
{
	world_slot(&world, 0, 5, WORLD_SOCKET, KIND_SOCKET, world_stack(&world, start));
	for (int fd = 10; fd < 250; fd++)
		world_slot(&world, 0, fd, WORLD_ACCEPT4, KIND_SOCKET, serve_stack());
	world_exit(&world, 0, 0);
	cr_assert_eq(world_judge(&world)->finding_count, 2);
	cr_assert_eq(world.report->findings[0].count, 240);
	cr_assert_eq(world.report->findings[0].descriptor_count, 100);
	cr_assert_eq(world.report->findings[0].descriptors_omitted, 140);
	cr_assert_str_eq(world.report->findings[0].id, "1");
	cr_assert_eq(world.report->total, 241);
}

Test(judge, losses_are_said)
{
	ledger_lose(&world.ledger, LOSS_SLOTS);
	world_exit(&world, 0, 0);
	world_judge(&world);
	cr_assert_eq(world.report->diagnostic_count, 1);
	cr_assert_str_eq(world.report->diagnostics[0].code, "ledger-full");
	cr_assert_not(world.report->is_complete);
}

Test(judge, addresses_from_calls_need_the_same_generation)
{
	struct ledger_table *table = ledger_table_at(&world.ledger, world_table(&world, 0));
	struct ledger_address *address;

	world_slot(&world, 0, 5, WORLD_SOCKET, KIND_SOCKET, serve_stack());
	address = ledger_address_at(&world.ledger, table, 5, true);
	*address = (struct ledger_address){ .role = ADDRESS_PEER,
					    .length = 16,
					    .generation = 1,
					    .bytes = { 2, 0, 0, 80, 10, 0, 0, 1 } };
	world_wait(&world, 0, SIGKILL);
	cr_assert_str_eq(world_finding(&world)->descriptors[0].peer, "10.0.0.1:80");
	cr_assert_str_eq(world.report->findings[0].descriptors[0].family, "inet");
	cr_assert_not(world.report->findings[0].descriptors[0].is_state_known);
	cr_assert_eq(world.report->exit_status, 128 + SIGKILL);
	address->generation = 2;
	cr_assert_null(world_finding(&world)->descriptors[0].peer);
}
