/* SPDX-License-Identifier: MIT */
/*
 * A finding in a line or a few sentences, for formats that have no room for
 * the whole of it.
 *
 * Layer: report. Context: tool. All results are to be freed.
 */
#ifndef UNCLOSED_REPORT_MESSAGE_H
#define UNCLOSED_REPORT_MESSAGE_H

#include "model/model.h"

/* "2 × TCP connection, accepted, never closed" */
char *message_title(const struct finding *finding);

/* The title, where it happened, and what is known of it: proof, explanation, siblings, remedy. */
char *message_text(const struct report *report, const struct finding *finding);

/* "in serve (src/chat_server.c:71)": a stack in a word; NULL when nothing is known of it. */
char *message_place(const struct report_frame *frame);

/*
 * The programs whose processes have the finding: "./worker", "8 processes of
 * ./worker", "12 processes of 3 programs". NULL when the report does not list them.
 */
char *message_programs(const struct report *report, const struct finding *finding);

/* "closed before", "usually closed (14 times)": what a related stack is. */
char *message_related(const struct report_related *related);

/* Is it in no way new: all of it suppressed or in the baseline? */
bool message_is_known(const struct finding *finding);

#endif
