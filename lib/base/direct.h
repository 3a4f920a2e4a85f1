/* SPDX-License-Identifier: MIT */
/*
 * DIRECT: the function is called by its name only, never through a pointer. Then it needs no mark
 * for indirect calls (endbr64), an instruction each time; for what every call of the program
 * runs. Said at the declaration and at the definition.
 *
 * Layer: base.
 */
#ifndef UNCLOSED_BASE_DIRECT_H
#define UNCLOSED_BASE_DIRECT_H

#if defined(__CET__) && __CET__ & 1
#define DIRECT __attribute__((nocf_check))
#else
#define DIRECT
#endif

#endif
