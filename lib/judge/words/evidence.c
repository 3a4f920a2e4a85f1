/* SPDX-License-Identifier: MIT */
/* The rows of evidence.def, applied to descriptors and told of groups. */
#include <ctype.h>

#include "judge/words/conditions.h"

static const struct evidence_row {
	bool (*holds)(struct judge *judge, const struct leak *leak, struct clue *ret_clue);
	const char *what;
	const char *one;   /* of one descriptor */
	const char *many;  /* of several */
	const char *plain; /* of any number, without gaps; NULL: `many` has none */
	const char *why;   /* what most likely happened; NULL: it does not tell */
	const char *fix;   /* what to do; NULL: nothing special */
	bool is_proof;
	bool is_weak;
	bool is_alone;       /* told of a group of one only, of whose siblings none was closed */
	bool is_fix_at_clue; /* the remedy's line is the clue's, not the opening's */
} rows[] = {
#define EVIDENCE(condition, ...) { .holds = condition, __VA_ARGS__ },
#include "judge/words/evidence.def"
#undef EVIDENCE
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static_assert(ROWS <= EVIDENCE_ROWS_MAX, "a group counts every row");
static_assert(ROWS <= 32, "a leak has a bit for every row");

void evidence_find(struct judge *judge, struct leak *leak)
{
	for (size_t i = 0; i < ROWS; i++) {
		struct clue clue = { .number = -1 };

		if (!rows[i].holds(judge, leak, &clue))
			continue;
		leak->evidence |= UINT32_C(1) << i;
		leak->is_proven |= rows[i].is_proof;
	}
}

void evidence_forget_proof(struct leak *leak)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].is_proof)
			leak->evidence &= ~(UINT32_C(1) << i);
	leak->is_proven = false;
}

void evidence_note(struct judge *judge, struct group *group, const struct leak *leak)
{
	for (size_t i = 0; i < ROWS; i++) {
		struct witness *witness = &group->witnesses[i];
		struct clue clue = { .number = -1 };

		if (!(leak->evidence & UINT32_C(1) << i))
			continue;
		(void)rows[i].holds(judge, leak, &clue); /* it does; this is for the clue */
		if (clue.closer)
			group->closer = clue.closer;
		if (witness->count++ == 0)
			witness->clue = clue;
		else if (witness->clue.error != clue.error ||
			 witness->clue.stack_ref != clue.stack_ref)
			witness->is_clue_mixed = true;
	}
}

/* "2 of 3: the peer has closed its end; …" where a row does not hold for all. */
static const char *share_text(struct judge *judge, const struct group *group, uint64_t count,
			      const char *text)
{
	bool is_word = isupper((unsigned char)text[0]) && islower((unsigned char)text[1]);

	if (count == group->finding.count)
		return text;
	return report_printf(judge->report, "%llu of %llu: %c%s", (unsigned long long)count,
			     (unsigned long long)group->finding.count,
			     is_word ? tolower((unsigned char)text[0]) : text[0], text + 1);
}

static void row_tell(struct judge *judge, struct group *group, size_t number)
{
	const struct evidence_row *row = &rows[number];
	const struct witness *witness = &group->witnesses[number];
	const char *text = NULL;

	if (!witness->is_clue_mixed)
		text = sentence_fill(judge, group, &witness->clue,
				     witness->count == 1 ? row->one : row->many);
	if (!text)
		text = row->plain ? row->plain : row->many;
	evidence_add(judge->report, &group->finding,
		     (struct report_evidence){
			     .what = row->what,
			     .is_proof = row->is_proof,
			     .text = share_text(judge, group, witness->count, text),
			     .error = witness->clue.error,
			     .stack = *place_read(judge,
						  witness->clue.stack_ref
							  ? place_of(judge, witness->clue.stack_ref)
							  : NONE),
		     });
}

/* Does a row hold for some of the group? */
static bool is_met(const struct group *group, size_t number)
{
	if (rows[number].is_alone && (group->finding.count > 1 || group->siblings))
		return false;
	return group->witnesses[number].count > 0;
}

void group_witness(struct judge *judge, struct group *group)
{
	siblings_count(judge, group);
	for (size_t i = 0; i < ROWS; i++)
		if (is_met(group, i))
			row_tell(judge, group, i);
	siblings_witness(judge, group);
	growth_witness(judge, group);
	unseen_witness(judge, group);
	if (group->close_stack_ref)
		finding_relate(judge->report, &group->finding,
			       (struct report_related){
				       .role = "closed",
				       .stack = *place_read(
					       judge, place_of(judge, group->close_stack_ref)),
				       .count = group->close_count,
			       });
}

/* Does a row hold for most of the group? */
static bool is_telling(const struct group *group, size_t number)
{
	return is_met(group, number) && group->witnesses[number].count * 2 > group->finding.count;
}

static const char *row_why(const struct evidence_row *row)
{
	return row->why;
}

static const char *row_fix(const struct evidence_row *row)
{
	return row->fix;
}

/* The first row with such a sentence that holds for most of the group; NULL: none does. */
static const struct evidence_row *row_find(const struct group *group, bool is_weak,
					   const char *(*sentence)(const struct evidence_row *))
{
	for (size_t i = 0; i < ROWS; i++)
		if (sentence(&rows[i]) && rows[i].is_weak == is_weak && is_telling(group, i))
			return &rows[i];
	return NULL;
}

/* What the siblings say goes before a weak row, and behind all others. */
static const struct evidence_row *row_telling(const struct group *group,
					      const char *(*sentence)(const struct evidence_row *))
{
	const struct evidence_row *row = row_find(group, false, sentence);

	return row || group->siblings ? row : row_find(group, true, sentence);
}

static const struct clue *row_clue(const struct group *group, const struct evidence_row *row)
{
	return &group->witnesses[row - rows].clue;
}

const char *evidence_explanation(struct judge *judge, const struct group *group,
				 const char **ret_row)
{
	const struct evidence_row *row = row_telling(group, row_why);
	const char *function = function_text(judge, stack_top(judge, &group->finding.stack));
	const char *never = judge->context->live ? "has been closed so far" : "was ever closed";

	if (row) {
		*ret_row = row->what;
		return sentence_fill(judge, group, row_clue(group, row), row->why);
	}
	if (group->finding.type != FINDING_LEAK || group->finding.count == 1 ||
	    group->place == NONE || group->siblings || group->line_siblings || !function)
		return NULL;
	*ret_row = "never-closed";
	if (stack_library(judge, &group->finding.stack))
		return report_printf(judge->report, "Nothing that %s opened for %s here %s.",
				     stack_library(judge, &group->finding.stack)->name, function,
				     never);
	return report_printf(judge->report, "Nothing that %s opened here %s.", function, never);
}

const char *evidence_remedy(struct judge *judge, const struct group *group,
			    const struct report_frame **ret_frame, const char **ret_row)
{
	const struct evidence_row *row = row_telling(group, row_fix);
	const struct clue *clue = row ? row_clue(group, row) : NULL;
	const char *text = row ? sentence_fill(judge, group, clue, row->fix) : NULL;

	if (text)
		*ret_row = row->what;
	if (text && row->is_fix_at_clue)
		*ret_frame = stack_top(judge, place_read(judge, place_of(judge, clue->stack_ref)));
	return text;
}
