/* SPDX-License-Identifier: MIT */
#include "threads.h"

#include <string.h>
#include <sys/prctl.h>

#include "base/raw.h"
#include "state.h"

#define NAME_BYTES (LEDGER_NAME_WORDS * sizeof(uint64_t))

static struct ledger_thread *thread_at(uint32_t tid, bool is_create)
{
	struct ledger_thread *threads =
		ledger_made_at(&shim.ledger, &shim.process->threads_ref,
			       LEDGER_THREADS * sizeof(*threads), is_create);

	return threads ? threads + tid % LEDGER_THREADS : NULL;
}

void thread_name_note(uint32_t tid)
{
	uint64_t name[LEDGER_NAME_WORDS] = { 0 };
	struct ledger_thread *thread;

	if (tid == atomic_load_explicit(&shim.process->pid, memory_order_relaxed) ||
	    raw_failed(raw5(SYS_prctl, PR_GET_NAME, name, 0, 0, 0)))
		return;
	thread = thread_at(tid, true);
	if (!thread)
		return; /* a name less */
	atomic_store_explicit(&thread->tid, 0, memory_order_relaxed);
	for (unsigned int i = 0; i < LEDGER_NAME_WORDS; i++)
		atomic_store_explicit(&thread->name[i], name[i], memory_order_release);
	atomic_store_explicit(&thread->tid, tid, memory_order_release);
}

uint32_t thread_name_noted(uint32_t tid)
{
	const struct ledger_thread *thread = thread_at(tid, false);
	uint64_t words[LEDGER_NAME_WORDS];
	char name[NAME_BYTES + 1] = "";

	if (!thread || atomic_load_explicit(&thread->tid, memory_order_acquire) != tid)
		return 0;
	for (unsigned int i = 0; i < LEDGER_NAME_WORDS; i++)
		words[i] = atomic_load_explicit(&thread->name[i], memory_order_relaxed);
	memcpy(name, words, NAME_BYTES);
	return *name ? ledger_string_add(&shim.ledger, name, strlen(name)) : 0;
}
