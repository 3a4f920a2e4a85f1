/* SPDX-License-Identifier: MIT */
/*
 * Memory that belongs to sockets: lists that libc makes and the program has to
 * give back. No descriptor, so the kernel knows nothing of it; a forked child has
 * a copy of all and is asked for none.
 *
 * Layer: preload. Context: target.
 */
#ifndef UNCLOSED_PRELOAD_CALLS_GETADDRINFO_H
#define UNCLOSED_PRELOAD_CALLS_GETADDRINFO_H

/*
 * Do the functions that give such memory back lead to us? Not where a program has
 * one of its own by the same name: then nothing is recorded. At start, once.
 */
void addrinfo_init(void);

#endif
