/* SPDX-License-Identifier: MIT */
/* Who opened a descriptor, and what it was made of, as far as the kernel still knows. */
#include <errno.h>
#include <linux/kcmp.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/raw.h"
#include "end/facts.h"
#include "shim/state.h"
#include "shim/threads.h"

/* Opened by this image of this process: its threads are ours. */
static bool is_of_this_image(const struct descriptor_view *view)
{
	return view->origin == DESCRIPTOR_OWN && view->slot && !view->is_before &&
	       view->process == shim.recorder.process_index;
}

static uint32_t own_name(void)
{
	char name[17] = "";

	if (raw_failed(raw5(SYS_prctl, PR_GET_NAME, name, 0, 0, 0)))
		return 0;
	return ledger_string_add(&shim.ledger, name, strlen(name));
}

void fact_read_opener(const struct descriptor_view *view, struct ledger_fact *fact)
{
	uint32_t tid;

	if (!is_of_this_image(view))
		return;
	tid = LEDGER_LOAD(view->slot->opened_tid);
	if (tid == 0)
		return;
	fact->has |= HAS_THREAD;
	if (tid == thread_tid()) {
		fact->thread_ref = own_name();
		return;
	}
	/* That there is such a thread does not prove that it is the same; that there is none does.
	 */
	if (raw3(SYS_tgkill, raw0(SYS_getpid), tid, 0) == -ESRCH)
		fact->has |= HAS_THREAD_ENDED;
	fact->thread_ref = thread_name_noted(tid, LEDGER_LOAD(view->slot->opened_ns));
}

void fact_read_original(const struct descriptor_view *view, struct ledger_fact *fact)
{
	uint32_t number;
	long pid;

	if (!is_of_this_image(view) || !(LEDGER_LOAD(view->slot->facts) & FACT_DUP))
		return;
	number = LEDGER_LOAD(view->slot->peer_or_dup);
	pid = raw0(SYS_getpid);
	if (number == 0 || number > INT32_MAX || (int)number - 1 == fact->fd ||
	    raw5(SYS_kcmp, pid, pid, KCMP_FILE, fact->fd, number - 1) != 0)
		return;
	fact->same_fd = (int32_t)number - 1;
	fact->has |= HAS_SAME;
}
