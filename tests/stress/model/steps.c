/* SPDX-License-Identifier: MIT */
#include "model.h"

/* More open than this: the next step closes. */
#define OPEN_MAX 48

struct choice {
	operation *operate;
	unsigned int weight;
	bool is_beside; /* possible beside other threads */
};

static const struct choice choices[] = {
	{ operate_open, 300, true },
	{ operate_close, 240, true },
	{ operate_duplicate, 60, true },
	{ operate_duplicate_onto, 120, true },
	{ operate_fail, 80, true },
	{ operate_pass, 30, true },
	{ operate_connect, 20, true },
	{ operate_stream, 40, true },
	{ operate_signal, 20, true },
	{ operate_close_range, 16, false },
	{ operate_closefrom, 2, false },
	{ operate_fork, 12, false },
	{ operate_vfork, 8, true },
	{ operate_wake, 24, false },
	{ operate_exec, 3, false },
	{ operate_spawn, 4, false },
	{ operate_command, 1, false },
};

static operation *choose(struct actor *actor, bool is_beside)
{
	unsigned int total = 0, wanted;

	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
		total += choices[i].is_beside || !is_beside ? choices[i].weight : 0;
	wanted = actor_below(actor, total);
	for (size_t i = 0;; i++) {
		if (!choices[i].is_beside && is_beside)
			continue;
		if (wanted < choices[i].weight)
			return choices[i].operate;
		wanted -= choices[i].weight;
	}
}

static void step(struct actor *actor, uint64_t number, bool is_beside)
{
	operation *operate;

	actor_seed(actor, model.arena->seed, model.shadow->lineage, number);
	if (!is_beside)
		actor->step_ns = ledger_now_ns(&model.ledger);
	operate = choose(actor, is_beside);
	if (shadow_count(model.shadow, actor) > OPEN_MAX)
		operate = operate_close;
	operate(actor);
	atomic_fetch_add(&model.arena->steps_done, 1);
}

void step_beside(struct actor *actor, uint64_t number)
{
	step(actor, number, true);
}

static bool is_left_out(uint32_t position)
{
	return model.shadow->depth == 0 && model.arena->is_left_out[position];
}

void steps_run(void)
{
	struct shadow *shadow = model.shadow;

	timer_set(true);
	while (shadow->position < shadow->steps && !model_has_failed()) {
		uint32_t position = shadow->position;

		if (shadow->depth == 0)
			shadow->top_step = position;
		/* Before the step: an exec in it goes on behind. */
		shadow->position++;
		if (is_left_out(position))
			continue;
		step(&shadow->actors[0], position, false);
		compare_table(NULL);
	}
	timer_set(false);
}
