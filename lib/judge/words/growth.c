/* SPDX-License-Identifier: MIT */
/*
 * When was what is left opened? All through the run: the number grows with it.
 * All at the start: it does not. What lies between says nothing.
 */
#include "judge/words/words.h"

/* So many at least, for four quarters to say something. */
#define GROWTH_LEAST 8

/* Of a run shorter than this, its start says nothing. */
#define RUN_LEAST_NS UINT64_C(1000000000)

void growth_note(struct judge *judge, struct group *group, const struct leak *leak)
{
	const struct life *life = &judge->lives[leak->life];
	const struct ledger_slot *slot = leak->view->slot;
	uint64_t start_ns = judge->images[life->first].process->started_ns;
	uint64_t opened_ns, run_ns;

	if (!slot || !leak->call || leak->view->origin != DESCRIPTOR_OWN ||
	    life->end_ns <= start_ns)
		return;
	opened_ns = atomic_load_explicit(&slot->opened_ns, memory_order_relaxed);
	if (opened_ns < start_ns || opened_ns > life->end_ns)
		return;
	run_ns = life->end_ns - start_ns;
	opened_ns -= start_ns;
	group->timed++;
	group->quarters[opened_ns / (run_ns / 4 + 1)]++;
	if (opened_ns > group->last_opened_ns)
		group->last_opened_ns = opened_ns;
	if (!group->run_ns || run_ns < group->run_ns)
		group->run_ns = run_ns;
}

static bool is_growing(const struct group *group)
{
	const uint64_t *quarters = group->quarters;

	return group->timed >= GROWTH_LEAST && quarters[0] && quarters[1] && quarters[2] &&
	       quarters[3];
}

/* All of several in the first tenth of a run that was long enough to tell. */
static bool is_early(const struct group *group)
{
	return group->timed > 1 && group->run_ns >= RUN_LEAST_NS &&
	       group->last_opened_ns <= group->run_ns / 10;
}

void growth_witness(struct judge *judge, struct group *group)
{
	const uint64_t *quarters = group->quarters;
	struct report_evidence evidence = { .what = "growing" };

	if (group->timed < group->finding.count)
		return;
	if (is_growing(group)) {
		evidence.text = report_printf(
			judge->report,
			"Their number grew during the whole run: %llu, %llu, %llu and %llu were "
			"opened in its four quarters.",
			(unsigned long long)quarters[0], (unsigned long long)quarters[1],
			(unsigned long long)quarters[2], (unsigned long long)quarters[3]);
	} else if (is_early(group)) {
		evidence.what = "opened-early";
		evidence.text = report_printf(
			judge->report,
			"All were opened in the first %.1f ms of %.1f s: their number did not grow "
			"after that.",
			(double)group->last_opened_ns / 1e6, (double)group->run_ns / 1e9);
	}
	if (evidence.text)
		evidence_add(judge->report, &group->finding, evidence);
}
