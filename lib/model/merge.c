/* SPDX-License-Identifier: MIT */
/*
 * Processes and scopes get new ids, rules new indices; then findings with the same
 * fingerprint become one.
 */
#include "model/merge.h"

#include <string.h>

/* Append `count` entries of `size` bytes, or leave room for them (NULL): the array of both. */
static void *append(struct report *report, const void *have, size_t have_count, const void *more,
		    size_t count, size_t size)
{
	char *both = report_alloc(report, (have_count + count + 1) * size);

	if (have_count)
		memcpy(both, have, have_count * size);
	if (count && more)
		memcpy(both + have_count * size, more, count * size);
	return both;
}

#define APPEND(report, array, array_count, more, more_count)                                      \
	do {                                                                                      \
		(array) = append(report, array, array_count, more, more_count, sizeof(*(array))); \
		(array_count) += (more_count);                                                    \
	} while (0)

static bool is_same(const char *one, const char *other)
{
	return one == other || (one && other && strcmp(one, other) == 0);
}

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
	into->skipped_count += part->skipped_count;
	into->listed_count += part->listed_count;
	for (size_t i = 0; i < part->scope_count; i++) {
		part->scopes[i].id += shift->scope;
		part->scopes[i].process += shift->process;
		if (part->scopes[i].parent)
			part->scopes[i].parent += shift->scope;
	}
	APPEND(into, into->scopes, into->scope_count, part->scopes, part->scope_count);
}

/* The same rule in several shards is one; returns what the part's rules are now. */
static uint32_t *suppressions_merge(struct report *into, const struct report *part)
{
	uint32_t *moved = report_alloc(into, (part->suppression_count + 1) * sizeof(*moved));

	for (size_t i = 0; i < part->suppression_count; i++) {
		const struct report_suppression *rule = &part->suppressions[i];
		size_t at = 0;

		while (at < into->suppression_count &&
		       !(is_same(into->suppressions[at].rule, rule->rule) &&
			 is_same(into->suppressions[at].source, rule->source) &&
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

		if (finding->fingerprint && is_same(finding->fingerprint, other->fingerprint) &&
		    finding->type == other->type && finding->kind == other->kind)
			return finding;
	}
	return NULL;
}

static bool is_related_same(const struct report_related *one, const struct report_related *other)
{
	const struct report_frame *a = one->stack.frames, *b = other->stack.frames;

	return is_same(one->role, other->role) && one->stack.frame_count > 0 &&
	       other->stack.frame_count > 0 && is_same(a->function, b->function) &&
	       is_same(a->file, b->file) && a->line == b->line;
}

/* Where siblings were closed: the same places add up. */
static void related_merge(struct report *into, struct finding *finding, const struct finding *other)
{
	for (size_t i = 0; i < other->related_count; i++) {
		const struct report_related *more = &other->related[i];
		size_t at = 0;

		while (at < finding->related_count && !is_related_same(&finding->related[at], more))
			at++;
		if (at < finding->related_count)
			finding->related[at].count += more->count;
		else
			APPEND(into, finding->related, finding->related_count, more, 1);
	}
}

#define SIBLINGS "siblings-closed"

static uint64_t siblings_of(const struct finding *finding, size_t *ret_places)
{
	uint64_t count = 0;

	*ret_places = 0;
	for (size_t i = 0; i < finding->related_count; i++)
		if (is_same(finding->related[i].role, "usually-closed")) {
			count += finding->related[i].count;
			(*ret_places)++;
		}
	return count;
}

/* "9 of 12 from here were closed, at handle (serve.c:25).": the sum, and where, if all were there.
 */
static void siblings_tell(struct report *into, struct finding *finding)
{
	size_t places;
	uint64_t closed = siblings_of(finding, &places);

	for (size_t i = 0; i < finding->evidence_count; i++) {
		struct report_evidence *evidence = &finding->evidence[i];
		const char *at = evidence->text ? strstr(evidence->text, ", at ") : NULL;

		if (!is_same(evidence->what, SIBLINGS))
			continue;
		evidence->text = report_printf(
			into, "%llu of %llu from here were %s%s", (unsigned long long)closed,
			(unsigned long long)(closed + finding->count),
			KINDS_MEMORY & KIND_BIT(finding->kind) ? "freed" : "closed",
			places == 1 && at ? at : ".");
	}
}

/* What one shard saw closed, the other did not: then its guess is the better one. */
static void siblings_merge(struct report *into, struct finding *finding,
			   const struct finding *other)
{
	size_t places;

	if (siblings_of(finding, &places) > 0 || siblings_of(other, &places) == 0)
		return;
	finding->explanation = other->explanation;
	finding->remedy = other->remedy;
	finding->remedy_file = other->remedy_file;
	finding->remedy_line = other->remedy_line;
	for (size_t i = 0; i < other->evidence_count; i++)
		if (is_same(other->evidence[i].what, SIBLINGS))
			APPEND(into, finding->evidence, finding->evidence_count,
			       &other->evidence[i], 1);
}

static void suppressed_by_merge(struct report *into, struct finding *finding,
				const struct finding *other)
{
	for (size_t i = 0; i < other->suppressed_by_count; i++) {
		const struct finding_suppression *more = &other->suppressed_by[i];
		size_t at = 0;

		while (at < finding->suppressed_by_count &&
		       finding->suppressed_by[at].suppression != more->suppression)
			at++;
		if (at < finding->suppressed_by_count)
			finding->suppressed_by[at].count += more->count;
		else
			APPEND(into, finding->suppressed_by, finding->suppressed_by_count, more, 1);
	}
}

static void finding_merge(struct report *into, struct finding *finding, const struct finding *other)
{
	finding->count += other->count;
	finding->counted += other->counted;
	finding->suppressed += other->suppressed;
	finding->baselined += other->baselined;
	finding->noted += other->noted;
	finding->is_proven |= other->is_proven;
	finding->is_stable &= other->is_stable;
	if (finding->role != other->role)
		finding->role = ROLE_NONE;
	if (!finding->note_reason)
		finding->note_reason = other->note_reason;
	if (other->baseline > finding->baseline)
		finding->baseline = other->baseline;
	finding->baseline_allowed += other->baseline_allowed;
	APPEND(into, finding->processes, finding->process_count, other->processes,
	       other->process_count);
	APPEND(into, finding->scopes, finding->scope_count, other->scopes, other->scope_count);
	APPEND(into, finding->descriptors, finding->descriptor_count, other->descriptors,
	       other->descriptor_count);
	finding->descriptors_omitted += other->descriptors_omitted;
	if (finding->evidence_count == 0) {
		finding->evidence = other->evidence;
		finding->evidence_count = other->evidence_count;
	}
	siblings_merge(into, finding, other);
	related_merge(into, finding, other);
	siblings_tell(into, finding);
	suppressed_by_merge(into, finding, other);
	APPEND(into, finding->shares, finding->share_count, other->shares, other->share_count);
}

static void findings_merge(struct report *into, struct report *part, const struct shift *shift,
			   bool is_merged)
{
	uint32_t *suppressions = suppressions_merge(into, part);

	into->findings = append(into, into->findings, into->finding_count, NULL,
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

		total->opened += count->opened;
		total->closed += count->closed;
		total->left += count->left;
		if (count->peak > total->peak)
			total->peak = count->peak;
		into->left_uncounted[kind] += part->left_uncounted[kind];
	}
	into->kinds |= part->kinds;
}

static bool has_diagnostic(const struct report *report, const char *text)
{
	for (size_t i = 0; i < report->diagnostic_count; i++)
		if (is_same(report->diagnostics[i].text, text))
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
	if (!is_same(into->cwd, part->cwd))
		into->cwd = NULL;
	if (!is_same(into->project, part->project))
		into->project = NULL;
	into->is_complete &= part->is_complete;
	if (!is_same(into->host_name, part->host_name))
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
