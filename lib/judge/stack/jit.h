/* SPDX-License-Identifier: MIT */
/*
 * Names of code made at run time, from the files that runtimes write for
 * perf(1): /tmp/perf-PID.map, a line "START SIZE NAME" for each piece of code.
 * node writes it with --perf-basic-prof, CPython with -X perf, Java with an
 * agent.
 *
 * A map counts only if it is of this process: written between its start and
 * its end, by its user. Later lines win over earlier ones.
 *
 * Layer: judge. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_STACK_JIT_H
#define UNCLOSED_JUDGE_STACK_JIT_H

#include "judge/stack/stack.h"

/* In place of a module: such code. The offset of a spot is the number of a name then. */
#define JIT_MODULE (NONE - 1)

/*
 * Name the spots of a backtrace that are in no module. Those from the first
 * that has no name on are not certain, and cut; it is kept. Returns how many are left.
 */
size_t jit_name(struct judge *judge, uint32_t image_ref, struct spot *spots, size_t count);

/* The frame of a named spot. */
struct report_frame jit_frame(struct judge *judge, const struct spot *spot);

/* Mark the workings of V8 in a stack that runs scripts: nobody looks for a leak there. */
void jit_engine_mark(struct report_stack *stack);

/* jit_name.c: take a name apart that a runtime gave: function, file, line, language. */
void jit_name_parse(struct report *report, const char *name, struct report_frame *ret_frame);

#endif
