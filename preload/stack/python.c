/* SPDX-License-Identifier: MIT */
/*
 * Python frames of the calling thread: what a stack of CPython's own functions
 * does not tell. Read from the interpreter's memory without its lock: the
 * thread sits in our hook, so its own frames stand still.
 *
 * Before the first use of an interpreter its layout is checked against what is
 * found there, with a question to the kernel before each new address is read; what
 * does not fit, or is not known, leaves native stacks.
 *
 * Not without a thread state of Python, once the interpreter has begun to end in
 * its main thread only, and never in a vfork child, which records nothing.
 *
 * Cost: about 5 ns a frame for a key of where the frames are; the text, some
 * microseconds, is made when a key is new.
 */
#include <stdatomic.h>
#include <string.h>

#include "libc/objects.h"
#include "libc/symbols.h"
#include "shim/state.h"
#include "stack/python_frames.h"
#include "stack/refuse.h"
#include "stack/runtime.h"

enum state {
	STATE_NONE, /* or a thread fills in what is known of it */
	STATE_MET,  /* its layout is not checked yet: no frames were seen */
	STATE_READ,
	STATE_REFUSED, /* native stacks */
};

static _Atomic(enum state) state;

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

static void refuse(const char *why)
{
	runtime_refuse(RUNTIME_python, python.version, why);
	atomic_store_explicit(&state, STATE_REFUSED, memory_order_release);
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

static bool object_is_python(const struct dl_find_object *object)
{
	return symbol_find(object, "Py_GetVersion") != NULL;
}

static void python_meet(const struct dl_find_object *object)
{
	void *symbol = symbol_find(object, "Py_GetVersion");
	const char *(*version_of)(void), *why;
	unsigned int minor;

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
		refuse(why);
	else
		atomic_store_explicit(&state, STATE_MET, memory_order_release);
}

static bool python_sweep(void)
{
	struct dl_find_object object;

	if (atomic_load_explicit(&state, memory_order_acquire) == STATE_NONE ||
	    (objects_find((void *)python.start, &object) == 0 &&
	     object.dlfo_link_map->l_addr == python.base))
		return false;
	atomic_store_explicit(&state, STATE_NONE, memory_order_release);
	return true;
}

static unsigned int python_reach(const uint64_t *pcs, unsigned int depth)
{
	unsigned int i = 0;

	if (atomic_load_explicit(&state, memory_order_acquire) == STATE_NONE)
		return depth;
	while (i < depth && pcs[i] - python.start >= python.end - python.start)
		i++;
	return i;
}

/*
 * May the frames of a thread go while it is in our hook? Those of a daemon thread do, once the
 * interpreter ends: it sits in a call that needs no lock. The thread that ends it, which is
 * the process's first, runs on.
 */
static bool frames_may_go(void)
{
	if (!python.is_finalizing())
		return !python.is_initialized();
	return shim.pid ? thread_tid() != shim.pid : !process_is_single_threaded();
}

/* The thread state whose frames are those of the native stack; 0: none. */
static uint64_t thread_find(void)
{
	if (frames_may_go())
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
	bool has_frames = true;

	if (!shim_may_call_kernel()) {
		refuse("a seccomp filter came before its first descriptor");
		return false;
	}
	if (!python_reader_check(&reader, thread, &has_frames)) {
		refuse("its frames are not where this version has them");
		return false;
	}
	if (!has_frames)
		return false; /* it runs nothing yet: there will be others to check */
	python.reader = reader;
	atomic_store_explicit(&state, STATE_READ, memory_order_release);
	return true;
}

static uint64_t frames_key(unsigned int max, uint64_t start)
{
	enum state now = atomic_load_explicit(&state, memory_order_acquire);
	uint64_t thread;

	if (now != STATE_READ && now != STATE_MET)
		return 0;
	thread = thread_find();
	if (!thread || (now == STATE_MET && !layout_is_right(thread)))
		return 0;
	if (!python_has_frames(&python.reader, thread))
		return 0;
	return python_key(&python.reader, thread, max, start);
}

static void frames_text(unsigned int max, struct text *text)
{
	uint64_t thread = thread_find();

	if (thread)
		python_text(&python.reader, thread, max, text);
}

static bool python_is_ending(void)
{
	enum state now = atomic_load_explicit(&state, memory_order_acquire);

	return (now == STATE_READ || now == STATE_MET) && python.is_finalizing();
}

/*
 * From 3.13 on asyncio's StreamWriter.__del__ closes its transport, which stops watching the
 * socket, and closes it in the loop's next round. Frames up to the finaliser: unregister (or
 * modify), _remove_reader, close of the transport, close of the writer.
 */
#define LOSING_FRAMES 6

static bool python_is_losing(void)
{
	char bytes[LOSING_FRAMES * 256];
	struct text text;

	if (!frames_key(1, 1))
		return false;
	text_init(&text, bytes, sizeof(bytes));
	frames_text(LOSING_FRAMES, &text);
	return strstr(bytes, "/asyncio/streams.py") && strstr(bytes, "StreamWriter.__del__");
}

const struct runtime runtime_python = {
	.is_in = object_is_python,
	.meet = python_meet,
	.sweep = python_sweep,
	.reach = python_reach,
	.key = frames_key,
	.text = frames_text,
	.is_ending = python_is_ending,
	.is_losing = python_is_losing,
};
