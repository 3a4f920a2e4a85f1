/* SPDX-License-Identifier: MIT */
/* Other processes that run our code: in our memory, told by their pids, or in a copy of it. */
#include "record/guest.h"

#include <errno.h>
#include <linux/kcmp.h>
#include <sys/mman.h>

#include "base/raw.h"

/* The smallest page: the kernel rounds up. */
#define MARK_SIZE 4096

static void memory_mark(void)
{
	atomic_store_explicit(shim.wiped_mark, 1, memory_order_relaxed);
	atomic_store_explicit(&shim.memory_mark, shim.wiped_mark, memory_order_relaxed);
}

void guest_init(void)
{
	long place = raw6(SYS_mmap, 0, MARK_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (raw_failed(place))
		return;
	/* Not before Linux 4.14, and not everywhere that pretends to be one. */
	if (raw_failed(raw3(SYS_madvise, place, MARK_SIZE, MADV_WIPEONFORK))) {
		(void)raw2(SYS_munmap, place, MARK_SIZE); /* it is ours */
		return;
	}
	shim.wiped_mark = (_Atomic(uint32_t) *)place;
	memory_mark();
}

static bool is_due(void)
{
	return atomic_load_explicit(&shim.memory_mark, memory_order_relaxed) == &shim.due_mark;
}

void guest_prepare_fork(void)
{
	if (is_due())
		memory_mark();
}

void guest_child_begins(void)
{
	if (shim.wiped_mark)
		atomic_store_explicit(&shim.memory_mark, &shim.due_mark, memory_order_relaxed);
}

bool guest_child_has_begun(void)
{
	return is_due() || (shim.wiped_mark &&
			    atomic_load_explicit(shim.wiped_mark, memory_order_relaxed) != 0);
}

/*
 * A signal handler may come between an announced fork and its handler in the child. A child
 * that shares its parent's table behind libc, and may not ask, is taken for one that has a copy.
 */
void guest_settle(void)
{
	bool has_parents_table = false, is_child = !is_due();

	if (is_child && self.fork_index == 0 && shim.pid && shim_may_call_kernel())
		has_parents_table =
			raw5(SYS_kcmp, shim.pid, raw0(SYS_getpid), KCMP_FILES, 0, 0) == 0;
	memory_mark();
	if (is_child)
		shim.adopt(has_parents_table);
}

void guest_expect(void)
{
	shim.has_guests = true;
	/* It may write to our records when we are gone. */
	if (shim_is_recording())
		atomic_fetch_or_explicit(&shim.recorder.process->holders, HOLDERS_NAMED,
					 memory_order_relaxed);
}

/*
 * The kernel's word is the last: an emulated one may take MADV_WIPEONFORK and do nothing. What a
 * copy has opened and closed by then is in our record, and that is said. Where the kernel does not
 * tell, the mark counts; without one it is our memory, and that is said.
 */
static bool is_in_our_memory(long caller)
{
	long result = raw5(SYS_kcmp, shim.pid, caller, KCMP_VM, 0, 0);
	bool is_marked = shim.wiped_mark && !is_due();

	if (result == 0)
		return true;
	if (raw_failed(result) ? !is_marked || result == -ENOSYS : !is_due())
		LEDGER_STORE(shim.recorder.process->not_followed, 1);
	return raw_failed(result);
}

bool guest_is_calling(void)
{
	long caller;

	if (!is_due()) /* the end of a child that has recorded nothing is to cost no page */
		guest_find();
	if (!shim.pid || !shim_may_call_kernel())
		return false;
	caller = raw0(SYS_getpid);
	if (caller == (long)shim.pid)
		return false;
	if (is_in_our_memory(caller))
		return true;
	if (shim.wiped_mark)
		memory_mark();
	shim.adopt(false);
	return false;
}
