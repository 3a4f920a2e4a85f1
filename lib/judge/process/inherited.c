/* SPDX-License-Identifier: MIT */
/*
 * Descriptors from outside that many programs are handed down, by what they are
 * open to, by their numbers, or by what the environment says of the numbers.
 */
#include <stdlib.h>
#include <string.h>

#include "base/glob.h"
#include "base/text.h"
#include "judge/process/process.h"

/* Numbers that a variable names, and not the table. */
enum announced { ANNOUNCED_NOT, ANNOUNCED_JOBSERVER, ANNOUNCED_LISTEN };

static const struct known_one {
	const char *known_as;
	int fd;             /* -1: any */
	const char *kind;   /* NULL: any */
	const char *target; /* glob of where the number leads; NULL: any */
	const char *variable;
	enum announced announced;
} known_ones[] = {
	/* clang-format off */
	/* The runner of GitHub Actions: actions/runner-images#3729. */
	{ "CI runner (GitHub Actions)", 155, "pipe", NULL, NULL, ANNOUNCED_NOT },
	{ "CI runner (GitHub Actions)", 158, "pipe", NULL, NULL, ANNOUNCED_NOT },
	/* GNU make: manual, 13.1.1 POSIX Jobserver Interaction; cargo's copy: jobserver crate. */
	{ "make's jobserver", -1, "pipe", NULL, "MAKEFLAGS", ANNOUNCED_JOBSERVER },
	{ "make's jobserver", -1, "pipe", NULL, "CARGO_MAKEFLAGS", ANNOUNCED_JOBSERVER },
	{ "make's jobserver", -1, NULL, "*/GMfifo*", NULL, ANNOUNCED_NOT },
	/* systemd: sd_listen_fds(3), from 3 on. */
	{ "socket activation (systemd)", -1, NULL, NULL, "LISTEN_FDS", ANNOUNCED_LISTEN },
	/* Bats prints its results there: bats-core manual, "File descriptor 3". */
	{ "test framework (Bats)", 3, NULL, NULL, "BATS_VERSION", ANNOUNCED_NOT },
	{ "test framework (Bats)", 4, NULL, NULL, "BATS_VERSION", ANNOUNCED_NOT },
	/* Jenkins' durable-task plugin: where a step's output goes. */
	{ "CI agent (Jenkins)", -1, "file", "*/jenkins-log.txt", NULL, ANNOUNCED_NOT },
	{ "CI agent (Jenkins)", -1, "file", "*/jenkins-result.txt*", NULL, ANNOUNCED_NOT },
	/* Terminals of VS Code and other Electron programs: microsoft/vscode#58814, node-pty#499. */
	{ "terminal of VS Code", -1, "file", "*/v8_context_snapshot*.bin", NULL, ANNOUNCED_NOT },
	{ "terminal of VS Code", -1, "file", "*/natives_blob.bin", NULL, ANNOUNCED_NOT },
	{ "terminal of VS Code", -1, "file", "*/snapshot_blob.bin", NULL, ANNOUNCED_NOT },
	{ "terminal of VS Code", -1, "file", "*/icudtl.dat", NULL, ANNOUNCED_NOT },
	{ "terminal of VS Code", -1, "file", "*.pak", NULL, ANNOUNCED_NOT },
	{ "terminal of VS Code", -1, "file", "*/ptyhost.log", NULL, ANNOUNCED_NOT },
	/* KDE's session hands its inotify down: jart/cosmopolitan#915. */
	{ "desktop session", -1, "inotify", NULL, "XDG_CURRENT_DESKTOP", ANNOUNCED_NOT },
	{ "desktop session", -1, "inotify", NULL, "KDE_FULL_SESSION", ANNOUNCED_NOT },
	/* script(1), expect, sshd, tmux, docker run -t: the terminal they made, pts(4). */
	{ "terminal", -1, NULL, "/dev/pts/*", NULL, ANNOUNCED_NOT },
	{ "terminal", -1, NULL, "/dev/ptmx", NULL, ANNOUNCED_NOT },
	{ "terminal", -1, NULL, "/dev/tty*", NULL, ANNOUNCED_NOT },
	/* clang-format on */
};

/* "--jobserver-auth=3,4" (or -fds before make 4.2): is the number one of the two? */
static bool is_of_jobserver(const char *flags, int fd)
{
	static const char *const names[] = { "--jobserver-auth=", "--jobserver-fds=" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *at = flags;

		/* The last one holds: make appends to what it was given. */
		while ((at = strstr(at, names[i]))) {
			char *comma;

			at += strlen(names[i]);
			if (strtol(at, &comma, 10) == fd ||
			    (*comma == ',' && strtol(comma + 1, NULL, 10) == fd))
				return true;
		}
	}
	return false;
}

static bool is_listened_on(const char *count, int fd)
{
	uint64_t number;

	return text_parse_number(count, strlen(count), &number) && fd >= 3 &&
	       (uint64_t)fd < 3 + number;
}

static bool is_announced(const struct judge *judge, const struct known_one *one, int fd)
{
	const char *value;

	if (!one->variable)
		return true;
	value = judge->context->environment ? judge->context->environment(one->variable) : NULL;
	if (!value)
		return false;
	switch (one->announced) {
	case ANNOUNCED_JOBSERVER:
		return is_of_jobserver(value, fd);
	case ANNOUNCED_LISTEN:
		return is_listened_on(value, fd);
	default:
		return true;
	}
}

const char *inherited_name(const struct judge *judge, int fd, const char *kind, const char *target)
{
	for (size_t i = 0; i < sizeof(known_ones) / sizeof(known_ones[0]); i++) {
		const struct known_one *one = &known_ones[i];

		if ((one->fd < 0 || one->fd == fd) &&
		    (!one->kind || (kind ? strcmp(one->kind, kind) == 0 : one->fd >= 0)) &&
		    (!one->target || (target && glob_matches(one->target, target))) &&
		    is_announced(judge, one, fd))
			return one->known_as;
	}
	return NULL;
}

/* Did the process note that it hands this number down? */
static bool process_places(struct judge *judge, const struct ledger_process *process, int fd)
{
	uint32_t ref = LEDGER_LOAD(process->events_ref);
	const struct ledger_event *event;

	while ((event = ledger_at(judge->ledger, ref, sizeof(*event))) &&
	       budget_take(judge, &judge->record_budget, 1)) {
		if (event->type == EVENT_PLACED && event->fd == fd)
			return true;
		ref = event->next_ref;
	}
	return false;
}

bool life_hands_down(struct judge *judge, const struct life *life, int fd)
{
	uint32_t index = life->last;

	while (index != life->first) {
		index = judge->images[index].process->exec_of;
		if (process_places(judge, judge->images[index].process, fd))
			return true;
	}
	return false;
}
