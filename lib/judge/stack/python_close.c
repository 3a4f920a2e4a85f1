/* SPDX-License-Identifier: MIT */
/*
 * CPython closes what is lost from a finaliser of its types, by reference counting, by its
 * cycle collector or when the interpreter ends; the program never did:
 *
 *	close ← sock_finalize ← …                                     Python
 *	close ← … ← buffered_close ← iobase_finalize ← …              Python
 *	close ← … Python code, its outermost SocketIO.close ← buffered_close ←
 *		iobase_finalize ← …      Python: a lost object of socket.makefile()
 *		is closed by the standard library's own method
 *	close ← … Python code, its outermost _SelectorTransport.__del__ ←
 *		slot_tp_finalize ← …     Python: asyncio warns and closes, too
 *	close ← … Python code, its outermost a __del__ or a close of the program
 *		← slot_tp_finalize or iobase_finalize ← …             the program
 *
 * Distributions strip these names. Which functions are finalisers, their types tell
 * (symbol/cpython.h). Where the file is gone, exported names and the number of nameless
 * functions have to do: a close too few is blamed on Python then rather than one too many.
 */
#include "judge/stack/python_close.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "judge/stack/python_text.h"
#include "judge/stack/python_words.h"

#define LINES_MAX 1024

/* A stack that closed something, while it is looked at. */
struct closing {
	struct judge *judge;
	const struct ledger_stack *stack;
	struct spot spots[LEDGER_DEPTH_MAX];
	size_t count;
	struct python_line lines[LINES_MAX];
	size_t line_count;
};

static const struct module *module_at(const struct closing *closing, size_t i)
{
	return spot_module(closing->judge, &closing->spots[i]);
}

static bool is_python_at(const struct closing *closing, size_t i)
{
	const struct module *module = module_at(closing, i);

	return module && module->runtime == RUNTIME_python;
}

/* "" for a function without a name. */
static const char *name_at(const struct closing *closing, size_t i)
{
	const struct report_frame *frame = spot_function(closing->judge, &closing->spots[i]);

	return frame ? frame->function : "";
}

static const char *last_part(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && dot[1] ? dot + 1 : name;
}

/* Of the standard library, and not what prints warnings: that opens and closes sources. */
static bool is_standard(const struct python_line *line)
{
	const char *slash = strrchr(line->path, '/');
	const char *name = slash ? slash + 1 : line->path;

	return python_is_standard(line->path) && strcmp(name, "warnings.py") != 0 &&
	       strcmp(name, "_py_warnings.py") != 0;
}

/* Did the method close() of a type of the standard library do it, called by `entries` calls? */
static bool library_method_closes(const struct closing *closing, size_t entries)
{
	const struct python_line *outermost = NULL;

	for (size_t i = 0; i < closing->line_count && entries > 0; i++) {
		const struct python_line *line = &closing->lines[i];

		if (line->type == PYTHON_ENTRY) {
			entries--;
			continue;
		}
		if (line->type != PYTHON_FRAME || !is_standard(line))
			return false;
		outermost = line;
	}
	return entries == 0 && outermost && strcmp(last_part(outermost->function), "close") == 0;
}

/*
 * Finalisers in Python of the standard library that warn of what is unclosed, and close it.
 * Others close in silence what the manual says need not be closed (multiprocessing.Queue).
 */
static bool is_warning_finalizer(const struct python_line *line)
{
	static const struct {
		const char *path;     /* a part of it */
		const char *function; /* NULL: any */
		unsigned int since;   /* 3.`since` */
	} finalizers[] = {
		{ "/asyncio/", NULL, 0 },
		{ "/_pyio.py", NULL, 0 },
		{ "/tempfile.py", "SpooledTemporaryFile.__del__", 0 },
		{ "/tempfile.py", "_TemporaryFileCloser.__del__", 14 },
	};
	const char *minor = strstr(line->path, "/python3.");
	unsigned long version = minor ? strtoul(minor + strlen("/python3."), NULL, 10) : 0;

	for (size_t i = 0; i < sizeof(finalizers) / sizeof(finalizers[0]); i++)
		if (strstr(line->path, finalizers[i].path) && version >= finalizers[i].since &&
		    (!finalizers[i].function ||
		     strcmp(line->function, finalizers[i].function) == 0))
			return true;
	return false;
}

static bool library_finalizer_closes(const struct closing *closing)
{
	for (size_t i = 0; i < closing->line_count; i++) {
		const struct python_line *line = &closing->lines[i];

		if (line->type == PYTHON_ENTRY)
			continue;
		if (line->type != PYTHON_FRAME || !is_standard(line))
			return false;
		if (strcmp(last_part(line->function), "__del__") == 0)
			return is_warning_finalizer(line);
	}
	return false;
}

static bool is_finalizer_call(const char *name)
{
	/* The cycle collector calls finalisers in a loop of its own, often inlined. */
	return text_starts_with(name, "PyObject_CallFinalizer") ||
	       strcmp(name, "finalize_garbage") == 0;
}

/* How iobase_finalize() calls the method close, in versions of CPython from 3.6 on. */
static bool is_method_call(const char *name)
{
	return text_starts_with(name, "PyObject_VectorcallMethod") ||
	       text_starts_with(name, "PyObject_CallMethodNoArgs") ||
	       text_starts_with(name, "PyObject_CallMethodObjArgs") ||
	       text_starts_with(name, "_PyObject_CallMethod") ||
	       text_starts_with(name, "object_vacall");
}

/* What calls the end of the interpreter, where it has a name. */
static bool is_end(const char *name)
{
	return text_starts_with(name, "Py_Finalize") || strcmp(name, "Py_RunMain") == 0 ||
	       strcmp(name, "Py_EndInterpreter") == 0 || strcmp(name, "Py_Exit") == 0;
}

static bool is_collector(const char *name)
{
	return strcmp(name, "finalize_garbage") == 0 || text_starts_with(name, "gc_collect") ||
	       text_starts_with(name, "PyGC_Collect") || text_starts_with(name, "_PyGC_Collect") ||
	       text_starts_with(name, "_PyObject_GC_") || strcmp(name, "_Py_HandlePending") == 0 ||
	       strcmp(name, "_Py_RunGC") == 0;
}

static bool is_loop(const char *name)
{
	return text_starts_with(name, PYTHON_LOOP);
}

/* Why the finaliser at `i` was called. */
static enum python_close occasion(const struct closing *closing, size_t i)
{
	if (closing->stack->flags & STACK_ENDING)
		return PYTHON_CLOSE_END;
	for (i++; i < closing->count; i++) {
		const char *name = name_at(closing, i);

		if (is_collector(name))
			return PYTHON_CLOSE_CYCLE;
		if (strcmp(name, "_Py_Dealloc") == 0 ||
		    strcmp(name, "PyObject_CallFinalizerFromDealloc") == 0)
			return PYTHON_CLOSE_LOST;
		if (text_starts_with(name, "Py_Finalize"))
			return PYTHON_CLOSE_END;
		if (is_loop(name))
			break;
	}
	return PYTHON_CLOSE_ANY;
}

/* The finaliser at `i` was reached from close by `loops` calls of the evaluation loop. */
static enum python_close by_finalizer(const struct closing *closing, size_t i, size_t loops)
{
	bool has_no_frames = closing->line_count == 0;

	if (loops == 0 || (has_no_frames ? i >= 1 && is_method_call(name_at(closing, i - 1))
					 : library_method_closes(closing, loops)))
		return occasion(closing, i);
	return PYTHON_CLOSE_NONE;
}

/*
 * Nameless functions between close and the interpreter's end. A function of C
 * that the program gave to atexit.register() has three (itself, its wrapper,
 * the loop over the callbacks), the collector four: sock_finalize, the
 * collection, the last collection, finalize_modules (seen in Debian's 3.11).
 */
#define COLLECTOR_DEPTH 4

/* All that a file without a table of its functions leaves to be told. */
static enum python_close by_names(const struct closing *closing)
{
	bool is_ending = (closing->stack->flags & STACK_ENDING) != 0;
	bool is_nameless = true;
	size_t loops = 0;

	for (size_t i = 0; i < closing->count; i++) {
		const char *name = name_at(closing, i);

		if (!is_python_at(closing, i))
			return PYTHON_CLOSE_NONE;
		loops += is_loop(name);
		/* i - 1 is the finaliser, i - 2 what it calls. */
		if (is_finalizer_call(name) && i >= 2 && loops == 0 &&
		    !is_method_call(name_at(closing, i - 2)))
			return PYTHON_CLOSE_NONE;
		if (is_finalizer_call(name))
			return by_finalizer(closing, i > 0 ? i - 1 : 0, loops);
		if (is_ending && is_end(name))
			return i > 0 && is_nameless ? PYTHON_CLOSE_END : PYTHON_CLOSE_NONE;
		if (strcmp(name, "Py_FinalizeEx") == 0)
			return i >= COLLECTOR_DEPTH && is_nameless ? PYTHON_CLOSE_END
								   : PYTHON_CLOSE_NONE;
		is_nameless &= name[0] == '\0';
	}
	return PYTHON_CLOSE_NONE;
}

static enum python_close by_roles(const struct closing *closing)
{
	bool is_known = false, is_foreign = false;
	size_t loops = 0;

	for (size_t i = 0; i < closing->count; i++) {
		enum symbol_role role;

		if (!is_python_at(closing, i)) {
			is_foreign = true;
			continue;
		}
		role = spot_role(closing->judge, &closing->spots[i]);
		is_known |= role != SYMBOL_ROLE_UNKNOWN;
		loops += role == SYMBOL_ROLE_LOOP || is_loop(name_at(closing, i));
		/* A library may be between them, if the type is an extension's that is made for it.
		 */
		if (role == SYMBOL_ROLE_FINALIZER)
			return is_foreign && !strstr(module_at(closing, i)->path, "/lib-dynload/")
				       ? PYTHON_CLOSE_NONE
				       : by_finalizer(closing, i, loops);
	}
	return is_known ? PYTHON_CLOSE_NONE : by_names(closing);
}

static char *text_copy(const char *text)
{
	return text ? strdup(text) : NULL; /* without memory: as if there was none */
}

/* Fill in the spots. Is any of them in Python? Spares all other programs the symbols. */
static bool spots_read(struct closing *closing)
{
	const struct ledger_stack *stack = closing->stack;
	bool has_python = false;

	for (unsigned int i = 0; i < stack->depth; i++) {
		struct spot spot =
			spot_find(closing->judge, stack->image_ref, stack->epoch, stack->pcs[i]);

		if (spot.module != NONE && closing->judge->modules[spot.module].is_shim)
			continue;
		closing->spots[closing->count++] = spot;
		has_python |= is_python_at(closing, closing->count - 1);
	}
	return has_python;
}

enum python_close python_close(struct judge *judge, uint32_t stack_ref)
{
	struct closing closing = { .judge = judge };
	enum python_close result;
	char *text = NULL;

	closing.stack = ledger_stack_at(judge->ledger, stack_ref);
	if (!closing.stack || closing.stack->depth > LEDGER_DEPTH_MAX || !spots_read(&closing))
		return PYTHON_CLOSE_NONE;
	if (closing.stack->text_ref && ledger_stack_runtime(closing.stack) == RUNTIME_python)
		text = text_copy(snapshot_string(judge->snapshot, closing.stack->text_ref));
	closing.line_count = python_text_parse(text, closing.lines, LINES_MAX);
	if (library_finalizer_closes(&closing))
		result = closing.stack->flags & STACK_ENDING ? PYTHON_CLOSE_END : PYTHON_CLOSE_ANY;
	else
		result = by_roles(&closing);
	free(text);
	return result;
}
