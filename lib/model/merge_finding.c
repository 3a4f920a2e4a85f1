/* SPDX-License-Identifier: MIT */
/* Two findings of the same place become one: sums, descriptors, where siblings were closed. */
#include "model/merge_finding.h"

#include <string.h>

#include "base/text.h"

void *array_join(struct report *report, const void *have, size_t have_count, const void *more,
		 size_t count, size_t size)
{
	char *both = report_alloc(report, (have_count + count + 1) * size);

	if (have_count)
		memcpy(both, have, have_count * size);
	if (count && more)
		memcpy(both + have_count * size, more, count * size);
	return both;
}

static bool is_related_same(const struct report_related *one, const struct report_related *other)
{
	const struct report_frame *a = one->stack.frames, *b = other->stack.frames;

	return text_is_same(one->role, other->role) && one->stack.frame_count > 0 &&
	       other->stack.frame_count > 0 && text_is_same(a->function, b->function) &&
	       text_is_same(a->file, b->file) && a->line == b->line;
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
		if (text_is_same(finding->related[i].role, "usually-closed")) {
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

		if (!text_is_same(evidence->what, SIBLINGS))
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
	finding->explanation_row = other->explanation_row;
	finding->remedy_row = other->remedy_row;
	finding->remedy_file = other->remedy_file;
	finding->remedy_line = other->remedy_line;
	for (size_t i = 0; i < other->evidence_count; i++)
		if (text_is_same(other->evidence[i].what, SIBLINGS))
			APPEND(into, finding->evidence, finding->evidence_count,
			       &other->evidence[i], 1);
}

/* The worse of two words, and when, of the process that it was said of. */
static const unsigned int growth_ranks[GROWTH_WORD_COUNT] = {
	[GROWTH_STEADY] = 1,
	[GROWTH_STOPPED] = 2,
	[GROWTH_MAY_GROW] = 3,
	[GROWTH_GROWING] = 4,
};

static struct report_evidence *evidence_find(const struct finding *finding, const char *what)
{
	for (size_t i = 0; what && i < finding->evidence_count; i++)
		if (text_is_same(finding->evidence[i].what, what))
			return &finding->evidence[i];
	return NULL;
}

/* The sentence of the other's word in the place of this one's. */
static void growth_tell(struct report *into, struct finding *finding, const struct finding *other)
{
	struct report_evidence *have =
		evidence_find(finding, growth_word_name(finding->growth.word));
	const struct report_evidence *more =
		evidence_find(other, growth_word_name(other->growth.word));

	if (have && more)
		*have = *more;
	else if (more)
		APPEND(into, finding->evidence, finding->evidence_count, more, 1);
}

/* Older than all of its siblings: still true only where those of the other lived no longer. */
static bool is_over_age(const struct report_growth *one, const struct report_growth *other)
{
	return one->is_over_age &&
	       (other->closed == 0 ||
		(other->longest_life_ns != 0 && other->longest_life_ns <= one->longest_life_ns));
}

static void over_age_drop(struct finding *finding)
{
	struct report_evidence *row = evidence_find(finding, "over-age");

	if (!row)
		return;
	finding->evidence_count--;
	memmove(row, row + 1,
		(size_t)(finding->evidence + finding->evidence_count - row) * sizeof(*row));
}

static void growth_merge(struct report *into, struct finding *finding, const struct finding *other)
{
	struct report_growth *growth = &finding->growth;
	const struct report_growth *more = &other->growth;
	bool is_old = is_over_age(growth, more) || is_over_age(more, growth);
	bool is_life_known = (growth->closed == 0 || growth->longest_life_ns) &&
			     (more->closed == 0 || more->longest_life_ns);
	uint64_t closed = growth->closed + more->closed, longest_ns = growth->longest_life_ns;

	if (more->longest_life_ns > longest_ns)
		longest_ns = more->longest_life_ns;
	if (growth_ranks[more->word] > growth_ranks[growth->word]) {
		growth_tell(into, finding, other);
		*growth = *more;
	}
	growth->closed = closed;
	growth->longest_life_ns = is_life_known ? longest_ns : 0;
	growth->is_over_age = is_old;
	if (!is_old)
		over_age_drop(finding);
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

void finding_merge(struct report *into, struct finding *finding, const struct finding *other)
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
	growth_merge(into, finding, other);
	siblings_merge(into, finding, other);
	related_merge(into, finding, other);
	siblings_tell(into, finding);
	suppressed_by_merge(into, finding, other);
	APPEND(into, finding->shares, finding->share_count, other->shares, other->share_count);
}
