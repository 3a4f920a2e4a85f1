/* SPDX-License-Identifier: MIT */
/*
 * What the sub-commands share that look at programs which run: report --live, dump, ps, top.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_LIVE_H
#define UNCLOSED_CLI_LIVE_H

#include "cli/arguments.h"
#include "judge/live.h"
#include "live/look.h"
#include "model/model.h"

struct known;

/* A session that runs, and whom of it to look at. */
struct live_target {
	struct live_sessions sessions;
	const struct live_session *session;
	int ledger_fd; /* its ledger, open for reading */
	int pid;       /* this process and what came from it; 0: all of the session */
};

/* Who is looked at goes first: most of a look is reading debug information. */
void live_step_back(void);

/*
 * Find what `word` names: a PID, the path of a ledger, or a session by its 16 hex digits. Returns
 * 0, or EXIT_ERROR after one line: no such process, not watched, another user's, a session that
 * has ended.
 */
int live_target_open(struct live_target *ret_target, const char *word);
void live_target_close(struct live_target *target);

/*
 * Open each session that the caller may look at, one after the other, and close it again. Returns
 * how many could be opened, or -EXIT_ERROR after one line. Of one that cannot be, a line tells.
 */
typedef void live_target_use(const struct live_target *target, void *data);
int live_targets_visit(live_target_use *use, void *data);

/*
 * Look at it and judge what is open, into *ret_report, to be freed. Where there is proof of a leak,
 * a second look follows after a second: a server closes what its peer has closed a moment later.
 * `is_full`: findings list all of their descriptors. Returns 0, or EXIT_ERROR after one line.
 */
int live_report_make(const struct live_target *target, const struct arguments *arguments,
		     bool is_full, struct report **ret_report);

/*
 * Judge one look at `target`'s session; `live` is filled. Returns 0, or EXIT_ERROR after one line.
 */
int live_look_judge(const struct live_target *target, struct live_look *look,
		    const struct options *options, struct known *known, struct judge_live *live,
		    bool is_full, struct report *report);

/* What goes on from look to look at a session; zeroed: there was none yet. */
struct live_series {
	struct judge_proof *proofs; /* of the look before */
	size_t proof_count;
	struct symbolizer *symbolizer; /* reading debug information anew took 50 ms a look */
	size_t process_count;          /* images of programs, so far */
	bool is_brief; /* only what tells of places: nothing is asked of the descriptors themselves
			*/
};

/*
 * One look of a series, a second or more after the one before. What has proof in both is proven;
 * Returns as live_report_make().
 */
int live_report_next(const struct live_target *target, const struct options *options, bool is_full,
		     struct live_series *series, struct report **ret_report);
void live_series_free(struct live_series *series);

/* `unclosed report --live`, without that word. */
int report_live(int argc, char **argv);

#endif
