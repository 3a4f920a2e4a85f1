/* SPDX-License-Identifier: MIT */
/* A baseline as a sorted list: built from a report, compared, and applied to a report. */
#include "known/baseline.h"

#include <stdlib.h>
#include <string.h>

#include "model/where.h"

void baseline_init(struct baseline *baseline)
{
	*baseline = (struct baseline){ .storage = report_new() };
	if (!baseline->storage)
		abort(); /* like report_alloc() */
}

void baseline_fini(struct baseline *baseline)
{
	report_free(baseline->storage);
	*baseline = (struct baseline){ .count = 0 };
}

/* Where a fingerprint is, or would be put in. */
static size_t place_find(const struct baseline *baseline, const char *fingerprint)
{
	size_t low = 0, high = baseline->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(baseline->entries[middle].fingerprint, fingerprint) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct baseline_entry *baseline_find(const struct baseline *baseline, const char *fingerprint)
{
	size_t at = place_find(baseline, fingerprint);

	return at < baseline->count && strcmp(baseline->entries[at].fingerprint, fingerprint) == 0
		       ? &baseline->entries[at]
		       : NULL;
}

/* A baseline of before there was a "place/2" has the first, and holds. */
static const struct baseline_entry *entry_of(const struct baseline *baseline,
					     const struct finding *finding)
{
	const struct baseline_entry *entry =
		finding->fingerprint_2 ? baseline_find(baseline, finding->fingerprint_2) : NULL;

	return entry || !finding->fingerprint ? entry
					      : baseline_find(baseline, finding->fingerprint);
}

static void room_make(struct baseline *baseline)
{
	struct baseline_entry *grown;

	if (baseline->count & (baseline->count - 1))
		return;
	grown = report_alloc(baseline->storage,
			     (baseline->count ? baseline->count * 2 : 1) * sizeof(*grown));
	if (baseline->count)
		memcpy(grown, baseline->entries, baseline->count * sizeof(*grown));
	baseline->entries = grown;
}

void baseline_add(struct baseline *baseline, const struct baseline_entry *entry)
{
	struct baseline_entry *known = baseline_find(baseline, entry->fingerprint);
	struct report *storage = baseline->storage;
	size_t at = place_find(baseline, entry->fingerprint);

	if (known) {
		if (__builtin_add_overflow(known->count, entry->count, &known->count))
			known->count = UINT64_MAX;
		return;
	}
	room_make(baseline);
	memmove(&baseline->entries[at + 1], &baseline->entries[at],
		(baseline->count - at) * sizeof(*baseline->entries));
	baseline->count++;
	baseline->entries[at] = (struct baseline_entry){
		.fingerprint = report_strdup(storage, entry->fingerprint),
		.first = report_strdup(storage, entry->first),
		.is_second = entry->is_second,
		.count = entry->count,
		.is_stable = entry->is_stable,
		.type = report_strdup(storage, entry->type),
		.kind = report_strdup(storage, entry->kind),
		.call = report_strdup(storage, entry->call),
		.title = report_strdup(storage, entry->title),
		.where = report_strdup(storage, entry->where),
	};
}

/* Behind the others, in no order: baseline_settle() is to follow. */
static void entry_append(struct baseline *baseline, const struct baseline_entry *entry)
{
	room_make(baseline);
	baseline->entries[baseline->count++] = *entry;
}

void baseline_gather(struct baseline *baseline, const struct finding *finding)
{
	struct report *storage = baseline->storage;
	const char *second = finding->fingerprint_2;

	if ((!finding->fingerprint && !second) || finding->counted + finding->baselined == 0)
		return;
	entry_append(baseline, &(struct baseline_entry){
				       .fingerprint = report_strdup(
					       storage, second ? second : finding->fingerprint),
				       .first = second ? report_strdup(storage,
								       finding->fingerprint)
						       : NULL,
				       .is_second = second != NULL,
				       .count = finding->counted + finding->baselined,
				       .is_stable = finding->is_stable,
				       .type = finding_type_name(finding->type),
				       .kind = kind_name(finding->kind),
				       .call = report_strdup(storage, finding->call),
				       .title = report_strdup(storage, finding->title),
				       .where = finding_where(storage, finding),
			       });
}

/* Of equal ones, the first that was taken comes first: it has the words. */
static int entry_compare(const void *left, const void *right)
{
	const struct baseline_entry *const *one = left, *const *other = right;
	int order = strcmp((*one)->fingerprint, (*other)->fingerprint);

	return order ? order : (*one > *other) - (*one < *other);
}

void baseline_settle(struct baseline *baseline)
{
	size_t count = baseline->count, kept = 0, room = 1;
	struct baseline_entry **order = calloc(count + 1, sizeof(struct baseline_entry *)), *sorted;

	while (room < count)
		room *= 2; /* as room_make() has it */
	sorted = calloc(room, sizeof(*sorted));
	if (!order || !sorted)
		abort(); /* like report_alloc() */
	for (size_t i = 0; i < count; i++)
		order[i] = &baseline->entries[i];
	qsort(order, count, sizeof(struct baseline_entry *), entry_compare);
	for (size_t i = 0; i < count; i++) {
		struct baseline_entry *before = kept ? &sorted[kept - 1] : NULL;

		if (!before || strcmp(before->fingerprint, order[i]->fingerprint) != 0)
			sorted[kept++] = *order[i];
		else if (__builtin_add_overflow(before->count, order[i]->count, &before->count))
			before->count = UINT64_MAX;
	}
	if (kept) /* else there is no memory to copy to */
		memcpy(baseline->entries, sorted, kept * sizeof(*sorted));
	baseline->count = kept;
	baseline->is_there = true;
	free(order);
	free(sorted);
}

void baseline_collect(struct baseline *baseline, const struct report *report)
{
	for (size_t i = 0; i < report->finding_count; i++)
		baseline_gather(baseline, &report->findings[i]);
	baseline_settle(baseline);
}

bool baseline_is_same(const struct baseline *left, const struct baseline *right)
{
	if (left->count != right->count)
		return false;
	for (size_t i = 0; i < left->count; i++)
		if (left->entries[i].count != right->entries[i].count ||
		    strcmp(left->entries[i].fingerprint, right->entries[i].fingerprint) != 0)
			return false;
	return true;
}

void baseline_age(struct baseline *baseline)
{
	for (size_t i = 0; i < baseline->count; i++) {
		struct baseline_entry *entry = &baseline->entries[i];

		if (!entry->is_second || !entry->first)
			continue;
		entry->fingerprint = entry->first;
		entry->first = NULL;
		entry->is_second = false;
	}
	baseline_settle(baseline);
}

bool baseline_has_first(const struct baseline *baseline)
{
	for (size_t i = 0; i < baseline->count; i++)
		if (!baseline->entries[i].is_second)
			return true;
	return false;
}

/* An old entry is of the places that have its "place/1" by now, together. NULL: of none. */
static struct baseline_entry *entry_grown(struct baseline *baseline,
					  const struct baseline_entry *old, uint64_t *ret_count)
{
	struct baseline_entry *first = NULL;

	*ret_count = 0;
	for (size_t i = 0; !old->is_second && i < baseline->count; i++) {
		struct baseline_entry *entry = &baseline->entries[i];

		if (!entry->first || strcmp(entry->first, old->fingerprint) != 0)
			continue;
		first = first ? first : entry;
		if (__builtin_add_overflow(*ret_count, entry->count, ret_count))
			*ret_count = UINT64_MAX;
	}
	return first;
}

void baseline_keep(struct baseline *baseline, const struct baseline *old)
{
	for (size_t i = 0; i < old->count; i++) {
		struct baseline_entry *entry = baseline_find(baseline, old->entries[i].fingerprint);
		uint64_t count = entry ? entry->count : 0;

		if (!entry)
			entry = entry_grown(baseline, &old->entries[i], &count);
		if (!entry)
			baseline_add(baseline, &old->entries[i]);
		else if (count < old->entries[i].count)
			entry->count += old->entries[i].count - count;
	}
}

static bool has_first(const struct report *report)
{
	for (size_t i = 0; i < report->finding_count; i++)
		if (!report->findings[i].fingerprint_2)
			return true;
	return false;
}

/* The baseline as a report of before there was a "place/2" knows its places; or as it is. */
static const struct baseline *baseline_for(const struct baseline *baseline, struct report *report,
					   struct baseline *storage)
{
	if (!has_first(report))
		return baseline;
	*storage = *baseline;
	storage->entries = report_alloc(report, (baseline->count + 1) * sizeof(*storage->entries));
	if (baseline->count)
		memcpy(storage->entries, baseline->entries,
		       baseline->count * sizeof(*storage->entries));
	baseline_age(storage);
	return storage;
}

/* A sum for each entry, over the findings of its place. To be freed with the report. */
static uint64_t *sums_make(const struct baseline *baseline, struct report *report,
			   uint64_t (*sum_of)(const struct finding *finding))
{
	uint64_t *sums = report_alloc(report, (baseline->count + 1) * sizeof(*sums));

	for (size_t i = 0; i < report->finding_count; i++) {
		const struct baseline_entry *entry = entry_of(baseline, &report->findings[i]);

		if (entry)
			sums[entry - baseline->entries] += sum_of(&report->findings[i]);
	}
	return sums;
}

static uint64_t counted_of(const struct finding *finding)
{
	return finding->counted;
}

/* All that is there, whether it counts or not; but what a rule suppresses is no longer a
 * baseline's. */
static uint64_t found_of(const struct finding *finding)
{
	return finding->counted + finding->baselined + finding->noted;
}

static void finding_apply(struct finding *finding, const struct baseline_entry *entry,
			  uint64_t counted, uint64_t *room)
{
	uint64_t taken = finding->counted < *room ? finding->counted : *room;

	finding->baseline_allowed = entry->count;
	finding->baseline = counted > entry->count ? BASELINE_MORE : BASELINE_KNOWN;
	finding->counted -= taken;
	finding->baselined += taken;
	*room -= taken;
}

void baseline_apply(const struct baseline *given, struct report *report)
{
	struct baseline aged;
	const struct baseline *baseline = baseline_for(given, report, &aged);
	uint64_t *room = report_alloc(report, (baseline->count + 1) * sizeof(*room));
	uint64_t *counted = sums_make(baseline, report, counted_of);

	for (size_t i = 0; i < baseline->count; i++)
		room[i] = baseline->entries[i].count;
	for (size_t i = 0; i < report->finding_count; i++) {
		struct finding *finding = &report->findings[i];
		const struct baseline_entry *entry = entry_of(baseline, finding);
		size_t at = entry ? (size_t)(entry - baseline->entries) : 0;

		if (finding->counted == 0)
			continue;
		if (entry)
			finding_apply(finding, entry, counted[at], &room[at]);
		else
			finding->baseline = BASELINE_NEW;
	}
	report->baseline.file = report_strdup(report, baseline->file);
	report->baseline.place_count = baseline->count;
}

void baseline_gone(const struct baseline *given, struct report *report)
{
	struct baseline aged;
	const struct baseline *baseline = baseline_for(given, report, &aged);
	struct report_gone *gone = report_alloc(report, (baseline->count + 1) * sizeof(*gone));
	const uint64_t *found = sums_make(baseline, report, found_of);
	size_t count = 0;

	for (size_t i = 0; i < baseline->count; i++) {
		const struct baseline_entry *entry = &baseline->entries[i];

		if (found[i] >= entry->count)
			continue;
		gone[count++] = (struct report_gone){
			.fingerprint = report_strdup(report, entry->fingerprint),
			.title = report_strdup(report, entry->title),
			.where = report_strdup(report, entry->where),
			.allowed = entry->count,
			.found = found[i],
		};
	}
	report->baseline.gone = gone;
	report->baseline.gone_count = count;
}
