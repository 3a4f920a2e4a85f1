/* SPDX-License-Identifier: MIT */
/* Each row of evidence.def: what makes it hold, and what does not. */
#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "world.h"

static struct world world;

static void setup(void)
{
	world_open(&world);
	world_symbol(0x1001, "dial", "/home/me/dial.c", 41);
	world_symbol(0x1801, "give_up", "/home/me/dial.c", 58);
	world_symbol(0x2001, "main", "/home/me/dial.c", 90);
	world.options.kinds = KIND_ALL;
}

static void teardown(void)
{
	world_close(&world);
}

TestSuite(evidence, .init = setup, .fini = teardown);

static uint32_t stack_at(uint64_t pc)
{
	const uint64_t pcs[] = { pc, 0x402001, 0 };

	return world_stack(&world, pcs);
}

static struct ledger_slot *opened(int fd, uint32_t facts)
{
	struct ledger_slot *slot =
		world_slot(&world, 0, fd, WORLD_SOCKET, KIND_SOCKET, stack_at(0x401001));

	slot->facts = facts;
	return slot;
}

static struct ledger_fact *told(int fd, unsigned int state)
{
	return world_fact(&world, 0, fd, state);
}

/* A fact of a file or pipe: its kind and no more. */
static struct ledger_fact *told_kind(int fd, enum descriptor_kind kind)
{
	struct ledger_fact *fact = world_fact(&world, 0, fd, 0);

	fact->has = 0;
	fact->kind = kind;
	return fact;
}

static const struct report_evidence *evidence_of(const struct finding *finding, const char *what)
{
	for (size_t i = 0; i < finding->evidence_count; i++)
		if (strcmp(finding->evidence[i].what, what) == 0)
			return &finding->evidence[i];
	return NULL;
}

static const struct finding *judged(void)
{
	world_exit(&world, 0, 0);
	return world_finding(&world);
}

/* The evidence `what` of the only finding. */
static const struct report_evidence *judged_with(const char *what)
{
	const struct report_evidence *evidence = evidence_of(judged(), what);

	cr_assert_not_null(evidence, "no %s", what);
	return evidence;
}

static void judged_without(const char *what)
{
	cr_assert_null(evidence_of(judged(), what), "%s", what);
}

Test(evidence, connect_failed)
{
	struct ledger_slot *slot =
		opened(5, FACT_CONNECT_FAILED | (uint32_t)ECONNREFUSED << FACT_ERRNO_SHIFT);
	const struct report_evidence *evidence;

	slot->fact_stack_ref = stack_at(0x401801);
	told(5, TCP_CLOSE);
	evidence = judged_with("connect-failed");
	cr_assert_str_eq(evidence->text, "connect() failed with ECONNREFUSED (Connection refused), "
					 "at give_up (dial.c:58), and the socket was kept.");
	cr_assert_eq(evidence->error, ECONNREFUSED);
	cr_assert_eq(evidence->stack.frame_count, 2);
	cr_assert_not(evidence->is_proof);
	cr_assert_not(world.report->findings[0].is_proven);
	cr_assert_str_eq(world.report->findings[0].explanation,
			 "Likely give_up() gives up after the failed connect() without closing the "
			 "socket.");
	cr_assert_str_eq(world.report->findings[0].remedy,
			 "close() where connect() fails in give_up().");
	cr_assert_eq(world.report->findings[0].remedy_line, 58);
}

Test(evidence, connect_failed_for_several_reasons)
{
	opened(5, FACT_CONNECT_FAILED | (uint32_t)ECONNREFUSED << FACT_ERRNO_SHIFT);
	opened(6, FACT_CONNECT_FAILED | (uint32_t)ETIMEDOUT << FACT_ERRNO_SHIFT);
	opened(7, FACT_CONNECTED);
	cr_assert_str_eq(judged_with("connect-failed")->text,
			 "2 of 3: connect() failed, and the socket was kept.");
}

/* What the kernel keeps of the attempt is no address of it. */
Test(evidence, connect_failed_without_a_local_address)
{
	opened(5, FACT_CONNECT_FAILED | (uint32_t)ECONNREFUSED << FACT_ERRNO_SHIFT);
	told(5, TCP_CLOSE);
	cr_assert_null(judged()->descriptors[0].local);
}

Test(evidence, connect_failed_and_another_came_through)
{
	opened(5, FACT_CONNECTED | FACT_CONNECT_FAILED |
			  (uint32_t)ECONNREFUSED << FACT_ERRNO_SHIFT);
	told(5, TCP_ESTABLISHED)->has |= HAS_PEER;
	judged_without("connect-failed");
}

Test(evidence, connect_failed_in_the_background)
{
	struct ledger_fact *fact;

	opened(5, FACT_CONNECTED);
	fact = told(5, TCP_CLOSE);
	fact->has |= HAS_SO_ERROR | HAS_UNMADE;
	fact->so_error = ETIMEDOUT;
	cr_assert_not_null(strstr(judged_with("connect-failed")->text, "ETIMEDOUT"));
	cr_assert_null(evidence_of(&world.report->findings[0], "not-connected"));
	cr_assert_not(world.report->findings[0].is_proven);
	cr_assert_str_eq(world.report->findings[0].title, "TCP socket, not connected, never closed");
}

/* A kernel that does not tell whether there was a connection. */
Test(evidence, connection_ended_somehow)
{
	struct ledger_fact *fact;

	opened(5, FACT_CONNECTED);
	fact = told(5, TCP_CLOSE);
	fact->has |= HAS_SO_ERROR;
	fact->so_error = ETIMEDOUT;
	judged_without("connect-failed");
	cr_assert_eq(world.report->findings[0].evidence_count, 0);
}

static struct ledger_fact *connection_made_and_over(void)
{
	struct ledger_fact *fact;

	opened(5, FACT_CONNECTED);
	fact = told(5, TCP_CLOSE);
	fact->has |= HAS_SO_ERROR | HAS_MADE;
	return fact;
}

Test(evidence, connection_reset)
{
	connection_made_and_over()->so_error = ECONNRESET;
	cr_assert_str_eq(judged_with("connection-over")->text,
			 "The connection was made, and ended with ECONNRESET (Connection reset by "
			 "peer); only the descriptor is left.");
	cr_assert(world.report->findings[0].is_proven);
	cr_assert_null(evidence_of(&world.report->findings[0], "connect-failed"));
}

Test(evidence, connection_reset_and_the_error_read)
{
	(void)connection_made_and_over();
	cr_assert_str_eq(judged_with("connection-over")->text,
			 "The connection is over; only the descriptor is left.");
	cr_assert(world.report->findings[0].is_proven);
	cr_assert_null(evidence_of(&world.report->findings[0], "not-connected"));
}

Test(evidence, connection_over_after_shutdown)
{
	opened(5, FACT_CONNECTED | FACT_SHUTDOWN_WR);
	told(5, TCP_CLOSE)->has |= HAS_MADE;
	cr_assert(judged_with("connection-over")->is_proof);
	cr_assert_not_null(evidence_of(&world.report->findings[0], "shutdown-half"));
}

Test(evidence, connection_over_on_both_sides)
{
	opened(5, FACT_CONNECTED | FACT_SHUTDOWN_WR);
	told(5, TCP_LAST_ACK);
	cr_assert(judged_with("connection-over")->is_proof);
}

Test(evidence, never_connected)
{
	opened(5, FACT_CONNECTED);
	told(5, TCP_CLOSE)->has |= HAS_SO_ERROR | HAS_UNMADE;
	cr_assert_not(judged_with("not-connected")->is_proof);
}

Test(evidence, connect_pending)
{
	opened(5, FACT_CONNECTED);
	told(5, TCP_SYN_SENT)->has |= HAS_UNMADE;
	(void)judged_with("connect-pending");
	cr_assert_eq(world.report->findings[0].role, ROLE_CONNECTING);
	cr_assert_not(world.report->findings[0].is_proven);
}

Test(evidence, connection_over)
{
	opened(5, FACT_ACCEPTED);
	told(5, TCP_CLOSE);
	cr_assert(judged_with("connection-over")->is_proof);
	cr_assert(world.report->findings[0].is_proven);
}

Test(evidence, connection_not_over)
{
	opened(5, FACT_ACCEPTED);
	told(5, TCP_ESTABLISHED);
	judged_without("connection-over");
}

Test(evidence, shut_down_in_both_directions)
{
	opened(5, FACT_CONNECTED | FACT_SHUTDOWN_RD | FACT_SHUTDOWN_WR);
	cr_assert(judged_with("shutdown-only")->is_proof);
	cr_assert(world.report->findings[0].is_proven);
	cr_assert_null(world.report->findings[0].explanation);
	cr_assert_null(evidence_of(&world.report->findings[0], "shutdown-half"));
}

Test(evidence, shut_down_in_one_direction)
{
	opened(5, FACT_CONNECTED | FACT_SHUTDOWN_WR);
	cr_assert_not(judged_with("shutdown-half")->is_proof);
	cr_assert_not(world.report->findings[0].is_proven);
}

Test(evidence, sent_and_kept)
{
	opened(5, FACT_CONNECTED | FACT_SENT);
	cr_assert_not(judged_with("sent-and-kept")->is_proof);
}

Test(evidence, received)
{
	opened(5, FACT_RECEIVED);
	(void)judged_with("received");
	cr_assert_str_eq(world.report->findings[0].remedy,
			 "close() when the received descriptor is no longer needed.");
}

static void duplicate(int of, int fd)
{
	opened(fd, FACT_DUP)->peer_or_dup = (uint32_t)of + 1;
	told(fd, TCP_ESTABLISHED);
}

Test(evidence, duplicate_of_what_was_closed)
{
	opened(5, 0);
	duplicate(5, 6);
	world_closed(&world, 0, 5, stack_at(0x401801));
	cr_assert_str_eq(judged_with("duplicate-kept")->text,
			 "It is a duplicate of descriptor 5, which was closed. The object that "
			 "both refer to stays open.");
	cr_assert_null(evidence_of(&world.report->findings[0], "duplicate"));
}

Test(evidence, duplicate_of_a_number_used_again)
{
	world_slot(&world, 0, 5, WORLD_OPEN, KIND_SOCKET, stack_at(0x401001));
	duplicate(5, 6);
	world_closed(&world, 0, 5, stack_at(0x401801));
	opened(5, 0);
	cr_assert_str_eq(judged_with("duplicate-kept")->text,
			 "1 of 2: it is a duplicate of descriptor 5, which was closed. The object "
			 "that both refer to stays open.");
}

Test(evidence, duplicate_of_what_is_open)
{
	opened(5, 0);
	duplicate(5, 6);
	(void)judged_with("duplicate");
	cr_assert_null(evidence_of(&world.report->findings[0], "duplicate-kept"));
}

Test(evidence, duplicate_in_doubt_says_nothing)
{
	opened(5, 0);
	duplicate(5, 6);
	opened(6, FACT_DUP | FACT_CONTESTED)->peer_or_dup = 6;
	judged_without("duplicate");
}

static void local_port_clear(struct ledger_fact *fact)
{
	struct sockaddr_in local = { .sin_family = AF_INET };

	memcpy(fact->local, &local, sizeof(local));
}

Test(evidence, never_used)
{
	opened(5, 0);
	local_port_clear(told(5, TCP_CLOSE));
	cr_assert_not(judged_with("never-used")->is_proof);
	cr_assert_null(world.report->findings[0].explanation);
}

Test(evidence, never_used_needs_the_kernels_word)
{
	opened(5, 0);
	judged_without("never-used");
}

Test(evidence, used_by_its_duplicate)
{
	opened(5, FACT_DUP);
	local_port_clear(told(5, TCP_CLOSE));
	judged_without("never-used");
}

Test(evidence, used_once_it_has_a_port)
{
	opened(5, 0);
	told(5, TCP_CLOSE);
	judged_without("never-used");
}

Test(evidence, never_used_unix_datagrams_cannot_be_told)
{
	struct ledger_fact *fact;

	opened(5, 0);
	fact = told(5, TCP_CLOSE);
	fact->has &= ~(uint32_t)HAS_TCP_STATE;
	fact->family = AF_UNIX;
	fact->type = SOCK_DGRAM;
	fact->local_length = 0;
	judged_without("never-used");
}

Test(evidence, never_listening)
{
	opened(5, FACT_BOUND);
	told(5, TCP_CLOSE);
	(void)judged_with("never-listening");
}

Test(evidence, bound_and_connected)
{
	opened(5, FACT_BOUND | FACT_CONNECTED);
	told(5, TCP_ESTABLISHED)->has |= HAS_PEER;
	judged_without("never-listening");
}

Test(evidence, listening)
{
	opened(5, FACT_BOUND | FACT_LISTENING);
	told(5, TCP_LISTEN);
	(void)judged_with("listening");
	cr_assert_not(world.report->findings[0].is_proven);
	cr_assert_null(evidence_of(&world.report->findings[0], "never-listening"));
}

Test(evidence, several_listeners_of_one_place)
{
	opened(5, FACT_LISTENING);
	opened(6, FACT_LISTENING);
	told(5, TCP_LISTEN);
	told(6, TCP_LISTEN);
	judged_without("listening");
	cr_assert_str_eq(world.report->findings[0].explanation,
			 "Nothing that dial() opened here was ever closed.");
}

Test(evidence, a_listener_whose_siblings_were_closed)
{
	opened(5, FACT_LISTENING);
	world_closed(&world, 0, 5, stack_at(0x401801));
	opened(5, FACT_LISTENING);
	told(5, TCP_LISTEN);
	judged_without("listening");
	cr_assert_null(world.report->findings[0].explanation);
}

Test(evidence, peer_that_only_shut_down)
{
	opened(5, FACT_ACCEPTED);
	told(5, TCP_CLOSE_WAIT)->has |= HAS_PEER_HELD;
	cr_assert_not(judged_with("peer-half-closed")->is_proof);
	cr_assert_not(world.report->findings[0].is_proven);
}

Test(evidence, peer_of_another_machine)
{
	opened(5, FACT_ACCEPTED);
	told(5, TCP_CLOSE_WAIT);
	cr_assert_not(judged_with("peer-sent-last")->is_proof);
	cr_assert_not(world.report->findings[0].is_proven);
}

Test(evidence, peer_closed_of_some)
{
	opened(5, FACT_ACCEPTED);
	opened(6, FACT_ACCEPTED);
	told(5, TCP_CLOSE_WAIT)->has |= HAS_PEER_GONE;
	told(6, TCP_ESTABLISHED);
	cr_assert_str_eq(judged_with("peer-closed")->text,
			 "1 of 2: the peer has closed its end; this end waits for close().");
	cr_assert(world.report->findings[0].is_proven);
}

Test(evidence, owned_by_a_file)
{
	struct ledger_slot *slot = opened(5, FACT_FILE);

	slot->word = SLOT_WORD(1, WORLD_OPEN, KIND_FILE, SLOT_OPEN);
	told_kind(5, KIND_FILE);
	(void)judged_with("owned-by-stream");
	cr_assert_str_eq(
		world.report->findings[0].remedy,
		"fclose() on every path that gives up what dial() opened, not close() of its "
		"number.");
}

Test(evidence, owned_by_a_directory)
{
	opened(5, FACT_DIR)->word = SLOT_WORD(1, WORLD_OPEN, KIND_DIRECTORY, SLOT_OPEN);
	told_kind(5, KIND_DIRECTORY);
	cr_assert_not_null(strstr(judged_with("owned-by-stream")->text, "closedir()"));
}

Test(evidence, idle)
{
	opened(5, FACT_CONNECTED);
	told(5, TCP_ESTABLISHED)->has |= HAS_QUEUES;
	(void)judged_with("idle");
}

Test(evidence, unread)
{
	struct ledger_fact *fact;

	opened(5, FACT_ACCEPTED);
	fact = told(5, TCP_ESTABLISHED);
	fact->has |= HAS_QUEUES | HAS_PEER;
	fact->receive_queue = 7;
	(void)judged_with("unread");
	cr_assert_null(world.report->findings[0].explanation);
}

Test(evidence, not_idle_with_bytes_unread)
{
	struct ledger_fact *fact;

	opened(5, FACT_CONNECTED);
	fact = told(5, TCP_ESTABLISHED);
	fact->has |= HAS_QUEUES;
	fact->receive_queue = 7;
	judged_without("idle");
}

/* The parent's number 5 is open; its child used the copy, and closed it at give_up(). */
static uint32_t child_that_closed_with(int fd, uint32_t facts)
{
	uint32_t child = world_process(&world, ORIGIN_FORK, 0);
	struct ledger_slot *slot =
		world_slot(&world, child, fd, WORLD_SOCKET, KIND_SOCKET, stack_at(0x401801));

	slot->word = SLOT_WORD(0, 0, KIND_SOCKET, SLOT_CLOSED);
	slot->facts = FACT_INHERITED | facts;
	slot->closed_stack_ref = stack_at(0x401801);
	world_exit(&world, child, 0);
	return child;
}

static uint32_t child_that_closed(int fd)
{
	return child_that_closed_with(fd, FACT_USED_SINCE);
}

Test(evidence, the_parent_kept_its_copy)
{
	opened(5, FACT_ACCEPTED);
	(void)child_that_closed(5);
	cr_assert_str_eq(judged_with("fork-parent-kept")->text,
			 "Process 101, forked after it was opened, used it and closed its copy, at "
			 "give_up (dial.c:58). The process that opened it has not used it since "
			 "the fork, and kept its own.");
	cr_assert_not(world.report->findings[0].is_proven);
}

/* As children do that close all numbers before they execute something. */
Test(evidence, a_child_that_only_closed_its_copy)
{
	opened(5, FACT_ACCEPTED);
	(void)child_that_closed_with(5, 0);
	judged_without("fork-parent-kept");
}

Test(evidence, the_parent_used_it_after_the_fork)
{
	opened(5, FACT_ACCEPTED | FACT_USED_SINCE);
	(void)child_that_closed(5);
	judged_without("fork-parent-kept");
}

Test(evidence, opened_long_before_the_fork)
{
	struct ledger_slot *slot = opened(5, FACT_ACCEPTED);
	uint32_t child = child_that_closed(5);

	world_at(&world, child)->started_ns = slot->opened_ns + UINT64_C(5000000000);
	judged_without("fork-parent-kept");
}

Test(evidence, the_parent_keeps_its_listener)
{
	opened(5, FACT_LISTENING);
	(void)child_that_closed(5);
	judged_without("fork-parent-kept");
}

Test(evidence, a_child_forked_before_has_no_copy)
{
	(void)child_that_closed(5);
	opened(5, FACT_ACCEPTED);
	judged_without("fork-parent-kept");
}

Test(evidence, a_child_that_kept_its_copy)
{
	uint32_t child;

	opened(5, FACT_ACCEPTED);
	child = world_process(&world, ORIGIN_FORK, 0);
	world_exit(&world, child, 0);
	judged_without("fork-parent-kept");
}

Test(evidence, siblings_closed_at_two_places)
{
	for (int i = 0; i < 13; i++) {
		opened(5, 0);
		world_closed(&world, 0, 5, stack_at(i < 9 ? 0x401801 : 0x402001));
	}
	opened(5, 0);
	cr_assert_str_eq(judged_with("siblings-closed")->text,
			 "13 of 14 from here were closed: 9 at give_up (dial.c:58), 4 at main "
			 "(dial.c:90).");
	cr_assert_null(world.report->findings[0].explanation);
}

/* All closes go through give_up(): what is told is where they part. */
Test(evidence, siblings_closed_by_a_wrapper)
{
	static const uint64_t callers[] = { 0x402101, 0x402201 };

	world_symbol(0x2101, "done_a", "/home/me/dial.c", 70);
	world_symbol(0x2201, "done_b", "/home/me/dial.c", 75);
	for (int i = 0; i < 5; i++) {
		const uint64_t pcs[] = { 0x401801, callers[i > 2], 0x402001, 0 };

		opened(5, 0);
		world_closed(&world, 0, 5, world_stack(&world, pcs));
	}
	opened(5, 0);
	cr_assert_str_eq(judged_with("siblings-closed")->text,
			 "5 of 6 from here were closed: 3 at done_a (dial.c:70), 2 at done_b "
			 "(dial.c:75).");
	cr_assert_str_eq(world.report->findings[0].remedy,
			 "close() on the path that leaves dial() without done_a().");
}

/* Opened by a library of the system that main() called: main() has nothing to close. */
Test(evidence, opened_inside_a_library)
{
	const uint64_t pcs[] = { 0x701001, 0x402001, 0 };

	world_module(&world, world.image_ref, "/usr/lib/x86_64-linux-gnu/libcurl.so.4", 0x700000);
	for (int fd = 5; fd < 7; fd++)
		world_slot(&world, 0, fd, WORLD_SOCKET, KIND_SOCKET, world_stack(&world, pcs));
	cr_assert_str_eq(judged()->remedy,
			 "Release it through libcurl.so.4, which opened it for main().");
	cr_assert_str_eq(world.report->findings[0].explanation,
			 "Nothing that libcurl.so.4 opened for main() here was ever closed.");
}

Test(evidence, siblings_of_other_processes_count)
{
	uint32_t child = world_process(&world, ORIGIN_FORK, 0);

	world_slot(&world, child, 5, WORLD_SOCKET, KIND_SOCKET, stack_at(0x401001));
	world_closed(&world, child, 5, stack_at(0x401801));
	world_exit(&world, child, 0);
	opened(6, 0);
	cr_assert_str_eq(judged_with("siblings-closed")->text,
			 "1 of 2 from here was closed, at give_up (dial.c:58).");
}

Test(evidence, none_was_ever_closed)
{
	opened(5, FACT_CONNECTED);
	opened(6, FACT_CONNECTED);
	cr_assert_str_eq(judged()->explanation,
			 "Nothing that dial() opened here was ever closed.");
}

/* Who connected to whom is said where a call that did it was seen. */
Test(evidence, direction_of_a_connection)
{
	opened(5, FACT_DUP);
	told(5, TCP_ESTABLISHED)->has |= HAS_PEER;
	world_exit(&world, 0, 0);
	cr_assert_str_eq(world_judge(&world)->findings[0].title,
			 "TCP connection, a duplicate, never closed");
}

Test(evidence, direction_of_a_connection_seen)
{
	opened(5, FACT_DUP | FACT_CONNECTED);
	told(5, TCP_ESTABLISHED)->has |= HAS_PEER;
	world_exit(&world, 0, 0);
	cr_assert_str_eq(world_judge(&world)->findings[0].title,
			 "TCP connection, connected from here, never closed");
}

static struct ledger_fact *told_unix(int fd, unsigned int events)
{
	struct ledger_fact *fact = told(fd, 0);

	fact->has = HAS_SOCKET | HAS_PEER | HAS_POLL;
	fact->family = AF_UNIX;
	fact->poll_events = (uint16_t)events;
	return fact;
}

Test(evidence, unix_peer_closed)
{
	opened(5, FACT_ACCEPTED);
	told_unix(5, POLLHUP);
	cr_assert(judged_with("peer-closed")->is_proof);
	cr_assert(world.report->findings[0].is_proven);
}

Test(evidence, unix_peer_there)
{
	opened(5, FACT_ACCEPTED);
	told_unix(5, POLLOUT);
	judged_without("peer-closed");
}

/* Both ways shut from here look the same to poll(). */
Test(evidence, unix_shut_down_from_here)
{
	opened(5, FACT_ACCEPTED | FACT_SHUTDOWN_RD | FACT_SHUTDOWN_WR);
	told_unix(5, POLLHUP);
	judged_without("peer-closed");
}

/* A socket that was never connected hangs up, too. */
Test(evidence, unix_never_connected)
{
	opened(5, 0);
	told_unix(5, POLLHUP)->has &= ~(uint32_t)HAS_PEER;
	judged_without("peer-closed");
}

Test(evidence, pipe_whose_other_end_is_gone)
{
	struct ledger_fact *fact;

	opened(5, 0)->word = SLOT_WORD(1, WORLD_SOCKET, KIND_PIPE, SLOT_OPEN);
	fact = told_kind(5, KIND_PIPE);
	fact->has = HAS_POLL;
	fact->poll_events = POLLERR;
	cr_assert(judged_with("peer-closed")->is_proof);
}

Test(evidence, pipe_with_a_reader)
{
	struct ledger_fact *fact;

	opened(5, 0)->word = SLOT_WORD(1, WORLD_SOCKET, KIND_PIPE, SLOT_OPEN);
	fact = told_kind(5, KIND_PIPE);
	fact->has = HAS_POLL;
	fact->poll_events = POLLOUT;
	judged_without("peer-closed");
}

static void pair(int fd, int other)
{
	opened(fd, FACT_PAIR)->peer_or_dup = (uint32_t)other + 1;
	opened(other, FACT_PAIR)->peer_or_dup = (uint32_t)fd + 1;
}

Test(evidence, both_ends_of_a_pair)
{
	pair(5, 6);
	cr_assert_str_eq(judged_with("both-ends-open")->text,
			 "Their other ends are open, too; each end needs its own close().");
	cr_assert(world.report->findings[0].descriptors[0].has_other_end);
	cr_assert_eq(world.report->findings[0].descriptors[0].other_end, 6);
	cr_assert(world.report->findings[0].descriptors[0].is_other_end_open);
}

/* Closes of the other ends are none of these. */
Test(evidence, siblings_are_of_the_same_end)
{
	for (int i = 0; i < 3; i++) {
		opened(5, FACT_PAIR)->peer_or_dup = 6 + 1;
		opened(6, FACT_PAIR | FACT_SECOND_END)->peer_or_dup = 5 + 1;
		world_closed(&world, 0, 6, stack_at(0x401801));
		if (i < 2)
			opened(7 + i, FACT_PAIR);
	}
	judged_without("siblings-closed");
	cr_assert_str_eq(world.report->findings[0].explanation,
			 "Nothing that dial() opened here was ever closed.");
}

Test(evidence, the_other_end_was_closed)
{
	pair(5, 6);
	world_closed(&world, 0, 6, stack_at(0x401801));
	cr_assert_str_eq(
		judged_with("other-end-closed")->text,
		"Its other end, descriptor 6, was closed; each end needs its own close().");
	cr_assert_not(world.report->findings[0].descriptors[0].is_other_end_open);
}

/* The number is another pair's now. */
Test(evidence, the_other_ends_number_was_used_again)
{
	pair(5, 6);
	world_closed(&world, 0, 6, stack_at(0x401801));
	opened(6, FACT_PAIR)->peer_or_dup = 9 + 1;
	(void)judged_with("other-end-closed");
}

Test(evidence, the_kernel_knows_a_duplicate_better)
{
	struct ledger_fact *fact;

	opened(5, 0);
	duplicate(5, 6);
	world_closed(&world, 0, 5, stack_at(0x401801));
	fact = told(6, TCP_ESTABLISHED);
	fact->has |= HAS_SAME;
	fact->same_fd = 5;
	judged_without("duplicate-kept");
}

/* A fact of the descriptor; that the thread ended is no reason. */
Test(evidence, the_thread_that_opened_it_has_ended)
{
	struct ledger_fact *fact;

	opened(5, 0);
	fact = told(5, TCP_ESTABLISHED);
	fact->has |= HAS_THREAD | HAS_THREAD_ENDED;
	fact->thread_ref = ledger_string_add(&world.ledger, "worker-7", 8);
	cr_assert_eq(judged()->evidence_count, 0);
	cr_assert_str_eq(world.report->findings[0].descriptors[0].thread_name, "worker-7");
	cr_assert(world.report->findings[0].descriptors[0].is_thread_ended);
}

Test(evidence, a_file_that_has_no_name_any_more)
{
	static const char path[] = "/tmp/x (deleted)";
	struct ledger_fact *fact;

	opened(5, 0)->word = SLOT_WORD(1, WORLD_OPEN, KIND_FILE, SLOT_OPEN);
	fact = told_kind(5, KIND_FILE);
	fact->path_ref = ledger_string_add(&world.ledger, path, strlen(path));
	cr_assert_str_eq(judged()->descriptors[0].path, path);
	fact->has |= HAS_UNLINKED;
	cr_assert_str_eq(world_finding(&world)->descriptors[0].path, "/tmp/x");
	cr_assert(world.report->findings[0].descriptors[0].is_deleted);
}

Test(evidence, netlink_sockets_have_no_connection)
{
	struct ledger_fact *fact;

	opened(5, 0);
	fact = told(5, 0);
	fact->has = HAS_SOCKET | HAS_PEER;
	fact->family = AF_NETLINK;
	fact->type = SOCK_RAW;
	fact->protocol = 9;
	cr_assert_str_eq(judged()->title, "netlink audit socket, never closed");
	cr_assert_str_eq(world.report->findings[0].descriptors[0].protocol, "audit");
}
