/* SPDX-License-Identifier: MIT */
/*
 * C++ exceptions: where they are thrown and where they are caught. What lies
 * between is functions that were left without a return, and perhaps without
 * what they had opened.
 *
 * The real functions are called as the last thing, with the frame of ours gone:
 * what walks the stack, libstdc++ first, sees what it would see without us.
 *
 * A place that is new costs a record; a process has so many, and is not looked
 * at any more when they are used up. So a parser that throws all the time from
 * everywhere does not fill the ledger.
 */
#include <errno.h>
#include <unwind.h>

#include "ledger/walk.h"
#include "libc/cxx_runtime.h"
#include "record/record.h"
#include "shim/state.h"
#include "stack/capture.h"

#define THROWER(name)                                                        \
	extern __typeof__(name) name __attribute__((visibility("default"))); \
	CXXABI_1_3(name);
#include "libc/cxx_runtime.def"

/* Each throw takes one, and gets it back when the exception was one of those known. */
static _Atomic(int32_t) room = LEDGER_EXCEPTIONS_MAX;

static void throw_note(const void *thrown)
{
	self.thrown = 0;
	if (!shim_is_recording() || atomic_load_explicit(&room, memory_order_relaxed) <= 0)
		return;
	atomic_fetch_sub_explicit(&room, 1, memory_order_relaxed);
	self.thrown_stack_ref = capture_stack();
	self.thrown = self.thrown_stack_ref ? (uintptr_t)thrown : 0;
}

static struct ledger_exception *exception_find(uint32_t ref, uint32_t thrown_ref,
					       uint32_t caught_ref, uint32_t tid)
{
	struct ledger_walk walk = { 0 };
	struct ledger_exception *exception;

	while ((exception = ledger_at(&shim.ledger, ref, sizeof(*exception))) &&
	       walk_goes_on(&walk, ref)) {
		if (exception->thrown_stack_ref == thrown_ref &&
		    exception->caught_stack_ref == caught_ref && exception->tid == tid)
			return exception;
		ref = exception->next_ref;
	}
	return NULL;
}

static void exception_push(uint32_t first, uint32_t thrown_ref, uint32_t caught_ref, uint32_t tid)
{
	uint32_t ref = ledger_record_alloc(&shim.ledger, sizeof(struct ledger_exception));
	struct ledger_exception *exception = ledger_at(&shim.ledger, ref, sizeof(*exception));

	if (!exception)
		return;
	exception->thrown_stack_ref = thrown_ref;
	exception->caught_stack_ref = caught_ref;
	exception->tid = tid;
	LEDGER_STORE(exception->count, 1);
	LEDGER_STORE(exception->last_ns, ledger_now_ns(&shim.ledger));
	do
		exception->next_ref = first;
	while (!atomic_compare_exchange_weak_explicit(&shim.recorder.process->exceptions_ref,
						      &first, ref, memory_order_release,
						      memory_order_acquire));
}

static void exception_record(uint32_t thrown_ref, uint32_t caught_ref)
{
	uint32_t first =
		atomic_load_explicit(&shim.recorder.process->exceptions_ref, memory_order_acquire);
	uint32_t tid = thread_tid();
	struct ledger_exception *exception = exception_find(first, thrown_ref, caught_ref, tid);

	if (!exception) {
		exception_push(first, thrown_ref, caught_ref, tid);
		return;
	}
	LEDGER_COUNT(exception->count);
	LEDGER_STORE(exception->last_ns, ledger_now_ns(&shim.ledger));
	atomic_fetch_add_explicit(&room, 1, memory_order_relaxed);
}

/* The object that was thrown lies behind the unwinder's header. */
static void catch_note(const struct _Unwind_Exception *header)
{
	int saved_errno = errno;
	uint32_t caught_ref;

	if (self.thrown != (uintptr_t)(header + 1) || !shim_is_recording())
		return;
	self.thrown = 0;
	caught_ref = capture_stack();
	if (caught_ref)
		exception_record(self.thrown_stack_ref, caught_ref);
	errno = saved_errno;
}

void __cxa_throw(void *thrown, void *type, void (*destroy)(void *))
{
	__typeof__(__cxa_throw) *real =
		thrower_find(THROWER___cxa_throw, __builtin_return_address(0));

	throw_note(thrown);
	real(thrown, type, destroy);
}

void *__cxa_begin_catch(void *header)
{
	__typeof__(__cxa_begin_catch) *real =
		thrower_find(THROWER___cxa_begin_catch, __builtin_return_address(0));

	catch_note(header);
	return real(header);
}
