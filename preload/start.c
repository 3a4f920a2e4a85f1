/* SPDX-License-Identifier: MIT */
/* The start of a process image: join the session, or begin one. */
#include <errno.h>
#include <gnu/libc-version.h>
#include <string.h>
#include <sys/auxv.h>

#include "base/options.h"
#include "base/raw.h"
#include "base/text.h"
#include "calls/fork.h"
#include "calls/getaddrinfo.h"
#include "end/finish.h"
#include "end/inherited.h"
#include "ledger/access.h"
#include "libc/columns.h"
#include "libc/cxx_runtime.h"
#include "libc/loaded.h"
#include "libc/objects.h"
#include "libc/real.h"
#include "process/bare.h"
#include "process/privilege.h"
#include "process/programs.h"
#include "record/identity.h"
#include "record/scopes.h"
#include "record/sweep.h"
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

static void warn(const char *what, const char *value, size_t length)
{
	char line[256];
	struct text text;

	text_init(&text, line, sizeof(line) - 1);
	text_add(&text, "unclosed: ");
	text_add(&text, what);
	text_add_bytes(&text, value, length);
	line[text.length] = '\n';
	(void)raw3(SYS_write, STDERR_FILENO, line, text.length + 1); /* nowhere else to say it */
}

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
	shim.spreads_numbers = shim.ledger.header->spreads_numbers;
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

/* Is this the first process of the session, be it by way of exec? */
static bool entry_is_first(uint32_t index)
{
	const struct ledger_process *process = ledger_process_at(&shim.ledger, index);

	while (process && process->origin == ORIGIN_EXEC && process->exec_of < index) {
		index = process->exec_of;
		process = ledger_process_at(&shim.ledger, index);
	}
	return process && process->origin == ORIGIN_FIRST;
}

static void warn_of_room(void)
{
	warn("the limit of memory (ulimit -v) leaves less than 8 MiB; not watching", "", 0);
}

/* The entry stays without a hello, and says why. */
static void entry_decline(uint32_t announced, enum process_hindrance why, const char *first)
{
	struct ledger_process *process = ledger_process_at(&shim.ledger, announced);

	if (!process || LEDGER_LOAD(process->state) != PROCESS_EXPECTED)
		return;
	LEDGER_STORE(process->hindrance, why);
	if (why == HINDRANCE_ROOM && entry_is_first(announced) && bare_take_over(first))
		warn_of_room(); /* nobody is there to report it */
}

/* Attach to the ledger that UNCLOSED_LEDGER names. */
static bool session_find(const char *variable, uint32_t *ret_announced)
{
	const char *colon = strrchr(variable, ':');
	uint64_t announced;
	struct text path;

	if (!colon || !text_parse_number(colon + 1, strlen(colon + 1), &announced))
		return false;
	text_init(&path, shim.ledger_path, sizeof(shim.ledger_path));
	text_add_bytes(&path, variable, (size_t)(colon - variable));
	*ret_announced = (uint32_t)announced;
	/* A session that is over has no ledger any more: then nobody listens. */
	return !path.is_cut && ledger_attach(&shim.ledger, shim.ledger_path) == 0;
}

/*
 * `first` is the value of UNCLOSED_FIRST. Both it and the ledger must say so for an image to
 * be the one that reports: others may write the ledger.
 */
static bool session_join(const char *variable, const char *first)
{
	uint32_t announced, index;

	if (!session_find(variable, &announced))
		return false;
	if (room_is_short()) {
		entry_decline(announced, HINDRANCE_ROOM, first);
		ledger_detach(&shim.ledger);
		return false;
	}
	if (!identity_take(announced, &index))
		return false;
	shim.recorder.process_index = index;
	shim.is_program = entry_is_first(index);
	shim.is_bare = shim.is_program && bare_take_over(first);
	return true;
}

/* Does our program start no other one, by its first word? */
static bool is_reading(char *const *argv)
{
	static const char words[] = " report diff merge check help complete --help --version ";
	const char *word = argv && argv[0] && argv[1] ? argv[1] : "";
	const char *found = *word ? strstr(words, word) : NULL;

	return found && found[-1] == ' ' && found[strlen(word)] == ' ';
}

/* A program of ours tells the session that started it, if any, and no more. */
static void session_decline(const char *variable, char *const *argv)
{
	uint32_t announced;

	if (!variable || !session_find(variable, &announced))
		return;
	entry_decline(announced, is_reading(argv) ? HINDRANCE_OURS : HINDRANCE_SESSION, NULL);
	ledger_detach(&shim.ledger);
}

/* A folder that somebody named; the system's own are as they are. */
static bool folder_is_refused(const char *folder)
{
	if (!ledger_folder_is_open(folder))
		return false;
	warn("no ledger in a folder that others may write (chmod +t, or go-w): ", folder,
	     strlen(folder));
	return true;
}

#define REFUSED -EXDEV /* no system call of ours fails with it */

static int session_create(const struct options *options, const char *temporary, const char *runtime)
{
	const char *const places[] = { options->ledger_dir, "/dev/shm", temporary, "/tmp",
				       runtime };
	const char *const given[] = { options->ledger_dir, NULL, temporary, NULL, runtime };
	uint64_t size = ledger_size_allowed();
	int result = -ENOENT;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (!places[i] || !*places[i])
			continue;
		if (given[i] && folder_is_refused(given[i])) {
			result = REFUSED;
			if (places[i] == options->ledger_dir)
				break;
			continue;
		}
		result = ledger_create(&shim.ledger, places[i], size, shim.ledger_path,
				       sizeof(shim.ledger_path));
		if (result == 0 || places[i] == options->ledger_dir)
			break;
	}
	return result;
}

/* First process of a session without launcher. */
static bool session_begin(char *const *environment, struct options *options)
{
	struct ledger_header *header;
	struct ledger_process *first;
	int result;

	if (reports_are_too_deep(environment))
		return false;
	if (room_is_short()) {
		warn_of_room();
		return false;
	}
	result = session_create(options, environment_find(environment, "TMPDIR="),
				environment_find(environment, "XDG_RUNTIME_DIR="));
	if (result < 0) {
		if (result != REFUSED || !options->ledger_dir) /* else it has been said */
			warn("no room for a ledger (1 MiB) in /dev/shm, $TMPDIR or /tmp; not "
			     "watching",
			     "", 0);
		return false;
	}
	header = shim.ledger.header;
	header->stack_depth = options->stack_depth;
	header->kinds = options->kinds;
	header->kinds_asked = options->is_verbose ? KIND_ALL : options->kinds;
	header->fails_tests = options_fails_tests(options);
	header->keeps_all = options_ask_for_programs(options);
	header->keeps_open = options_ask_for_open(options);
	header->spreads_numbers = options->spreads_numbers;
	header->cwd_ref = read_directory();
	bare_begin(environment_find(environment, OPTIONS_VARIABLE), header->started_wall_ns);
	first = ledger_process_new(&shim.ledger, &shim.recorder.process_index);
	if (!first)
		return false;
	first->origin = ORIGIN_FIRST;
	shim.is_bare = shim.is_program = true;
	return true;
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
		warn("UNCLOSED_OPTIONS: ignored: ", errors[0].name, errors[0].name_length);
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

static void start(char *const *argv, char **environment)
{
	static char storage[1024];
	const char *ledger = environment_find(environment, LEDGER_VARIABLE);
	struct options options;

	if (is_started)
		return;
	is_started = true;
	throwers_init();
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
