/* SPDX-License-Identifier: MIT */
#include "builder.h"

#include <stdlib.h>
#include <string.h>

/* The array of *count entries with a zeroed one at the end. */
static void *grow(struct report *report, void *array, size_t *count, size_t size)
{
	char *bigger = report_alloc(report, (*count + 1) * size);

	if (*count > 0)
		memcpy(bigger, array, *count * size);
	(*count)++;
	return bigger;
}

struct report_process *build_process(struct report *report, const char *name, int pid)
{
	struct report_process *process;

	report->processes =
		grow(report, report->processes, &report->process_count, sizeof(*report->processes));
	process = &report->processes[report->process_count - 1];
	*process = (struct report_process){
		.id = (uint32_t)report->process_count - 1,
		.exec_of = -1,
		.pid = pid,
		.ppid = report->process_count > 1 ? report->processes[0].pid : 1000,
		.exe = report_printf(report, "/srv/app/%s", name + (name[0] == '.' ? 2 : 0)),
		.name = report_strdup(report, name),
		.duration_ns = 1234 * MS,
		.end_how = "exit",
		.is_covered = true,
		.is_checked = true,
		.is_listed = true,
		.argc = 1,
	};
	process->argv = report_alloc(report, 2 * sizeof(*process->argv));
	process->argv[0] = process->name;
	return process;
}

struct report *build_report(void)
{
	struct report *report = report_new();

	if (!report)
		abort();
	report->session_id = "5eed5eed5eed5eed";
	report->started_wall_ns = INT64_C(1714564800123456789);
	report->duration_ns = 1300 * MS;
	report->cwd = "/srv/app";
	report->host_name = "build-7";
	report->os = "Debian GNU/Linux 12";
	report->kernel = "6.1.0";
	report->arch = "x86_64";
	report->libc = "glibc 2.36";
	report->tags = report_alloc(report, 3 * sizeof(*report->tags));
	report->tags[0] = "branch";
	report->tags[1] = "main";
	report->command = report_alloc(report, 2 * sizeof(*report->command));
	report->command[0] = "./chat_server";
	report->exit = (struct report_exit){ .is_known = true };
	report->kinds = KIND_BIT(KIND_SOCKET);
	report->is_complete = true;
	build_process(report, "./chat_server", 4242);
	return report;
}

struct finding *build_finding(struct report *report, uint64_t count, const char *title)
{
	struct finding *finding;

	report->findings =
		grow(report, report->findings, &report->finding_count, sizeof(*report->findings));
	finding = &report->findings[report->finding_count - 1];
	*finding = (struct finding){
		.id = report_printf(report, "%zu", report->finding_count),
		.fingerprint = report_printf(report, "%016zx", report->finding_count * 0x1234567),
		.is_stable = true,
		.kind = KIND_SOCKET,
		.title = report_strdup(report, title),
		.count = count,
		.counted = count,
		.process_count = 1,
		.processes = report_alloc(report, sizeof(uint32_t)),
	};
	return finding;
}

struct report_descriptor *build_descriptor(struct report *report, struct finding *finding, int fd,
					   const char *local, const char *peer, const char *state)
{
	struct report_descriptor *descriptor;

	finding->descriptors = grow(report, finding->descriptors, &finding->descriptor_count,
				    sizeof(*finding->descriptors));
	descriptor = &finding->descriptors[finding->descriptor_count - 1];
	*descriptor = (struct report_descriptor){
		.process = finding->processes[0],
		.fd = fd,
		.family = "inet",
		.type = "stream",
		.protocol = "tcp",
		.state = state,
		.local = report_strdup(report, local),
		.peer = report_strdup(report, peer),
		.is_state_known = state != NULL,
		.opened_ns = 100 * MS,
		.age_ns = 1134 * MS,
		.tid = 4242,
		.cloexec = 1,
		.dup_of = -1,
	};
	return descriptor;
}

struct report_frame *build_frame(struct report *report, struct report_stack *stack,
				 const char *function, const char *file, unsigned int line)
{
	struct report_frame *frame;

	stack->frames = grow(report, stack->frames, &stack->frame_count, sizeof(*stack->frames));
	frame = &stack->frames[stack->frame_count - 1];
	*frame = (struct report_frame){
		.function = function,
		.file = file,
		.line = line,
		.module = "/srv/app/chat_server",
		.build_id = "00112233445566778899aabbccddeeff00112233",
		.offset = 0x1100 + 16 * stack->frame_count,
		.language = "c",
	};
	return frame;
}

struct report_related *build_related(struct report *report, struct finding *finding,
				     const char *role, uint64_t count)
{
	struct report_related *related;

	finding->related =
		grow(report, finding->related, &finding->related_count, sizeof(*finding->related));
	related = &finding->related[finding->related_count - 1];
	related->role = role;
	related->count = count;
	return related;
}

void build_evidence(struct report *report, struct finding *finding, const char *what,
		    const char *text, bool is_proof)
{
	finding->evidence = grow(report, finding->evidence, &finding->evidence_count,
				 sizeof(*finding->evidence));
	finding->evidence[finding->evidence_count - 1] =
		(struct report_evidence){ .what = what, .text = text, .is_proof = is_proof };
	finding->is_proven = finding->is_proven || is_proof;
}

void build_diagnostic(struct report *report, enum diagnostic_level level, const char *code,
		      const char *text)
{
	report->diagnostics = grow(report, report->diagnostics, &report->diagnostic_count,
				   sizeof(*report->diagnostics));
	report->diagnostics[report->diagnostic_count - 1] = (struct report_diagnostic){
		.level = level, .code = code, .text = text, .process = -1
	};
}

void build_totals(struct report *report, uint64_t opened, uint64_t closed, uint64_t peak)
{
	for (size_t i = 0; i < report->finding_count; i++) {
		const struct finding *finding = &report->findings[i];

		report->total += finding->count;
		report->counted += finding->counted;
		report->suppressed += finding->suppressed;
		report->baselined += finding->baselined;
		report->noted += finding->noted;
	}
	for (size_t i = 0; i < report->process_count; i++) {
		report->covered_count += report->processes[i].is_covered;
		report->uncovered_count += !report->processes[i].is_covered;
		report->running_count += report->processes[i].end == REPORT_END_RUNNING;
		report->listed_count += report->processes[i].is_listed;
		report->is_complete = report->is_complete && report->processes[i].is_covered &&
				      report->processes[i].end != REPORT_END_RUNNING;
	}
	report->kinds_total[KIND_SOCKET] =
		(struct report_kind_count){ opened, closed, opened - closed, peak };
	if (report->counted > 0) {
		report->verdict = VERDICT_LEAKS;
		report->exit_reason = REASON_LEAKS;
		report->exit_status = 23;
	} else if (report->verdict == VERDICT_CLEAN && !report->is_complete) {
		report->verdict = VERDICT_INCOMPLETE;
	}
	if (report->exit.is_known && (report->exit.is_signaled || report->exit.status)) {
		report->exit_reason = REASON_PROGRAM;
		report->exit_status =
			report->exit.is_signaled ? 128 + report->exit.signal : report->exit.status;
	}
}
