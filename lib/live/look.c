/* SPDX-License-Identifier: MIT */
/* The order of a look: snapshot, the kernel's lists, snapshot, and what is known of sockets. */
#include "live/look.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/raw.h"
#include "live/entry.h"
#include "live/settle.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434 /* Linux 5.3; one number on all architectures */
#endif

/* What one descriptor takes in the snapshot at most: a fact, its link, and a leaf of slots. */
#define ROOM_A_DESCRIPTOR 1024
#define ROOM_LEAST (UINT64_C(4) << 20)

/* A call and its record are as far apart as a thread that is not running is away. */
#define UNSEEN_PAUSE_NS 50000000

/* One process at work. */
struct subject {
	const struct live_process *process;
	uint32_t index;
	struct live_listing listing;
	struct live_unseen known; /* unseen, at the look before */
	const char *why;          /* it cannot be looked at */
};

struct looking {
	const struct live_wish *wish;
	struct live_look *look;
	struct subject *subjects;
	size_t count;
	struct snapshot before;
	struct live_sockets *networks;
	size_t network_count;
};

static int missed_add(struct live_look *look, const struct live_process *process, const char *why)
{
	struct live_missed *list =
		reallocarray(look->missed, look->missed_count + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	look->missed = list;
	list[look->missed_count++] = (struct live_missed){ .process = *process, .why = why };
	return 0;
}

static bool is_wished(const struct looking *looking, struct ledger *ledger,
		      const struct live_session *session, uint32_t index)
{
	const struct live_wish *wish = looking->wish;

	if (wish->only_entry)
		return index == wish->only_entry - 1;
	for (size_t i = 0; i < session->process_count; i++)
		if (session->processes[i].pid == wish->pid)
			return wish->is_alone
				       ? live_entry_find(ledger, &session->processes[i]) == index
				       : live_entry_comes_from(
						 ledger, index,
						 live_entry_find(ledger, &session->processes[i]));
	return wish->pid == 0;
}

static int subjects_find(struct looking *looking, const struct live_session *session)
{
	struct ledger *ledger = &looking->before.ledger;

	looking->subjects = calloc(session->process_count + 1, sizeof(*looking->subjects));
	if (!looking->subjects)
		return -ENOMEM;
	for (size_t i = 0; i < session->process_count; i++) {
		const struct live_process *process = &session->processes[i];
		uint32_t index = live_entry_find(ledger, process);

		/* The launcher, and who has begun after the ledger was read. */
		if (index == UINT32_MAX || !is_wished(looking, ledger, session, index))
			continue;
		looking->subjects[looking->count++] =
			(struct subject){ .process = process, .index = index };
	}
	return 0;
}

static const char *refusal(int error)
{
	switch (-error) {
	case EACCES:
	case EPERM:
		return "it belongs to another user, or has changed its user: look as root";
	case ENOENT:
	case ESRCH:
		return "it ended during the look";
	case ENOMEM:
		return "there is not enough memory for the list of its descriptors";
	default:
		return "the list of its descriptors cannot be read";
	}
}

static void listings_read(struct looking *looking)
{
	for (size_t i = 0; i < looking->count; i++) {
		struct subject *subject = &looking->subjects[i];
		int result;

		live_listing_free(&subject->listing);
		result = live_listing_read(subject->process->pid, &subject->listing);
		subject->why = result < 0                 ? refusal(result)
			       : subject->listing.refused ? refusal(-subject->listing.refused)
							  : NULL;
	}
}

/* A slow look finds that a number went on; a quick one that nothing did. */
static int pass(struct looking *looking, int ledger_fd, const char **ret_why)
{
	int result;

	snapshot_unload(&looking->before);
	snapshot_unload(&looking->look->snapshot);
	result = snapshot_load_from(&looking->before, ledger_fd, ret_why);
	if (result < 0)
		return result;
	listings_read(looking);
	looking->look->at_monotonic_ns = clock_read_ns(clock_find(), CLOCK_MONOTONIC);
	return snapshot_load_from(&looking->look->snapshot, ledger_fd, ret_why);
}

static struct live_settling settling_of(struct looking *looking, const struct subject *subject)
{
	return (struct live_settling){ .before = &looking->before,
				       .after = &looking->look->snapshot,
				       .index = subject->index,
				       .listing = &subject->listing,
				       .known = &subject->known };
}

/* Returns how many are unseen, or -ENOMEM. */
static ssize_t unseen_look(struct looking *looking)
{
	size_t count = 0;

	for (size_t i = 0; i < looking->count; i++) {
		struct subject *subject = &looking->subjects[i];
		struct live_settling settling = settling_of(looking, subject);

		if (subject->why)
			continue;
		if (live_unseen_find(&settling) < 0) {
			free(settling.unseen.list);
			return -ENOMEM;
		}
		free(subject->known.list);
		subject->known = settling.unseen;
		count += settling.unseen.count;
	}
	return (ssize_t)count;
}

static int passes(struct looking *looking, int ledger_fd, const char **ret_why)
{
	static const struct timespec pause = { .tv_nsec = UNSEEN_PAUSE_NS };
	int result = pass(looking, ledger_fd, ret_why);
	ssize_t unseen = result < 0 ? 0 : unseen_look(looking);

	if (result < 0 || unseen < 0)
		return result < 0 ? result : (int)unseen;
	if (unseen == 0)
		return 0;
	(void)nanosleep(&pause, NULL); /* shorter is as well: less is taken for unseen */
	return pass(looking, ledger_fd, ret_why);
}

static const char *sockets_why(const struct live_sockets *sockets)
{
	switch (sockets->refused) {
	case 0:
		return NULL;
	case EPERM:
	case EACCES:
		return "its network namespace is root's to enter, and its files tell states and "
		       "addresses alone";
	default:
		return "the kernel answers no sock_diag(7) here, and its files tell states and "
		       "addresses alone";
	}
}

/* One dump a network namespace. NULL: it cannot be had. */
static const struct live_sockets *network_of(struct looking *looking, int pid, const char **ret_why)
{
	uint64_t namespace = live_network_of(pid);
	struct live_sockets *list;
	int result;

	for (size_t i = 0; i < looking->network_count; i++)
		if (looking->networks[i].namespace == namespace) {
			*ret_why = sockets_why(&looking->networks[i]);
			return &looking->networks[i];
		}
	/* Few namespaces; earlier ones must stay where they are. */
	if (!looking->networks)
		looking->networks = calloc(looking->count + 1, sizeof(*list));
	if (!looking->networks)
		return NULL;
	list = &looking->networks[looking->network_count];
	result = live_sockets_read(pid, list);
	if (result < 0) {
		*ret_why = strerror(-result);
		return NULL;
	}
	looking->network_count++;
	*ret_why = sockets_why(list);
	return list;
}

static uint64_t limit_of(int pid)
{
	struct rlimit limit;

	return prlimit(pid, RLIMIT_NOFILE, NULL, &limit) == 0 ? limit.rlim_cur : 0;
}

static void facts_take(struct looking *looking, const struct subject *subject,
		       struct live_seen *seen)
{
	struct snapshot *snapshot = &looking->look->snapshot;
	struct ledger_process *entry = ledger_process_at(&snapshot->ledger, subject->index);
	long pidfd = raw2(SYS_pidfd_open, subject->process->pid, 0);
	uint64_t started_ns = snapshot->ledger.header->started_monotonic_ns;
	struct live_facts facts = {
		.snapshot = snapshot,
		.entry = entry,
		.process = subject->process,
		.listing = &subject->listing,
		.sockets = network_of(looking, subject->process->pid, &seen->sockets_why),
		.now_ns = looking->look->at_monotonic_ns - started_ns,
		.kinds = looking->wish->kinds,
		.is_full = looking->wish->is_full,
		.pidfd = raw_failed(pidfd) ? -1 : (int)pidfd,
	};

	live_facts_write(&facts, LEDGER_LOAD(entry->table_ref));
	seen->uncopied = facts.uncopied;
	if (!raw_failed(pidfd))
		(void)close((int)pidfd); /* was only asked */
}

/* The entry says what the process's own check would have said at its end. */
static int subject_settle(struct looking *looking, const struct subject *subject)
{
	struct live_look *look = looking->look;
	struct live_settling settling = settling_of(looking, subject);
	struct ledger_process *entry = ledger_process_at(&look->snapshot.ledger, subject->index);
	struct live_seen *seen = &look->seen[look->seen_count];
	int result;

	if (!live_process_is_there(subject->process))
		return missed_add(look, subject->process, "it ended during the look");
	if (!entry || !live_entry_runs(entry) || !live_entry_is(entry, subject->process))
		return missed_add(
			look, subject->process,
			"it executed another program during the look, or is about to end: "
			"look again");
	if (LEDGER_LOAD(entry->not_followed))
		return missed_add(look, subject->process,
				  "it split its descriptor table in a way that cannot be followed");
	result = live_settle(&settling);
	if (result < 0)
		return result;
	if (looking->wish->until_ns)
		live_cut(&look->snapshot, subject->index, looking->wish->until_ns,
			 looking->wish->until_fd);
	*seen = (struct live_seen){ .index = subject->index,
				    .process = *subject->process,
				    .open = subject->listing.count,
				    .in_flux = settling.in_flux,
				    .limit = limit_of(subject->process->pid) };
	facts_take(looking, subject, seen);
	LEDGER_STORE(entry->check, CHECK_LISTED);
	LEDGER_STORE(entry->open_count, (uint32_t)subject->listing.count);
	look->seen_count++;
	return 0;
}

/* Whoever is not looked at says nothing of a check. */
static void checks_clear(struct ledger *ledger)
{
	uint32_t count = ledger_process_count(ledger);

	for (uint32_t i = 0; i < count; i++) {
		struct ledger_process *entry = ledger_process_at(ledger, i);

		if (entry && LEDGER_LOAD(entry->state) != PROCESS_ENDED)
			LEDGER_STORE(entry->check, CHECK_NONE);
	}
}

static int by_index(const void *one, const void *other)
{
	uint32_t a = ((const struct live_seen *)one)->index;
	uint32_t b = ((const struct live_seen *)other)->index;

	return (a > b) - (a < b);
}

static int subjects_settle(struct looking *looking)
{
	struct live_look *look = looking->look;
	uint64_t room = ROOM_LEAST;
	int result = 0;

	for (size_t i = 0; i < looking->count; i++)
		room += looking->subjects[i].listing.count * ROOM_A_DESCRIPTOR;
	look->seen = calloc(looking->count + 1, sizeof(*look->seen));
	if (!look->seen || room > memory_limit() || !snapshot_thaw(&look->snapshot, room))
		return -ENOMEM;
	checks_clear(&look->snapshot.ledger);
	for (size_t i = 0; result == 0 && i < looking->count; i++) {
		const struct subject *subject = &looking->subjects[i];

		result = subject->why ? missed_add(look, subject->process, subject->why)
				      : subject_settle(looking, subject);
	}
	snapshot_freeze(&look->snapshot);
	qsort(look->seen, look->seen_count, sizeof(*look->seen), by_index);
	return result;
}

int live_look(struct live_look *ret_look, const struct live_session *session, int ledger_fd,
	      const struct live_wish *wish, const char **ret_why)
{
	struct looking looking = { .wish = wish, .look = ret_look };
	int result;

	*ret_look = (struct live_look){ .seen_count = 0 };
	result = snapshot_load_from(&looking.before, ledger_fd, ret_why);
	if (result == 0)
		result = subjects_find(&looking, session);
	if (result == 0)
		result = passes(&looking, ledger_fd, ret_why);
	if (result == 0)
		result = subjects_settle(&looking);
	for (size_t i = 0; i < looking.count; i++) {
		live_listing_free(&looking.subjects[i].listing);
		free(looking.subjects[i].known.list);
	}
	for (size_t i = 0; i < looking.network_count; i++)
		live_sockets_free(&looking.networks[i]);
	free(looking.networks);
	free(looking.subjects);
	snapshot_unload(&looking.before);
	if (result < 0)
		live_look_free(ret_look);
	return result;
}

void live_look_free(struct live_look *look)
{
	snapshot_unload(&look->snapshot);
	free(look->seen);
	free(look->missed);
	*look = (struct live_look){ .seen_count = 0 };
}

const struct live_seen *live_look_seen(const struct live_look *look, uint32_t index)
{
	const struct live_seen key = { .index = index };

	return look->seen_count ? bsearch(&key, look->seen, look->seen_count, sizeof(key), by_index)
				: NULL;
}
