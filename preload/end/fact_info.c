/* SPDX-License-Identifier: MIT */
/*
 * What takes a descriptor to read: /proc/self/fdinfo/N, and the names of threads
 * that are still there. A helper process reads it all (helper_process.h). It has a copy of
 * the table: where that is full, it gives up its copy of one of the first three.
 */
#include <errno.h>
#include <string.h>

#include "base/kind_link.h"
#include "base/raw.h"
#include "base/text.h"
#include "end/facts.h"
#include "ledger/walk.h"
#include "process/helper_process.h"
#include "shim/names.h"
#include "shim/state.h"

#define INFO_BYTES 4000 /* as much as a string of the ledger holds */

static bool needs_info(const struct ledger_fact *fact)
{
	return KINDS_WITH_INFO & KIND_BIT(fact->kind) && fact_is_asked(fact->kind);
}

static uint32_t opener_of(const struct ledger_fact *fact)
{
	const struct ledger_slot *slot =
		ledger_slot_at(&shim.ledger, shim.recorder.table, fact->fd, false);

	return slot ? LEDGER_LOAD(slot->opened_tid) : 0;
}

/* Another thread, and still there, as far as its id tells. */
static bool needs_name(const struct ledger_fact *fact)
{
	return fact->has & HAS_THREAD && !(fact->has & HAS_THREAD_ENDED) &&
	       opener_of(fact) != thread_tid();
}

static struct ledger_fact *fact_at(uint32_t ref)
{
	return ledger_at(&shim.ledger, ref, sizeof(struct ledger_fact));
}

static long file_open(const char *path)
{
	long fd = raw4(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);

	for (int given_up = 2; fd == -EMFILE && given_up >= 0; given_up--)
		if (!raw_failed(raw1(SYS_close, given_up)))
			fd = raw4(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	return fd;
}

/* A whole small file of /proc as a string of the ledger; 0 when it cannot be read. */
static uint32_t file_read(const char *path)
{
	char text[INFO_BYTES];
	long fd = file_open(path), length = 0, got;

	if (raw_failed(fd))
		return 0;
	while (length < INFO_BYTES &&
	       (got = raw3(SYS_read, fd, text + length, INFO_BYTES - length)) > 0)
		length += got;
	(void)raw1(SYS_close, fd); /* was only read */
	return length ? ledger_string_add(&shim.ledger, text, (size_t)length) : 0;
}

/* "/proc/self" is the helper process: it has copies of our descriptors. */
static void info_read(struct ledger_fact *fact)
{
	char path[40];
	struct text text;

	text_init(&text, path, sizeof(path));
	text_add(&text, "/proc/self/fdinfo/");
	text_add_number(&text, (uint64_t)fact->fd);
	fact->info_ref = file_read(path);
}

struct reading {
	bool has_proc;
	struct peer_questions peers;
	uint32_t pid; /* ours, where /proc speaks of it by the same number; else 0 */
	uint32_t tid; /* whose name was read last */
	uint32_t name_ref;
};

static void name_read(struct ledger_fact *fact, struct reading *reading)
{
	uint32_t tid = opener_of(fact);
	char path[64];
	struct text text;

	if (tid != reading->tid) {
		text_init(&text, path, sizeof(path));
		text_add(&text, "/proc/");
		text_add_number(&text, reading->pid);
		text_add(&text, "/task/");
		text_add_number(&text, tid);
		text_add(&text, "/comm");
		reading->tid = tid;
		reading->name_ref = file_read(path);
	}
	if (reading->name_ref)
		fact->thread_ref = reading->name_ref;
}

static void all_read(void *data)
{
	struct reading *reading = data;
	uint32_t ref = LEDGER_LOAD(shim.recorder.process->facts_ref);
	struct ledger_walk walk = { 0 };
	struct ledger_fact *fact;

	for (; (fact = fact_at(ref)) && walk_goes_on(&walk, ref); ref = fact->next_ref) {
		if (reading->has_proc && needs_info(fact))
			info_read(fact);
		if (fact_needs_peer(fact))
			fact_read_peer(&reading->peers, fact);
		if (reading->pid && needs_name(fact))
			name_read(fact, reading);
	}
}

/* Is there a /proc? *ret_pid is our number in it, 0 where it was mounted for another name space. */
static bool proc_look(uint32_t *ret_pid)
{
	char target[16];
	long length = raw4(SYS_readlinkat, AT_FDCWD, "/proc/self", target, sizeof(target));
	uint64_t pid;

	if (raw_failed(length))
		return false;
	*ret_pid = text_parse_number(target, (size_t)length, &pid) && (long)pid == raw0(SYS_getpid)
			   ? (uint32_t)pid
			   : 0;
	return true;
}

void facts_read_apart(void)
{
	struct reading reading = { 0 };
	uint32_t ref = LEDGER_LOAD(shim.recorder.process->facts_ref);
	struct ledger_walk walk = { 0 };
	const struct ledger_fact *fact;
	bool is_needed = false;

	for (; (fact = fact_at(ref)) && !is_needed && walk_goes_on(&walk, ref); ref = fact->next_ref)
		is_needed = needs_info(fact) || needs_name(fact) || fact_needs_peer(fact);
	if (!is_needed)
		return;
	reading.has_proc = proc_look(&reading.pid);
	(void)apart_run(all_read, &reading); /* without it the report says less */
}
