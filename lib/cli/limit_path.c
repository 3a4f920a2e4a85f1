/* SPDX-License-Identifier: MIT */
/* What the file of a snapshot near the limit of descriptors is called, and where it is. */
#include "cli/limit_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "judge/judge.h"
#include "report/report.h"

uint32_t limit_pid(struct ledger *ledger, uint32_t index)
{
	const struct ledger_process *process = ledger_process_at(ledger, index);
	uint32_t pid = process ? LEDGER_LOAD(process->pid) : 0;

	return pid || !process ? pid : LEDGER_LOAD(process->self_pid);
}

/* The folder of the snapshots, as it was named. */
static void folder_find(const struct limit_taking *taking, char folder[PATH_MAX])
{
	const struct options *options = taking->options;
	const char *json = options->json, *slash;
	struct stat status;

	if (options->snapshot_dir) {
		(void)snprintf(folder, PATH_MAX, "%s", options->snapshot_dir);
		return;
	}
	/* What is no file, "-" or a terminal, has no folder, nor has a name that is known at the
	 * end. */
	if (!json || report_path_descriptor(json) >= 0 ||
	    (stat(json, &status) == 0 && !S_ISREG(status.st_mode)))
		json = taking->path;
	slash = strrchr(json, '/');
	if (slash && memchr(json, '%', (size_t)(slash - json)))
		slash = strrchr(json = taking->path, '/');
	(void)snprintf(folder, PATH_MAX, "%.*s",
		       slash == json ? 1
		       : slash       ? (int)(slash - json)
				     : 1,
		       slash ? json : ".");
}

static bool has_met(struct ledger *ledger, const struct ledger_process *process, uint32_t mark)
{
	uint32_t ref = LEDGER_LOAD(process->limits_ref);
	const struct ledger_limit *record;

	for (int step = 0;
	     step < LIMIT_LIST_MOST && (record = ledger_at(ledger, ref, sizeof(*record)));
	     step++, ref = record->next_ref)
		if (record->mark == mark)
			return true;
	return false;
}

/* Images before entry `index` in the same process, and others of the number, that met the mark. */
static unsigned int namesakes_count(struct ledger *ledger, uint32_t index, uint32_t mark)
{
	uint32_t pid = limit_pid(ledger, index);
	unsigned int count = 0;

	for (uint32_t i = 0; i < index; i++) {
		const struct ledger_process *process = ledger_process_at(ledger, i);

		if (process && LEDGER_LOAD(process->limits_ref) && limit_pid(ledger, i) == pid)
			count += has_met(ledger, process, mark);
	}
	return count;
}

/* "unclosed-4242-80.json"; "unclosed-4242-80-2.json" where the session has that already. */
static void name_make(struct ledger *ledger, uint32_t index, uint32_t mark, char *name, size_t size)
{
	const char *word = judge_mark_name(mark);
	unsigned int before = namesakes_count(ledger, index, mark), pid = limit_pid(ledger, index);
	int length = (int)strcspn(word, "%");

	if (before > 0)
		(void)snprintf(name, size, "unclosed-%u-%.*s-%u.json", pid, length, word,
			       before + 1);
	else
		(void)snprintf(name, size, "unclosed-%u-%.*s.json", pid, length, word);
}

bool limit_path_make(const struct limit_taking *taking, uint32_t index, uint32_t mark,
		     char path[PATH_MAX])
{
	char folder[PATH_MAX], real[PATH_MAX], cwd[PATH_MAX], name[64];
	const char *start = "", *between = "";
	int length;

	folder_find(taking, folder);
	if (!realpath(folder, real)) { /* it is to be made */
		(void)snprintf(real, sizeof(real), "%s", folder);
		if (folder[0] != '/' && getcwd(cwd, sizeof(cwd))) {
			start = cwd;
			between = "/";
		}
	}
	name_make(taking->ledger, index, mark, name, sizeof(name));
	length = snprintf(path, PATH_MAX, "%s%s%s/%s", start, between,
			  strcmp(real, "/") == 0 ? "" : real, name);
	return length > 0 && length < PATH_MAX;
}
