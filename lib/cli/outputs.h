/* SPDX-License-Identifier: MIT */
/*
 * From a ledger to written reports: what run and report share.
 *
 * Layer: cli.
 */
#ifndef UNCLOSED_CLI_OUTPUTS_H
#define UNCLOSED_CLI_OUTPUTS_H

#include "base/options.h"
#include "judge/judge.h"
#include "report/report.h"

/*
 * Judge the ledger at `path` into `report`. Returns 0, or EXIT_ERROR after one
 * line that says what is wrong with the ledger.
 */
int ledger_judge(const char *path, const struct judge_context *context, struct report *report);

/*
 * Write every report that the options ask for. Returns 0, or EXIT_ERROR after
 * one line for each that could not be written.
 */
int outputs_write(const struct report *report, const struct options *options);

/* Write the JSON report alone, to `path` ("-": stdout). Returns as above. */
int outputs_write_json(const struct report *report, const struct options *options,
		       const char *path);

/*
 * Write the snapshot of a process into a file of mode 0600: JSON, to this very path. Returns NULL,
 * or why it could not be written.
 */
const char *outputs_write_snapshot(const struct report *report, const struct options *options,
				   const char *path);

/* How the text looks: by the options, our environment, and the terminal it goes to, if any. */
struct report_style style_make(const struct options *options);

/* Does the text go to a terminal? */
bool text_is_for_terminal(const struct options *options);

/* KEY, VALUE, …, NULL: the options that differ from their built-in values. To be freed as a whole.
 */
char **options_list(const struct options *options);
void options_list_free(char **list);

#endif
