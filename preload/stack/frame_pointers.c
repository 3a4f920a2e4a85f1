/* SPDX-License-Identifier: MIT */
/* The walk through code without call frame information, by frame pointers and return addresses. */
#include "stack/frame_pointers.h"

#include <stdatomic.h>
#include <string.h>
#include <unwind.h>

#include "ledger/layout.h"
#include "shim/names.h"
#include "shim/readable.h"
#include "shim/state.h"
#include "stack/eh_frame.h"
#include "stack/frame_rule.h"
#include "stack/processor.h"

#define DEAD_ENDS 16
#define DESCRIBED 512 /* one page, which a short process does not touch */
#define FRAME_SIZE_MAX (UINT64_C(8) << 20)

OF_EVERY_PROCESS static _Atomic(uint64_t) dead_ends[DEAD_ENDS];

/* Counters asked about before: looking one up costs 20 ns, and most stacks share most of theirs. */
static _Atomic(uint64_t) described[DESCRIBED] __attribute__((aligned(LEDGER_PAGE_SIZE)));

static uint64_t pc_hash(uint64_t pc)
{
	return pc * UINT64_C(0x9e3779b97f4a7c15) >> 32;
}

static _Atomic(uint64_t) *dead_end_slot(uint64_t pc)
{
	return &dead_ends[pc_hash(pc) & (DEAD_ENDS - 1)];
}

void chain_forget(void)
{
	for (unsigned int i = 0; i < DEAD_ENDS; i++)
		atomic_store_explicit(&dead_ends[i], 0, memory_order_relaxed);
	for (unsigned int i = 0; i < DESCRIBED; i++)
		atomic_store_explicit(&described[i], 0, memory_order_relaxed);
}

bool chain_ends_at(uint64_t pc)
{
	return atomic_load_explicit(dead_end_slot(pc), memory_order_relaxed) == pc;
}

#define NO_PAGE 1 /* no page begins there, but one may at 0 */

struct chain {
	struct walk_start at; /* the frame reached so far */
	uint64_t page;        /* known to be readable */
	/*
	 * The stack pointer is at least `at`'s, and may be more: on aarch64 a frame record
	 * does not tell where its frame ends.
	 */
	bool is_lowest;
};

/* What one frame tells of its caller's. */
struct step {
	uint64_t cfa, return_at, frame_pointer;
	bool is_lowest; /* the CFA is that or above */
};

static bool page_is_readable(struct chain *chain, uint64_t address)
{
	uint64_t page = address & ~(uint64_t)(LEDGER_PAGE_SIZE - 1);

	if (page != chain->page && is_readable(address & ~UINT64_C(7)))
		chain->page = page;
	return page == chain->page;
}

static bool read_word(struct chain *chain, uint64_t address, uint64_t *ret_word)
{
	if (address % sizeof(*ret_word) != 0 || !page_is_readable(chain, address))
		return false;
	*ret_word = *(const uint64_t *)address;
	return true;
}

/* Bytes of code; what cannot be read is 0. */
static void read_code(struct chain *chain, uint64_t address, uint8_t *bytes, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		bytes[i] =
			page_is_readable(chain, address + i) ? *(const uint8_t *)(address + i) : 0;
}

#if defined(__x86_64__)

#define CALL_SIZE_MAX 7 /* without prefix: ff 94 24 and four bytes */

/* Length of "ff /2" with this ModRM and SIB, an indirect call; 0: another instruction. */
static unsigned int indirect_call_size(const uint8_t *code)
{
	unsigned int mode = code[1] >> 6, base = code[1] & 7;
	unsigned int size = 2 + (mode != 3 && base == 4);

	if (code[0] != 0xff || (code[1] >> 3 & 7) != 2)
		return 0;
	if (mode == 1)
		return size + 1;
	if (mode == 2 || (mode == 0 && (base == 5 || (base == 4 && (code[2] & 7) == 5))))
		return size + 4;
	return size;
}

/* A return address lies behind a call. */
static bool is_behind_call(struct chain *chain, uint64_t pc)
{
	uint8_t code[CALL_SIZE_MAX + 1];
	const uint8_t *end = code + CALL_SIZE_MAX;

	if (pc < CALL_SIZE_MAX)
		return false;
	code[CALL_SIZE_MAX] = 0;
	read_code(chain, pc - CALL_SIZE_MAX, code, CALL_SIZE_MAX);
	if (end[-5] == 0xe8)
		return true;
	for (unsigned int size = 2; size <= CALL_SIZE_MAX; size++)
		if (indirect_call_size(end - size) == size)
			return true;
	return false;
}

/* libc has what a handler returns to, and describes it. */
static bool is_signal_return(uint64_t pc)
{
	(void)pc;
	return false;
}

/* A frame that is given back right behind the call: CPython's trampolines have such. */
static bool step_by_return(struct chain *chain, struct step *step)
{
	static const uint8_t add_and_return[] = { 0x48, 0x83, 0xc4 }; /* add $n, %rsp; n; ret */
	uint8_t code[5];

	read_code(chain, chain->at.pc, code, sizeof(code));
	if (memcmp(code, add_and_return, sizeof(add_and_return)) == 0 && code[3] < 0x80 &&
	    code[4] == 0xc3) {
		step->cfa = chain->at.stack_pointer + code[3] + 8;
		step->return_at = step->cfa - 8;
		return true;
	}
	if (code[0] != 0x5d || code[1] != 0xc3) /* pop %rbp; ret */
		return false;
	step->cfa = chain->at.stack_pointer + 16;
	step->return_at = step->cfa - 8;
	return read_word(chain, chain->at.stack_pointer, &step->frame_pointer);
}

#else

static uint32_t read_instruction(struct chain *chain, uint64_t address)
{
	uint32_t instruction = 0;
	uint8_t code[4];

	read_code(chain, address, code, sizeof(code));
	memcpy(&instruction, code, sizeof(instruction));
	return instruction;
}

/* A return address lies behind a call: bl; blr; blraaz, blrabz; blraa, blrab. */
static bool is_behind_call(struct chain *chain, uint64_t pc)
{
	uint32_t call = pc % 4 == 0 && pc >= 4 ? read_instruction(chain, pc - 4) : 0;

	return (call & 0xfc000000) == 0x94000000 || (call & 0xfffffc1f) == 0xd63f0000 ||
	       (call & 0xfffff81f) == 0xd63f081f || (call & 0xfffff800) == 0xd73f0800;
}

/*
 * mov x8, #SYS_rt_sigreturn; svc 0: what a handler returns to. The kernel has it in its vDSO,
 * described; qemu-user in a page that is no object's. Unwinders know it by its code. Its frame
 * record leads to the caller of what was interrupted, past that.
 */
static bool is_signal_return(uint64_t pc)
{
	static const uint32_t code[] = { 0xd2801168, 0xd4000001 };

	return pc % sizeof(code[0]) == 0 && shim_may_call_kernel() &&
	       is_readable(pc & ~UINT64_C(7)) &&
	       is_readable((pc + sizeof(code[0])) & ~UINT64_C(7)) &&
	       memcmp((const void *)pc, code, sizeof(code)) == 0;
}

/* ret, retaa or retab; before it autiasp or autibsp. */
static bool is_return(struct chain *chain, uint64_t address)
{
	uint32_t instruction = read_instruction(chain, address);

	if (instruction == 0xd50323bf || instruction == 0xd50323ff)
		instruction = read_instruction(chain, address + 4);
	return instruction == 0xd65f03c0 || instruction == 0xd65f0bff || instruction == 0xd65f0fff;
}

/* A frame that is given back right behind the call: CPython's trampolines have such. */
static bool step_by_return(struct chain *chain, struct step *step)
{
	uint32_t instruction = read_instruction(chain, chain->at.pc);
	uint64_t stack_pointer = chain->at.stack_pointer;

	if (chain->is_lowest || !is_return(chain, chain->at.pc + 4))
		return false;
	if ((instruction & 0xfff00fff) == 0xf84007fe) { /* ldr x30, [sp], #n; n < 256 */
		step->cfa = stack_pointer + (instruction >> 12 & 0xff);
		step->return_at = stack_pointer;
		return true;
	}
	if ((instruction & 0xffe07fff) != 0xa8c07bfd) /* ldp x29, x30, [sp], #8n; n < 64 */
		return false;
	step->cfa = stack_pointer + (instruction >> 15 & 0x3f) * 8;
	step->return_at = stack_pointer + 8;
	return read_word(chain, stack_pointer, &step->frame_pointer);
}

#endif

static bool step_by_frame_pointer(struct chain *chain, struct step *step)
{
	uint64_t frame_pointer = chain->at.frame_pointer;

	step->cfa = frame_pointer + 16;
	step->return_at = frame_pointer + 8;
#ifndef RETURN_OFFSET
	step->is_lowest = true;
#endif
	return frame_pointer >= chain->at.stack_pointer &&
	       read_word(chain, frame_pointer, &step->frame_pointer);
}

/* Where a frame ends whose stack pointer is not known, but whose frame pointer is at its record. */
static bool cfa_by_record(const struct chain *chain, const struct frame_rule *rule,
			  uint64_t *ret_cfa)
{
	*ret_cfa = chain->at.frame_pointer - (uint64_t)rule->saved_offset;
	return rule->saves_frame_pointer && rule->return_offset == rule->saved_offset + 8;
}

static bool step_by_rule(struct chain *chain, const struct frame_rule *rule, struct step *step)
{
	if (rule->is_from_frame_pointer)
		step->cfa = chain->at.frame_pointer + (uint64_t)rule->cfa_offset;
	else if (!chain->is_lowest)
		step->cfa = chain->at.stack_pointer + (uint64_t)rule->cfa_offset;
	else if (!cfa_by_record(chain, rule, &step->cfa))
		return false;
	step->return_at = step->cfa + (uint64_t)rule->return_offset;
	return !rule->saves_frame_pointer ||
	       read_word(chain, step->cfa + (uint64_t)rule->saved_offset, &step->frame_pointer);
}

/* To the caller. Returns false when nothing certain leads there. */
static bool chain_step(struct chain *chain)
{
	struct step step = { .frame_pointer = chain->at.frame_pointer };
	struct frame_rule rule;
	bool is_found;
	uint64_t pc;

	if (frame_rule_find(chain->at.pc - 1, &rule) && !rule.is_outermost)
		is_found = step_by_rule(chain, &rule, &step);
	else if (frame_is_described(chain->at.pc - 1) || is_signal_return(chain->at.pc))
		is_found = false; /* the outermost frame, or one of another form */
	else
		is_found = step_by_return(chain, &step) || step_by_frame_pointer(chain, &step);
	if (!is_found || step.cfa <= chain->at.stack_pointer ||
	    step.cfa - chain->at.stack_pointer > FRAME_SIZE_MAX ||
	    !read_word(chain, step.return_at, &pc))
		return false;
	pc = return_address_of(pc);
	if (!is_behind_call(chain, pc))
		return false;
	chain->at = (struct walk_start){ .pc = pc,
					 .stack_pointer = step.cfa,
					 .frame_pointer = step.frame_pointer };
	chain->is_lowest = step.is_lowest;
	return true;
}

/* Keeps the frame reached last: libgcc's unwinder stops at the first without information. */
static _Unwind_Reason_Code start_frame(struct _Unwind_Context *context, void *data)
{
	struct walk_start *at = data;

	at->pc = _Unwind_GetIP(context);
	at->stack_pointer = _Unwind_GetCFA(context);
	at->frame_pointer = _Unwind_GetGR(context, DWARF_FP);
	return _URC_NO_REASON;
}

bool chain_is_described(uint64_t pc)
{
	_Atomic(uint64_t) *known = &described[pc_hash(pc) & (DESCRIBED - 1)];
	bool is_kept = process_walks_much();

	if (is_kept && atomic_load_explicit(known, memory_order_relaxed) == pc)
		return true;
	/* pc itself, too: in a frame that a signal interrupted, it is the next instruction. */
	if (!frame_is_described(pc - 1) && !frame_is_described(pc) && !is_signal_return(pc))
		return false;
	if (is_kept)
		atomic_store_explicit(known, pc, memory_order_relaxed);
	return true;
}

static unsigned int first_undescribed(const uint64_t *pcs, unsigned int depth)
{
	unsigned int i = 0;

	while (i < depth && chain_is_described(pcs[i]))
		i++;
	return i;
}

/* From the first frame without information, which is the last of `depth`. */
static struct chain_result chain_follow(const struct walk_start *at, uint64_t *pcs,
					unsigned int depth, unsigned int max)
{
	struct chain_result result = { .depth = depth };
	struct chain chain = { .at = *at, .page = NO_PAGE };
	struct dl_find_object object;

	while (chain_step(&chain)) {
		if (result.depth == max) {
			result.is_truncated = true;
			break;
		}
		pcs[result.depth++] = chain.at.pc;
	}
	if (result.depth == depth && _dl_find_object((void *)(at->pc - 1), &object) == 0)
		atomic_store_explicit(dead_end_slot(at->pc), at->pc, memory_order_relaxed);
	return result;
}

static bool may_follow(uint64_t pc)
{
	return !chain_ends_at(pc) && shim_may_call_kernel();
}

struct chain_result chain_continue(const struct walk_start *at, uint64_t *pcs, unsigned int depth,
				   unsigned int max)
{
	if (!may_follow(at->pc))
		return (struct chain_result){ .depth = depth, .is_settled = true };
	return chain_follow(at, pcs, depth, max);
}

struct chain_result chain_settle(uint64_t *pcs, unsigned int depth, unsigned int max)
{
	unsigned int first = first_undescribed(pcs, depth);
	struct walk_start at = { 0 };

	if (first == depth)
		return (struct chain_result){ .depth = depth, .is_settled = true };
	if (!may_follow(pcs[first]))
		return (struct chain_result){ .depth = first + 1, .is_settled = true };
	(void)_Unwind_Backtrace(start_frame, &at); /* ends where it must */
	if (at.pc != pcs[first])
		return (struct chain_result){ .depth = first + 1 };
	return chain_follow(&at, pcs, first + 1, max);
}
