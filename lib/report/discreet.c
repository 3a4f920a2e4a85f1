/* SPDX-License-Identifier: MIT */
/* Copies what is changed of a report, and shares the rest. */
#include "report/discreet.h"

#include <stdlib.h>
#include <string.h>

#include "report/elide.h"
#include "report/query.h"

static const char **words_leave_out(struct report *report, enum arguments_shown arguments,
				    const char *exe, const char **argv, size_t argc)
{
	if (arguments == ARGUMENTS_NAMES)
		return arguments_elide(report, exe, report->cwd, argv, argc);
	return arguments_elide(report, exe, NULL, argv, argc > 0 ? 1 : 0);
}

static const char **command_leave_out(struct report *report, enum arguments_shown arguments,
				      const char **command)
{
	size_t count = 0;

	while (command && command[count])
		count++;
	return command ? words_leave_out(report, arguments, NULL, command, count) : NULL;
}

static void *array_copy(struct report *report, const void *array, size_t count, size_t size)
{
	void *copy = report_alloc(report, (count + 1) * size);

	return count ? memcpy(copy, array, count * size) : copy;
}

static void arguments_leave_out(struct report *copy, enum arguments_shown arguments)
{
	copy->arguments = arguments;
	copy->command = command_leave_out(copy, arguments, copy->command);
	copy->processes =
		array_copy(copy, copy->processes, copy->process_count, sizeof(*copy->processes));
	for (size_t i = 0; i < copy->process_count; i++) {
		struct report_process *process = &copy->processes[i];
		/* Of a hundred thousand processes few are told. */
		bool is_told = process->is_listed || query_is_program(copy, process->id);
		enum arguments_shown shown = is_told ? arguments : ARGUMENTS_NONE;

		process->argv = words_leave_out(copy, shown, process->exe, process->argv,
						process->argc);
		process->argc = shown == ARGUMENTS_NONE && process->argc ? 1 : process->argc;
	}
	copy->shards = array_copy(copy, copy->shards, copy->shard_count, sizeof(*copy->shards));
	for (size_t i = 0; i < copy->shard_count; i++)
		copy->shards[i].command =
			command_leave_out(copy, arguments, copy->shards[i].command);
}

/* The path of a Unix socket is a file's. */
static bool is_of_network(const struct report_descriptor *descriptor)
{
	return !descriptor->family || strcmp(descriptor->family, "unix") != 0;
}

static void addresses_leave_out(struct report *copy, struct finding *finding)
{
	finding->descriptors = array_copy(copy, finding->descriptors, finding->descriptor_count,
					  sizeof(*finding->descriptors));
	for (size_t i = 0; i < finding->descriptor_count; i++)
		if (is_of_network(&finding->descriptors[i]))
			finding->descriptors[i].local = finding->descriptors[i].peer = NULL;
}

/* "file names are relative to /home/me/chat" */
static void folder_leave_out(struct report *copy)
{
	size_t count = 0;

	copy->diagnostics = array_copy(copy, copy->diagnostics, copy->diagnostic_count,
				       sizeof(*copy->diagnostics));
	for (size_t i = 0; i < copy->diagnostic_count; i++)
		if (!copy->diagnostics[i].code || strcmp(copy->diagnostics[i].code, "project") != 0)
			copy->diagnostics[count++] = copy->diagnostics[i];
	copy->diagnostic_count = count;
}

static void host_leave_out(struct report *copy)
{
	copy->is_hostless = true;
	copy->host_name = NULL;
	copy->findings =
		array_copy(copy, copy->findings, copy->finding_count, sizeof(*copy->findings));
	for (size_t i = 0; i < copy->finding_count; i++)
		addresses_leave_out(copy, &copy->findings[i]);
	folder_leave_out(copy);
}

struct report *report_discreet(const struct report *report, enum arguments_shown arguments,
			       bool is_hostless)
{
	struct report *copy = report_new();
	struct report_arena *arena;

	if (!copy)
		abort(); /* like report_alloc() */
	arena = copy->arena;
	*copy = *report;
	copy->arena = arena;
	if (arguments > ARGUMENTS_FULL && arguments > report->arguments)
		arguments_leave_out(copy, arguments);
	if (is_hostless)
		host_leave_out(copy);
	return copy;
}
