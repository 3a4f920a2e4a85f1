/* SPDX-License-Identifier: MIT */
/*
 * What a walk has to know of the processor: DWARF's numbers of the three registers that lead
 * through a stack, where a return address is kept, and what it may be mixed with.
 *
 * x86-64: the call puts the return address onto the stack, so it is right below the
 * canonical frame address (CFA), always.
 *
 * aarch64: the call leaves it in x30, and the function keeps it where it likes. As a rule
 * beside the caller's x29, as a pair that x29 then points to, the frame record; GCC puts
 * that at the lower end of the frame, so it does not tell where the frame ends. With
 * pointer authentication (-mbranch-protection=pac-ret) the kept one has a code in its
 * upper bits.
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_STACK_PROCESSOR_H
#define UNCLOSED_PRELOAD_STACK_PROCESSOR_H

#include <stdint.h>

#if defined(__x86_64__)

/* System V ABI, AMD64 supplement, figure 3.36: rbp, rsp, and what stands for the return address. */
enum { DWARF_FP = 6, DWARF_SP = 7, DWARF_RA = 16 };

/* Return addresses are pushed: this far from the CFA, whatever the function. */
#define RETURN_OFFSET (-8)
#define SIGNS_RETURNS 0

static inline uint64_t return_address_of(uint64_t kept)
{
	return kept;
}

#elif defined(__aarch64__)

/* DWARF for the Arm 64-bit Architecture, section 4.1: x29, sp, x30. */
enum { DWARF_FP = 29, DWARF_SP = 31, DWARF_RA = 30 };

#define SIGNS_RETURNS 1

/* Without the code of pointer authentication: xpaclri, which older processors take for a nop. */
static inline uint64_t return_address_of(uint64_t kept)
{
	register uint64_t x30 __asm__("x30") = kept;

	__asm__("hint #7" : "+r"(x30));
	return x30;
}

#else
#error "how does this machine return from a call?"
#endif

#endif
