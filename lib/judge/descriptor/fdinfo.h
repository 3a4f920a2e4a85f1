/* SPDX-License-Identifier: MIT */
/*
 * The text of /proc/PID/fdinfo/N, as the kernel wrote it and the shim kept it
 * (Documentation/filesystems/proc.rst). It may be cut, and from a damaged ledger
 * it may be anything. Layer: judge. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_DESCRIPTOR_FDINFO_H
#define UNCLOSED_JUDGE_DESCRIPTOR_FDINFO_H

#include "model/model.h"

/* Numbers of an epoll that a report lists. */
#define WATCHES_MAX 64

/* Put what `text` tells of a descriptor of this kind into its fields and its `about`. */
void fdinfo_read(struct report *report, const char *text, enum descriptor_kind kind,
		 struct report_descriptor *descriptor);

#endif
