/* SPDX-License-Identifier: MIT */
/*
 * Who may be given back here is gone: its end was recorded, and its number is nobody's, or
 * a dead one's, by the kernel's word, or a wait of ours had it. And nobody else looks for it:
 *
 *  - our child, unless a thread of ours is in a wait, or about what it was told there
 *    (struct ledger_process, waiting). One thread sweeps at a time;
 *  - a child of one of those that is gone as well. Who waits for it in our place, a
 *    subreaper, leaves entries alone that have ended (calls/wait.c);
 *  - what an uncovered process started, by one process of the session at a time.
 *
 * Who dies over it leaves the mark behind that it sweeps: no more is given back by
 * itself or, of the last kind, by the others. What has to be right is so by give_back.c.
 */
#include "record/sweep.h"

#include <errno.h>
#include <sys/uio.h>

#include "base/raw.h"
#include "shim/state.h"

/* Entries looked at, and pages without any, for each process that begins. */
#define LOOKED_AT 12

/* The latest entries have hardly ended. */
#define LATEST 8

/* Questions to the kernel. */
#define ASKED 4

#define ZOMBIE_NS UINT64_C(1000000000)

/* Generations that are gone. */
#define GENERATIONS_MAX 8

struct sweep {
	uint32_t parent; /* our entry, or the one that our like were announced by */
	uint32_t ppid;   /* of strays: their parent's number, as they see it; 0: children of ours */
	unsigned int asked;
};

static uint32_t state_of(const struct ledger_process *process)
{
	return atomic_load_explicit(&process->state, memory_order_acquire);
}

/*
 * Has it died with nobody to reap it, as in a container whose first process does not? It
 * has no memory then. A first thread that went before the others has none either: they are
 * given the time to come to their end.
 */
static bool is_zombie(const struct ledger_process *process, uint32_t pid)
{
	uint64_t ended_ns = LEDGER_LOAD(process->ended_ns);
	struct iovec here = { &(char){ 0 }, 1 }, there = { NULL, 1 };

	return ledger_now_ns(&shim.ledger) > ended_ns + ZOMBIE_NS &&
	       raw6(SYS_process_vm_readv, pid, (long)&here, 1, (long)&there, 1, 0) == -ESRCH;
}

static bool is_gone(struct sweep *sweep, const struct ledger_process *process, bool is_child)
{
	uint32_t pid = LEDGER_LOAD(process->pid);
	long result;

	if (LEDGER_LOAD(process->waited) & PROCESS_WAITED)
		return true;
	if (pid == 0 || sweep->asked++ >= ASKED)
		return false;
	result = raw2(SYS_kill, pid, 0);
	return result == -ESRCH || (result == 0 && !is_child && is_zombie(process, pid));
}

/* The latest image of the process that had this one. */
static uint32_t latest_image(uint32_t index)
{
	const struct ledger_process *process = ledger_process_at(&shim.ledger, index);

	for (unsigned int i = 0;
	     process && state_of(process) == PROCESS_REPLACED && i < GENERATIONS_MAX; i++) {
		index = LEDGER_LOAD(process->successor) - 1;
		process = ledger_process_at(&shim.ledger, index);
	}
	return index;
}

static const struct ledger_process *first_image(const struct ledger_process *process,
						uint32_t *index)
{
	for (unsigned int i = 0; process && process->origin == ORIGIN_EXEC && i < GENERATIONS_MAX &&
				 process->exec_of < *index;
	     i++) {
		*index = process->exec_of;
		process = ledger_process_at(&shim.ledger, *index);
	}
	return process;
}

/* Of two strays: have they the same parent? Its number alone may be another's in another namespace.
 */
static bool is_our_like(const struct sweep *sweep, const struct ledger_process *first)
{
	return sweep->ppid && first->origin == ORIGIN_STRAY && first->ppid == sweep->ppid &&
	       first->parent == sweep->parent;
}

enum kinship { KINSHIP_NONE, KINSHIP_CHILD, KINSHIP_ORPHAN };

/* Is it a child of ours? Or did those who made it go, up to one that is ours to look after? */
static enum kinship kinship_of(struct sweep *sweep, const struct ledger_process *process,
			       uint32_t index)
{
	for (unsigned int i = 0; process && i < GENERATIONS_MAX; i++) {
		process = first_image(process, &index);
		if (process && is_our_like(sweep, process))
			return KINSHIP_ORPHAN;
		if (!process || process->origin == ORIGIN_STRAY || process->parent >= index)
			return KINSHIP_NONE;
		index = latest_image(process->parent);
		if (!sweep->ppid && index == sweep->parent)
			return i == 0 ? KINSHIP_CHILD : KINSHIP_ORPHAN;
		process = ledger_process_at(&shim.ledger, index);
		if (!process ||
		    (state_of(process) != PROCESS_ENDED &&
		     !(LEDGER_LOAD(process->waited) & PROCESS_WAITED)) ||
		    !is_gone(sweep, process, false))
			return KINSHIP_NONE;
	}
	return KINSHIP_NONE;
}

/* Has every wait of ours come to its end since the process was found gone? */
static bool nobody_waits(const struct sweep *sweep)
{
	return sweep->ppid || atomic_load(&shim.recorder.process->waiting) == WAITING_SWEEPS;
}

static bool entry_look(struct sweep *sweep, struct ledger_process *process, uint32_t index)
{
	enum kinship kinship;

	if (!process || state_of(process) != PROCESS_ENDED || LEDGER_LOAD(process->holders) != 0)
		return false;
	kinship = kinship_of(sweep, process, index);
	return kinship != KINSHIP_NONE && is_gone(sweep, process, kinship == KINSHIP_CHILD) &&
	       nobody_waits(sweep) && ledger_give_back(&shim.ledger, index, process->parent);
}

/* And who was kept for it alone. */
static void line_look(struct sweep *sweep, struct ledger_process *process, uint32_t index)
{
	for (unsigned int i = 0; i < GENERATIONS_MAX; i++) {
		uint32_t parent = process->parent;

		if (!entry_look(sweep, process, index) || parent >= index)
			return;
		index = latest_image(parent);
		process = ledger_process_at(&shim.ledger, index);
		if (!process)
			return;
	}
}

/* From entry `next` on. Returns where to go on; `first` after the last one. */
static uint32_t entries_look(struct sweep *sweep, uint32_t next, uint32_t first)
{
	uint32_t count = ledger_process_count(&shim.ledger);

	if (next < first)
		next = first;
	for (unsigned int i = 0; i < LOOKED_AT && sweep->asked < ASKED; i++) {
		struct ledger_process *process;

		if (count < LATEST || next >= count - LATEST)
			return first;
		process = ledger_process_at(&shim.ledger, next);
		if (process)
			line_look(sweep, process, next);
		next = process ? next + 1
			       : (next / LEDGER_PROCESSES_PER_PAGE + 1) * LEDGER_PROCESSES_PER_PAGE;
	}
	return next;
}

void sweep_children(void)
{
	struct ledger_process *process = shim.recorder.process;
	struct sweep sweep = { .parent = shim.recorder.process_index };
	uint32_t nobody = 0, first = sweep.parent;

	if (!shim_may_call_kernel() || shim.ledger.header->keeps_all ||
	    !atomic_compare_exchange_strong(&process->waiting, &nobody, WAITING_SWEEPS))
		return;
	(void)first_image(process, &first);
	LEDGER_STORE(process->swept, entries_look(&sweep, LEDGER_LOAD(process->swept), first + 1));
	(void)atomic_fetch_and(&process->waiting, ~WAITING_SWEEPS);
}

void sweep_strays(void)
{
	const struct ledger_process *process = shim.recorder.process;
	struct ledger_header *header = shim.ledger.header;
	struct sweep sweep = { .parent = process->parent, .ppid = process->ppid };
	uint32_t nobody = 0;

	if (process->origin != ORIGIN_STRAY || !sweep.ppid || header->keeps_all ||
	    !atomic_compare_exchange_strong(&header->strays_sweep, &nobody, 1))
		return;
	LEDGER_STORE(header->strays_swept,
		     entries_look(&sweep, LEDGER_LOAD(header->strays_swept), sweep.parent + 1));
	atomic_store(&header->strays_sweep, 0);
}
