/* SPDX-License-Identifier: MIT */
/*
 * The places of `unclosed ps` whose number grows: one brief look at each session.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_PS_GROWTH_H
#define UNCLOSED_CLI_PS_GROWTH_H

#include "live/process.h"
#include "model/model.h"

struct symbolizer;

/* Kept from session to session, for those of one owner; zeroed: nothing yet. */
struct ps_looks {
	struct symbolizer *symbolizer;
	uint32_t owner; /* of the ledgers that it read files for */
};

/* What grows in a process. */
struct ps_growth {
	uint64_t places;
	const struct finding *first; /* of them, that which grows fastest; NULL: none */
};

/* The report of a look at a session, the caller's; NULL: it cannot be looked at. */
struct report *ps_look(struct ps_looks *looks, const struct live_session *session);
void ps_looks_free(struct ps_looks *looks);

/* Of the process with this number here. False: the look has not seen it. */
bool ps_growth_of(const struct report *report, int pid, struct ps_growth *ret_growth);

#endif
