/* SPDX-License-Identifier: MIT */
/* A descriptor that was left open, in the words of a report. */
#include <string.h>
#include <sys/socket.h>

#include "judge/descriptor/addresses.h"
#include "judge/descriptor/fdinfo.h"
#include "judge/descriptor/descriptor.h"

/* After a connect() that failed the kernel keeps the port it had tried, and no address. */
static bool is_left_over(const struct leak *leak)
{
	return leak->facts & FACT_CONNECT_FAILED && !(leak->facts & FACT_BOUND) &&
	       !(leak->fact->has & HAS_PEER);
}

static const char *end_text(struct judge *judge, const struct ledger_fact *fact,
			    const uint8_t *bytes, size_t length)
{
	/* What stands in the place of the port is the protocol. */
	bool is_raw = fact && fact->has & HAS_SOCKET && fact->type == SOCK_RAW &&
		      (fact->family == AF_INET || fact->family == AF_INET6);

	return is_raw ? host_text(judge->report, bytes, length)
		      : address_text(judge->report, judge->snapshot, bytes, length);
}

/* Addresses the kernel told, else those the program gave to its calls. */
static void addresses_describe(struct judge *judge, const struct leak *leak,
			       struct report_descriptor *descriptor)
{
	const struct ledger_fact *fact = leak->fact;
	struct ledger_table *table = ledger_table_at(judge->ledger, leak->view->table_ref);
	const struct ledger_address *address = NULL;
	const char *text;
	size_t length;

	if (fact && fact->has & HAS_LOCAL && !is_left_over(leak))
		descriptor->local = end_text(
			judge, fact, fact->local,
			fact->local_length <= sizeof(fact->local) ? fact->local_length : 0);
	if (fact && fact->has & HAS_PEER)
		descriptor->peer =
			end_text(judge, fact, fact->peer,
				 fact->peer_length <= sizeof(fact->peer) ? fact->peer_length : 0);
	if (table && !leak->view->is_before)
		address = ledger_address_at(judge->ledger, table, leak->fd, false);
	if (!address || address->generation != (uint16_t)leak->view->generation)
		return;
	length = address->length <= sizeof(address->bytes) ? address->length : 0;
	text = end_text(judge, fact, address->bytes, length);
	if (!descriptor->family && address_family(address->bytes, length))
		descriptor->family =
			family_name(judge->report, address_family(address->bytes, length));
	if (address->role == ADDRESS_LOCAL && !descriptor->local)
		descriptor->local = text;
	if (address->role == ADDRESS_PEER && !descriptor->peer)
		descriptor->peer = text;
}

/* /proc ends a thread's name with a new line. */
static const char *first_line(struct report *report, const char *text)
{
	return report_printf(report, "%.*s", (int)strcspn(text, "\n"), text);
}

/* The kernel puts " (deleted)" behind a path that is no more; a file may be called so, too. */
static void path_describe(struct report *report, const struct ledger_fact *fact, const char *path,
			  struct report_descriptor *descriptor)
{
	static const char deleted[] = " (deleted)";
	size_t length = strlen(path), end = strlen(deleted);
	char *name = report_strdup(report, path);

	descriptor->path = name;
	if (!(fact->has & HAS_UNLINKED))
		return;
	descriptor->is_deleted = fact->kind != KIND_MEMFD; /* that never had a name to lose */
	if (length > end && strcmp(name + length - end, deleted) == 0)
		name[length - end] = '\0';
}

static void opener_describe(struct judge *judge, const struct ledger_fact *fact,
			    struct report_descriptor *descriptor)
{
	const char *name = snapshot_string(judge->snapshot, fact->thread_ref);

	if (!(fact->has & HAS_THREAD))
		return;
	descriptor->thread_name = name ? first_line(judge->report, name) : NULL;
	descriptor->is_thread_ended = (fact->has & HAS_THREAD_ENDED) != 0;
}

static void fact_describe(struct judge *judge, const struct leak *leak,
			  struct report_descriptor *descriptor)
{
	struct report *report = judge->report;
	const struct ledger_fact *fact = leak->fact;
	const char *path = snapshot_string(judge->snapshot, fact->path_ref);
	const char *info = snapshot_string(judge->snapshot, fact->info_ref);

	descriptor->is_state_known = judge->lives[leak->life].has_truth;
	if (path)
		path_describe(report, fact, path, descriptor);
	if (fact->has & HAS_SOCKET) {
		descriptor->family = family_name(report, fact->family);
		descriptor->type = socket_type_name(report, fact->type);
		descriptor->protocol =
			protocol_name(report, fact->family, fact->type, fact->protocol);
	}
	if (fact->has & HAS_TCP_STATE)
		descriptor->state = tcp_state_name(fact->tcp_state);
	else if (fact->has & HAS_LISTENING && fact->is_listening)
		descriptor->state = tcp_state_name(STATE_LISTEN);
	if (fact->has & HAS_QUEUES) {
		descriptor->has_queues = true;
		descriptor->receive_queue = fact->receive_queue;
		descriptor->send_queue = fact->send_queue;
		descriptor->is_send_queue_unknown = !(fact->has & HAS_TCP_STATE);
	}
	if (fact->has & HAS_SO_ERROR) {
		descriptor->has_so_error = true;
		descriptor->so_error = fact->so_error;
	}
	if (fact->has & HAS_CLOEXEC)
		descriptor->cloexec = fact->is_cloexec != 0;
	opener_describe(judge, fact, descriptor);
	if (info)
		fdinfo_read(report, info, leak->kind, descriptor);
}

static void other_end_describe(struct judge *judge, const struct leak *leak,
			       struct report_descriptor *descriptor)
{
	descriptor->has_other_end = leak_other_end(judge, leak, &descriptor->other_end,
						   &descriptor->is_other_end_open) != NULL;
}

/* What the program said of it, and where in the program's life it was opened. */
static void label_describe(struct judge *judge, const struct leak *leak,
			   struct report_descriptor *descriptor)
{
	const struct ledger_note *note = ledger_slot_note(judge->ledger, leak->view->slot, false);
	const char *label =
		note ? snapshot_string(judge->snapshot, LEDGER_LOAD(note->label_ref)) : NULL;

	descriptor->scope = leak->scope;
	descriptor->label = label ? report_strdup(judge->report, label) : NULL;
}

void leak_describe(struct judge *judge, const struct leak *leak,
		   struct report_descriptor *descriptor)
{
	const struct life *life = &judge->lives[leak->life];
	const struct ledger_slot *slot = leak->view->slot;
	uint32_t dup_of = slot ? LEDGER_LOAD(slot->peer_or_dup) : 0;

	*descriptor = (struct report_descriptor){
		.process = leak->process, .fd = leak->fd, .cloexec = -1, .dup_of = -1
	};
	descriptor->direction = leak->facts & FACT_ACCEPTED ? DIRECTION_IN
				: leak->facts & (FACT_CONNECTED | FACT_CONNECT_FAILED)
					? DIRECTION_OUT
					: DIRECTION_UNKNOWN;
	descriptor->is_contested = leak->facts & FACT_CONTESTED;
	if (leak->fact)
		fact_describe(judge, leak, descriptor);
	descriptor->generation = leak->view->generation;
	addresses_describe(judge, leak, descriptor);
	other_end_describe(judge, leak, descriptor);
	if (!slot || !leak->call)
		return;
	label_describe(judge, leak, descriptor);
	descriptor->tid = LEDGER_LOAD(slot->opened_tid);
	descriptor->opened_ns = LEDGER_LOAD(slot->opened_ns);
	if (life->end_ns > descriptor->opened_ns)
		descriptor->age_ns = life->end_ns - descriptor->opened_ns;
	if (leak->facts & FACT_DUP && dup_of && dup_of <= INT32_MAX)
		descriptor->dup_of = (int)dup_of - 1;
	if (leak->facts & FACT_CLOEXEC && descriptor->cloexec < 0)
		descriptor->cloexec = 1;
}
