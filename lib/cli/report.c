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
#include "cli/alive.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/environment.h"
#include "cli/knowledge.h"
#include "cli/mend.h"
#include "cli/launch.h"
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

static int source_read(const char *path, const struct arguments *arguments, struct report *report)
{
	const struct options *options = &arguments->options;
	struct known known;
	struct judge_context context = { .now_monotonic_ns =
						 clock_read_ns(clock_find(), CLOCK_MONOTONIC),
					 .options = options,
					 .known = &known,
					 .is_alive = process_is_alive,
					 .data = (void *)path };
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
				 ? ledger_judge(path, &context, report)
				 : json_source_read(path, arguments, &known, report);
	if (result == 0)
		knowledge_save(&known, report);
	knowledge_close(&known);
	return result;
}

int command_report(int argc, char **argv)
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

/*
 * Names in UNCLOSED_OPTIONS are relative to the directory in which the program started;
 * it may have changed its directory since. When that directory is gone, we stay here.
 */
static void start_directory_enter(const char *ledger_path, int ledger_fd)
{
	struct snapshot snapshot;
	const char *why, *directory;
	int result = ledger_fd > 0 ? snapshot_load_from(&snapshot, ledger_fd, &why)
				   : snapshot_load(&snapshot, ledger_path, &why);

	if (result < 0)
		return; /* told when it is judged */
	directory =
		snapshot_string(&snapshot, atomic_load_explicit(&snapshot.ledger.header->cwd_ref,
								memory_order_relaxed));
	if (directory)
		(void)!chdir(directory); /* gone: names are looked for from here */
	snapshot_unload(&snapshot);
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

/*
 * `unclosed --bare-report LEDGER [FD]`, started by the shim at the end of the first
 * process of a session without a launcher. Our exit status is the one
 * with which that process ends: its own, where there is no place for any word about another.
 * FD: LEDGER is gone, and a copy of it is there.
 */
int command_bare_report(int argc, char **argv)
{
	struct judge_context context = { .now_monotonic_ns =
						 clock_read_ns(clock_find(), CLOCK_MONOTONIC),
					 .is_alive = process_is_alive,
					 .environment = environment_get };
	struct options options;
	struct report *report;
	struct known known;
	bool is_knowing, has_stderr = fcntl(STDERR_FILENO, F_GETFD) >= 0;
	int status;

	standard_descriptors_guard();
	deadly_writes_ignore();
	(void)arguments_from_environment(&options); /* a bad key is told, and nothing more */
	if (argc != 2 && argc != 3)
		return complain("usage: unclosed --bare-report LEDGER [FD]");
	if (argc == 3)
		context.ledger_fd = (int)strtol(argv[2], NULL, 10);
	report = report_new();
	if (!report)
		return complain("no memory for a report; the ledger is kept as '%s'", argv[1]);
	if (getenv("UNCLOSED_OPTIONS"))
		start_directory_enter(argv[1], context.ledger_fd);
	is_knowing = knowledge_open(&known, &options, true) == 0;
	context.options = &options;
	context.known = &known;
	context.data = argv[1];
	context.is_nameless = context.ledger_fd > 0;
	status = ledger_judge(argv[1], &context, report);
	if (status == 0) {
		if (is_knowing)
			knowledge_save(&known, report);
		else
			knowledge_miss(report);
		status = outputs_write(report, &options);
		if (status == 0 || report->exit_reason != REASON_CLEAN)
			status = report->exit_status;
		if (ledger_file_dispose(argv[1], context.is_nameless ? context.ledger_fd : -1,
					&options) != 0 && status == 0)
			status = EXIT_ERROR;
		if (!has_listener(&options, has_stderr))
			status = report->exit.status;
	} else if (mend_is_lost(argv[1])) {
		(void)ledger_file_dispose(argv[1], -1, NULL); /* the failure was told */
	}
	knowledge_close(&known);
	report_free(report);
	return status;
}
