/* SPDX-License-Identifier: MIT */
/*
 * How long something took, for people.
 *
 * Layer: model. Context: tool.
 */
#ifndef UNCLOSED_MODEL_DURATION_H
#define UNCLOSED_MODEL_DURATION_H

#include <stddef.h>
#include <stdint.h>

#define DURATION_TEXT_SIZE 32

/* "0.4 ms", "40 ms", "5.0 s", "2 min 10 s", "3 h 5 min", "2 d 4 h", cut to that; returns `text`. */
const char *duration_spell(char *text, size_t size, uint64_t ns);

/* The same of at least `ns`: what nothing took longer than. */
const char *duration_spell_up(char *text, size_t size, uint64_t ns);

#endif
