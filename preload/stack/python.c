/* SPDX-License-Identifier: MIT */
#include "stack/python.h"

#include <stdatomic.h>
#include <string.h>

#include "libc/objects.h"
#include "libc/symbols.h"
#include "shim/state.h"
#include "stack/python_frames.h"

#define TEXT_SIZE 4001 /* what a string of the ledger holds, and '\0' */

OF_EVERY_PROCESS _Atomic(enum python_state) python_state;

static struct {
	struct python_reader reader;
	const char *version;
	uintptr_t start, end, base; /* of its module */
	void *(*thread)(void);      /* PyGILState_GetThisThreadState */
	int (*is_initialized)(void);
	int (*is_finalizing)(void);
	/*
	 * Before 3.12 a thread in a sub-interpreter is not told from itself in the main
	 * one. The newest interpreter is the first of their list; the main one is the last.
	 */
	void *(*newest_interpreter)(void);
	void *(*main_interpreter)(void);
} python;

/* Texts made before: key of native stack and frames → reference. */
struct remembered {
	ledger_u64 check; /* key ^ ref: two stores, and whoever reads half of each sees no match */
	ledger_u64 ref;
};

#define REMEMBERED_BITS 11

static struct remembered remembered[1 << REMEMBERED_BITS];

/* "3.11.2: why", for the tool. */
static void refuse(const char *version, const char *why)
{
	char line[160];
	struct text text;
	uint32_t ref;

	text_init(&text, line, sizeof(line));
	text_add_bytes(&text, version, strcspn(version, " "));
	text_add(&text, ": ");
	text_add(&text, why);
	ref = ledger_string_add(&shim.ledger, line, text.length);
	atomic_store_explicit(&shim.image->interpreter_ref, ref, memory_order_relaxed);
	atomic_store_explicit(&python_state, PYTHON_REFUSED, memory_order_release);
}

/* The 11 of "3.11.2 (main, …) [GCC …]"; 0 for anything but Python 3. */
static unsigned int minor_of(const char *version)
{
	uint64_t minor;

	if (strncmp(version, "3.", 2) != 0 ||
	    !text_parse_number(version + 2, strspn(version + 2, "0123456789"), &minor))
		return 0;
	return (unsigned int)minor;
}

struct wanted {
	const char *name, *other_name;
	void *place;
};

static bool functions_find(const struct dl_find_object *object)
{
	const struct wanted functions[] = {
		{ "PyGILState_GetThisThreadState", NULL, &python.thread },
		{ "Py_IsInitialized", NULL, &python.is_initialized },
		{ "_Py_IsFinalizing", "Py_IsFinalizing", &python.is_finalizing },
		{ "PyInterpreterState_Head", NULL, &python.newest_interpreter },
		{ "PyInterpreterState_Main", NULL, &python.main_interpreter },
		{ "PyCode_Addr2Line", NULL, &python.reader.line_of },
		{ "PyUnicode_GetLength", NULL, &python.reader.string_length },
		{ "PyUnicode_ReadChar", NULL, &python.reader.string_char },
	};

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		void *found = symbol_find(object, functions[i].name);

		if (!found && functions[i].other_name)
			found = symbol_find(object, functions[i].other_name);
		if (!found)
			return false;
		memcpy(functions[i].place, &found, sizeof(found));
	}
	return true;
}

void python_meet(const struct dl_find_object *object)
{
	enum python_state none = PYTHON_NONE;
	void *symbol = symbol_find(object, "Py_GetVersion");
	const char *(*version_of)(void), *why;
	unsigned int minor;

	if (!symbol || !atomic_compare_exchange_strong(&python_state, &none, PYTHON_CLAIMED))
		return;
	memcpy(&version_of, &symbol, sizeof(symbol));
	python.version = version_of();
	minor = minor_of(python.version);
	python.start = (uintptr_t)object->dlfo_map_start;
	python.end = (uintptr_t)object->dlfo_map_end;
	python.base = object->dlfo_link_map->l_addr;
	why = python_layout_find(minor, symbol_find(object, "_PyRuntime"), &python.reader.layout);
	if (!why && !functions_find(object))
		why = "it does not export what frames are read with";
	if (!why && minor >= 12)
		python.main_interpreter = NULL;
	if (why)
		refuse(python.version, why);
	else
		atomic_store_explicit(&python_state, PYTHON_MET, memory_order_release);
}

void python_sweep(void)
{
	struct dl_find_object object;

	if (atomic_load_explicit(&python_state, memory_order_acquire) <= PYTHON_CLAIMED ||
	    (objects_find((void *)python.start, &object) == 0 &&
	     object.dlfo_link_map->l_addr == python.base))
		return;
	atomic_store_explicit(&python_state, PYTHON_NONE, memory_order_release);
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

bool python_is_reached(const uint64_t *pcs, unsigned int depth)
{
	if (atomic_load_explicit(&python_state, memory_order_acquire) < PYTHON_MET)
		return false;
	for (unsigned int i = 0; i < depth; i++) {
		if (is_signal_return(pcs[i]))
			return false;
		if (pcs[i] - python.start < python.end - python.start)
			return true;
	}
	return false;
}

/* The thread state whose frames are those of the native stack; 0: none. */
static uint64_t thread_find(void)
{
	if (!python.is_initialized() || python.is_finalizing())
		return 0;
	if (python.main_interpreter && python.main_interpreter() != python.newest_interpreter())
		return 0;
	return (uintptr_t)python.thread();
}

/*
 * At the first use: is the layout right? Several threads may ask at once, and come
 * to the same. Where the kernel may not be asked what can be read, nothing is read.
 */
static __attribute__((noinline)) bool layout_is_right(uint64_t thread)
{
	struct python_reader reader = python.reader;

	if (!shim_may_call_kernel()) {
		refuse(python.version, "a seccomp filter came before its first descriptor");
		return false;
	}
	if (!python_reader_check(&reader, thread)) {
		refuse(python.version, "its frames are not where this version has them");
		return false;
	}
	python.reader = reader;
	atomic_store_explicit(&python_state, PYTHON_READ, memory_order_release);
	return true;
}

/* The text of the thread's frames, made and interned; then remembered under its key. */
static __attribute__((noinline)) uint32_t stack_make(uint32_t stack_ref, uint64_t thread,
						     uint64_t key)
{
	struct remembered *memory = &remembered[key >> (64 - REMEMBERED_BITS)];
	char bytes[TEXT_SIZE];
	uint32_t text_ref, ref;
	struct text text;

	text_init(&text, bytes, sizeof(bytes));
	python_text(&python.reader, thread, shim.depth, &text);
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

uint32_t python_stack(uint32_t stack_ref)
{
	enum python_state now = atomic_load_explicit(&python_state, memory_order_acquire);
	const struct ledger_stack *stack;
	uint64_t thread, key;
	uint32_t ref;

	if (now != PYTHON_READ && now != PYTHON_MET)
		return stack_ref;
	stack = ledger_at(&shim.ledger, stack_ref, sizeof(*stack));
	if (!stack || !(stack->flags & STACK_INTERPRETER))
		return stack_ref;
	thread = thread_find();
	if (!thread || (now == PYTHON_MET && !layout_is_right(thread)))
		return stack_ref;
	if (!python_has_frames(&python.reader, thread))
		return stack_ref;
	key = python_key(&python.reader, thread, shim.depth, stack_ref);
	ref = stack_recall(key);
	return ref ? ref : stack_make(stack_ref, thread, key);
}
