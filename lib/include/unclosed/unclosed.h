/* SPDX-License-Identifier: MIT */
/*
 * unclosed.h: what a program and its tests can say to, and ask of, unclosed.
 *
 *	#include <unclosed/unclosed.h>
 *
 *	unclosed_scope_begin("reconnects after a timeout");
 *	run_the_test();
 *	if (unclosed_scope_end() > 0)
 *		fail("left descriptors open");
 *
 * Nothing has to be linked. Under `unclosed PROGRAM`, or with libunclosed.so in
 * LD_PRELOAD, the functions reach the library by one weak symbol. Without it, and in
 * a static program, they do nothing and return 0; unclosed_is_watching() tells.
 *
 * Scopes. A scope is a stretch of time with a name, as a rule one test. What is
 * opened in it belongs to it: to the innermost one, for good. The report names
 * the scope of each descriptor that was never closed. Children belong to the
 * scope they were started in, whether by fork or by exec.
 *
 * Which descriptors. Numbers that are returned count what the run counts:
 * sockets, or what --kinds asks for; not 0, 1, 2; not what unclosed_expect_open()
 * was said of. Each recorded number is asked for at the kernel (F_GETFD) before
 * it is told, except after a seccomp filter was installed: then the record alone
 * decides. What no call was seen to open is not known here; the report has it.
 *
 * Growth. Programs open some descriptors once and keep them: a resolver's
 * socket, a pool. To tell these from a leak, repeat the body and look at what
 * grows:
 *
 *	for (int i = 0; i < 5; i++) {
 *		handle_one_request();
 *		assert(unclosed_checkpoint() == 0);
 *	}
 *
 * The first checkpoint ends the warm-up. A descriptor is growth when it was
 * opened since the last checkpoint at a place (the whole backtrace) that had
 * left one open before. One lazy descriptor a place is never growth; a pool that
 * still fills up is, so warm it up first. The report of such a program does not
 * count what was opened before the first checkpoint, nor one a place after it.
 *
 * Rules. What a program or library keeps open by design can be said in itself, in
 * the words of a suppression file (unclosed(1)). Once in it, outside of functions:
 *
 *	UNCLOSED_SUPPRESSIONS(
 *		"leak:^open_pool$\n"
 *		"    reason: lives as long as the program\n"
 *	);
 *
 * Other languages call the exported functions of the same names, in Python
 * ctypes.CDLL(None).unclosed_scope_begin(b"name"), where they exist. A program that
 * only starts others can put UNCLOSED_SCOPE=NAME into their environment.
 *
 * All functions may be called from any thread and from signal handlers; none
 * allocates, locks or changes errno. C99 or C++11, GCC or Clang.
 */
#ifndef UNCLOSED_H
#define UNCLOSED_H

#include <stddef.h>
#include <stdint.h>

/*
 * Rules of the program or library that this is compiled into, a literal with a
 * line a rule. They hold where it is loaded. unclosed reads them from the file:
 * nothing is called, and without unclosed they are some bytes that nobody reads.
 *
 * It defines the array `unclosed_suppressions`, which no file of a program and
 * of its static libraries may define a second time. The linker keeps it: under
 * --gc-sections (with GCC 11 or Clang 13 and later), hidden visibility and -flto.
 * A linker takes nothing from a static library that nobody asks for: put it beside
 * code that is used. In a stripped program the symbol must be exported: link with
 * -rdynamic, or -Wl,--export-dynamic-symbol=unclosed_suppressions. Libraries
 * export it.
 */
#define UNCLOSED_SUPPRESSIONS(rules)                                                               \
	UNCLOSED_EXTERN __attribute__((visibility("default"))) const char unclosed_suppressions[]; \
	UNCLOSED_KEPT const char unclosed_suppressions[] = "" rules

#ifdef __cplusplus
#define UNCLOSED_EXTERN extern "C"
#else
#define UNCLOSED_EXTERN extern
#endif
#define UNCLOSED_KEPT __attribute__((used UNCLOSED_RETAIN))
#define UNCLOSED_RETAIN
#ifdef __has_attribute
#if __has_attribute(retain)
#undef UNCLOSED_RETAIN
#define UNCLOSED_RETAIN , retain
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* A scope's handle; 0 is none. */
typedef uint32_t unclosed_scope_t;

enum unclosed_scope_flags {
	UNCLOSED_SCOPE_PROCESS = 0,  /* what all threads open; begins at once */
	UNCLOSED_SCOPE_THREAD = 1,   /* what the calling thread opens; begins at once */
	UNCLOSED_SCOPE_DETACHED = 2, /* what threads open between unclosed_scope_enter() of it
					and of another one: for tests that take turns */
};

struct unclosed_scope_options {
	const char *name;      /* "suite.test"; is copied */
	const char *framework; /* "criterion", …: makes it a test; NULL none */
	const char *file;      /* where the test is; NULL not known */
	unsigned int line;     /* 0: not known */
	unsigned int flags;    /* enum unclosed_scope_flags */
};

/* An open descriptor. Pointers are good during the callback. */
struct unclosed_descriptor {
	size_t size; /* of this struct, as the library knows it */
	int fd;
	unsigned int tid;       /* of the thread that opened it; 0 not known */
	const char *kind;       /* "socket", "file", …: as --kinds spells them */
	const char *call;       /* "accept4" */
	int is_counted;         /* of a kind that counts, and not expected to be open */
	unclosed_scope_t scope; /* 0 none */
	const char *scope_name; /* NULL none */
	const char *label;      /* unclosed_label(); NULL none */
	const char *expected;   /* unclosed_expect_open(): the reason; NULL none */
	uint64_t age_ns;        /* since it was opened */
	const uint64_t *stack;  /* return addresses, the caller of `call` first */
	size_t stack_depth;
	const char *source; /* the line of an interpreter's program that opened it; NULL none */
};

/* Called for each; returning anything but 0 ends the listing. */
typedef int (*unclosed_list_fn)(const struct unclosed_descriptor *descriptor, void *data);

/* unclosed_list(): not only one scope's. */
#define UNCLOSED_EVERYTHING UINT32_MAX

/* The library's side. Later versions add members at the end: `size` tells. */
struct unclosed_api {
	size_t size;
	unclosed_scope_t (*scope_begin)(const char *name);
	unclosed_scope_t (*scope_begin_with)(const struct unclosed_scope_options *options);
	long (*scope_end)(void);
	long (*scope_end_of)(unclosed_scope_t scope);
	unclosed_scope_t (*scope_enter)(unclosed_scope_t scope);
	unclosed_scope_t (*scope_current)(void);
	long (*scope_left)(unclosed_scope_t scope);
	long (*expect_none)(void);
	long (*checkpoint)(void);
	int (*label)(int fd, const char *text);
	int (*expect_open)(int fd, const char *reason);
	long (*list)(unclosed_scope_t scope, unclosed_list_fn callback, void *data);
	int (*fails_tests)(void);
};

#ifndef UNCLOSED_TYPES_ONLY /* what defines the functions, not what calls them */

extern const struct unclosed_api unclosed_api __attribute__((weak));

/*
 * The address of the library's table, NULL without it. By way of the GOT also
 * in code that is not position independent: there a compiler would take the
 * address as a constant, which the linker makes 0 for good.
 */
static inline const struct unclosed_api *unclosed_api_find(void)
{
	const struct unclosed_api *api;

#if defined(__x86_64__)
	__asm__(".weak unclosed_api\n\tmovq unclosed_api@GOTPCREL(%%rip), %0" : "=r"(api));
#elif defined(__aarch64__)
	__asm__(".weak unclosed_api\n\tadrp %0, :got:unclosed_api\n\t"
		"ldr %0, [%0, :got_lo12:unclosed_api]"
		: "=r"(api));
#else
	api = &unclosed_api;
#endif
	return api;
}

/* Is the library there, and does it watch this process? */
static inline int unclosed_is_watching(void)
{
	const struct unclosed_api *api = unclosed_api_find();

	return api && api->scope_left(UNCLOSED_EVERYTHING) >= 0;
}

/*
 * Begin a scope of the whole process, inside the current one. The name is
 * copied. Returns its handle; 0 without the library, and when the ledger is full.
 */
static inline unclosed_scope_t unclosed_scope_begin(const char *name)
{
	const struct unclosed_api *api = unclosed_api_find();

	return api ? api->scope_begin(name) : 0;
}

/* The same with more to say: of a thread alone, a test's framework, file and line. */
static inline unclosed_scope_t
unclosed_scope_begin_with(const struct unclosed_scope_options *options)
{
	const struct unclosed_api *api = unclosed_api_find();

	return api ? api->scope_begin_with(options) : 0;
}

/*
 * End the current scope: the innermost of this thread, else of the process. The
 * one around it is current again. Returns how many descriptors that were opened
 * in it are open now (what a scope inside it left is told there, not here again);
 * -1 when there is no scope.
 */
static inline long unclosed_scope_end(void)
{
	const struct unclosed_api *api = unclosed_api_find();

	return api ? api->scope_end() : 0;
}

/* End this very scope, in any order and from any thread. -1: it is no scope of this process. */
static inline long unclosed_scope_end_of(unclosed_scope_t scope)
{
	const struct unclosed_api *api = unclosed_api_find();

	return api ? api->scope_end_of(scope) : 0;
}

/*
 * What this thread opens from here on belongs to `scope`; 0: to the process's
 * current one. Returns what was said before, for going back.
 */
static inline unclosed_scope_t unclosed_scope_enter(unclosed_scope_t scope)
{
	const struct unclosed_api *api = unclosed_api_find();

	return api ? api->scope_enter(scope) : 0;
}

/* The scope that an opening of this thread would belong to; 0 none. */
static inline unclosed_scope_t unclosed_scope_current(void)
{
	const struct unclosed_api *api = unclosed_api_find();

	return api ? api->scope_current() : 0;
}

/*
 * How many descriptors that were opened in `scope` (also after its end) are open
 * now; with UNCLOSED_EVERYTHING, in this process at all. -1: not watched, or no scope.
 */
static inline long unclosed_scope_left(unclosed_scope_t scope)
{
	const struct unclosed_api *api = unclosed_api_find();

	return api ? api->scope_left(scope) : 0;
}

/*
 * Nothing that the current scope opened, without one the process, should be open
 * now. Returns how many are. Never ends the program: each is written down with
 * this place, and counts as a finding ("expected-closed"), also when it is closed
 * later.
 */
static inline long unclosed_expect_none(void)
{
	const struct unclosed_api *api = unclosed_api_find();

	return api ? api->expect_none() : 0;
}

/* See "Growth" above. Returns how many descriptors grew since the last call; the first returns 0.
 */
static inline long unclosed_checkpoint(void)
{
	const struct unclosed_api *api = unclosed_api_find();

	return api ? api->checkpoint() : 0;
}

/*
 * Give an open descriptor a name that reports show beside it; the text is copied,
 * NULL takes it away. Goes when the number is closed. Returns 0; -1 when no call of
 * this process was seen to open it.
 */
static inline int unclosed_label(int fd, const char *text)
{
	const struct unclosed_api *api = unclosed_api_find();

	return api ? api->label(fd, text) : 0;
}

/*
 * This descriptor is meant to stay open: it counts neither here nor in the
 * report, which lists it with the reason. NULL takes that back. As unclosed_label().
 */
static inline int unclosed_expect_open(int fd, const char *reason)
{
	const struct unclosed_api *api = unclosed_api_find();

	return api ? api->expect_open(fd, reason) : 0;
}

/*
 * Call `callback` for each open descriptor of a scope, with UNCLOSED_EVERYTHING of
 * the process, whatever its kind. Returns how many there were; -1: not watched.
 */
static inline long unclosed_list(unclosed_scope_t scope, unclosed_list_fn callback, void *data)
{
	const struct unclosed_api *api = unclosed_api_find();

	return api ? api->list(scope, callback, data) : 0;
}

/*
 * For test frameworks: is a test to fail that leaves something open? 0 where the report
 * decides, by suppressions, a baseline, a gate or filters, which are not known here; and
 * where nothing is watched. See --fail-tests.
 */
static inline int unclosed_fails_tests(void)
{
	const struct unclosed_api *api = unclosed_api_find();

	if (api && api->size <= offsetof(struct unclosed_api, fails_tests))
		return 1; /* a library from before this question */
	return api ? api->fails_tests() : 0;
}

#endif /* UNCLOSED_TYPES_ONLY */

#ifdef __cplusplus
}
#endif

#endif
