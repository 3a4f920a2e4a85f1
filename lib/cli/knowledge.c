/* SPDX-License-Identifier: MIT */
/* Reads suppression files and the baseline before a run, and writes the baseline after it. */
#include "cli/knowledge.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/program.h"
#include "report/json/baseline_file.h"
#include "report/replacement.h"
#include "report/report.h"

static int rules_load(struct known *known, const char *path)
{
	struct text_error error;
	int result = suppressions_load(&known->suppressions, path, &error);

	if (result == -EPROTO)
		return complain("%s:%u:%u: %s", path, error.line, error.column, error.why);
	if (result < 0)
		return complain("cannot read suppressions '%s': %s", path, strerror(-result));
	return 0;
}

/* Installed, or beside the build tree's bin. */
static int shipped_find(char *ret_path, size_t size)
{
	static const char *const folders[] = { UNCLOSED_DATADIR_FROM_BINDIR, "../share" };
	char directory[PATH_MAX];
	int result = own_directory(directory, sizeof(directory));

	for (size_t i = 0; result == 0 && i < sizeof(folders) / sizeof(folders[0]); i++)
		if (snprintf(ret_path, size, "%s/%s/unclosed/default.supp", directory, folders[i]) <
			    (int)size &&
		    access(ret_path, R_OK) == 0)
			return 0;
	return result < 0 ? result : -ENOENT;
}

static int shipped_load(struct known *known)
{
	size_t before = known->suppressions.count;
	char path[PATH_MAX];
	int result = shipped_find(path, sizeof(path));

	if (result < 0)
		return complain("cannot find the shipped rules, share/unclosed/default.supp: %s; "
				"install them, or give --no-default-suppressions",
				strerror(-result));
	result = rules_load(known, path);
	for (size_t i = before; i < known->suppressions.count; i++)
		known->suppressions.rules[i].is_default = true;
	return result;
}

/* Returns 0, 1 when the file does not exist, or EXIT_ERROR after one line. */
static int baseline_take(struct baseline *baseline, const char *path)
{
	char error[512] = "";
	int result;

	baseline_init(baseline);
	baseline->file = path;
	result = baseline_read(baseline, path, error, sizeof(error));
	if (result == -ENOENT)
		return 1;
	if (result < 0)
		return complain("cannot read baseline '%s': %s", path,
				result == -EPROTO ? error : strerror(-result));
	return 0;
}

static int baseline_load(struct known *known, const struct options *options)
{
	const char *path = options->baseline;
	int result;

	if (options->is_baseline_updated) {
		result = report_check_file(path);
		if (result < 0)
			return complain("cannot write baseline '%s': %s", path,
					replacement_error(result));
	}
	known->is_updating = options->is_baseline_updated;
	result = baseline_take(&known->baseline, path);
	if (result == 1 && options->is_baseline_updated)
		return 0;
	if (result == 1)
		return complain(
			"cannot read baseline '%s': it does not exist; --update-baseline makes it",
			path);
	return result;
}

int knowledge_open(struct known *known, const struct options *options, bool is_fresh)
{
	int status = 0;

	*known = (struct known){ .asks_descriptors = false };
	if (options->is_baseline_updated && !options->baseline)
		return complain("--update-baseline needs --baseline FILE");
	for (uint32_t i = 0; i < options->suppression_count && status == 0; i++)
		status = rules_load(known, options->suppressions[i]);
	if (status == 0 && is_fresh && !options->is_default_unsuppressed)
		status = shipped_load(known);
	if (status == 0 && options->baseline)
		status = baseline_load(known, options);
	for (size_t i = 0; i < known->suppressions.count; i++)
		known->asks_descriptors |= rule_asks_descriptors(&known->suppressions.rules[i]);
	return status;
}

void knowledge_miss(struct report *report)
{
	if (report->exit_reason == REASON_PROGRAM)
		return;
	report->verdict = VERDICT_ERROR;
	report->exit_reason = REASON_ERROR;
	report->exit_status = EXIT_ERROR;
}

/* What another run wrote since this one began is kept: shards that update one file add up. */
static int others_keep(struct known *known)
{
	struct baseline now;
	int result = baseline_take(&now, known->baseline.file);

	if (result == 0 && !baseline_is_same(&now, &known->baseline))
		baseline_keep(&known->updated, &now);
	baseline_fini(&now);
	return result == EXIT_ERROR ? result : 0;
}

static int baseline_save(struct known *known)
{
	const char *path = known->baseline.file;
	int lock, result;

	if (!known->updated.is_there)
		return complain(
			"baseline '%s' is left as it is: nothing was learnt about the program",
			path);
	/* A program that failed before it left anything does not begin an empty baseline. */
	if (known->updated.count == 0 && known->updated.is_partial)
		return complain(
			"baseline '%s' is not made: the run was not complete or failed, and "
			"nothing was found",
			path);
	lock = baseline_lock(path); /* where there are no locks, what was read last is kept */
	result = others_keep(known);
	if (result == 0) {
		result = baseline_write(&known->updated, path);
		if (result < 0)
			result = complain("cannot write baseline '%s': %s", path,
					  replacement_error(result));
	}
	if (lock >= 0)
		close(lock);
	return result;
}

void knowledge_save(struct known *known, struct report *report)
{
	if (!known->is_updating)
		return;
	if (baseline_save(known) == 0) {
		report->baseline.place_count = known->updated.count;
		return;
	}
	report->baseline.is_updated = false;
	knowledge_miss(report);
}

void knowledge_close(struct known *known)
{
	suppressions_fini(&known->suppressions);
	baseline_fini(&known->baseline);
	baseline_fini(&known->updated);
}
