/* SPDX-License-Identifier: MIT */
/* The table of runtimes, and what is the same for all of them: which one counts, texts kept. */
#include "stack/runtime.h"

#include <errno.h>
#include <string.h>

#include "libc/objects.h"
#include "shim/state.h"

#define TEXT_SIZE 4001 /* what a string of the ledger holds, and '\0' */

OF_EVERY_PROCESS _Atomic(uint32_t) runtimes_met;

static const struct runtime *const runtimes[RUNTIME_COUNT] = {
#define RUNTIME(name, language, title) [RUNTIME_##name] = &runtime_##name,
#include "base/runtimes.def"
#undef RUNTIME
};

static_assert(RUNTIME_COUNT <= 32, "a bit for each");

/* Texts made before: key of native stack and frames → reference. */
struct remembered {
	ledger_u64 check; /* key ^ ref: two stores, and whoever reads half of each sees no match */
	ledger_u64 ref;
};

#define REMEMBERED_BITS 11

static struct remembered remembered[1 << REMEMBERED_BITS];

static uint32_t bit_of(unsigned int runtime)
{
	return UINT32_C(1) << runtime;
}

static bool is_met(unsigned int runtime)
{
	return atomic_load_explicit(&runtimes_met, memory_order_acquire) & bit_of(runtime);
}

/* The bit is the claim: two threads may see the same module for the first time. */
void runtimes_meet(const struct dl_find_object *object)
{
	for (unsigned int i = RUNTIME_NONE + 1; i < RUNTIME_COUNT; i++)
		if (runtimes[i]->is_in(object) &&
		    !(atomic_fetch_or(&runtimes_met, bit_of(i)) & bit_of(i)))
			runtimes[i]->meet(object);
}

void runtimes_sweep(void)
{
	for (unsigned int i = RUNTIME_NONE + 1; i < RUNTIME_COUNT; i++)
		if (is_met(i) && runtimes[i]->sweep())
			atomic_fetch_and_explicit(&runtimes_met, ~bit_of(i), memory_order_release);
}

/*
 * Is a return address the one the kernel gives to signal handlers? The code there
 * is mov $SYS_rt_sigreturn to the number's register, and the call; debuggers
 * know it by its bytes, too. Read only where an object is loaded.
 */
static bool is_signal_return(uint64_t pc)
{
#if defined(__x86_64__)
	static const uint8_t code[] = { 0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05 };
#elif defined(__aarch64__)
	static const uint8_t code[] = { 0x68, 0x11, 0x80, 0xd2, 0x01, 0, 0, 0xd4 };
#endif
	struct dl_find_object object;

	return objects_find((void *)pc, &object) == 0 &&
	       pc + sizeof(code) <= (uintptr_t)object.dlfo_map_end &&
	       memcmp((const void *)pc, code, sizeof(code)) == 0;
}

/* Of several, the innermost. Under a signal handler its frames may be half written. */
enum runtime_id runtime_reached(const uint64_t *pcs, unsigned int depth)
{
	enum runtime_id reached = RUNTIME_NONE;
	unsigned int front = depth;

	for (unsigned int i = RUNTIME_NONE + 1; i < RUNTIME_COUNT; i++) {
		unsigned int before = is_met(i) ? runtimes[i]->reach(pcs, front) : front;

		if (before >= front)
			continue;
		front = before;
		reached = (enum runtime_id)i;
	}
	for (unsigned int i = 0; reached && i < front; i++)
		if (is_signal_return(pcs[i]))
			return RUNTIME_NONE;
	return reached;
}

bool runtime_is_losing(void)
{
	int saved_errno = errno;
	bool is_losing = false;

	for (unsigned int i = RUNTIME_NONE + 1; i < RUNTIME_COUNT && !is_losing; i++)
		is_losing = is_met(i) && runtimes[i]->is_losing();
	errno = saved_errno;
	return is_losing;
}

unsigned int runtime_flags(enum runtime_id runtime)
{
	return runtime * STACK_RUNTIME |
	       (runtime != RUNTIME_NONE && runtimes[runtime]->is_ending() ? STACK_ENDING : 0);
}

/* The text of the thread's frames, made and interned; then remembered under its key. */
static __attribute__((noinline)) uint32_t stack_make(const struct runtime *runtime,
						     uint32_t stack_ref, uint64_t key)
{
	struct remembered *memory = &remembered[key >> (64 - REMEMBERED_BITS)];
	char bytes[TEXT_SIZE];
	uint32_t text_ref, ref;
	struct text text;

	text_init(&text, bytes, sizeof(bytes));
	runtime->text(shim.depth, &text);
	if (text.length == 0)
		return stack_ref;
	text_ref = ledger_string_add(&shim.ledger, bytes, text.length);
	ref = text_ref ? ledger_stack_intern_text(&shim.ledger, stack_ref, text_ref) : 0;
	if (!ref) {
		ledger_lose(&shim.ledger, LOSS_STRINGS);
		return stack_ref;
	}
	atomic_store_explicit(&memory->check, key ^ ref, memory_order_relaxed);
	atomic_store_explicit(&memory->ref, ref, memory_order_relaxed);
	return ref;
}

static uint32_t stack_recall(uint64_t key)
{
	const struct remembered *memory = &remembered[key >> (64 - REMEMBERED_BITS)];
	uint64_t check = atomic_load_explicit(&memory->check, memory_order_relaxed);
	uint64_t ref = atomic_load_explicit(&memory->ref, memory_order_relaxed);

	return (check ^ ref) == key ? (uint32_t)ref : 0;
}

uint32_t runtime_stack(uint32_t stack_ref)
{
	const struct ledger_stack *stack = ledger_at(&shim.ledger, stack_ref, sizeof(*stack));
	unsigned int number = stack ? ledger_stack_runtime(stack) : RUNTIME_NONE;
	const struct runtime *runtime = number < RUNTIME_COUNT ? runtimes[number] : NULL;
	uint64_t key = runtime ? runtime->key(shim.depth, stack_ref) : 0;
	uint32_t ref;

	if (!key)
		return stack_ref;
	ref = stack_recall(key);
	return ref ? ref : stack_make(runtime, stack_ref, key);
}
