/* SPDX-License-Identifier: MIT */
/* Joins the session that a process was started in, or begins one without a launcher. */
#include "session.h"

#include <errno.h>
#include <string.h>

#include "base/raw.h"
#include "base/settings.h"
#include "base/text.h"
#include "ledger/access.h"
#include "ledger/seal.h"
#include "process/bare.h"
#include "process/environment.h"
#include "process/privilege.h"
#include "record/identity.h"
#include "shim/address_space.h"
#include "shim/names.h"
#include "shim/state.h"
#include "shim/variables.h"

void session_warn(const char *what, const char *value, size_t length)
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
	session_warn("the limit of memory (ulimit -v) leaves less than 8 MiB; not watching", "", 0);
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
	environment_settings_note((uint32_t)(announced >> SETTINGS_SHIFT));
	/* A session that is over has no ledger any more: then nobody listens. */
	return !path.is_cut && ledger_attach(&shim.ledger, shim.ledger_path) == 0;
}

bool session_join(const char *variable, const char *first)
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

void session_decline(const char *variable, char *const *argv)
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
	session_warn("no ledger in a folder that others may write (chmod +t, or go-w): ", folder,
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

bool session_begin(char *const *environment, const struct options *options)
{
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
			session_warn(
				"no room for a ledger (1 MiB) in /dev/shm, $TMPDIR or /tmp; not "
				"watching",
				"", 0);
		return false;
	}
	bare_begin(environment_find(environment, OPTIONS_VARIABLE),
		   shim.ledger.header->started_wall_ns);
	ledger_settle(&shim.ledger, options, bare_directory());
	environment_settings_note(settings_of(options));
	first = ledger_process_new(&shim.ledger, &shim.recorder.process_index);
	if (!first)
		return false;
	first->origin = ORIGIN_FIRST;
	shim.is_bare = shim.is_program = true;
	return true;
}
