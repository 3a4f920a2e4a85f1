/* SPDX-License-Identifier: MIT */
/*
 * System calls by number: by which call's name is told what they open, and what they use.
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_LIBC_SYSCALLS_H
#define UNCLOSED_PRELOAD_LIBC_SYSCALLS_H

#include <stdbool.h>

#include "libc/real.h"

/* The call for a number that only returns a descriptor when it succeeds; CALL_none: another one. */
enum call syscall_opener(long number);

/* Does this command of bpf() return a descriptor? Others return 0, or a number. */
bool syscall_bpf_opens(long command);

/* A use of descriptors. */
struct syscall_use {
	enum call call;
	int one, other;   /* arguments that are numbers, from 0 on; other: -1 none */
	bool is_question; /* it may only ask whether the number is open */
};

/* False: it uses no descriptor, or syscall.c has rules of its own for it. */
bool syscall_use_find(long number, struct syscall_use *ret_use);

#endif
