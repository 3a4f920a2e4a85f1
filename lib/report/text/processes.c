/* SPDX-License-Identifier: MIT */
/* The processes that a finding was made in, by the commands that they were started as. */
#include "report/text/text.h"

#include <string.h>

/* Columns for what follows the name: enough to tell the processes of a test suite apart. */
#define ARGUMENTS_MAX 40

/* The same words: told once, with all process ids. Processes that are not known are the same. */
static bool is_same_command(const struct report_process *one, const struct report_process *other)
{
	if (!one || !other)
		return one == other;
	if (strcmp(one->name, other->name) != 0 || one->argc != other->argc)
		return false;
	for (size_t i = 1; i < one->argc; i++)
		if (strcmp(one->argv[i], other->argv[i]) != 0)
			return false;
	return true;
}

static const struct report_process *process_of(const struct report *report,
					       const struct finding *finding, size_t index)
{
	return query_process(report, finding->processes[index]);
}

static bool is_first_of_command(const struct report *report, const struct finding *finding,
				size_t index)
{
	const struct report_process *process = process_of(report, finding, index);

	for (size_t i = 0; i < index; i++)
		if (is_same_command(process_of(report, finding, i), process))
			return false;
	return true;
}

/* "./server --port 80": the name in full, and as many words as there is room for. */
static void print_command(const struct printer *printer, const struct report_process *process)
{
	size_t columns = 0;

	if (!process) {
		(void)fputc('?', printer->out);
		return;
	}
	(void)print_text(printer, process->name);
	for (size_t i = 1; i < process->argc; i++) {
		columns += 1 + text_columns(printer, process->argv[i]);
		(void)fputc(' ', printer->out);
		if (columns > ARGUMENTS_MAX) {
			(void)fputs(sign_cut(printer), printer->out);
			return;
		}
		(void)print_text(printer, process->argv[i]);
	}
}

/*
 * "worker --fast (pid 4250, 4251, 4252, 4253 and 96 more)", all from `first` on that
 * are the same command. Returns how many.
 */
static size_t print_processes_of(const struct printer *printer, const struct report *report,
				 const struct finding *finding, size_t first)
{
	const struct report_process *command = process_of(report, finding, first);
	size_t count = 0, most, told = 0;

	for (size_t i = first; i < finding->process_count; i++)
		count += is_same_command(process_of(report, finding, i), command);
	most = count <= LIST_MAX || printer->style->is_verbose ? count : LIST_SHOWN;
	print_command(printer, command);
	for (size_t i = first; command && i < finding->process_count && told < most; i++) {
		const struct report_process *process = process_of(report, finding, i);

		if (!is_same_command(process, command) || process->pid <= 0)
			continue;
		(void)fprintf(printer->out, told++ ? ", %d" : " (pid %d", process->pid);
	}
	if (told > 0 && count > told)
		(void)fprintf(printer->out, " and %zu more", count - told);
	(void)fputs(told > 0 ? ")" : "", printer->out);
	return count;
}

/* "in worker --fast (pid 4250, 4251), sh -c … (pid 17)": not needed where the headline names the
 * process. */
void text_finding_processes(const struct printer *printer, const struct report *report,
			    const struct finding *finding)
{
	size_t count = finding->process_count, told = 0, programs = 0;
	size_t most = printer->style->is_verbose ? SIZE_MAX : LIST_MAX;

	if (finding->share_count > 0) {
		text_shares(printer, report, finding);
		return;
	}
	if (count == 0 || (count == 1 && query_is_program(report, finding->processes[0])))
		return;
	(void)fputs("    in ", printer->out);
	for (size_t i = 0; i < count && told < count && programs < most; i++) {
		if (!is_first_of_command(report, finding, i))
			continue;
		(void)fputs(programs++ ? ", " : "", printer->out);
		told += print_processes_of(printer, report, finding, i);
	}
	if (count > told)
		(void)fprintf(printer->out, " and %zu more", count - told);
	(void)fputc('\n', printer->out);
}
