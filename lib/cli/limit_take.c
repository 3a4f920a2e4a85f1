/* SPDX-License-Identifier: MIT */
/* Takes what waits in a ledger: holders, snapshot, command. */
#include "cli/limit_take.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/knowledge.h"
#include "cli/limit_holders.h"
#include "cli/live.h"
#include "cli/outputs.h"
#include "live/settle.h"

/* Of a session: a fork of which each child meets a mark would fill the disk. */
#define TAKEN_MOST 64

/* A list that somebody has made a circle is followed so far. */
#define LIST_MOST 64

/* Who takes one needs so long at most, unless it has died over it. */
#define SETTLE_MS 5000
#define SETTLE_STEP_MS 10

/* Between two looks at one that cannot be looked at, and how many. */
#define TRY_MS 20
#define TRIES_MOST 50

/* What a cut needs of room in a snapshot. */
#define CUT_ROOM (UINT64_C(1) << 20)

static const char *const mark_words[] = { [LIMIT_80] = "80",
					  [LIMIT_90] = "90",
					  [LIMIT_95] = "95",
					  [LIMIT_EMFILE] = "EMFILE",
					  [LIMIT_ENFILE] = "ENFILE" };

/* One that is being taken. */
struct taking {
	const struct limit_taking *common;
	struct ledger_limit *record;
	struct ledger_limit limit; /* as it was when it was taken */
	uint32_t index;            /* of its process's entry */
	uint32_t pid;
	char path[PATH_MAX]; /* of the snapshot */
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

/* The folder of the snapshots, as it was named. */
static void folder_find(const struct limit_taking *common, char folder[PATH_MAX])
{
	const struct options *options = common->options;
	const char *json = options->json, *slash;

	if (options->snapshot_dir) {
		(void)snprintf(folder, PATH_MAX, "%s", options->snapshot_dir);
		return;
	}
	/* A file's name may be one of a terminal, or known at the end only. */
	if (!json || strcmp(json, "-") == 0 || strncmp(json, "/dev/", 5) == 0 ||
	    strncmp(json, "/proc/", 6) == 0)
		json = common->path;
	slash = strrchr(json, '/');
	if (slash && memchr(json, '%', (size_t)(slash - json)))
		slash = strrchr(json = common->path, '/');
	(void)snprintf(folder, PATH_MAX, "%.*s",
		       slash == json ? 1
		       : slash       ? (int)(slash - json)
				     : 1,
		       slash ? json : ".");
}

/* From the root on: whoever reads the path may be elsewhere. False: it is too long. */
static bool path_make(struct taking *taking)
{
	char folder[PATH_MAX], real[PATH_MAX], cwd[PATH_MAX];
	const char *start = "", *between = "";
	int length;

	folder_find(taking->common, folder);
	if (!realpath(folder, real)) { /* it is to be made */
		(void)snprintf(real, sizeof(real), "%s", folder);
		if (folder[0] != '/' && getcwd(cwd, sizeof(cwd))) {
			start = cwd;
			between = "/";
		}
	}
	length = snprintf(taking->path, sizeof(taking->path), "%s%s%s/unclosed-%u-%s.json", start,
			  between, strcmp(real, "/") == 0 ? "" : real, taking->pid,
			  mark_words[taking->limit.mark]);
	return length > 0 && (size_t)length < sizeof(taking->path);
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
		is_made = look.seen_count > 0 &&
			  live_look_judge(&target, &look, options, known, &live, true, report) == 0;
		live_look_free(&look);
	}
	live_sessions_free(&target.sessions);
	free(live.proofs);
	return is_made;
}

static bool has_ended(const struct taking *taking)
{
	const struct ledger_process *process =
		ledger_process_at(taking->common->ledger, taking->index);

	return !process || LEDGER_LOAD(process->state) > PROCESS_ENDING;
}

/* One that is about to end, or to execute a program, is so for a moment. */
static bool report_live_make(const struct taking *taking, const struct options *options,
			     struct known *known, struct report *report)
{
	static const struct timespec pause = { .tv_nsec = TRY_MS * 1000000L };

	for (int i = 0; i < TRIES_MOST && !has_ended(taking); i++) {
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

	if (snapshot_load_from(&snapshot, taking->common->ledger_fd, &why) < 0)
		return why;
	if (!snapshot_thaw(&snapshot, CUT_ROOM)) {
		why = "there is no memory for it";
	} else {
		live_cut(&snapshot, taking->index, taking->limit.at_ns, taking->limit.fd);
		snapshot_freeze(&snapshot);
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
	_Atomic(uint32_t) *taken =
		common->count ? common->count : &common->ledger->header->limits_taken;
	struct snapshot snapshot;
	const char *why = NULL;

	if (atomic_fetch_add(taken, 1) >= TAKEN_MOST)
		return "64 were taken, and that is the most of a session";
	if (!path_make(taking))
		return "its path is too long";
	if (snapshot_load_from(&snapshot, taking->common->ledger_fd, &why) < 0)
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
	const char *command = taking->common->options->at_limit;
	const char *why = record_take(taking);

	if (!why)
		return command ? limit_command_run(command, taking->path) : 0;
	record_end(taking, LIMIT_FAILED, why);
	return complain("no snapshot of process %u at %s%s of its descriptors: %s", taking->pid,
			mark_words[taking->limit.mark],
			taking->limit.mark < LIMIT_EMFILE ? " %" : "", why);
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
	struct ledger_limit *records[LIST_MOST];
	size_t count = 0;
	int status = 0;

	while (count < LIST_MOST &&
	       (records[count] = ledger_at(common->ledger, ref, sizeof(**records))))
		ref = records[count++]->next_ref;
	while (count-- > 0) { /* the oldest first */
		struct taking taking = { .common = common,
					 .record = records[count],
					 .index = index,
					 .pid = LEDGER_LOAD(process->pid) };

		if (!is_taken(records[count]))
			continue;
		taking.limit = *records[count];
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
		     step < LIST_MOST && (record = ledger_at(ledger, ref, sizeof(*record)));
		     step++, ref = record->next_ref)
			if (LEDGER_LOAD(record->state) == LIMIT_TAKEN)
				return true;
	}
	return false;
}

void limits_settle(struct ledger *ledger)
{
	static const struct timespec step = { .tv_nsec = SETTLE_STEP_MS * 1000000L };

	if (LEDGER_LOAD(ledger->header->bell) == 0)
		return;
	for (int ms = 0; ms < SETTLE_MS && is_being_taken(ledger); ms += SETTLE_STEP_MS)
		(void)nanosleep(&step, NULL); /* shorter is as well */
}

void limits_finish(const char *path, int fd, const struct options *options)
{
	static struct ledger ledger; /* its table of windows is too large for a stack */
	const struct limit_taking taking = {
		.options = options, .ledger = &ledger, .ledger_fd = fd, .path = path
	};
	struct ledger_header header;

	if (pread(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header) ||
	    LEDGER_LOAD(header.bell) == 0 || ledger_attach(&ledger, path) < 0)
		return;
	(void)limits_take(&taking); /* what failed has been told */
	limits_settle(&ledger);
	ledger_detach(&ledger);
}
