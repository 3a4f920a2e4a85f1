/* SPDX-License-Identifier: MIT */
/*
 * A report for others: without the arguments of programs, and without what tells where it was
 * made. What is found, and its fingerprints, are the same.
 *
 * Layer: report. Context: tool.
 */
#ifndef UNCLOSED_REPORT_DISCREET_H
#define UNCLOSED_REPORT_DISCREET_H

#include <stdbool.h>

#include "base/options.h"
#include "model/model.h"

/*
 * A copy of `report` with the arguments as told, and without the addresses of connections, the
 * host's name and the working directory when `is_hostless`. It refers to `report`, and is to be
 * freed before. Ends the program when there is no memory.
 *
 * A report that has less already, as one that was read from a file, stays as it is.
 */
struct report *report_discreet(const struct report *report, enum arguments_shown arguments,
			       bool is_hostless);

#endif
