/* SPDX-License-Identifier: MIT */
/* What the hand-built reports are put together from. Lists grow by copying: they are short. */
#ifndef UNCLOSED_TESTS_REPORT_BUILDER_H
#define UNCLOSED_TESTS_REPORT_BUILDER_H

#include "model/model.h"

#define MS UINT64_C(1000000)

/* A report of a covered program with one process, ./chat_server (pid 4242), that returned 0. */
struct report *build_report(void);

/* One more process, a covered child of the first that returned 0. */
struct report_process *build_process(struct report *report, const char *name, int pid);

/* One more finding of `count` counted sockets in process 0. */
struct finding *build_finding(struct report *report, uint64_t count, const char *title);

struct report_descriptor *build_descriptor(struct report *report, struct finding *finding, int fd,
					   const char *local, const char *peer, const char *state);

struct report_frame *build_frame(struct report *report, struct report_stack *stack,
				 const char *function, const char *file, unsigned int line);

struct report_related *build_related(struct report *report, struct finding *finding,
				     const char *role, uint64_t count);

void build_evidence(struct report *report, struct finding *finding, const char *what,
		    const char *text, bool is_proof);

void build_diagnostic(struct report *report, enum diagnostic_level level, const char *code,
		      const char *text);

/* Sums over the findings, verdict and exit status, as the judge makes them. */
void build_totals(struct report *report, uint64_t opened, uint64_t closed, uint64_t peak);

#endif
