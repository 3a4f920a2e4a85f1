/* SPDX-License-Identifier: MIT */
/*
 * Walks by frame rules. A rule is worked out from the call frame information
 * once, 100 ns, and kept: with it a frame takes 3 ns.
 */
#include <stdatomic.h>

#include "capture.h"
#include "chain.h"
#include "frame_rule.h"
#include "ledger/layout.h"
#include "state.h"

/* Of a page: a short process touches no second one. */
#define KEPT_RULES 256

/*
 * Rules by program counter. `check` is pc ^ rule: who reads half of one and half
 * of another finds no match.
 */
static struct {
	_Atomic(uint64_t) check, rule;
} kept[KEPT_RULES] __attribute__((aligned(LEDGER_PAGE_SIZE)));

/* A rule in a word: the flags, a byte each of them would be too many, then two offsets. */
#define RULE_IS_THERE 1
#define RULE_FROM_FRAME_POINTER 2
#define RULE_SAVES_FRAME_POINTER 4
#define RULE_OUTERMOST 8
#define RULE_CFA_SHIFT 32  /* 32 bits */
#define RULE_SAVED_SHIFT 8 /* 24 bits */
#define RULE_SAVED_LIMIT (INT64_C(1) << 23)

static bool rule_fits(const struct frame_rule *rule)
{
	return rule->cfa_offset == (int32_t)rule->cfa_offset &&
	       rule->saved_offset < RULE_SAVED_LIMIT && rule->saved_offset >= -RULE_SAVED_LIMIT;
}

static uint64_t rule_pack(const struct frame_rule *rule)
{
	return RULE_IS_THERE | (rule->is_from_frame_pointer ? RULE_FROM_FRAME_POINTER : 0) |
	       (rule->saves_frame_pointer ? RULE_SAVES_FRAME_POINTER : 0) |
	       (rule->is_outermost ? RULE_OUTERMOST : 0) |
	       ((uint64_t)rule->saved_offset << RULE_SAVED_SHIFT & UINT64_C(0xffffff00)) |
	       (uint64_t)rule->cfa_offset << RULE_CFA_SHIFT;
}

static int64_t rule_cfa_offset(uint64_t rule)
{
	return (int64_t)rule >> RULE_CFA_SHIFT;
}

static int64_t rule_saved_offset(uint64_t rule)
{
	return (int32_t)rule >> RULE_SAVED_SHIFT;
}

static unsigned int kept_place(uint64_t pc)
{
	return pc * UINT64_C(0x9e3779b97f4a7c15) >> 32 & (KEPT_RULES - 1);
}

/* 0: there is none that is simple. */
static __attribute__((noinline)) uint64_t rule_work_out(uint64_t pc)
{
	unsigned int place = kept_place(pc);
	struct frame_rule rule;
	uint64_t packed;

	if (!frame_rule_find(pc - 1, &rule) || !rule_fits(&rule))
		return 0;
	packed = rule_pack(&rule);
	atomic_store_explicit(&kept[place].rule, packed, memory_order_relaxed);
	atomic_store_explicit(&kept[place].check, pc ^ packed, memory_order_relaxed);
	return packed;
}

static uint64_t rule_at(uint64_t pc)
{
	unsigned int place = kept_place(pc);
	uint64_t rule = atomic_load_explicit(&kept[place].rule, memory_order_relaxed);
	uint64_t check = atomic_load_explicit(&kept[place].check, memory_order_relaxed);

	return rule && (check ^ rule) == pc ? rule : rule_work_out(pc);
}

void rules_forget(void)
{
	for (unsigned int i = 0; i < KEPT_RULES; i++)
		atomic_store_explicit(&kept[i].rule, 0, memory_order_relaxed);
}

/* To the caller. Stacks grow down: what does not is broken, or of a kind that is not simple. */
static bool step(struct walk_start *at, uint64_t rule)
{
	uint64_t from = rule & RULE_FROM_FRAME_POINTER ? at->frame_pointer : at->stack_pointer;
	uint64_t cfa = from + (uint64_t)rule_cfa_offset(rule);

	if (cfa <= at->stack_pointer || cfa % sizeof(uint64_t) != 0)
		return false;
	if (rule & RULE_SAVES_FRAME_POINTER)
		at->frame_pointer = *(const uint64_t *)(cfa + (uint64_t)rule_saved_offset(rule));
	at->pc = *(const uint64_t *)(cfa - sizeof(uint64_t));
	at->stack_pointer = cfa;
	return true;
}

enum rules_end rules_walk(struct walk_start *at, uint64_t *pcs, unsigned int max,
			  unsigned int *ret_depth)
{
	*ret_depth = 0;
	while (at->pc != 0 && *ret_depth < max) {
		uint64_t rule = rule_at(at->pc);

		pcs[(*ret_depth)++] = at->pc;
		if (rule & RULE_OUTERMOST)
			break;
		if (!rule && !chain_is_described(at->pc))
			return RULES_UNDESCRIBED;
		if (!rule || !step(at, rule))
			return RULES_NOT_SIMPLE;
	}
	return RULES_ALL;
}
