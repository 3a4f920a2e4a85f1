/* SPDX-License-Identifier: MIT */
/* Rows of `unclosed top`: each place followed from look to look. */
#include "cli/top_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/where.h"
#include "report/query.h"
#include "report/text/text.h"

#define LEVELS 8

const char *top_sort_name(enum top_sort sort)
{
	static const char *const names[] = {
		[TOP_BY_GROWTH] = "growth", [TOP_BY_COUNT] = "count", [TOP_BY_AGE] = "age"
	};

	return names[sort];
}

/* What is open now and would be in the text of report --live. */
static bool is_row(const struct report *report, const struct finding *finding)
{
	return query_is_open(finding) && text_is_shown(report, finding, false);
}

/* The same from look to look. Two findings of a place differ in their kind. */
static char *key_make(const struct report *report, const struct finding *finding)
{
	char *key;

	if (asprintf(&key, "%s/%s/%u/%u", report->session_id ? report->session_id : "",
		     finding->fingerprint ? finding->fingerprint : finding->title,
		     (unsigned int)finding->type, (unsigned int)finding->kind) < 0)
		abort(); /* like report_alloc() */
	return key;
}

/* A row that this look has not filled yet. */
static struct top_row *row_find(struct top_rows *rows, const char *key)
{
	for (size_t i = 0; i < rows->count; i++)
		if (!rows->list[i].finding && strcmp(rows->list[i].key, key) == 0)
			return &rows->list[i];
	return NULL;
}

static struct top_row *row_new(struct top_rows *rows, char *key)
{
	if (rows->count == rows->size) {
		rows->size = rows->size ? 2 * rows->size : 64;
		rows->list = reallocarray(rows->list, rows->size, sizeof(*rows->list));
		if (!rows->list)
			abort(); /* like report_alloc() */
	}
	rows->list[rows->count] = (struct top_row){ .id = ++rows->id_last, .key = key };
	return &rows->list[rows->count++];
}

static void row_fill(struct top_rows *rows, const struct report *report,
		     const struct finding *finding)
{
	char *key = key_make(report, finding);
	struct top_row *row = row_find(rows, key);

	if (row)
		free(key);
	else
		row = row_new(rows, key);
	row->report = report;
	row->finding = finding;
	row->oldest_ns = 0;
	for (size_t i = 0; i < finding->descriptor_count; i++)
		if (finding->descriptors[i].age_ns > row->oldest_ns)
			row->oldest_ns = finding->descriptors[i].age_ns;
}

static void history_add(struct top_row *row)
{
	if (row->history_count == TOP_HISTORY) {
		memmove(row->history, row->history + 1,
			(TOP_HISTORY - 1) * sizeof(row->history[0]));
		row->history_count--;
	}
	row->history[row->history_count++] = row->finding ? row->finding->count : 0;
	row->absent = row->finding ? 0 : row->absent + 1;
}

/* One that was not there in all of the history is forgotten. */
static void rows_forget(struct top_rows *rows)
{
	size_t kept = 0;

	for (size_t i = 0; i < rows->count; i++)
		if (rows->list[i].absent < TOP_HISTORY)
			rows->list[kept++] = rows->list[i];
		else
			free(rows->list[i].key);
	rows->count = kept;
}

static void reports_free(struct top_rows *rows)
{
	for (size_t i = 0; i < rows->report_count; i++)
		report_free(rows->reports[i]);
	free(rows->reports);
	rows->reports = NULL;
	rows->report_count = 0;
}

void top_rows_add(struct top_rows *rows, struct report **reports, size_t count)
{
	for (size_t i = 0; i < rows->count; i++) {
		rows->list[i].report = NULL;
		rows->list[i].finding = NULL;
	}
	reports_free(rows);
	rows->reports = reports;
	rows->report_count = count;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < reports[i]->finding_count; j++)
			if (is_row(reports[i], &reports[i]->findings[j]))
				row_fill(rows, reports[i], &reports[i]->findings[j]);
	for (size_t i = 0; i < rows->count; i++)
		history_add(&rows->list[i]);
	rows_forget(rows);
}

void top_rows_free(struct top_rows *rows)
{
	reports_free(rows);
	for (size_t i = 0; i < rows->count; i++)
		free(rows->list[i].key);
	free(rows->list);
	*rows = (struct top_rows){ .list = NULL };
}

/* What grows for certain comes first; what is steady, last. */
static unsigned int growth_rank(const struct top_row *row)
{
	static const unsigned char ranks[GROWTH_WORD_COUNT] = { [GROWTH_GROWING] = 4,
								[GROWTH_MAY_GROW] = 3,
								[GROWTH_STOPPED] = 2,
								[GROWTH_UNKNOWN] = 1,
								[GROWTH_STEADY] = 0 };

	return ranks[row->finding->growth.word];
}

static bool grows(const struct top_row *row)
{
	return row->finding->growth.word == GROWTH_GROWING ||
	       row->finding->growth.word == GROWTH_MAY_GROW;
}

/* By how much it has grown in what is remembered. */
static int64_t change_of(const struct top_row *row)
{
	return (int64_t)(row->history[row->history_count - 1] - row->history[0]);
}

/* Each is negative when the left one comes first. */
static int more_first(uint64_t left, uint64_t right)
{
	return (left < right) - (left > right);
}

static int by_growth(const struct top_row *left, const struct top_row *right)
{
	int order = more_first(growth_rank(left), growth_rank(right));
	double one = left->finding->growth.per_minute, other = right->finding->growth.per_minute;

	if (order == 0 && grows(left))
		order = (one < other) - (one > other);
	if (order == 0)
		order = (change_of(left) < change_of(right)) - (change_of(left) > change_of(right));
	return order ? order : more_first(left->finding->counted, right->finding->counted);
}

static int by_count(const struct top_row *left, const struct top_row *right)
{
	return more_first(left->finding->count, right->finding->count);
}

static int compare(const void *left, const void *right, void *data)
{
	const struct top_row *one = *(const struct top_row *const *)left;
	const struct top_row *other = *(const struct top_row *const *)right;
	enum top_sort sort = *(const enum top_sort *)data;
	int order = 0;

	if (sort == TOP_BY_GROWTH)
		order = by_growth(one, other);
	else if (sort == TOP_BY_AGE)
		order = more_first(one->oldest_ns, other->oldest_ns);
	if (order == 0)
		order = by_count(one, other);
	return order ? order : (one->id > other->id) - (one->id < other->id);
}

size_t top_rows_select(const struct top_rows *rows, enum top_sort sort, const char *filter,
		       const struct top_row **ret_list)
{
	size_t count = 0;

	for (size_t i = 0; i < rows->count; i++)
		if (rows->list[i].finding && top_row_has(&rows->list[i], filter))
			ret_list[count++] = &rows->list[i];
	qsort_r(ret_list, count, sizeof(*ret_list), compare, &sort); /* NOLINT: pointers */
	return count;
}

static bool has(const char *text, const char *part)
{
	return text && strcasestr(text, part);
}

static bool stack_has(const struct report_stack *stack, const char *text)
{
	for (size_t i = 0; i < stack->frame_count; i++)
		if (has(stack->frames[i].function, text) || has(stack->frames[i].file, text))
			return true;
	return false;
}

static bool descriptors_have(const struct finding *finding, const char *text)
{
	for (size_t i = 0; i < finding->descriptor_count; i++) {
		const struct report_descriptor *one = &finding->descriptors[i];

		if (has(one->state, text) || has(one->peer, text) || has(one->local, text) ||
		    has(one->path, text))
			return true;
	}
	return false;
}

bool top_row_has(const struct top_row *row, const char *text)
{
	const struct finding *finding = row->finding;
	const struct report_process *process = top_row_process(row);

	return !text[0] || has(finding->title, text) || has(finding->call, text) ||
	       has(process ? process->name : NULL, text) || stack_has(&finding->stack, text) ||
	       descriptors_have(finding, text);
}

const struct report_frame *top_row_frame(const struct top_row *row)
{
	return stack_where(&row->finding->stack);
}

const struct report_process *top_row_process(const struct top_row *row)
{
	if (row->finding->process_count == 0)
		return NULL;
	return report_process_find(row->report, row->finding->processes[0]);
}

static void state_count(struct top_state *states, size_t *count, const char *name)
{
	size_t at = 0;

	while (at < *count && strcmp(states[at].name, name) != 0)
		at++;
	if (at == TOP_STATES_MAX)
		return;
	if (at == *count)
		states[(*count)++] = (struct top_state){ .name = name };
	states[at].count++;
	for (; at > 0 && states[at].count > states[at - 1].count; at--) {
		struct top_state less = states[at - 1];

		states[at - 1] = states[at];
		states[at] = less;
	}
}

size_t top_row_states(const struct top_row *row, struct top_state ret_states[TOP_STATES_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < row->finding->descriptor_count; i++)
		if (row->finding->descriptors[i].state)
			state_count(ret_states, &count, row->finding->descriptors[i].state);
	return count;
}

size_t top_row_levels(const struct top_row *row, size_t width, unsigned char *ret_levels)
{
	size_t count = row->history_count < width ? row->history_count : width;
	uint64_t least = UINT64_MAX, most = 0;

	for (size_t i = 0; i < row->history_count; i++) {
		least = row->history[i] < least ? row->history[i] : least;
		most = row->history[i] > most ? row->history[i] : most;
	}
	for (size_t i = 0; i < count; i++) {
		uint64_t now = row->history[(i + 1) * row->history_count / count - 1];

		ret_levels[i] =
			(unsigned char)(most == least ? 0
						      : (double)(now - least) * (LEVELS - 1) /
								(double)(most - least));
	}
	return count;
}
