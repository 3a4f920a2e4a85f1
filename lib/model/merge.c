/* SPDX-License-Identifier: MIT */
/*
 * Processes and scopes get new ids, rules new indices; then findings with the same
 * fingerprint become one.
 */
#include "model/merge.h"

#include "base/text.h"
#include "model/merge_finding.h"

static uint32_t next_process(const struct report *report)
{
	uint32_t next = 0;

	for (size_t i = 0; i < report->process_count; i++)
		if (report->processes[i].id >= next)
			next = report->processes[i].id + 1;
	return next;
}

/* By how much the numbers of a part are moved. */
struct shift {
	uint32_t process, scope, suppression, shard;
};

static void processes_merge(struct report *into, struct report *part, const struct shift *shift)
{
	for (size_t i = 0; i < part->process_count; i++) {
		struct report_process *process = &part->processes[i];

		process->id += shift->process;
		process->parent += shift->process;
		if (process->exec_of >= 0)
			process->exec_of += shift->process;
	}
	APPEND(into, into->processes, into->process_count, part->processes, part->process_count);
	into->covered_count += part->covered_count;
	into->uncovered_count += part->uncovered_count;
	into->running_count += part->running_count;
	into->unchecked_count += part->unchecked_count;
	into->records_lost += part->records_lost;
	into->skipped_count += part->skipped_count;
	into->listed_count += part->listed_count;
	for (size_t i = 0; i < part->scope_count; i++) {
		part->scopes[i].id += shift->scope;
		part->scopes[i].process += shift->process;
		if (part->scopes[i].parent)
			part->scopes[i].parent += shift->scope;
	}
	APPEND(into, into->scopes, into->scope_count, part->scopes, part->scope_count);
	for (size_t i = 0; i < part->limit_count; i++)
		part->limits[i].process += shift->process;
	APPEND(into, into->limits, into->limit_count, part->limits, part->limit_count);
}

/* The same rule in several shards is one; returns what the part's rules are now. */
static uint32_t *suppressions_merge(struct report *into, const struct report *part)
{
	uint32_t *moved = report_alloc(into, (part->suppression_count + 1) * sizeof(*moved));

	for (size_t i = 0; i < part->suppression_count; i++) {
		const struct report_suppression *rule = &part->suppressions[i];
		size_t at = 0;

		while (at < into->suppression_count &&
		       !(text_is_same(into->suppressions[at].rule, rule->rule) &&
			 text_is_same(into->suppressions[at].source, rule->source) &&
			 into->suppressions[at].line == rule->line))
			at++;
		if (at < into->suppression_count)
			into->suppressions[at].matched += rule->matched;
		else
			APPEND(into, into->suppressions, into->suppression_count, rule, 1);
		moved[i] = (uint32_t)at;
	}
	return moved;
}

/* What a part's finding refers to, by the numbers of the merged report. */
static void finding_shift(struct finding *finding, const struct shift *shift,
			  const uint32_t *suppressions)
{
	for (size_t i = 0; i < finding->process_count; i++)
		finding->processes[i] += shift->process;
	for (size_t i = 0; i < finding->scope_count; i++)
		finding->scopes[i] += shift->scope;
	for (size_t i = 0; i < finding->descriptor_count; i++) {
		finding->descriptors[i].process += shift->process;
		if (finding->descriptors[i].scope)
			finding->descriptors[i].scope += shift->scope;
	}
	for (size_t i = 0; i < finding->suppressed_by_count; i++)
		finding->suppressed_by[i].suppression =
			suppressions[finding->suppressed_by[i].suppression];
	for (size_t i = 0; i < finding->share_count; i++)
		finding->shares[i].shard += shift->shard;
}

static struct finding *finding_find(struct report *report, const struct finding *other)
{
	for (size_t i = 0; i < report->finding_count; i++) {
		struct finding *finding = &report->findings[i];

		if (findings_are_alike(finding, other) && finding->type == other->type && finding->kind == other->kind)
			return finding;
	}
	return NULL;
}

static void findings_merge(struct report *into, struct report *part, const struct shift *shift,
			   bool is_merged)
{
	uint32_t *suppressions = suppressions_merge(into, part);

	into->findings = array_join(into, into->findings, into->finding_count, NULL,
				    part->finding_count, sizeof(*into->findings));
	for (size_t i = 0; i < part->finding_count; i++) {
		struct finding *finding = &part->findings[i], *known;
		struct finding_share share = { .count = finding->count,
					       .counted = finding->counted };

		if (!is_merged) {
			finding->share_count = 0;
			APPEND(into, finding->shares, finding->share_count, &share, 1);
		}
		finding_shift(finding, shift, suppressions);
		known = finding_find(into, finding);
		if (known)
			finding_merge(into, known, finding);
		else
			into->findings[into->finding_count++] = *finding;
	}
}

static const char *shard_name(struct report *into, const struct report *part, const char *name)
{
	const char *text = NULL;

	for (const char **tag = part->tags; tag && tag[0] && tag[1]; tag += 2)
		text = text ? report_printf(into, "%s, %s=%s", text, tag[0], tag[1])
			    : report_printf(into, "%s=%s", tag[0], tag[1]);
	return text ? text : report_strdup(into, name);
}

static void shards_merge(struct report *into, struct report *part, const char *name)
{
	struct report_shard shard = {
		.name = shard_name(into, part, name),
		.session_id = part->session_id,
		.command = part->command,
		.exit = part->exit,
		.verdict = part->verdict,
		.exit_reason = part->exit_reason,
		.exit_status = part->exit_status,
		.is_complete = part->is_complete,
	};

	if (part->shard_count)
		APPEND(into, into->shards, into->shard_count, part->shards, part->shard_count);
	else
		APPEND(into, into->shards, into->shard_count, &shard, 1);
}

static void counts_merge(struct report *into, const struct report *part)
{
	for (unsigned int kind = 0; kind < KIND_COUNT; kind++) {
		struct report_kind_count *total = &into->kinds_total[kind];
		const struct report_kind_count *count = &part->kinds_total[kind];

		/* Not known of one, not known of all. */
		if ((total->opened && !total->peak) || (count->opened && !count->peak))
			total->peak = 0;
		else if (count->peak > total->peak)
			total->peak = count->peak;
		total->opened += count->opened;
		total->closed += count->closed;
		total->left += count->left;
		into->left_uncounted[kind] += part->left_uncounted[kind];
	}
	into->left_standard += part->left_standard;
	into->kinds |= part->kinds;
}

static bool has_diagnostic(const struct report *report, const char *text)
{
	for (size_t i = 0; i < report->diagnostic_count; i++)
		if (text_is_same(report->diagnostics[i].text, text))
			return true;
	return false;
}

/* The same line from every shard is told once. */
static void diagnostics_merge(struct report *into, const struct report *part,
			      const struct shift *shift)
{
	for (size_t i = 0; i < part->diagnostic_count; i++) {
		const struct report_diagnostic *diagnostic = &part->diagnostics[i];

		if (!has_diagnostic(into, diagnostic->text))
			report_diagnose(into, diagnostic->level, diagnostic->code, diagnostic->text,
					diagnostic->process < 0
						? -1
						: diagnostic->process + shift->process);
	}
}

static int64_t end_of(const struct report *report)
{
	/* A length beyond a lifetime is nonsense from outside. */
	bool is_sane =
		report->duration_ns < INT64_MAX / 4 && report->started_wall_ns < INT64_MAX / 2;

	return report->started_wall_ns + (is_sane ? (int64_t)report->duration_ns : 0);
}

/* Where and when: what all shards agree on, from the first to the last. */
static void session_merge(struct report *into, const struct report *part)
{
	int64_t start = into->started_wall_ns, end = end_of(into);

	if (part->started_wall_ns < start)
		start = part->started_wall_ns;
	if (end_of(part) > end)
		end = end_of(part);
	into->started_wall_ns = start;
	into->duration_ns = (uint64_t)(end - start);
	if (!text_is_same(into->cwd, part->cwd))
		into->cwd = NULL;
	if (!text_is_same(into->project, part->project))
		into->project = NULL;
	into->is_complete &= part->is_complete;
	if (part->arguments < into->arguments)
		into->arguments = part->arguments;
	if (!text_is_same(into->host_name, part->host_name))
		into->host_name = into->kernel = into->libc = NULL;
}

static void session_begin(struct report *into, const struct report *part)
{
	into->started_wall_ns = part->started_wall_ns;
	into->duration_ns = part->duration_ns;
	into->cwd = part->cwd;
	into->project = part->project;
	into->host_name = part->host_name;
	into->os = part->os;
	into->kernel = part->kernel;
	into->arch = part->arch;
	into->libc = part->libc;
	into->command = part->command;
	into->arguments = part->arguments;
	into->is_complete = part->is_complete;
}

void report_merge(struct report *into, struct report *part, const char *name)
{
	const struct shift shift = { .process = next_process(into),
				     .scope = (uint32_t)into->scope_count,
				     .shard = (uint32_t)into->shard_count };
	bool is_merged = part->shard_count > 0;

	if (into->shard_count == 0)
		session_begin(into, part);
	else
		session_merge(into, part);
	shards_merge(into, part, name);
	processes_merge(into, part, &shift);
	findings_merge(into, part, &shift, is_merged);
	counts_merge(into, part);
	diagnostics_merge(into, part, &shift);
}

void report_merge_end(struct report *into)
{
	bool has_failed = false;

	for (size_t i = 0; i < into->shard_count; i++) {
		const struct report_exit *ended = &into->shards[i].exit;

		has_failed |= !ended->is_known || ended->is_signaled || ended->status != 0;
	}
	/* A merged report has no program's end; that all went well is worth to know. */
	into->exit = (struct report_exit){ .is_known = !has_failed };
}
