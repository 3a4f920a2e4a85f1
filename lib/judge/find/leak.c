/* SPDX-License-Identifier: MIT */
/* One descriptor that was left open: what it is, and whether it counts. */
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "judge/descriptor/addresses.h"
#include "judge/find/find.h"
#include "judge/live.h"

/* Why the program means a descriptor to stay open; NULL when it did not say so. */
static const char *note_text(struct judge *judge, struct ledger_slot *slot)
{
	const struct ledger_note *note = ledger_slot_note(judge->ledger, slot, false);

	return note ? snapshot_string(judge->snapshot, LEDGER_LOAD(note->keep_ref)) : NULL;
}

static void leak_read(struct judge *judge, struct leak *leak)
{
	const struct descriptor_view *view = leak->view;
	uint64_t word = view->slot ? LEDGER_LOAD(view->slot->word) : 0;
	unsigned int kind = slot_kind(word);

	if (view->slot && slot_state(word) != SLOT_UNSEEN) {
		/* Of an unseen one the slot still has what was done with the one before. */
		leak->facts = LEDGER_LOAD(view->slot->facts);
		leak->call = slot_call(word);
		leak->stack_ref = LEDGER_LOAD(view->slot->opened_stack_ref);
		leak->scope = scope_id(judge, LEDGER_LOAD(view->slot->scope_ref));
		leak->keep = note_text(judge, view->slot);
		leak->is_harness = place_is_harness(judge, place_of(judge, leak->stack_ref));
	}
	if (leak->fact)
		kind = leak->fact->kind;
	leak->kind = kind < KIND_COUNT ? kind : KIND_OTHER;
}

static void noun_note(struct group *group, const struct leak *leak)
{
	const struct ledger_fact *fact = leak->fact;
	const char *noun = NULL;

	if (fact && fact->has & HAS_SOCKET) {
		noun = socket_noun(fact->family, fact->type, fact->protocol);
		group->is_datagram = fact->type != SOCK_STREAM && fact->type != SOCK_SEQPACKET;
	}
	group->is_direction_unknown |= !(leak->facts & FACT_CONNECTED);
	if (group->finding.count == 0)
		group->noun = noun;
	else if (group->noun != noun)
		group->is_noun_mixed = true;
}

/* When the process that opened it said for the first time that it had warmed up; 0 never. */
static uint64_t checkpoint_of(const struct judge *judge, const struct leak *leak)
{
	const struct descriptor_view *view = leak->view;

	if (!view->slot || !leak->call || view->process >= judge->image_count ||
	    !judge->images[view->process].process)
		return 0;
	return LEDGER_LOAD(judge->images[view->process].process->checkpoint_ns);
}

static bool is_warm_up(const struct judge *judge, const struct leak *leak)
{
	uint64_t checkpoint_ns = checkpoint_of(judge, leak);

	return checkpoint_ns != 0 && LEDGER_LOAD(leak->view->slot->opened_ns) <= checkpoint_ns;
}

static void group_add(struct judge *judge, struct group *group, const struct leak *leak,
		      enum standing standing)
{
	enum finding_role role = leak_role(leak);
	struct report_descriptor *descriptor;

	noun_note(group, leak);
	if (group->finding.count == 0)
		group->finding.role = role;
	else if (group->finding.role != role)
		group->is_role_mixed = true;
	group->is_duplicate = leak->facts & FACT_DUP;
	group->is_unseen = leak->view->origin == DESCRIPTOR_UNSEEN;
	if (group->is_unseen && !kept_opener(leak->call))
		unseen_note(judge, group, leak);
	group->proven += leak->is_proven;
	group->killed += judge->lives[leak->life].is_killed;
	group->checkpointed += checkpoint_of(judge, leak) != 0 && !is_warm_up(judge, leak);
	group->passed += leak->view->origin == DESCRIPTOR_INHERITED;
	if (leak->facts & FACT_PAIR)
		group->ends |= leak->facts & FACT_SECOND_END ? ENDS_SECOND : ENDS_FIRST;
	evidence_note(judge, group, leak);
	growth_note(judge, group, leak);
	group_count(judge, group, standing, 1, leak->process);
	group_scope(judge, group, leak->scope);
	descriptor = group_describe(judge, group);
	if (!descriptor)
		return;
	leak_describe(judge, leak, descriptor);
	descriptor->is_noted = standing == STANDING_NOTED;
	descriptor->is_suppressed = standing == STANDING_SUPPRESSED;
}

/* Did the call that opened it choose its number, as dup2() does? */
static bool is_placed(const struct judge *judge, const struct leak *leak)
{
	const char *number = snapshot_call_text(judge->snapshot, COLUMN_NUMBER, leak->call);

	return number && strcmp(number, "placed") == 0;
}

/*
 * Does it stand for standard input, output or error: put there by a call that chooses
 * its number, or a terminal or /dev/null, as daemons open them in the place of these?
 */
static bool is_standard_stream(const struct judge *judge, const struct leak *leak)
{
	if (leak->fd > 2)
		return false;
	return is_placed(judge, leak) || leak->kind == KIND_PTY ||
	       (leak->fact && leak->fact->has & HAS_STAT && S_ISCHR(leak->fact->mode));
}

/* Did an image before open it, and its exec's environment say that it is for the next one? */
static bool is_handed_down(struct judge *judge, const struct leak *leak)
{
	const struct life *life = &judge->lives[leak->life];

	return leak->view->table_ref != LEDGER_LOAD(judge->images[life->last].process->table_ref) &&
	       life_hands_down(judge, life, leak->fd);
}

/* Did a forked child put it at its number before it executed the program, as shells redirect? */
static bool is_redirection(const struct judge *judge, const struct leak *leak)
{
	const struct life *life = &judge->lives[leak->life];
	uint32_t opener = leak->view->process;

	return leak->view->table_ref != LEDGER_LOAD(judge->images[life->last].process->table_ref) &&
	       opener < judge->image_count && judge->images[opener].process &&
	       judge->images[opener].process->origin == ORIGIN_FORK && is_placed(judge, leak);
}

/*
 * Why a descriptor does not count, whatever the policies; NULL: nothing speaks
 * for it. libc's own goes under the call that it is kept for.
 */
static const char *excuse_of(struct judge *judge, struct leak *leak)
{
	unsigned int kept = kept_find(judge, leak);

	if (kept) {
		leak->call = kept;
		return kept_reason(judge, kept);
	}
	if (is_standard_stream(judge, leak))
		return "it was put in the place of standard input, output or error";
	if (is_handed_down(judge, leak))
		return "it was handed down on purpose: LISTEN_FDS named it at an exec";
	if (is_redirection(judge, leak))
		return "it was put at its number for this program, just before its exec";
	if (leak->keep)
		return report_printf(judge->report, "the program means it to stay open: %s",
				     leak->keep);
	if (leak->is_harness)
		return "the test framework opened it for itself";
	if (is_warm_up(judge, leak))
		return "opened before the first unclosed_checkpoint()";
	return NULL;
}

/*
 * In the entry that opened it, so that there opened = closed + left; where nobody was
 * seen to open it, or who did is left aside, it counts as opened where it is open.
 */
static void left_count(struct judge *judge, const struct leak *leak)
{
	const struct descriptor_view *view = leak->view;
	const struct image *opener =
		leak->call && view->process < judge->image_count ? &judge->images[view->process] : NULL;
	bool is_counted = opener && opener->process && judge->lives[opener->life].is_wanted &&
			  judge->lives[opener->life].is_covered;
	struct report_kind_count *count =
		&judge->report->processes[is_counted ? opener->id : leak->process].kinds[leak->kind];

	count->left++;
	count->opened += !is_counted;
}

/* Whether its place grows is known once all of it are there: until then they count. */
static enum standing leak_standing(const struct judge *judge, enum policy policy, bool is_proven)
{
	bool is_asked = policy == POLICY_COUNT || (policy == POLICY_PROVEN && is_proven);

	return judge->options->gate == GATE_GROWING && is_asked
		       ? STANDING_COUNTED
		       : standing_of(judge, policy, is_proven);
}

void leak_judge(struct judge *judge, struct leak *leak)
{
	const struct life *life = &judge->lives[leak->life];
	enum policy policy = life->is_killed ? judge->options->killed : POLICY_COUNT;
	const char *reason = life->killed_reason, *excuse;
	bool is_asked, is_verbose = judge->options->is_verbose;
	enum standing standing;
	struct group *group;
	uint32_t filter;

	leak_read(judge, leak);
	if (unseen_is_copy(judge, leak))
		return;
	evidence_find(judge, leak);
	live_proof_weigh(judge, leak);
	is_asked = judge->options->kinds & KIND_BIT(leak->kind);
	left_count(judge, leak);
	if ((life->is_running && !life->is_seen) || (leak->is_harness && !is_verbose) ||
	    crossing_has(judge, leak->fd, leak->view))
		return;
	/* A file there is how it is done; a socket is odd enough for a note. */
	if (leak->kind != KIND_SOCKET && is_standard_stream(judge, leak)) {
		judge->report->left_standard += is_asked;
		return;
	}
	excuse = excuse_of(judge, leak);
	filter = is_asked && !kept_opener(leak->call) ? filter_find(judge, leak) : NONE;
	if (!excuse)
		excuse = noise_reason(judge, leak);
	if (excuse || !is_asked)
		policy = POLICY_NOTE;
	if (excuse)
		reason = excuse;
	else if (is_asked && filter == NONE)
		scope_leaked(judge, leak->scope);
	else if (!is_asked && !life->is_killed)
		judge->report->left_uncounted[leak->kind]++;
	if (!is_asked && !is_verbose)
		return;
	if (!is_asked && !excuse)
		reason = "--kinds does not ask for this kind";
	standing = leak_standing(judge, policy, leak->is_proven);
	if (standing == STANDING_IGNORED)
		return;
	if (!reason && !(judge->context->live && judge->options->gate == GATE_OPEN))
		reason = gate_reason(judge);
	group = group_of(judge, FINDING_LEAK, leak->kind, leak->call,
			 place_of(judge, leak->stack_ref));
	if (filter != NONE) {
		filter_note(judge, &group->finding, filter);
		standing = STANDING_SUPPRESSED;
	}
	group->excused += excuse != NULL;
	group->failing += policy == POLICY_FAIL;
	group_add(judge, group, leak, standing);
	if (standing == STANDING_NOTED && !group->finding.note_reason)
		group->finding.note_reason = reason;
}
