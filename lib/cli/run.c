/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/alive.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/environment.h"
#include "cli/knowledge.h"
#include "cli/launch.h"
#include "cli/outlive.h"
#include "cli/output_files.h"
#include "cli/outputs.h"
#include "cli/program.h"
#include "cli/session.h"

extern char **environ;

/* UNCLOSED_OPTIONS=off: as if unclosed had not been written before the command. */
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

/* Judge and write. Returns the exit status of unclosed. */
static int run_report(struct session *session, const struct options *options, char **argv,
		      const struct report_exit *program_exit)
{
	struct judge_context context = {
		.options = options,
		.known = session->known,
		.command = (const char *const *)argv,
		.exit = program_exit,
		.is_alive = process_is_alive,
		.data = session->path,
		.environment = environment_get,
	};
	struct report *report = report_new();
	int status;

	if (!report)
		return complain("no memory for a report");
	status = ledger_judge(session->path, &context, report);
	if (status == 0) {
		knowledge_save(session->known, report);
		status = outputs_write(report, options);
	}
	/* What the program said of itself comes before what went wrong here. */
	if (status == 0 || report->exit_reason == REASON_PROGRAM ||
	    report->exit_reason == REASON_LEAKS)
		status = report->exit_status;
	report_free(report);
	return status;
}

/*
 * The program's own failure is never hidden by ours. `status` is the verdict;
 * when it stands for the signal that ended the program, end in the same way.
 */
static int run_end(int status, const struct report_exit *program_exit)
{
	if (status == EXIT_ERROR && program_exit->is_signaled)
		status = 128 + program_exit->signal;
	else if (status == EXIT_ERROR && program_exit->status != 0)
		status = program_exit->status;
	if (program_exit->is_signaled && status == 128 + program_exit->signal)
		end_by_signal(program_exit->signal);
	return status;
}

static int run_session(struct session *session, struct launch *launch,
		       const struct options *options, const char *path, char **argv,
		       char **environment)
{
	struct report_exit program_exit;
	int result, wait_status, error, status;

	launch_init(launch);
	result = launch_start(launch, path, argv, environment, session->first);
	if (result < 0) {
		(void)session_close(session, NULL); /* the first failure is told */
		return complain("cannot start '%s': %s", argv[0], strerror(-result));
	}
	wait_status = launch_wait(launch);
	error = (int)atomic_load_explicit(&session->first->exec_errno, memory_order_relaxed);
	if (error && atomic_load(&session->first->state) == PROCESS_EXPECTED) {
		(void)session_close(session, NULL);
		return program_complain(argv[0], error);
	}
	atomic_store_explicit(&session->first->waited,
			      PROCESS_WAITED | ((uint32_t)wait_status & 0xffff),
			      memory_order_relaxed);
	outlive_wait(session, launch, options);
	program_exit = exit_from(wait_status);
	status = run_report(session, options, argv, &program_exit);
	if (session_close(session, options) != 0 && status == 0)
		status = EXIT_ERROR;
	return run_end(status, &program_exit);
}

static int run_program(const struct options *options, struct known *known, char **argv)
{
	static struct session session; /* its table of windows is too large for a stack */
	char path[PATH_MAX], library[PATH_MAX];
	struct coverage coverage;
	struct launch launch;
	char **environment;
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
	if (result != 0)
		return result;
	result = session_open(&session, options, library, path);
	if (result != 0)
		return result;
	session.known = known;
	environment =
		environment_make(environ, &coverage, library, session.path, session.first_index);
	result = run_session(&session, &launch, options, path, argv, environment);
	environment_free(environment, environ);
	return result;
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
