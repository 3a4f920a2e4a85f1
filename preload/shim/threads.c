/* SPDX-License-Identifier: MIT */
/* The names of threads, written into the ledger, and a thread's id, asked of the kernel. */
#include "shim/threads.h"

#include <string.h>
#include <sys/prctl.h>

#include "base/raw.h"
#include "shim/state.h"

#define NAME_BYTES (LEDGER_NAME_WORDS * sizeof(uint64_t))

/* How many threads of a process have their names written down. */
static struct {
	_Atomic(uint32_t) process; /* index of its entry + 1: a forked child begins again */
	_Atomic(uint32_t) count;
	_Atomic(uint64_t) full_ns; /* from when on threads are no longer noted; 0: all are */
} noted;

static struct ledger_thread *threads_at(bool is_create)
{
	return ledger_made_at(&shim.ledger, &shim.recorder.process->threads_ref,
			      LEDGER_THREADS * sizeof(struct ledger_thread), is_create);
}

/* A place for one more name; NULL: there are enough. */
static struct ledger_thread *thread_new(void)
{
	struct ledger_thread *threads;
	uint32_t number;

	if (atomic_load_explicit(&noted.process, memory_order_relaxed) !=
	    shim.recorder.process_index + 1) {
		atomic_store_explicit(&noted.count, 0, memory_order_relaxed);
		atomic_store_explicit(&noted.full_ns, 0, memory_order_relaxed);
		atomic_store_explicit(&noted.process, shim.recorder.process_index + 1,
				      memory_order_relaxed);
	}
	if (atomic_load_explicit(&noted.count, memory_order_relaxed) >= LEDGER_THREADS)
		return NULL;
	number = atomic_fetch_add_explicit(&noted.count, 1, memory_order_relaxed);
	if (number == LEDGER_THREADS - 1)
		atomic_store_explicit(&noted.full_ns, ledger_now_ns(&shim.ledger),
				      memory_order_relaxed);
	threads = number < LEDGER_THREADS ? threads_at(true) : NULL;
	return threads ? &threads[number] : NULL;
}

void thread_name_note(uint32_t tid)
{
	uint64_t name[LEDGER_NAME_WORDS] = { 0 };
	struct ledger_thread *thread;

	if (tid == atomic_load_explicit(&shim.recorder.process->pid, memory_order_relaxed))
		return;
	thread = thread_new();
	if (!thread || raw_failed(raw5(SYS_prctl, PR_GET_NAME, name, 0, 0, 0)))
		return; /* a name less */
	for (unsigned int i = 0; i < LEDGER_NAME_WORDS; i++)
		atomic_store_explicit(&thread->name[i], name[i], memory_order_relaxed);
	atomic_store_explicit(&thread->tid, tid, memory_order_release);
}

/* The latest that had the id: it may have been given away again. */
static const struct ledger_thread *thread_find(uint32_t tid)
{
	const struct ledger_thread *threads = threads_at(false);

	for (unsigned int i = LEDGER_THREADS; threads && i-- > 0;)
		if (atomic_load_explicit(&threads[i].tid, memory_order_acquire) == tid)
			return &threads[i];
	return NULL;
}

/* Is the thread that opened something then among those that were noted? Ids are used again. */
static bool was_noted(uint64_t opened_ns)
{
	uint64_t full_ns = atomic_load_explicit(&noted.full_ns, memory_order_relaxed);

	return full_ns == 0 || opened_ns <= full_ns;
}

uint32_t thread_name_noted(uint32_t tid, uint64_t opened_ns)
{
	const struct ledger_thread *thread = was_noted(opened_ns) ? thread_find(tid) : NULL;
	uint64_t words[LEDGER_NAME_WORDS];
	char name[NAME_BYTES + 1] = "";

	if (!thread)
		return 0;
	for (unsigned int i = 0; i < LEDGER_NAME_WORDS; i++)
		words[i] = atomic_load_explicit(&thread->name[i], memory_order_relaxed);
	memcpy(name, words, NAME_BYTES);
	return *name ? ledger_name_add(&shim.ledger, name, strlen(name)) : 0;
}

uint32_t thread_tid_ask(void)
{
	if (shim_may_call_kernel()) {
		self.tid = (uint32_t)raw0(SYS_gettid);
		thread_name_note(self.tid);
	}
	return self.tid;
}
