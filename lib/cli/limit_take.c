/* SPDX-License-Identifier: MIT */
/* Takes what waits in a ledger: holders, snapshot, command. */
#include "cli/limit_take.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/knowledge.h"
#include "cli/limit_command.h"
#include "cli/limit_holders.h"
#include "cli/limit_path.h"
#include "cli/live.h"
#include "cli/outputs.h"
#include "live/settle.h"

/* Of a session: a fork of which each child meets a mark would fill the disk. */
#define TAKEN_MOST 64

/* Who takes one needs so long at most, unless it has died over it. */
#define SETTLE_MS 5000
#define SETTLE_STEP_MS 10

/* Between two looks at one that cannot be looked at, and how many. */
#define TRY_MS 20
#define TRIES_MOST 50

/* When a call is refused, others have their numbers and no record yet. */
#define IN_FLIGHT_NS UINT64_C(10000000)

/* What a cut needs of room in a snapshot. */
#define CUT_ROOM (UINT64_C(1) << 20)

/* One that is being taken. */
struct taking {
	const struct limit_taking *common;
	struct ledger_limit *record;
	struct ledger_limit limit; /* as it was when it was taken */
	uint32_t index;            /* of its process's entry */
	char path[PATH_MAX];       /* of the snapshot */
};

static uint32_t text_add(struct ledger *ledger, const char *text)
{
	return ledger_string_add(ledger, text, strlen(text));
}

static void record_end(const struct taking *taking, enum limit_state state, const char *text)
{
	LEDGER_STORE(taking->record->text_ref, text_add(taking->common->ledger, text));
	atomic_store_explicit(&taking->record->state, state, memory_order_release);
}

/* All kinds, and nothing that would fail: it is to be looked at, as a dump. */
static struct options options_of(const struct taking *taking)
{
	struct options options = *taking->common->options;

	options.kinds = KIND_ALL & ~KINDS_MEMORY;
	options.children = CHILDREN_ALL;
	options.only_count = options.skip_count = 0;
	options.is_baseline_updated = false;
	return options;
}

/* Its session, by the file. */
static bool target_find(const struct taking *taking, struct live_target *ret_target)
{
	struct stat status;

	*ret_target = (struct live_target){ .ledger_fd = taking->common->ledger_fd };
	if (fstat(taking->common->ledger_fd, &status) < 0 ||
	    live_sessions_find(&ret_target->sessions) < 0)
		return false;
	for (size_t i = 0; i < ret_target->sessions.count; i++)
		if (ret_target->sessions.list[i].inode == status.st_ino)
			ret_target->session = &ret_target->sessions.list[i];
	return ret_target->session != NULL;
}

/* What has been looked at stays as it is: from here on there is time. */
static void step_back(const struct taking *taking)
{
	if (taking->common->steps_back)
		live_step_back();
}

/* Of a process that runs. False: it cannot be looked at. */
static bool report_live_try(const struct taking *taking, const struct options *options,
			    struct known *known, struct report *report)
{
	const struct live_wish wish = { .kinds = options->kinds,
					.is_full = true,
					.only_entry = taking->index + 1,
					.until_ns = taking->limit.at_ns,
					.until_fd = taking->limit.fd };
	struct judge_live live = { .seen = NULL };
	struct live_target target;
	struct live_look look;
	const char *why = NULL;
	bool is_made = false;

	if (target_find(taking, &target) &&
	    live_look(&look, target.session, taking->common->ledger_fd, &wish, &why) == 0) {
		step_back(taking);
		is_made = look.seen_count > 0 &&
			  live_look_judge(&target, &look, options, known, &live, true, report) == 0;
		live_look_free(&look);
	}
	live_sessions_free(&target.sessions);
	free(live.proofs);
	return is_made;
}

static uint32_t state_of(const struct taking *taking)
{
	const struct ledger_process *process =
		ledger_process_at(taking->common->ledger, taking->index);

	return process ? LEDGER_LOAD(process->state) : PROCESS_UNUSED;
}

static bool is_running(const struct taking *taking)
{
	uint32_t state = state_of(taking);

	return state == PROCESS_RUNNING || state == PROCESS_ENDING;
}

/* One that is about to end, or to execute a program, is so for a moment. */
static bool report_live_make(const struct taking *taking, const struct options *options,
			     struct known *known, struct report *report)
{
	static const struct timespec pause = { .tv_nsec = TRY_MS * 1000000L };

	for (int i = 0; i < TRIES_MOST && is_running(taking); i++) {
		if (report_live_try(taking, options, known, report))
			return true;
		(void)nanosleep(&pause, NULL); /* shorter is as well */
	}
	return false;
}

/*
 * Of one that has ended: what it left open. Or that cannot be looked at: what its record says.
 * Returns NULL, or what is wrong.
 */
static const char *report_ended_make(const struct taking *taking, const struct options *options,
				     struct known *known, struct report *report)
{
	struct snapshot snapshot;
	struct judge_context context = { .now_monotonic_ns =
						 clock_read_ns(clock_find(), CLOCK_MONOTONIC),
					 .options = options,
					 .known = known,
					 .only_entry = taking->index + 1,
					 .lists_all = true,
					 .ledger_fd = taking->common->ledger_fd };
	const char *why = "the ledger cannot be read";

	if (state_of(taking) == PROCESS_REPLACED)
		return "the process executed another program before it was looked at";
	if (snapshot_load_from(&snapshot, taking->common->ledger_fd, &why) < 0)
		return why;
	if (!snapshot_thaw(&snapshot, CUT_ROOM)) {
		why = "there is no memory for it";
	} else {
		live_cut(&snapshot, taking->index, taking->limit.at_ns, taking->limit.fd);
		snapshot_freeze(&snapshot);
		step_back(taking);
		if (judge_snapshot(report, &snapshot, &context, &why) == 0)
			why = NULL;
	}
	snapshot_unload(&snapshot);
	return why;
}

/* Write the snapshot's file. Returns NULL, or why there is none. */
static const char *file_write(const struct taking *taking)
{
	struct options options = options_of(taking);
	struct report *report = report_new();
	struct known known;
	bool is_knowing;
	const char *why = NULL;

	if (!report)
		return "there is no memory for it";
	is_knowing = knowledge_open(&known, &options, true) == 0;
	if (!report_live_make(taking, &options, is_knowing ? &known : NULL, report)) {
		report_free(report);
		report = report_new();
		why = report ? report_ended_make(taking, &options, is_knowing ? &known : NULL,
						 report)
			     : "there is no memory for it";
	}
	if (!why)
		why = outputs_write_snapshot(report, &options, taking->path);
	knowledge_close(&known);
	report_free(report);
	return why;
}

/* Returns NULL, or why there is no snapshot. */
static const char *record_take(struct taking *taking)
{
	const struct limit_taking *common = taking->common;
	struct snapshot snapshot;
	const char *why = NULL;

	/* Tools that processes start count in the ledger; the launcher trusts its own number. */
	if (atomic_fetch_add(&common->shared->taken, 1) >= TAKEN_MOST ||
	    atomic_fetch_add(&common->ledger->header->limits_taken, 1) >= TAKEN_MOST)
		return "64 were taken, and that is the most of a session";
	if (!limit_path_make(common, taking->index, taking->limit.mark, taking->path))
		return "its path is too long";
	if (snapshot_load_from(&snapshot, common->ledger_fd, &why) < 0)
		return why ? why : "the ledger cannot be read";
	limit_holders_write(&snapshot, taking->index, &taking->limit, taking->record);
	snapshot_unload(&snapshot);
	why = file_write(taking);
	if (!why)
		record_end(taking, LIMIT_KEPT, taking->path);
	return why;
}

static int record_finish(struct taking *taking)
{
	const struct limit_taking *common = taking->common;
	const char *command = common->options->at_limit, *why = record_take(taking);

	if (!why && command)
		limit_command_start(command, taking->path, &common->shared->commands);
	if (!why)
		return 0;
	record_end(taking, LIMIT_FAILED, why);
	return complain("no snapshot of process %u at %s of its descriptors: %s",
			limit_pid(common->ledger, taking->index),
			judge_mark_name(taking->limit.mark), why);
}

static bool is_taken(struct ledger_limit *record)
{
	uint32_t waits = LIMIT_WAITS;

	return record->mark < LIMIT_MARKS &&
	       atomic_compare_exchange_strong(&record->state, &waits, LIMIT_TAKEN);
}

static int process_take(const struct limit_taking *common, uint32_t index,
			const struct ledger_process *process)
{
	uint32_t ref = atomic_load_explicit(&process->limits_ref, memory_order_acquire);
	struct ledger_limit *records[LIMIT_LIST_MOST];
	size_t count = 0;
	int status = 0;

	while (count < LIMIT_LIST_MOST &&
	       (records[count] = ledger_at(common->ledger, ref, sizeof(**records))))
		ref = records[count++]->next_ref;
	while (count-- > 0) { /* the oldest first */
		struct taking taking = { .common = common,
					 .record = records[count],
					 .index = index };

		if (!is_taken(records[count]))
			continue;
		taking.limit = *records[count];
		if (taking.limit.fd < 0)
			taking.limit.at_ns += IN_FLIGHT_NS;
		if (taking.limit.mark < LIMIT_MARKS) /* still */
			status |= record_finish(&taking);
	}
	return status;
}

int limits_take(const struct limit_taking *taking)
{
	uint32_t count = ledger_process_count(taking->ledger);
	int status = 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct ledger_process *process = ledger_process_at(taking->ledger, i);

		if (process && LEDGER_LOAD(process->limits_ref))
			status |= process_take(taking, i, process);
	}
	return status;
}

static bool is_being_taken(struct ledger *ledger)
{
	uint32_t count = ledger_process_count(ledger);

	for (uint32_t i = 0; i < count; i++) {
		const struct ledger_process *process = ledger_process_at(ledger, i);
		uint32_t ref = process ? LEDGER_LOAD(process->limits_ref) : 0;
		const struct ledger_limit *record;

		for (int step = 0;
		     step < LIMIT_LIST_MOST && (record = ledger_at(ledger, ref, sizeof(*record)));
		     step++, ref = record->next_ref)
			if (LEDGER_LOAD(record->state) == LIMIT_TAKEN)
				return true;
	}
	return false;
}

void limits_settle(const struct limit_taking *taking)
{
	static const struct timespec step = { .tv_nsec = SETTLE_STEP_MS * 1000000L };

	if (LEDGER_LOAD(taking->ledger->header->bell) == 0)
		return;
	for (int ms = 0; ms < SETTLE_MS && (atomic_load(&taking->shared->commands) > 0 ||
					    is_being_taken(taking->ledger));
	     ms += SETTLE_STEP_MS)
		(void)nanosleep(&step, NULL); /* shorter is as well */
}

bool limits_begin(struct limit_taking *taking)
{
	void *shared = mmap(NULL, sizeof(*taking->shared), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	taking->shared = shared == MAP_FAILED ? NULL : shared;
	return taking->shared != NULL;
}

void limits_end(struct limit_taking *taking)
{
	if (taking->shared)
		(void)munmap(taking->shared, sizeof(*taking->shared));
	taking->shared = NULL;
}

void limits_finish(const char *path, int fd, const struct options *options)
{
	static struct ledger ledger; /* its table of windows is too large for a stack */
	struct limit_taking taking = {
		.options = options, .ledger = &ledger, .ledger_fd = fd, .path = path
	};
	struct ledger_header header;

	if (pread(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header) ||
	    LEDGER_LOAD(header.bell) == 0 || ledger_attach(&ledger, path) < 0)
		return;
	if (limits_begin(&taking)) {
		(void)limits_take(&taking); /* what failed has been told */
		limits_settle(&taking);
	}
	limits_end(&taking);
	ledger_detach(&ledger);
}
