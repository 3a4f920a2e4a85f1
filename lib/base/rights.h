/* SPDX-License-Identifier: MIT */
/*
 * With whose rights the tool opens files that a watched program names: modules, their debug
 * files, sources. Root's tool could read any file, and a report is read by others. So the rights
 * are those of the least user of the session, for this thread and the file system only; signals
 * and limits stay ours. Capabilities are put away meanwhile.
 *
 * Layer: base. Context: tool. One limit for the whole tool; for the thread that judges.
 */
#ifndef UNCLOSED_BASE_RIGHTS_H
#define UNCLOSED_BASE_RIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RIGHTS_GROUPS_MAX 64
#define RIGHTS_NOBODY (UINT32_MAX - 1) /* a user and a group that own no file */

/* The rights of a user. Groups that do not fit are left out: that is less, never more. */
struct rights {
	uint32_t user, group;
	uint32_t groups[RIGHTS_GROUPS_MAX];
	size_t group_count;
};

/*
 * From now on files are opened with these rights; NULL: with our own. The limit is copied.
 */
void rights_limit(const struct rights *limit);

/* Is there a limit? */
bool rights_are_limited(void);

/*
 * Take on the rights of the limit, until as many calls of rights_raise(). Without a limit
 * nothing changes. False: they cannot be had, nothing has changed, and no file is to be opened;
 * rights_raise() is to be called all the same.
 */
bool rights_lower(void);
void rights_raise(void);

/* Back to our own rights within a lowered stretch, for a file that is ours to name. */
void rights_suspend(void);
void rights_resume(void);

#endif
