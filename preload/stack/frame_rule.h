/* SPDX-License-Identifier: MIT */
/*
 * How a function's frame is laid out at one program counter, as far as a quick
 * walk (unwind_rules.c) and a remembered one (stack_memory.h) need it: from the call
 * frame information in .eh_frame, without evaluating expressions.
 *
 * Layer: preload. Context: target; async-signal-safe: reads memory only.
 */
#ifndef UNCLOSED_PRELOAD_STACK_FRAME_RULE_H
#define UNCLOSED_PRELOAD_STACK_FRAME_RULE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A simple frame: its canonical frame address (CFA, the stack pointer before
 * the call that made it) lies at a fixed distance from the stack pointer or the
 * frame pointer, and the return address at a fixed distance from the CFA.
 */
struct frame_rule {
	bool is_from_frame_pointer; /* CFA = frame pointer + cfa_offset; else stack pointer + it */
	bool saves_frame_pointer;   /* the caller's frame pointer is at CFA + saved_offset */
	bool is_outermost;          /* has no return address: the stack ends; nothing else counts */
	int64_t cfa_offset;
	int64_t saved_offset;
	int64_t return_offset; /* of the return address from the CFA; on x86-64 RETURN_OFFSET */
};

/*
 * The rule that holds at `pc`. Returns false where there is none that is
 * simple: no call frame information, a signal frame, a realigned stack, a return
 * address that is still in its register.
 */
bool frame_rule_find(uint64_t pc, struct frame_rule *ret_rule);

#endif
