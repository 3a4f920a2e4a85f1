/* SPDX-License-Identifier: MIT */
/* Proof of descriptors of processes that run: it is to last. */
#include "judge/live.h"

#include <stdlib.h>

#include "judge/find/find.h"

static bool was_proven(struct judge_live *live, const struct judge_proof *proof)
{
	for (size_t i = 0; i < live->earlier_count; i++) {
		size_t at = (live->earlier_next + i) % live->earlier_count;
		const struct judge_proof *earlier = &live->earlier[at];

		if (earlier->index != proof->index || earlier->fd != proof->fd ||
		    earlier->generation != proof->generation || earlier->unread > proof->unread)
			continue;
		live->earlier_next = at + 1;
		return true;
	}
	return false;
}

static void proof_note(struct judge_live *live, const struct judge_proof *proof)
{
	if (live->proof_count % 64 == 0) {
		struct judge_proof *list =
			reallocarray(live->proofs, live->proof_count + 64, sizeof(*list));

		if (!list)
			abort(); /* like report_alloc() */
		live->proofs = list;
	}
	live->proofs[live->proof_count++] = *proof;
}

void live_proof_weigh(struct judge *judge, struct leak *leak)
{
	struct judge_live *live = judge->context->live;
	struct judge_proof proof = { .index = judge->lives[leak->life].last,
				     .fd = leak->fd,
				     .generation = leak->view->generation,
				     .unread = leak->fact && leak->fact->has & HAS_QUEUES
						       ? leak->fact->receive_queue
						       : 0 };

	if (!live || !leak->is_proven)
		return;
	proof_note(live, &proof);
	if (!was_proven(live, &proof))
		evidence_forget_proof(leak);
}
