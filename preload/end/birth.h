/* SPDX-License-Identifier: MIT */
/*
 * What a child is born with whose parent had other threads at work. A thread may be
 * between the kernel's answer and its record of it when another one forks: then the
 * record does not tell what the child has, and only the kernel can say it.
 *
 * Layer: preload. Context: target; async-signal-safe; system calls.
 */
#ifndef UNCLOSED_PRELOAD_END_BIRTH_H
#define UNCLOSED_PRELOAD_END_BIRTH_H

/*
 * In the child, before it has opened or closed anything: ask the kernel for every
 * number that the record is not sure of, and note the answers in the child's table.
 * One system call for 64 numbers, and none where all of them are sure. What
 * is open for certain is not asked for: no driver's poll function is called for it.
 */
void birth_note(void);

#endif
