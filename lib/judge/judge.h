/* SPDX-License-Identifier: MIT */
/*
 * From a ledger to findings: who left what open, grouped, judged by the policy.
 *
 * Layer: judge. Context: tool.
 */
#ifndef UNCLOSED_JUDGE_JUDGE_H
#define UNCLOSED_JUDGE_JUDGE_H

#include "base/options.h"
#include "model/model.h"
#include "known/known.h"
#include "ledger/snapshot.h"
#include "symbol/symbol.h"

struct judge_live;
struct rights;

/* What the caller knows and the ledger does not. */
struct judge_context {
	const struct options *options;
	struct known *known;            /* rules and baseline; NULL: nothing is known */
	const char *const *command;     /* NULL: taken from the first process */
	/* The ledger's header as it was made, and PROGRAM's number; NULL, 0: not known. */
	const struct ledger_header *header;
	uint32_t program_pid;
	const struct report_exit *exit; /* of PROGRAM; NULL: taken from the ledger */
	/* By the kernel's CLOCK_MONOTONIC; 0: not known. */
	uint64_t now_monotonic_ns;  /* when the ledger is read */
	uint64_t exit_monotonic_ns; /* when PROGRAM was seen to have ended */
	/* Is the process alive? Asked for entries without an end; NULL: nobody is. */
	bool (*is_alive)(const struct ledger_process *process, void *data);
	void *data;
	const struct rights *rights; /* of PROGRAM at its end, when they are other than ours; or NULL */
	struct judge_live
		*live;   /* processes that run are judged (judge/live.h); NULL: they are not */
	const char *cwd; /* where the session began; NULL: as the ledger says */
	int ledger_fd;  /* the ledger, open for reading: it may have lost its name; 0: not open */
	uint32_t only_entry; /* index + 1 of an entry: its process alone is judged; 0: all are */
	bool lists_all;      /* findings list all of their descriptors, however many */
	bool is_nameless; /* the ledger's name was gone before the last process had ended */
	/* Of PROGRAM's environment, or what is like it; NULL: nothing is known. */
	const char *(*environment)(const char *name);
};

/*
 * Fill `report` from a snapshot: processes, findings in report order, totals,
 * verdict, exit status. Symbols are read only for what will be printed.
 * Returns 0, or -EPROTO with *ret_why when the ledger contradicts itself.
 */
int judge(struct report *report, struct snapshot *snapshot, struct symbolizer *symbolizer,
	  const struct judge_context *context, const char **ret_why);

/* The same of a snapshot whose file is open as context->ledger_fd: with the session's rights. */
int judge_snapshot(struct report *report, struct snapshot *snapshot,
		   const struct judge_context *context, const char **ret_why);

/*
 * The same from the ledger in the file at `path`, or behind context->ledger_fd. Returns 0, -errno when it cannot be
 * read, or -EPROTO with *ret_why when it is no ledger or contradicts itself.
 */
int judge_file(struct report *report, const char *path, const struct judge_context *context,
	       const char **ret_why);

/* "80%", "EMFILE": a mark near the limit of descriptors (enum limit_mark), as a report names it. */
const char *judge_mark_name(unsigned int mark);

#endif
