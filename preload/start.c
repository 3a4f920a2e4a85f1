/* SPDX-License-Identifier: MIT */
/* The start of a process image: join the session, or begin one. */
#include <errno.h>
#include <gnu/libc-version.h>
#include <string.h>
#include <sys/auxv.h>

#include "base/options.h"
#include "base/raw.h"
#include "base/settings.h"
#include "base/text.h"
#include "calls/fork.h"
#include "calls/getaddrinfo.h"
#include "end/finish.h"
#include "end/inherited.h"
#include "libc/columns.h"
#include "libc/cxx_runtime.h"
#include "libc/loaded.h"
#include "libc/objects.h"
#include "libc/real.h"
#include "process/environment.h"
#include "process/privilege.h"
#include "process/programs.h"
#include "record/guest.h"
#include "record/identity.h"
#include "record/limit.h"
#include "record/scopes.h"
#include "record/sweep.h"
#include "session.h"
#include "shim/address_space.h"
#include "shim/readable.h"
#include "shim/self_map.h"
#include "shim/state.h"
#include "shim/variables.h"
#include "stack/capture.h"

/* musl loads us too, calls constructors without arguments, and must run on untouched. */
extern __typeof__(gnu_get_libc_version) gnu_get_libc_version __attribute__((weak));

#define ARGUMENTS_MAX 4000

OF_EVERY_PROCESS static bool is_started;

/* Without /proc: the name that execve() was given. */
static uint32_t read_program(void)
{
	uint32_t ref = program_running();
	const char *name = (const char *)getauxval(AT_EXECFN);
	char buffer[4096];

	if (ref || !name)
		return ref;
	(void)path_make_absolute(name, buffer, sizeof(buffer)); /* a cut one is better than none */
	return ledger_string_add(&shim.ledger, buffer, strlen(buffer));
}

static uint32_t read_directory(void)
{
	char buffer[4096];
	long length = raw2(SYS_getcwd, buffer, sizeof(buffer));

	if (raw_failed(length))
		return 0;
	/* Most processes are somewhere else than the one before. */
	return ledger_string_put(&shim.ledger, buffer, (size_t)length - 1);
}

/* The arguments, '\0' between. */
static uint32_t read_arguments(char *const *argv)
{
	char buffer[ARGUMENTS_MAX];
	struct text text;

	text_init(&text, buffer, sizeof(buffer));
	for (size_t i = 0; argv && argv[i] && !text.is_cut; i++) {
		if (i > 0)
			text_add_bytes(&text, "", 1);
		text_add(&text, argv[i]);
	}
	return ledger_string_put(&shim.ledger, buffer, text.length);
}

/* Fill in what only the new image knows, and be recording from here on. */
static void hello(uint32_t index, char *const *argv, char *const *environment)
{
	struct ledger_process *process = ledger_process_at(&shim.ledger, index);
	uint32_t own_table = 0;

	if (!process)
		return; /* somebody overwrites the ledger: without an entry we are silent */
	shim.recorder.process_index = index;
	shim.recorder.process = process;
	shim.recorder.table_ref = atomic_load_explicit(&process->table_ref, memory_order_acquire);
	if (!shim.recorder.table_ref)
		own_table = ledger_table_new(&shim.ledger, LINK_NONE, 0, 0, index);
	if (own_table)
		shim.recorder.table_ref = own_table;
	process->table_ref = shim.recorder.table_ref;
	shim.recorder.table = ledger_table_at(&shim.ledger, shim.recorder.table_ref);
	shim.image_ref = ledger_image_new(&shim.ledger, read_program(), read_arguments(argv),
					  read_directory());
	shim.image = ledger_at(&shim.ledger, shim.image_ref, sizeof(*shim.image));
	if (!shim.recorder.table || !shim.image) {
		ledger_lose(&shim.ledger, LOSS_PROCESSES);
		return;
	}
	process->image_ref = shim.image_ref;
	process->uid = (uint32_t)raw0(SYS_getuid);
	process->ppid = (uint32_t)raw0(SYS_getppid);
	self.tid = (uint32_t)raw0(SYS_gettid);
	identity_introduce(process);
	shim.depth = shim.ledger.header->stack_depth;
	if (shim.depth == 0 || shim.depth > LEDGER_DEPTH_MAX)
		shim.depth = 32;
	shim.spreads_numbers = environment_settings() & SETTING_SPREADS_NUMBERS;
	outside_note();
	scopes_init(environment);
	process->started_ns = ledger_now_ns(&shim.ledger);
	atomic_store_explicit(&process->state, PROCESS_RUNNING, memory_order_release);
	shim.is_active = true;
}

/* What is known of the calls, once a session, for whoever reads the ledger. */
static void calls_write(void)
{
	for (unsigned int column = 0; column < COLUMN_COUNT; column++) {
		ledger_u32 *ref = &shim.ledger.header->calls_ref[column];
		uint32_t none = 0;
		const char *text;
		size_t length;

		if (atomic_load_explicit(ref, memory_order_relaxed) != 0)
			continue;
		text = column_text(column, &length);
		atomic_compare_exchange_strong(ref, &none,
					       ledger_string_add(&shim.ledger, text, length));
	}
}

static void library_path_find(void)
{
	const struct link_map *map = own_map();

	if (map && map->l_name)
		(void)path_make_absolute(map->l_name, shim.library_path,
					 sizeof(shim.library_path)); /* it has been loaded */
}

/* UNCLOSED_OPTIONS into `options`; its words live in `storage`. */
static void options_read(struct options *options, char *const *environment, char *storage,
			 size_t size)
{
	const char *value = environment_find(environment, OPTIONS_VARIABLE);
	struct options_error errors[1];
	struct text text;

	options_init(options);
	if (!value)
		return;
	text_init(&text, storage, size);
	text_add(&text, value);
	if (options_parse_environment(options, storage, errors, 1) > 0 &&
	    !environment_find(environment, LEDGER_VARIABLE)) /* else the launcher has said so */
		session_warn("UNCLOSED_OPTIONS: ignored: ", errors[0].name, errors[0].name_length);
}

/* The library that verifies asks both ways, and ends the program where they differ. */
static void objects_ask(void)
{
	__typeof__(_dl_find_object) *find = (__typeof__(find))loaded_next("_dl_find_object");

#ifndef UNCLOSED_VERIFY_STACKS
	if (find) {
		objects_init(find, NULL);
		return;
	}
#endif
	objects_init(find, REAL(dl_iterate_phdr));
}

/*
 * Has a program that runs loaded us? By dlmopen(): in a namespace with a libc of its own, which the
 * program does not call. By dlopen(): then libc has its environment. A library that a program is
 * linked to may be behind libc, too; it is initialised before libc is.
 */
static bool is_late(void)
{
	return own_is_elsewhere() ||
	       (own_is_behind_libc() && (environ || *program_invocation_name));
}

static void start(char *const *argv, char **environment)
{
	static char storage[1024];
	const char *ledger = environment_find(environment, LEDGER_VARIABLE);
	struct options options;

	if (is_started)
		return;
	is_started = true;
	throwers_init();
	if (is_late())
		return; /* what has lived before we came is not ours to watch */
	if (program_is_privileged(environment))
		return;
	options_read(&options, environment, storage, sizeof(storage));
	if (options.is_off)
		return;
	if (program_is_ours()) {
		session_decline(ledger, argv);
		return;
	}
	library_path_find();
	readable_init(environment);
	objects_ask();
	addrinfo_init();
	if (ledger ? !session_join(ledger, environment_find(environment, FIRST_VARIABLE))
		   : !session_begin(environment, &options))
		return;
	calls_write();
	hello(shim.recorder.process_index, argv, environment);
	if (!shim.is_active)
		return;
	sweep_strays();
	guest_init();
	limit_ask();
	shim.environment = environment;
	fork_init();
	finish_init(shim.is_bare);
}

void real_on_first_call(void)
{
	/* libc has its own copies of both by the time a library's constructor runs. */
	if (gnu_get_libc_version && environ)
		start(NULL, environ);
}

__attribute__((constructor)) static void start_constructor(int argc, char **argv,
							   char **environment)
{
	(void)argc; /* argv ends with NULL */
	if (!gnu_get_libc_version)
		return;
	real_prepare();
	start(argv, environment);
}

/*
 * Loading libunwind takes 200 µs, a third of what a short process costs, its mappings are an eighth
 * of a fork, and it is the first to use the program's heap. So a process gets it when another one of
 * its program had many stacks that rules do not lead through. The static unwinder walks those
 * until then.
 */
static bool has_use_for_libunwind(void)
{
#ifdef UNCLOSED_VERIFY_STACKS
	return true; /* to compare it in all processes */
#else
	return program_walks_much();
#endif
}

/*
 * Called by _start, when every library is initialised and main is next. This is
 * the place for dlopen: from our constructor, which runs before libc's own
 * (-z initfirst), it would initialise libc with an empty argv.
 */
int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void),
		      void (*fini)(void), void (*rtld_fini)(void), void *stack_end)
{
	if (shim.is_active && has_use_for_libunwind()) {
		bool had_grown = loaded_has_grown();

		unwinder_libunwind_load();
		if (shim.spreads_numbers && !had_grown)
			loaded_is_ours();
	}
	return REAL(__libc_start_main)(main, argc, argv, init, fini, rtld_fini, stack_end);
}
