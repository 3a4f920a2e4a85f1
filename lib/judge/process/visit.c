/* SPDX-License-Identifier: MIT */
/* The homes and images of a ledger, and all their backtraces, each once. */
#include "judge/process/process.h"

struct walk {
	struct lookup images, stacks; /* that were met */
	stack_visit *visit;
	void *data;
};

static void image_walk(struct judge *judge, struct walk *walk, struct ledger_image *image)
{
	for (uint32_t i = 0; i < LEDGER_STACK_BUCKETS; i++) {
		const ledger_u32 *head = ledger_stack_bucket(judge->ledger, image, i, false);
		uint32_t ref = head ? atomic_load_explicit(head, memory_order_relaxed) : 0;
		const struct ledger_stack *stack;

		while ((stack = ledger_stack_at(judge->ledger, ref)) &&
		       budget_take(judge, &judge->record_budget, 1)) {
			bool is_new;

			(void)lookup_put(&walk->stacks, judge->report, ref, 0, 0, &is_new);
			if (!is_new)
				break; /* a cycle, or a bucket of another image */
			walk->visit(judge, ref, stack, walk->data);
			ref = stack->next_ref;
		}
	}
}

struct ledger_image *image_record(struct judge *judge, const struct ledger_process *process,
				  uint32_t *ret_ref)
{
	uint32_t ref =
		process ? atomic_load_explicit(&process->image_ref, memory_order_relaxed) : 0;

	if (ret_ref)
		*ret_ref = ref;
	return ledger_at(judge->ledger, ref, sizeof(struct ledger_image));
}

static void homes_walk(struct judge *judge, struct walk *walk)
{
	for (uint32_t i = 0; i < LEDGER_HOMES_LISTS; i++) {
		uint32_t ref = LEDGER_LOAD(judge->ledger->header->homes[i]);
		struct ledger_home *home;

		while ((home = ledger_home_at(judge->ledger, ref)) &&
		       budget_take(judge, &judge->record_budget, 1)) {
			bool is_new;

			(void)lookup_put(&walk->images, judge->report, ref, 0, 0, &is_new);
			if (!is_new)
				break; /* a cycle */
			image_walk(judge, walk, &home->image);
			ref = home->next_ref;
		}
	}
}

void stacks_visit(struct judge *judge, stack_visit *visit, void *data)
{
	struct walk walk = { .visit = visit, .data = data };

	homes_walk(judge, &walk);
	for (uint32_t i = 0; i < judge->image_count; i++) {
		uint32_t ref;
		struct ledger_image *image = image_record(judge, judge->images[i].process, &ref);
		bool is_new;

		if (!image)
			continue;
		(void)lookup_put(&walk.images, judge->report, ref, 0, 0, &is_new);
		if (is_new)
			image_walk(judge, &walk, image);
	}
}
