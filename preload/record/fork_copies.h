/* SPDX-License-Identifier: MIT */
/*
 * What a forked child has from before. While every process above it lives on,
 * nobody will ask for these copies: their openers are told for them. Then the
 * end of the child need not look at each, which would cost a fork of a server
 * with 10 000 connections seven times what it costs alone.
 *
 * Layer: preload. Context: target; async-signal-safe.
 */
#ifndef UNCLOSED_PRELOAD_RECORD_FORK_COPIES_H
#define UNCLOSED_PRELOAD_RECORD_FORK_COPIES_H

#include <stdbool.h>

/* The image started with so many descriptors; -1 where that is not known. */
void copies_note_start(long count);

/* Before and after a fork, on the thread that forks: what the child is born with. */
void copies_fork_prepare(void);
void copies_fork_in_child(void);

/* A descriptor from before the start or the fork was closed. */
void copies_note_closed(void);

/* Of those from before, how many should be open now; -1 not known. */
long copies_expected(void);

/* Is this a forked child, with all processes above it running? */
bool copies_do_not_matter(void);

#endif
