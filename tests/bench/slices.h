/* SPDX-License-Identifier: MIT */
/*
 * Timing for benchmarks on a machine that does other things too: the work is
 * cut into many short slices, and the fastest one counts.
 *
 * Layer: tests.
 */
#ifndef UNCLOSED_BENCH_SLICES_H
#define UNCLOSED_BENCH_SLICES_H

#include <stdint.h>

/* Nanoseconds of CLOCK_MONOTONIC. */
uint64_t slices_now_ns(void);

/* Nanoseconds of processor time that the whole process has used. */
uint64_t slices_used_ns(void);

/* Raise the limit of open descriptors to the hard limit; ends the program when that is below `count`. */
void slices_need_descriptors(unsigned long count);

/*
 * Run work(operations) `slices` times, after one slice that does not count, and
 * print the nanoseconds an operation of the fastest slice, by `clock`.
 */
void slices_print_fastest(unsigned int slices, unsigned int operations,
			  void (*work)(unsigned int operations), uint64_t (*clock)(void));

/* Print what failed and errno, and end the program with status 1. */
_Noreturn void slices_fail(const char *what);

/* The number in argv[index], or `otherwise` when there is none. */
unsigned int slices_argument(int argc, char **argv, int index, unsigned int otherwise);

#endif
