/* SPDX-License-Identifier: MIT */
/* `unclosed PROGRAM`: runs it once or several times, judges, reports, and ends as it ended. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/settings.h"
#include "cli/alive.h"
#include "cli/apart.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/crash.h"
#include "cli/environment.h"
#include "cli/knowledge.h"
#include "cli/launch.h"
#include "cli/limit_watch.h"
#include "cli/memory_bound.h"
#include "cli/outlive.h"
#include "cli/output_files.h"
#include "cli/outputs.h"
#include "cli/program.h"
#include "cli/session.h"
#include "known/repeat.h"

extern char **environ;

/* UNCLOSED_OPTIONS=off: the command runs as if unclosed were not there. */
static int run_bare(const char *path, char **argv)
{
	execv(path, argv);
	return program_complain(argv[0], errno);
}

static struct report_exit exit_from(int wait_status)
{
	if (WIFSIGNALED(wait_status))
		return (struct report_exit){ .is_known = true,
					     .is_signaled = true,
					     .signal = WTERMSIG(wait_status) };
	return (struct report_exit){ .is_known = true, .status = WEXITSTATUS(wait_status) };
}

/* What all runs of PROGRAM have in common. */
struct run {
	const struct options *options;
	struct known *known;
	const char *path;    /* of PROGRAM */
	const char *library; /* ours */
	char **argv;
	const struct coverage *coverage;
	struct launch launch;
	struct session *last; /* the one that is reported, until its report is written */
};

/* How one run went. */
struct outcome {
	struct report_exit exit;
	uint64_t exit_monotonic_ns; /* when that was seen */
	bool is_cut_down;           /* by us: SIGBUS for want of its ledger */
	struct report *report;
};

/*
 * A store behind the end of a mapped file is a SIGBUS. Only a handler would keep PROGRAM
 * from it, and PROGRAM would find that one: its own failure it is not.
 */
static int cut_complain(const struct run *run, const struct session *session,
			struct outcome *outcome)
{
	outcome->is_cut_down = outcome->exit.is_signaled && outcome->exit.signal == SIGBUS;
	return complain("%s%s ledger '%s' was cut short or overwritten by somebody else; nothing is "
			"known of its descriptors: give --ledger-dir a place that nobody cleans",
			run->argv[0],
			outcome->is_cut_down ? " was ended by SIGBUS, because its" : ": its",
			session->path);
}

static int outcome_judge(const struct run *run, struct session *session, struct outcome *outcome)
{
	struct judge_context context = {
		.options = run->options,
		.known = run->known,
		.command = (const char *const *)run->argv,
		.header = &session->header,
		.program_pid = (uint32_t)run->launch.pid,
		.exit = &outcome->exit,
		.now_monotonic_ns = clock_read_ns(clock_find(), CLOCK_MONOTONIC),
		.exit_monotonic_ns = outcome->exit_monotonic_ns,
		.is_alive = process_is_alive,
		.data = session->path,
		.ledger_fd = session->file_fd,
		.is_nameless = session_is_nameless(session),
		.environment = environment_get,
		.cwd = session->cwd,
		.rights = run->launch.has_changed_user ? &run->launch.rights : NULL,
	};

	int status;

	if (session_is_cut(session))
		return cut_complain(run, session, outcome);
	outcome->report = report_new();
	if (!outcome->report)
		return complain("no memory for a report");
	outcome->report->naming =
		(struct report_naming){ .program = run->path,
					.pid = (int)run->launch.pid,
					.started_wall_ns = session->started_wall_ns };
	memory_bound();
	status = ledger_judge(session->path, &context, outcome->report);
	memory_unbound(); /* PROGRAM may be run again */
	return status;
}

/* Write the report. Returns the exit status of unclosed. */
static int outcome_report(const struct run *run, const struct outcome *outcome)
{
	struct report *report = outcome->report;
	int status;

	descriptors_allow();
	memory_bound();
	knowledge_save(run->known, report);
	status = outputs_write(report, run->options);
	/* The verdict on the program goes before an error of ours. */
	if (status == 0 || report->exit_reason == REASON_PROGRAM ||
	    report->exit_reason == REASON_LEAKS)
		status = report->exit_status;
	return status;
}

/*
 * The program's own failure is never hidden by ours, unless leaks alone decide.
 * `status` is the verdict; when it stands for the signal that ended the program,
 * end in the same way.
 */
static int run_end(int status, const struct report_exit *program_exit,
		   const struct options *options)
{
	if (options->exit_status == EXIT_FROM_LEAKS)
		return status;
	if (status == EXIT_ERROR && program_exit->is_signaled)
		status = 128 + program_exit->signal;
	else if (status == EXIT_ERROR && program_exit->status != 0)
		status = program_exit->status;
	if (program_exit->is_signaled && status == 128 + program_exit->signal)
		end_by_signal(program_exit->signal);
	return status;
}

/* Without a report: PROGRAM's own failure is never hidden. */
static int status_of_lost(const struct report_exit *exit)
{
	if (exit->is_signaled)
		return 128 + exit->signal;
	return exit->status != 0 ? exit->status : EXIT_ERROR;
}

static bool has_failed(const struct report_exit *exit)
{
	return exit->is_signaled || exit->status != 0;
}

/*
 * Start PROGRAM, stay with it, and judge what it left. Only the ledger of the last run
 * can be kept. Returns 0, or a status after one line.
 */
static int session_run(struct run *run, struct session *session, bool is_last,
		       struct outcome *ret_outcome)
{
	char **environment =
		environment_make(environ, run->coverage, run->library, session->path,
				 settings_join(settings_of(run->options), session->first_index));
	struct limit_watch limits;
	int wait_status, error, status, result;

	limit_watch_begin(&limits,
			  &(struct limit_taking){ .options = run->options,
						  .ledger = &session->ledger,
						  .ledger_fd = session->file_fd,
						  .path = session->path },
			  &run->launch.mask);
	run->launch.limits = &limits;
	result = launch_start(&run->launch, run->path, run->argv, environment, session->first);
	environment_free(environment, environ);
	run->launch.mend = &session->mend;
	if (result < 0) {
		(void)session_close(session, NULL); /* the first failure is told */
		return complain("cannot start '%s': %s", run->argv[0], strerror(-result));
	}
	wait_status = launch_wait(&run->launch);
	ret_outcome->exit_monotonic_ns = clock_read_ns(clock_find(), CLOCK_MONOTONIC);
	if (run->launch.has_changed_user)
		session_note_user(session, run->launch.rights.user);
	error = atomic_load(run->launch.exec_errno);
	if (error) {
		(void)session_close(session, NULL);
		return program_complain(run->argv[0], error);
	}
	atomic_store_explicit(&session->first->waited,
			      PROCESS_WAITED | ((uint32_t)wait_status & 0xffff),
			      memory_order_relaxed);
	outlive_wait(session, &run->launch, run->options);
	ret_outcome->exit = exit_from(wait_status);
	is_last |= has_failed(&ret_outcome->exit);
	crash_expect(run->argv[0], session->path, status_of_lost(&ret_outcome->exit));
	launch_drain(&run->launch); /* what ended PROGRAM may have been sent to us as well */
	if (is_last)
		work_apart();
	else
		interrupts_allow();
	limit_watch_end(&limits);
	run->launch.limits = NULL;
	status = outcome_judge(run, session, ret_outcome);
	if (is_last) {
		run->last = session;
		return status;
	}
	interrupts_forbid();
	crash_expect(run->argv[0], NULL, status_of_lost(&ret_outcome->exit));
	return session_close(session, NULL) != 0 && status == 0 ? EXIT_ERROR : status;
}

/*
 * Make all runs, up to one that fails: a failing test is the result, and its leaks
 * are those of a run that did not go its usual way. `outcomes` has room for all runs,
 * and the last one is reported. Returns how many runs were made.
 */
static size_t runs_make(struct run *run, struct outcome *outcomes, int *ret_status)
{
	static struct session session; /* its table of windows is too large for a stack */
	size_t count = 0, wanted = run->options->repeat;

	*ret_status = 0;
	launch_init(&run->launch);
	while (count < wanted && *ret_status == 0) {
		struct outcome *outcome = &outcomes[count];

		*ret_status = session_open(&session, run->options, run->path);
		if (*ret_status != 0)
			break;
		count++;
		*ret_status = session_run(run, &session, count == wanted, outcome);
		if (has_failed(&outcome->exit))
			break;
	}
	return count;
}

static int run_repeatedly(struct run *run)
{
	size_t wanted = run->options->repeat, count;
	struct outcome *outcomes = calloc(wanted, sizeof(*outcomes)), *last;
	struct report **earlier = calloc(wanted, sizeof(struct report *));
	int status = EXIT_ERROR;

	if (!outcomes || !earlier) {
		free(outcomes);
		free(earlier);
		return complain("no memory for %zu runs", wanted);
	}
	count = runs_make(run, outcomes, &status);
	last = count ? &outcomes[count - 1] : NULL;
	for (size_t i = 0; i + 1 < count; i++)
		earlier[i] = outcomes[i].report;
	if (status == 0 && last) {
		if (wanted > 1)
			report_keep_steady(last->report, earlier, count - 1, run->known,
					   run->options);
		status = outcome_report(run, last);
	}
	if (run->last && session_close(run->last, run->options) != 0 && status == 0)
		status = EXIT_ERROR;
	for (size_t i = 0; i < count; i++)
		report_free(outcomes[i].report);
	free(earlier);
	if (last && last->exit.is_known && !last->is_cut_down)
		status = run_end(status, &last->exit, run->options);
	free(outcomes);
	return status;
}

static int run_program(const struct options *options, struct known *known, char **argv)
{
	char path[PATH_MAX], library[PATH_MAX];
	struct coverage coverage;
	struct run run = { .options = options,
			   .known = known,
			   .path = path,
			   .library = library,
			   .argv = argv,
			   .coverage = &coverage };
	int result = program_find(argv[0], path, sizeof(path));

	if (result < 0)
		return program_complain(argv[0], -result);
	if (options->is_off)
		return run_bare(path, argv);
	result = coverage_inspect(path, &coverage);
	if (result < 0)
		return program_complain(argv[0], -result);
	result = library_find(library, sizeof(library));
	if (result < 0)
		return complain(
			"cannot find libunclosed.so: %s; install it beside unclosed, or set "
			"UNCLOSED_LIBRARY",
			strerror(-result));
	if (!is_preloadable(library))
		return complain(
			"cannot preload '%s': the loader does not take a path with a blank, "
			"':' or '$'; install it elsewhere",
			library);
	result = output_files_check(options);
	return result != 0 ? result : run_repeatedly(&run);
}

int command_run(int argc, char **argv)
{
	struct arguments arguments;
	struct known known;
	int result;

	standard_descriptors_guard();
	result = arguments_parse(&arguments, argc, argv);
	if (result != 0)
		return result;
	if (arguments.is_help || arguments.is_version) {
		if (arguments.is_help)
			help_print_options();
		else
			help_print_version();
		return 0;
	}
	if (arguments.next >= argc)
		return complain(
			"no program given; usage: unclosed [OPTIONS] [--] PROGRAM [ARG...]");
	if (arguments.options.is_off)
		return run_program(&arguments.options, NULL, argv + arguments.next);
	result = knowledge_open(&known, &arguments.options, true);
	if (result == 0)
		result = run_program(&arguments.options, &known, argv + arguments.next);
	knowledge_close(&known);
	return result;
}
