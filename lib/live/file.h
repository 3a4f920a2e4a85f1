/* SPDX-License-Identifier: MIT */
/*
 * Small files of /proc/PID.
 *
 * Layer: live. Context: tool.
 */
#ifndef UNCLOSED_LIVE_FILE_H
#define UNCLOSED_LIVE_FILE_H

#include <stdio.h>
#include <sys/types.h>

/* /proc/PID/NAME, to be read line by line; NULL with errno. */
FILE *proc_fopen(int pid, const char *name);

/* The beginning of /proc/PID/NAME as a text. Returns its length, or -errno. */
ssize_t proc_read(int pid, const char *name, char *ret_text, size_t size);

#endif
