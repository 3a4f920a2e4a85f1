/* SPDX-License-Identifier: MIT */
/* Looks at sessions for `unclosed ps`, and finds what grows in each process. */
#include "cli/ps_growth.h"

#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/live.h"
#include "symbol/symbol.h"

/* Files are read with the rights of a ledger's owner: what was read for one is not another's. */
static void owner_set(struct ps_looks *looks, uint32_t owner)
{
	if (looks->symbolizer && looks->owner != owner)
		ps_looks_free(looks);
	looks->owner = owner;
}

struct report *ps_look(struct ps_looks *looks, const struct live_session *session)
{
	char why[512]; /* the row says it itself, if anything */
	const char *why_not = NULL;
	struct live_target target = { .session = session,
				      .ledger_fd = live_session_open(session, &why_not) };
	struct report *report = NULL;
	struct live_series series;
	struct options options;
	struct stat status;

	if (target.ledger_fd < 0)
		return NULL;
	owner_set(looks, fstat(target.ledger_fd, &status) == 0 ? status.st_uid : 0);
	series = (struct live_series){ .symbolizer = looks->symbolizer, .is_brief = true };
	options_init(&options);
	options.kinds = KIND_ALL & ~KINDS_MEMORY;
	complain_into(why, sizeof(why));
	if (live_report_next(&target, &options, false, &series, &report) != 0)
		report = NULL;
	complain_into(NULL, 0);
	looks->symbolizer = series.symbolizer;
	series.symbolizer = NULL;
	live_series_free(&series);
	(void)close(target.ledger_fd); /* only read */
	return report;
}

void ps_looks_free(struct ps_looks *looks)
{
	symbolizer_free(looks->symbolizer);
	looks->symbolizer = NULL;
}

static const struct report_process *process_of(const struct report *report, int pid)
{
	for (size_t i = 0; i < report->process_count; i++)
		if (report->processes[i].is_seen && report->processes[i].pid == pid)
			return &report->processes[i];
	return NULL;
}

static bool is_in(const struct finding *finding, uint32_t process)
{
	for (size_t i = 0; i < finding->process_count; i++)
		if (finding->processes[i] == process)
			return true;
	return false;
}

bool ps_growth_of(const struct report *report, int pid, struct ps_growth *ret_growth)
{
	const struct report_process *process = process_of(report, pid);

	*ret_growth = (struct ps_growth){ .places = 0 };
	for (size_t i = 0; process && i < report->finding_count; i++) {
		const struct finding *finding = &report->findings[i];

		if (finding->growth.word != GROWTH_GROWING || finding->counted == 0 ||
		    !is_in(finding, process->id))
			continue;
		ret_growth->places++;
		if (!ret_growth->first ||
		    finding->growth.per_minute > ret_growth->first->growth.per_minute)
			ret_growth->first = finding;
	}
	return process != NULL;
}
