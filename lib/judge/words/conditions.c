/* SPDX-License-Identifier: MIT */
/* The conditions of evidence.def. Each looks at one descriptor, and at what is recorded of it. */
#include "judge/words/conditions.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"

static bool has_fact(const struct leak *leak, uint32_t has)
{
	return leak->fact && (leak->fact->has & has) == has;
}

static bool is_tcp_in(const struct leak *leak, unsigned int state)
{
	return has_fact(leak, HAS_TCP_STATE) && leak->fact->tcp_state == state;
}

/* Is a stream or seqpacket socket of the Unix family? */
static bool is_unix_connection(const struct leak *leak)
{
	return has_fact(leak, HAS_SOCKET) && leak->fact->family == AF_UNIX &&
	       leak->fact->type != SOCK_DGRAM;
}

/* A socket without a local port was never bound, connected or sent from. */
static bool is_without_port(const struct leak *leak)
{
	const struct ledger_fact *fact = leak->fact;
	in_port_t port;

	if (!has_fact(leak, HAS_SOCKET | HAS_LOCAL) || fact->has & HAS_PEER ||
	    (fact->family != AF_INET && fact->family != AF_INET6) ||
	    (fact->type != SOCK_STREAM && fact->type != SOCK_DGRAM) ||
	    fact->local_length < offsetof(struct sockaddr_in, sin_port) + sizeof(port))
		return false;
	memcpy(&port, fact->local + offsetof(struct sockaddr_in, sin_port), sizeof(port));
	return port == 0;
}

#define FACTS_SHUTDOWN (FACT_SHUTDOWN_RD | FACT_SHUTDOWN_WR)

/* What was done with it, here or by another name of it. */
#define FACTS_USED                                                                             \
	(FACT_BOUND | FACT_LISTENING | FACT_CONNECTED | FACT_CONNECT_FAILED | FACTS_SHUTDOWN | \
	 FACT_RECEIVED | FACT_SENT | FACT_ACCEPTED | FACT_PAIR | FACT_DUP)

bool has_failed_to_connect(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	(void)judge; /* the record says it all */
	if (!(leak->facts & FACT_CONNECT_FAILED) || has_fact(leak, HAS_PEER))
		return false;
	ret_clue->error = (int)(leak->facts >> FACT_ERRNO_SHIFT);
	ret_clue->stack_ref = LEDGER_LOAD(leak->view->slot->fact_stack_ref);
	return true;
}

/* Was there a connection? The kernel says so, or accept() gave it. */
static bool was_made(const struct leak *leak)
{
	return leak->facts & FACT_ACCEPTED || has_fact(leak, HAS_MADE);
}

/*
 * connect() returned at once, and failed later. A kernel that does not tell whether there was a
 * connection (before 4.1) leaves one error that says so.
 */
bool has_failed_later(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	(void)judge; /* the kernel says it all */
	if (!(leak->facts & FACT_CONNECTED) || !is_tcp_in(leak, TCP_CLOSE) || was_made(leak) ||
	    !has_fact(leak, HAS_SO_ERROR) || leak->fact->so_error == 0 ||
	    (!has_fact(leak, HAS_UNMADE) && leak->fact->so_error != ECONNREFUSED))
		return false;
	ret_clue->error = leak->fact->so_error;
	return true;
}

/*
 * A listener is the parent's to keep: a child that serves one connection has no need of it. What
 * a FILE owns is used without our seeing it.
 */
bool has_left_it_to_child(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	return (leak->kind == KIND_SOCKET || leak->kind == KIND_PIPE) &&
	       !(leak->facts & (FACT_FILE | FACT_POPEN | FACT_USED_SINCE)) &&
	       leak_role(leak) != ROLE_LISTENER && copy_is_used_up(judge, leak, ret_clue);
}

bool is_shut_down(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	(void)judge, (void)ret_clue; /* the record says it all */
	return leak->kind == KIND_SOCKET && (leak->facts & FACTS_SHUTDOWN) == FACTS_SHUTDOWN;
}

bool is_half_shut(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	(void)judge, (void)ret_clue; /* the record says it all */
	return leak->kind == KIND_SOCKET && leak->facts & FACTS_SHUTDOWN &&
	       (leak->facts & FACTS_SHUTDOWN) != FACTS_SHUTDOWN;
}

bool was_sent(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	(void)judge, (void)ret_clue; /* the record says it all */
	return leak->facts & FACT_SENT;
}

bool was_received(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	(void)judge, (void)ret_clue; /* the record says it all */
	return leak->facts & FACT_RECEIVED;
}

/* Nobody sent it: a pidfd that came by a message without being one of its descriptors. */
bool came_with_message(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	const char *call = snapshot_call_text(judge->snapshot, COLUMN_NAME, leak->call);

	(void)ret_clue; /* the record says it all */
	return leak->kind == KIND_PIDFD && !(leak->facts & FACT_RECEIVED) && call &&
	       (text_is_same(call, "recvmsg") || text_is_same(call, "recvmmsg"));
}

/* Opened by an image before the last one of its process. */
bool has_crossed_exec(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	(void)ret_clue; /* the tables say it all */
	return leak->view->origin == DESCRIPTOR_OWN && leak->call &&
	       leak->view->process != judge->lives[leak->life].last;
}

bool is_kept_duplicate(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	bool is_open;

	return leak_original(judge, leak, &ret_clue->number, &is_open) && !is_open;
}

bool is_second_duplicate(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	bool is_open;

	return leak_original(judge, leak, &ret_clue->number, &is_open) && is_open;
}

bool is_last_end(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	bool is_open;

	return leak_other_end(judge, leak, &ret_clue->number, &is_open) && !is_open;
}

bool is_one_of_both_ends(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	bool is_open;

	return leak_other_end(judge, leak, &ret_clue->number, &is_open) && is_open;
}

bool was_never_used(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	(void)judge, (void)ret_clue; /* kernel and record say it all */
	if (leak->kind != KIND_SOCKET || !leak->call || leak->facts & FACTS_USED ||
	    !is_without_port(leak))
		return false;
	return leak->fact->type == SOCK_DGRAM || is_tcp_in(leak, TCP_CLOSE);
}

bool was_never_listening(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	(void)judge, (void)ret_clue; /* kernel and record say it all */
	if (!(leak->facts & FACT_BOUND) || has_fact(leak, HAS_PEER) ||
	    leak->facts & (FACT_LISTENING | FACT_CONNECTED | FACT_CONNECT_FAILED | FACTS_SHUTDOWN |
			   FACT_SENT | FACT_DUP))
		return false;
	return is_tcp_in(leak, TCP_CLOSE) ||
	       (is_unix_connection(leak) && has_fact(leak, HAS_LISTENING) &&
		!leak->fact->is_listening);
}

bool has_peer_closed(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	(void)judge, (void)ret_clue; /* the kernel says it all */
	return is_tcp_in(leak, TCP_CLOSE_WAIT) && has_fact(leak, HAS_PEER_GONE);
}

bool has_peer_shut_down(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	(void)judge, (void)ret_clue; /* the kernel says it all */
	return is_tcp_in(leak, TCP_CLOSE_WAIT) && has_fact(leak, HAS_PEER_HELD);
}

/* A FIN came. A peer that has only shut down its sending side still reads. */
bool has_peer_sent_last(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	(void)judge, (void)ret_clue; /* the kernel says it all */
	return is_tcp_in(leak, TCP_CLOSE_WAIT) &&
	       !(leak->fact->has & (HAS_PEER_GONE | HAS_PEER_HELD));
}

/* A connection of the Unix family hangs up when its peer is gone, or both ways are shut. */
bool has_unix_peer_closed(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	(void)judge, (void)ret_clue; /* kernel and record say it all */
	return is_unix_connection(leak) && has_fact(leak, HAS_POLL | HAS_PEER) &&
	       leak->fact->poll_events & POLLHUP && !(leak->facts & FACTS_SHUTDOWN);
}

/* Nobody has the other end: the reader is at the end, the writer would get EPIPE. */
bool is_pipe_without_other_end(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	(void)judge, (void)ret_clue; /* the kernel says it all */
	return leak->kind == KIND_PIPE && has_fact(leak, HAS_POLL) &&
	       leak->fact->poll_events & (POLLHUP | POLLERR);
}

/* Both sides have sent their last: nothing can come, nothing can be sent. */
static bool is_over(const struct leak *leak)
{
	return (was_made(leak) && is_tcp_in(leak, TCP_CLOSE)) || is_tcp_in(leak, TCP_LAST_ACK) ||
	       is_tcp_in(leak, TCP_CLOSING) || is_tcp_in(leak, TCP_TIME_WAIT);
}

/* The kernel has kept why: nobody has read the error. */
bool was_reset(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	(void)judge; /* the kernel says it all */
	if (!is_over(leak) || !has_fact(leak, HAS_SO_ERROR) || leak->fact->so_error == 0)
		return false;
	ret_clue->error = leak->fact->so_error;
	return true;
}

/* Ended on both sides, or by an error that was read: the kernel has nothing behind the number. */
bool is_connection_over(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	return is_over(leak) && (leak->facts & FACTS_SHUTDOWN) != FACTS_SHUTDOWN &&
	       !was_reset(judge, leak, ret_clue);
}

bool is_connecting(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	(void)judge, (void)ret_clue; /* the kernel says it all */
	return is_tcp_in(leak, TCP_SYN_SENT);
}

/* After a connect() that did not fail at once, whose error was read, or which was given up. */
bool is_without_connection(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	(void)judge, (void)ret_clue; /* the kernel says it all */
	return leak->facts & FACT_CONNECTED && is_tcp_in(leak, TCP_CLOSE) && !was_made(leak) &&
	       has_fact(leak, HAS_UNMADE | HAS_SO_ERROR) && leak->fact->so_error == 0;
}

bool is_owned_by_stream(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	(void)judge; /* the record says it all */
	if (!(leak->facts & (FACT_FILE | FACT_POPEN)))
		return false;
	ret_clue->closer = leak->facts & FACT_POPEN ? "pclose()" : "fclose()";
	return true;
}

bool is_owned_by_directory(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	(void)judge; /* the record says it all */
	ret_clue->closer = "closedir()";
	return leak->facts & FACT_DIR;
}

bool was_left_by_exception(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	return exception_left(judge, leak, ret_clue);
}

bool is_idle(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	(void)judge, (void)ret_clue; /* the kernel says it all */
	return is_tcp_in(leak, TCP_ESTABLISHED) && has_fact(leak, HAS_QUEUES) &&
	       leak->fact->receive_queue == 0 && leak->fact->send_queue == 0;
}

/* A listener's queue is connections, not bytes: it has none (fact_socket.c). */
bool has_unread_bytes(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	(void)judge, (void)ret_clue; /* the kernel says it all */
	return has_fact(leak, HAS_QUEUES) && leak->fact->receive_queue > 0 &&
	       (leak->kind == KIND_PIPE || has_fact(leak, HAS_PEER));
}

bool is_listening(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	(void)judge, (void)ret_clue; /* kernel and record say it all */
	return leak_role(leak) == ROLE_LISTENER;
}

/* Libraries that run what they are given on threads of their own. */
static const struct {
	const char *object; /* as its file begins */
	const char *pool;
} pools[] = {
	{ "libuv.so", "libuv's pool" },
	{ "libglib-2.0.so", "GLib's pool" },
};

/* The object that a thread of a pool begins in: the outermost that is not libc. */
static const char *pool_find(struct judge *judge, const struct report_stack *stack)
{
	for (size_t i = stack->frame_count; i-- > 0;) {
		const struct module *module = frame_module(judge, &stack->frames[i]);
		const char *path = module ? stack->frames[i].module : NULL;
		const char *name = path && strrchr(path, '/') ? strrchr(path, '/') + 1 : path;

		if (!name || strncmp(name, "libc.so", 7) == 0 ||
		    strncmp(name, "libpthread", 10) == 0)
			continue;
		for (size_t k = 0; k < sizeof(pools) / sizeof(pools[0]); k++)
			if (strncmp(name, pools[k].object, strlen(pools[k].object)) == 0)
				return pools[k].pool;
		return NULL;
	}
	return NULL;
}

bool was_opened_by_pool(struct judge *judge, const struct leak *leak, struct clue *ret_clue)
{
	const struct report_process *process = &judge->report->processes[leak->process];

	if (!leak->call || leak->view->origin != DESCRIPTOR_OWN ||
	    LEDGER_LOAD(leak->view->slot->opened_tid) == (uint32_t)process->pid)
		return false;
	ret_clue->text = pool_find(judge, place_read(judge, place_of(judge, leak->stack_ref)));
	return ret_clue->text != NULL;
}
