/* SPDX-License-Identifier: MIT */
/*
 * Who may answer to an entry that was announced. An exec keeps the number of its process
 * and the namespace of that number. posix_spawn() and its like tell the child's number
 * after the child has begun; until then its parent's number is known.
 */
#include "record/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>

#include "base/raw.h"
#include "shim/state.h"

/*
 * Numbers below are used again in each new namespace, and once only in each:
 * RESERVED_PIDS, kernel/pid.c. Above, the same number in two namespaces by which one
 * index went is taken for one process.
 */
#define NUMBERS_OF_ALL 300

/* Entries before and behind the announced one. */
#define ALIKE_FAR 64

/* The namespace of our number, where that may matter; 0: it does not, or is not known. */
static uint32_t namespace_of(uint32_t number)
{
	struct stat status;

	if (number >= NUMBERS_OF_ALL ||
	    raw_failed(raw4(SYS_newfstatat, AT_FDCWD, "/proc/self/ns/pid", &status, 0)))
		return 0;
	return (uint32_t)status.st_ino;
}

/* The number that others know is the one to keep: in a new namespace ours is another. */
static void number_store(struct ledger_process *entry, uint32_t number)
{
	uint32_t none = 0;

	LEDGER_STORE(entry->self_pid, number);
	LEDGER_STORE(entry->pid_namespace, namespace_of(number));
	(void)atomic_compare_exchange_strong(&entry->pid, &none, number);
}

void identity_announce(struct ledger_process *entry, bool is_this_process)
{
	uint32_t number;

	if (!shim_may_call_kernel())
		return;
	number = (uint32_t)raw0(SYS_getpid);
	if (!is_this_process) {
		entry->announcer_pid = number;
		return;
	}
	number_store(entry, number);
}

static bool is_number(struct ledger_process *entry, uint32_t number)
{
	uint32_t in_namespace = LEDGER_LOAD(entry->pid_namespace);
	uint32_t ours = in_namespace ? namespace_of(number) : 0;

	return LEDGER_LOAD(entry->self_pid) == number && (ours == 0 || ours == in_namespace);
}

/* Do we run the very program that was announced? */
static bool is_target(const struct ledger_process *entry)
{
	const struct ledger_string *target =
		ledger_string_at(&shim.ledger, LEDGER_LOAD(entry->target_ref));
	struct stat announced, own;

	return target && target->bytes[0] == '/' &&
	       !raw_failed(raw4(SYS_newfstatat, AT_FDCWD, target->bytes, &announced, 0)) &&
	       !raw_failed(raw4(SYS_newfstatat, AT_FDCWD, "/proc/self/exe", &own, 0)) &&
	       announced.st_dev == own.st_dev && announced.st_ino == own.st_ino;
}

static bool is_shell(const struct ledger_process *entry)
{
	const struct ledger_string *target =
		ledger_string_at(&shim.ledger, LEDGER_LOAD(entry->target_ref));

	return target && strcmp(target->bytes, "/bin/sh") == 0;
}

/* Of posix_spawn() and its like. */
static bool is_child_announced(struct ledger_process *entry, uint32_t number)
{
	uint32_t parent = (uint32_t)raw0(SYS_getppid), told;

	/* The parent is outside of our namespace, and knows us by another number. */
	if (parent == 0)
		return true;
	told = atomic_load(&entry->pid);
	if (told != 0)
		return told == number;
	/*
	 * system() and popen() never tell it. Their caller may be gone, or a zombie by now: then it
	 * is who runs what was announced, and no child of that one, which has its environment. A
	 * script that posix_spawn() started is run by its interpreter.
	 */
	if (parent == entry->announcer_pid || is_target(entry))
		return true;
	return !is_shell(entry) && raw2(SYS_kill, entry->announcer_pid, 0) == -ESRCH;
}

static bool is_answered_by_us(struct ledger_process *entry)
{
	uint32_t number = (uint32_t)raw0(SYS_getpid), none = 0;

	if (LEDGER_LOAD(entry->self_pid) != 0)
		return is_number(entry, number);
	/* Announced where the kernel could not be asked. */
	if (entry->announcer_pid == 0)
		return true;
	if (!is_child_announced(entry, number) ||
	    !atomic_compare_exchange_strong(&entry->self_pid, &none, number))
		return false;
	/* The parent may have told the number meanwhile; when it comes later, it looks at ours. */
	entry->ppid = (uint32_t)raw0(SYS_getppid);
	if (is_child_announced(entry, number))
		return true;
	atomic_store(&entry->self_pid, 0);
	return false;
}

/* Another program was executed in the process of `before`, by a call that was not seen. */
static void image_follow(struct ledger_process *before, uint32_t before_index,
			 struct ledger_process *process, uint32_t index)
{
	uint32_t table_ref = LEDGER_LOAD(before->table_ref);
	struct ledger_table *table = ledger_table_at(&shim.ledger, table_ref);

	process->origin = ORIGIN_EXEC;
	process->exec_of = before_index;
	process->parent = before->parent;
	process->pid = LEDGER_LOAD(before->pid);
	LEDGER_COUNT(before->holders);
	if (table)
		process->table_ref = ledger_table_new(&shim.ledger, LINK_EXEC, table_ref,
						      ledger_table_tick(table), index);
	ledger_process_replaced(&shim.ledger, before, index);
}

static bool entry_take(struct ledger_process *entry)
{
	uint32_t state = PROCESS_EXPECTED;

	return entry && LEDGER_LOAD(entry->state) == PROCESS_EXPECTED && is_answered_by_us(entry) &&
	       atomic_compare_exchange_strong(&entry->state, &state, PROCESS_RUNNING);
}

/*
 * Two threads that are in system() or popen() at once swap one `environ`: both shells may have
 * got the index of one. They are alike: each takes the entry that is left.
 */
static bool is_alike(const struct ledger_process *entry, const struct ledger_process *other)
{
	return other && other->origin == ORIGIN_SPAWN && other->parent == entry->parent &&
	       other->announcer_pid == entry->announcer_pid && LEDGER_LOAD(other->pid) == 0;
}

static bool alike_take(const struct ledger_process *entry, uint32_t announced, uint32_t *ret_index)
{
	uint32_t first = announced < ALIKE_FAR ? 0 : announced - ALIKE_FAR;

	if (!entry || entry->origin != ORIGIN_SPAWN ||
	    entry->announcer_pid != (uint32_t)raw0(SYS_getppid))
		return false;
	for (uint32_t i = first; i < announced + ALIKE_FAR; i++) {
		struct ledger_process *other =
			i != announced ? ledger_process_at(&shim.ledger, i) : NULL;

		if (is_alike(entry, other) && is_target(other) && entry_take(other)) {
			*ret_index = i;
			return true;
		}
	}
	return false;
}

bool identity_take(uint32_t announced, uint32_t *ret_index)
{
	struct ledger_process *entry = ledger_process_at(&shim.ledger, announced), *process;

	*ret_index = announced;
	if (entry_take(entry) || alike_take(entry, announced, ret_index))
		return true;
	process = ledger_process_new(&shim.ledger, ret_index);
	if (!process)
		return false;
	process->origin = ORIGIN_STRAY;
	process->parent = announced;
	if (entry && LEDGER_LOAD(entry->state) == PROCESS_RUNNING &&
	    is_number(entry, (uint32_t)raw0(SYS_getpid)))
		image_follow(entry, announced, process, *ret_index);
	return true;
}

void identity_introduce(struct ledger_process *process)
{
	shim.pid = (uint32_t)raw0(SYS_getpid);
	number_store(process, shim.pid);
}

void identity_settle(uint32_t index, pid_t pid)
{
	struct ledger_process *entry = ledger_process_at(&shim.ledger, index), *missing;
	uint32_t answered, missing_index;

	if (!entry)
		return;
	atomic_store(&entry->pid, (uint32_t)pid);
	answered = atomic_load(&entry->self_pid);
	/* In a namespace of its own it has another number, and no parent. */
	if (answered == 0 || answered == (uint32_t)pid || entry->ppid == 0)
		return;
	if (atomic_load(&entry->state) == PROCESS_EXPECTED)
		return; /* who tries has seen the number, or will */
	missing = ledger_process_new(&shim.ledger, &missing_index);
	if (!missing) {
		ledger_lose(&shim.ledger, LOSS_PROCESSES);
		return;
	}
	missing->origin = entry->origin;
	missing->parent = entry->parent;
	missing->ppid = shim.recorder.process->pid;
	missing->uid = entry->uid;
	missing->target_ref = LEDGER_LOAD(entry->target_ref);
	missing->pid = (uint32_t)pid;
	entry->origin = ORIGIN_STRAY;
	entry->parent = missing_index;
	atomic_store_explicit(&missing->state, PROCESS_EXPECTED, memory_order_release);
}
