/* SPDX-License-Identifier: MIT */
/* Facts of open descriptors, by /proc, sock_diag and, for what these do not tell, a copy. */
#include "live/facts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/kind_link.h"
#include "base/raw.h"
#include "live/address.h"
#include "live/file.h"
#include "live/socket_copy.h"

#define FACTS_PER_PLACE 100              /* with what takes a file to be read, or a copy */
#define COPIES_MAX 100000                /* a process and look: at 15 µs each */
#define COPY_AGE_NS UINT64_C(1000000000) /* what is younger may be closed at any moment */
#define INFO_BYTES 4000                  /* as much as a string of the ledger holds */

static void stat_fill(struct live_facts *facts, const struct live_descriptor *descriptor,
		      struct ledger_fact *fact)
{
	const char *target = live_listing_target(facts->listing, descriptor);

	fact->fd = descriptor->fd;
	fact->kind = descriptor->kind;
	if (target)
		fact->path_ref = ledger_string_add(&facts->snapshot->ledger, target,
						   descriptor->target_length);
	fact->mode = descriptor->mode;
	fact->inode = descriptor->inode;
	fact->device = descriptor->device;
	fact->has |= HAS_STAT;
	if (descriptor->links == 0 && (S_ISREG(descriptor->mode) || S_ISDIR(descriptor->mode)))
		fact->has |= HAS_UNLINKED;
}

static void unix_fill(struct live_facts *facts, const struct live_socket *socket,
		      struct ledger_fact *fact)
{
	struct ledger *ledger = &facts->snapshot->ledger;
	const struct live_socket *peer = live_sockets_find(facts->sockets, socket->peer_inode);

	fact->local_length =
		live_address_unix(ledger, fact->local, socket->name, socket->name_length);
	fact->has |= HAS_LOCAL;
	if (socket->has_peer) {
		/* The files of /proc do not tell who it is. */
		if (!facts->sockets->refused)
			fact->peer_length =
				live_address_unix(ledger, fact->peer, peer ? peer->name : "",
						  peer ? peer->name_length : 0);
		fact->has |= HAS_PEER;
	}
	/* What poll() would say; a dump tells nothing else of it. */
	if (socket->is_shut) {
		fact->poll_events = POLLHUP | POLLRDHUP | POLLIN;
		fact->has |= HAS_POLL;
	}
}

static void inet_fill(struct live_facts *facts, const struct live_socket *socket, bool is_accepted,
		      struct ledger_fact *fact)
{
	enum live_peer peer = LIVE_PEER_UNKNOWN;

	fact->local_length =
		live_address_inet(fact->local, socket->family, socket->local_port, socket->local);
	fact->has |= HAS_LOCAL;
	if (socket->has_peer) {
		fact->peer_length = live_address_inet(fact->peer, socket->family, socket->peer_port,
						      socket->peer);
		fact->has |= HAS_PEER;
	}
	if (socket->type != SOCK_STREAM)
		return;
	fact->tcp_state = socket->state;
	fact->has |= HAS_TCP_STATE;
	if (socket->is_made_known)
		fact->has |= socket->is_made ? HAS_MADE : HAS_UNMADE;
	if (socket->state == TCP_CLOSE_WAIT)
		peer = live_sockets_peer(facts->sockets, socket, is_accepted);
	if (peer != LIVE_PEER_UNKNOWN)
		fact->has |= peer == LIVE_PEER_HELD ? HAS_PEER_HELD : HAS_PEER_GONE;
}

static void socket_fill(struct live_facts *facts, const struct live_socket *socket,
			const struct descriptor_view *view, struct ledger_fact *fact)
{
	bool is_accepted = view->slot && LEDGER_LOAD(view->slot->facts) & FACT_ACCEPTED;

	fact->family = socket->family;
	fact->type = socket->type;
	fact->protocol = socket->protocol;
	fact->is_listening = socket->state == TCP_LISTEN;
	fact->has |= HAS_SOCKET | HAS_LISTENING;
	if (socket->family == AF_UNIX)
		unix_fill(facts, socket, fact);
	else
		inet_fill(facts, socket, is_accepted, fact);
	if (socket->has_queues) {
		fact->receive_queue = socket->receive_queue;
		fact->send_queue = socket->family == AF_UNIX ? 0 : socket->send_queue;
		fact->has |= HAS_QUEUES;
	}
}

static bool is_old(const struct live_facts *facts, const struct descriptor_view *view)
{
	uint64_t opened_ns = view->slot ? LEDGER_LOAD(view->slot->opened_ns) : 0;

	return facts->now_ns > opened_ns && facts->now_ns - opened_ns >= COPY_AGE_NS;
}

/* What no dump has, and what only poll() tells of a pipe. */
static void copy_fill(struct live_facts *facts, const struct live_descriptor *descriptor,
		      const struct descriptor_view *view, struct ledger_fact *fact)
{
	bool is_needed = descriptor->kind == KIND_PIPE ||
			 (descriptor->kind == KIND_SOCKET && !(fact->has & HAS_SOCKET));

	if (!is_needed || !is_old(facts, view) || facts->copied >= COPIES_MAX)
		return;
	facts->copied++;
	if (facts->pidfd >= 0) {
		int result =
			socket_copy_read(facts->pidfd, descriptor, &facts->snapshot->ledger, fact);

		if (result != -EPERM && result != -EACCES && result != -ENOSYS)
			return;
		facts->pidfd = -1; /* nor will it be for the others */
	}
	facts->uncopied++;
}

static void info_fill(struct live_facts *facts, const struct live_descriptor *descriptor,
		      struct ledger_fact *fact)
{
	char name[32], text[INFO_BYTES + 1];
	const char *flags;
	ssize_t length;

	(void)snprintf(name, sizeof(name), "fdinfo/%d", descriptor->fd); /* fits */
	length = proc_read(facts->process->pid, name, text, sizeof(text));
	if (length <= 0)
		return;
	flags = strstr(text, "flags:");
	if (flags) {
		fact->is_cloexec = (strtoul(flags + 6, NULL, 8) & O_CLOEXEC) != 0;
		fact->has |= HAS_CLOEXEC;
	}
	if (KINDS_WITH_INFO & KIND_BIT(descriptor->kind))
		fact->info_ref = ledger_string_add(&facts->snapshot->ledger, text, (size_t)length);
}

/* Only where a thread has the same number here as in its own pid namespace. */
static void opener_fill(struct live_facts *facts, const struct descriptor_view *view,
			struct ledger_fact *fact)
{
	uint32_t tid = view->slot ? LEDGER_LOAD(view->slot->opened_tid) : 0;
	char name[48], text[32];
	ssize_t length;

	if (view->origin != DESCRIPTOR_OWN || view->is_before || tid == 0 ||
	    facts->process->own_pid != (uint32_t)facts->process->pid)
		return;
	(void)snprintf(name, sizeof(name), "task/%u/comm", tid); /* fits */
	length = proc_read(facts->process->pid, name, text, sizeof(text));
	fact->has |= HAS_THREAD;
	if (length == -ENOENT || length == -ESRCH)
		fact->has |= HAS_THREAD_ENDED;
	if (length > 0)
		fact->thread_ref =
			ledger_string_add(&facts->snapshot->ledger, text, strcspn(text, "\n"));
}

/* Is it a duplicate of what still has the number it was made of? */
static void original_fill(struct live_facts *facts, const struct descriptor_view *view,
			  struct ledger_fact *fact)
{
	uint32_t number = view->slot ? LEDGER_LOAD(view->slot->peer_or_dup) : 0;
	int pid = facts->process->pid;

	if (view->origin != DESCRIPTOR_OWN || !view->slot ||
	    !(LEDGER_LOAD(view->slot->facts) & FACT_DUP) || number == 0 || number > INT32_MAX ||
	    (int)number - 1 == fact->fd ||
	    raw5(SYS_kcmp, pid, pid, KCMP_FILE, fact->fd, number - 1) != 0)
		return;
	fact->same_fd = (int32_t)number - 1;
	fact->has |= HAS_SAME;
}

static bool place_is_full(struct live_facts *facts, const struct descriptor_view *view)
{
	uint32_t ref =
		view->slot && !view->is_before ? LEDGER_LOAD(view->slot->opened_stack_ref) : 0;
	uint8_t *here = &facts->of_place[(ref >> 3) % sizeof(facts->of_place)];

	if (facts->is_full)
		return false;
	if (*here >= FACTS_PER_PLACE)
		return true;
	++*here;
	return false;
}

bool live_fact_write(struct live_facts *facts, const struct live_descriptor *descriptor,
		     const struct descriptor_view *view)
{
	struct ledger *ledger = &facts->snapshot->ledger;
	uint32_t ref = ledger_record_alloc(ledger, sizeof(struct ledger_fact));
	struct ledger_fact *fact = ledger_at(ledger, ref, sizeof(*fact));
	const struct live_socket *socket = NULL;

	if (!fact)
		return false;
	stat_fill(facts, descriptor, fact);
	if (descriptor->kind == KIND_SOCKET && facts->sockets)
		socket = live_sockets_find(facts->sockets, descriptor->inode);
	/* Where files alone tell, a copy tells more of the Unix family. */
	if (socket && !(facts->sockets->refused && socket->family == AF_UNIX))
		socket_fill(facts, socket, view, fact);
	if (facts->kinds & KIND_BIT(descriptor->kind))
		copy_fill(facts, descriptor, view, fact);
	if (socket && !(fact->has & HAS_SOCKET))
		socket_fill(facts, socket, view, fact);
	if (facts->kinds & KIND_BIT(descriptor->kind) && !place_is_full(facts, view)) {
		if (descriptor->kind != KIND_SOCKET)
			info_fill(facts, descriptor, fact);
		opener_fill(facts, view, fact);
		original_fill(facts, view, fact);
	}
	fact->next_ref = LEDGER_LOAD(facts->entry->facts_ref);
	LEDGER_STORE(facts->entry->facts_ref, ref);
	return true;
}
