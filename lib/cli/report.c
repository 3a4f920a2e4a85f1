/* SPDX-License-Identifier: MIT */
/* `unclosed report`, and the report of a session without a launcher. */
#include "report/report.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "cli/alive.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/crash.h"
#include "cli/environment.h"
#include "cli/knowledge.h"
#include "cli/launch.h"
#include "cli/limit_take.h"
#include "cli/live.h"
#include "cli/memory_bound.h"
#include "cli/mend.h"
#include "cli/outputs.h"
#include "cli/reader.h"
#include "cli/session.h"

enum source { SOURCE_LEDGER, SOURCE_JSON, SOURCE_OTHER };

/* Returns 0 or -errno. A file that is not regular is taken for JSON: it cannot be read twice. */
static int source_find(const char *path, enum source *ret_source)
{
	char bytes[64] = "";
	uint64_t magic;
	struct stat status;
	size_t at = 0;
	ssize_t length;
	int fd;

	*ret_source = SOURCE_JSON;
	if (strcmp(path, "-") == 0)
		return 0;
	if (stat(path, &status) < 0)
		return -errno;
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	if (!S_ISREG(status.st_mode))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	length = read(fd, bytes, sizeof(bytes) - 1);
	close(fd);
	if (length < 0)
		return -EIO;
	memcpy(&magic, bytes, sizeof(magic));
	while (isspace((unsigned char)bytes[at]))
		at++;
	if (length >= (ssize_t)sizeof(magic) && magic == LEDGER_MAGIC)
		*ret_source = SOURCE_LEDGER;
	else if (bytes[at] != '{')
		*ret_source = SOURCE_OTHER;
	return 0;
}

static int json_source_read(const char *path, const struct arguments *arguments,
			    struct known *known, struct report *report)
{
	char error[512] = "";
	int result = report_read_json(report, path, error, sizeof(error));

	if (result < 0)
		return complain("cannot read '%s': %s", path,
				result == -EPROTO ? error : strerror(-result));
	if (reader_refine(report, arguments, path) != 0)
		return EXIT_ERROR;
	reader_rejudge(report, known, arguments);
	return 0;
}

/* Open the ledger, once: what is under its name later may be another's. */
static int ledger_open(const char *path, int *ret_fd)
{
	const char *why = NULL;
	int fd = snapshot_open(path, &why);

	if (fd < 0)
		return complain("cannot read ledger '%s': %s", path,
				fd == -EPROTO && why ? why : strerror(-fd));
	*ret_fd = fd;
	return 0;
}

static int ledger_source_read(const char *path, const struct options *options, struct known *known,
			      struct report *report)
{
	struct judge_context context = { .now_monotonic_ns =
						 clock_read_ns(clock_find(), CLOCK_MONOTONIC),
					 .options = options,
					 .known = known,
					 .is_alive = process_is_alive,
					 .data = (void *)path };
	int result = ledger_open(path, &context.ledger_fd);

	if (result != 0)
		return result;
	crash_expect(path, NULL, EXIT_ERROR);
	result = ledger_judge(path, &context, report);
	crash_forget();
	close(context.ledger_fd); /* was only read */
	return result;
}

static int source_read(const char *path, const struct arguments *arguments, struct report *report)
{
	const struct options *options = &arguments->options;
	struct known known;
	enum source source;
	int result = source_find(path, &source);

	if (result < 0)
		return complain("cannot open '%s': %s", path, strerror(-result));
	if (source == SOURCE_OTHER)
		return complain("cannot read '%s': neither a ledger nor a JSON report of unclosed",
				path);
	result = knowledge_open(&known, options, source == SOURCE_LEDGER);
	if (result == 0)
		result = source == SOURCE_LEDGER
				 ? ledger_source_read(path, options, &known, report)
				 : json_source_read(path, arguments, &known, report);
	if (result == 0)
		knowledge_save(&known, report);
	knowledge_close(&known);
	return result;
}

/* A ledger that was kept, or a report that was written. */
static int stored_report(int argc, char **argv)
{
	struct arguments arguments;
	struct report *report;
	int status;

	if (!reader_begin(&arguments, argc, argv, &status))
		return status;
	if (argc - arguments.next != 1)
		return complain("usage: unclosed report [OPTIONS] LEDGER|REPORT.json");
	report = report_new();
	if (!report)
		return complain("no memory for a report");
	status = source_read(argv[arguments.next], &arguments, report);
	if (status == 0)
		status = outputs_write(report, &arguments.options);
	if (status == 0)
		status = reader_status(report, &arguments.options);
	report_free(report);
	return status;
}

/* Take a word out of the command line. False: it is not there. */
static bool word_take(int *argc, char **argv, const char *word)
{
	for (int i = 1; i < *argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], word) != 0)
			continue;
		memmove(&argv[i], &argv[i + 1], (size_t)(*argc - i) * sizeof(*argv));
		--*argc;
		return true;
	}
	return false;
}

int command_report(int argc, char **argv)
{
	if (word_take(&argc, argv, "--live"))
		return report_live(argc, argv);
	return stored_report(argc, argv);
}

/*
 * Does anybody hear of what is found? Descriptor 2 is closed where the program has closed it, or
 * has put something else in its place.
 */
static bool has_listener(const struct options *options, bool has_stderr)
{
	return has_stderr || options->output || options->json || options->sarif || options->junit ||
	       options->summary || options->is_github;
}

/* The words of `--bare-report`, as preload/end/reporter.c gives them. */
enum bare_word {
	BARE_LEDGER = 1,
	BARE_PID,
	BARE_STATUS,
	BARE_STARTED,
	BARE_PROGRAM,
	BARE_DIRECTORY,
	BARE_FD,
	BARE_LOCKED
};

#define BARE_BY_SIGNAL 256 /* status: 256 + the number of the signal */

static struct report_exit bare_exit(const char *word)
{
	int status = (int)strtol(word, NULL, 10);

	if (status >= BARE_BY_SIGNAL)
		return (struct report_exit){ .is_known = true,
					     .is_signaled = true,
					     .signal = status - BARE_BY_SIGNAL };
	return (struct report_exit){ .is_known = true, .status = status };
}

static struct report_naming bare_naming(char **argv)
{
	return (struct report_naming){ .program =
					       *argv[BARE_PROGRAM] ? argv[BARE_PROGRAM] : "unknown",
				       .pid = (int)strtol(argv[BARE_PID], NULL, 10),
				       .started_wall_ns = strtoll(argv[BARE_STARTED], NULL, 10) };
}

/* A copy of the ledger was judged where this user may not open it: the file is still there. */
static int bare_dispose(const char *ledger, const struct judge_context *context, bool is_locked)
{
	int status = ledger_file_dispose(ledger, context->ledger_fd, context->options);

	return is_locked && status == 0 ? ledger_remove(ledger) : status;
}

/* Judge, report, and remove the ledger. Returns our exit status. */
static int bare_report(char **argv, struct judge_context *context, struct known *known,
		       struct report *report)
{
	const struct options *options = context->options;
	bool is_knowing = knowledge_open(known, options, true) == 0, is_locked;
	int status;

	context->known = known;
	report->naming = bare_naming(argv);
	crash_expect(report->naming.program, argv[BARE_LEDGER],
		     context->exit->status != 0 ? context->exit->status : EXIT_ERROR);
	limits_finish(argv[BARE_LEDGER], context->ledger_fd, options);
	status = ledger_judge(argv[BARE_LEDGER], context, report);
	if (status != 0) {
		if (mend_is_lost(context->ledger_fd))
			(void)ledger_file_dispose(argv[BARE_LEDGER], context->ledger_fd,
						  NULL); /* the failure was told */
		return status;
	}
	if (is_knowing)
		knowledge_save(known, report);
	else
		knowledge_miss(report);
	status = outputs_write(report, options);
	if (status == 0 || report->exit_reason != REASON_CLEAN)
		status = report->exit_status;
	is_locked = argv[BARE_FD] && argv[BARE_LOCKED];
	if (bare_dispose(argv[BARE_LEDGER], context, is_locked) != 0 && status == 0)
		status = EXIT_ERROR;
	return status;
}

/*
 * `unclosed --bare-report LEDGER PID STATUS STARTED PROGRAM DIRECTORY [FD [locked]]`, started by the shim
 * at the end of the first process of a session without a launcher, which says who it is and
 * how it ends. Our exit status is the one with which that process ends: its own, where there is
 * no place for any word about another. FD: LEDGER is gone, or not for the user that the program has
 * become, and a copy of it is there. Names in
 * UNCLOSED_OPTIONS are relative to DIRECTORY, in which the program started.
 */
int command_bare_report(int argc, char **argv)
{
	struct judge_context context = { .now_monotonic_ns =
						 clock_read_ns(clock_find(), CLOCK_MONOTONIC),
					 .is_alive = process_is_alive,
					 .environment = environment_get };
	bool has_stderr = fcntl(STDERR_FILENO, F_GETFD) >= 0;
	struct report_exit exit;
	struct options options;
	struct report *report;
	struct known known = { .is_updating = false };
	int status;

	standard_descriptors_guard();
	deadly_writes_ignore();
	(void)arguments_from_environment(&options); /* a bad key is told, and nothing more */
	memory_limit_set(options.memory_bytes);
	memory_bound();
	if (argc < BARE_FD || argc > BARE_LOCKED + 1)
		return complain("usage: unclosed report [OPTIONS] LEDGER");
	exit = bare_exit(argv[BARE_STATUS]);
	context.options = &options;
	context.exit = &exit;
	context.data = argv[BARE_LEDGER];
	context.program_pid = (uint32_t)strtoul(argv[BARE_PID], NULL, 10);
	context.cwd = argv[BARE_DIRECTORY];
	context.is_nameless = argc == BARE_LOCKED;
	if (argc > BARE_FD)
		context.ledger_fd = (int)strtol(argv[BARE_FD], NULL, 10);
	else if (ledger_open(argv[BARE_LEDGER], &context.ledger_fd) != 0)
		return EXIT_ERROR;
	report = report_new();
	if (!report)
		return complain("no memory for a report; the ledger is kept as '%s'",
				argv[BARE_LEDGER]);
	(void)!chdir(context.cwd); /* gone: names are looked for from here */
	status = bare_report(argv, &context, &known, report);
	if (report->exit.is_known && !has_listener(&options, has_stderr))
		status = exit.status;
	knowledge_close(&known);
	report_free(report);
	return status;
}
