/* SPDX-License-Identifier: MIT */
/*
 * Walks by frame rules. A rule is worked out from the call frame information
 * once, in some 1 200 instructions, and kept: with it a frame takes 50.
 */
#include <stdatomic.h>

#include "libc/loaded.h"
#include "shim/state.h"
#include "stack/capture.h"
#include "stack/frame_pointers.h"
#include "stack/frame_rule.h"
#include "stack/processor.h"

/*
 * Rules by program counter. Who reads half of one and half of another, because
 * another thread writes, comes to a counter that there is no code at.
 */
struct kept_rule {
	_Atomic(uint64_t) check; /* pc ^ mix(rule) */
	_Atomic(uint64_t) rule;  /* 0: none */
};

/* Few, and near: a forked child has a copy of their page anyway. */
#define NEAR_RULES 64

/*
 * Of a program that forks, for its children: what one has worked out its siblings
 * find. In a page of the ledger; what a broken program scribbles there does not
 * pass the check. What was put there to mislead does: such a rule leads nowhere but
 * to the page of the stack that the walk is on, and is not kept. Of the objects that
 * the program was started with only: others may have been opened by one process and
 * not by the other.
 */
#define SHARED_RULES (LEDGER_PAGE_SIZE / sizeof(struct kept_rule))
OF_EVERY_PROCESS static struct kept_rule *shared_rules;

/* What found its place taken, in a process that walks much. */
#define FAR_RULES 2048

OF_EVERY_PROCESS static struct kept_rule near_rules[NEAR_RULES];
static struct kept_rule far_rules[FAR_RULES];

/* A rule in a word: flags, then offsets. */
#define RULE_IS_THERE 1
#define RULE_FROM_FRAME_POINTER 2
#define RULE_SAVES_FRAME_POINTER 4
#define RULE_OUTERMOST 8

static uint64_t rule_flags(const struct frame_rule *rule)
{
	return RULE_IS_THERE | (rule->is_from_frame_pointer ? RULE_FROM_FRAME_POINTER : 0) |
	       (rule->saves_frame_pointer ? RULE_SAVES_FRAME_POINTER : 0) |
	       (rule->is_outermost ? RULE_OUTERMOST : 0);
}

#ifdef RETURN_OFFSET

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
	return rule_flags(rule) |
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

static int64_t rule_return_offset(uint64_t rule)
{
	(void)rule;
	return RETURN_OFFSET;
}

#else

/* Three offsets of 20 bits, in words: frames of up to 4 MiB. */
#define RULE_CFA_SHIFT 4
#define RULE_SAVED_SHIFT 24
#define RULE_RETURN_SHIFT 44
#define RULE_OFFSET_LIMIT (INT64_C(1) << 22)

static bool offset_fits(int64_t offset)
{
	return offset % 8 == 0 && offset < RULE_OFFSET_LIMIT && offset >= -RULE_OFFSET_LIMIT;
}

static bool rule_fits(const struct frame_rule *rule)
{
	return offset_fits(rule->cfa_offset) && offset_fits(rule->saved_offset) &&
	       offset_fits(rule->return_offset);
}

static uint64_t offset_pack(int64_t offset, unsigned int shift)
{
	return ((uint64_t)offset >> 3 & 0xfffff) << shift;
}

static uint64_t rule_pack(const struct frame_rule *rule)
{
	return rule_flags(rule) | offset_pack(rule->cfa_offset, RULE_CFA_SHIFT) |
	       offset_pack(rule->saved_offset, RULE_SAVED_SHIFT) |
	       offset_pack(rule->return_offset, RULE_RETURN_SHIFT);
}

static int64_t offset_unpack(uint64_t rule, unsigned int shift)
{
	return ((int64_t)(rule << (44 - shift)) >> 44) * 8;
}

static int64_t rule_cfa_offset(uint64_t rule)
{
	return offset_unpack(rule, RULE_CFA_SHIFT);
}

static int64_t rule_saved_offset(uint64_t rule)
{
	return offset_unpack(rule, RULE_SAVED_SHIFT);
}

static int64_t rule_return_offset(uint64_t rule)
{
	return offset_unpack(rule, RULE_RETURN_SHIFT);
}

#endif

static unsigned int place_of(uint64_t pc, unsigned int count)
{
	return pc * UINT64_C(0x9e3779b97f4a7c15) >> 32 & (count - 1);
}

/* So that two rules, which differ in a few bits, differ in all. */
static uint64_t mix(uint64_t rule)
{
	return rule * UINT64_C(0xff51afd7ed558ccd);
}

/* 0: another one is kept there, or none. */
static uint64_t kept_read(const struct kept_rule *kept, uint64_t pc)
{
	uint64_t rule = atomic_load_explicit(&kept->rule, memory_order_relaxed);
	uint64_t check = atomic_load_explicit(&kept->check, memory_order_relaxed);

	return rule && (check ^ mix(rule)) == pc ? rule : 0;
}

static void kept_write(struct kept_rule *kept, uint64_t pc, uint64_t rule)
{
	atomic_store_explicit(&kept->rule, rule, memory_order_relaxed);
	atomic_store_explicit(&kept->check, pc ^ mix(rule), memory_order_relaxed);
}

/*
 * A short process may as well work one out again: a page of its own is 1 µs. And
 * none changes its place: each page written to is copied after each fork.
 */
static void keep(uint64_t pc, uint64_t rule)
{
	struct kept_rule *place = &near_rules[place_of(pc, NEAR_RULES)];

	if (atomic_load_explicit(&place->rule, memory_order_relaxed) && process_walks_much())
		place = &far_rules[place_of(pc, FAR_RULES)];
	kept_write(place, pc, rule);
}

static uint64_t cfa_of(const struct walk_start *at, uint64_t rule)
{
	uint64_t from = rule & RULE_FROM_FRAME_POINTER ? at->frame_pointer : at->stack_pointer;

	return from + (uint64_t)rule_cfa_offset(rule);
}

/*
 * Does a rule read nothing but the page that the walk is on? The word below the stack
 * pointer is this frame's, or our own: it has been read, or can be.
 */
static bool rule_stays(const struct walk_start *at, uint64_t rule)
{
	uint64_t page = (at->stack_pointer - sizeof(uint64_t)) >> LEDGER_PAGE_SHIFT;
	uint64_t cfa = cfa_of(at, rule);

	return rule & RULE_OUTERMOST ||
	       (cfa % sizeof(uint64_t) == 0 &&
		(cfa + (uint64_t)rule_return_offset(rule)) >> LEDGER_PAGE_SHIFT == page &&
		rule_return_offset(rule) % (int64_t)sizeof(uint64_t) == 0 &&
		(!(rule & RULE_SAVES_FRAME_POINTER) ||
		 (rule_saved_offset(rule) % (int64_t)sizeof(uint64_t) == 0 &&
		  (cfa + (uint64_t)rule_saved_offset(rule)) >> LEDGER_PAGE_SHIFT == page)));
}

/* 0: there is none that is simple. */
static __attribute__((noinline)) uint64_t rule_far_or_new(const struct walk_start *at)
{
	struct frame_rule rule;
	uint64_t pc = at->pc, found = 0;

	if (process_walks_much())
		found = kept_read(&far_rules[place_of(pc, FAR_RULES)], pc);
	if (found)
		return found;
	if (shared_rules)
		found = kept_read(&shared_rules[place_of(pc, SHARED_RULES)], pc);
	if (found && rule_stays(at, found))
		return found;
	if (!frame_rule_find(pc - 1, &rule) || !rule_fits(&rule))
		return 0;
	found = rule_pack(&rule);
	if (shared_rules && loaded_has(pc - 1))
		kept_write(&shared_rules[place_of(pc, SHARED_RULES)], pc, found);
	keep(pc, found);
	return found;
}

void rules_share(void)
{
	if (!shared_rules && !shim.ledger.is_frozen)
		shared_rules =
			ledger_at(&shim.ledger, ledger_page_alloc(&shim.ledger), LEDGER_PAGE_SIZE);
}

static uint64_t rule_at(const struct walk_start *at)
{
	uint64_t rule = kept_read(&near_rules[place_of(at->pc, NEAR_RULES)], at->pc);

	return rule ? rule : rule_far_or_new(at);
}

void rules_forget(void)
{
	for (unsigned int i = 0; i < NEAR_RULES; i++)
		atomic_store_explicit(&near_rules[i].rule, 0, memory_order_relaxed);
	for (unsigned int i = 0; i < FAR_RULES; i++)
		atomic_store_explicit(&far_rules[i].rule, 0, memory_order_relaxed);
}

/* To the caller. Stacks grow down: what does not is broken, or of a kind that is not simple. */
static bool step(struct walk_start *at, uint64_t rule)
{
	uint64_t cfa = cfa_of(at, rule);

	if (cfa <= at->stack_pointer || cfa % sizeof(uint64_t) != 0)
		return false;
	if (rule & RULE_SAVES_FRAME_POINTER)
		at->frame_pointer = *(const uint64_t *)(cfa + (uint64_t)rule_saved_offset(rule));
	at->pc = return_address_of(*(const uint64_t *)(cfa + (uint64_t)rule_return_offset(rule)));
	at->stack_pointer = cfa;
	return true;
}

bool rules_step(struct walk_start *at)
{
	uint64_t rule = rule_at(at);

	return rule && !(rule & RULE_OUTERMOST) && step(at, rule);
}

enum rules_end rules_walk(struct walk_start *at, uint64_t *pcs, unsigned int max,
			  unsigned int *ret_depth)
{
	*ret_depth = 0;
	while (at->pc != 0 && *ret_depth < max) {
		uint64_t rule = rule_at(at);

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
