/* SPDX-License-Identifier: MIT */
#include "cli/knowledge.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/program.h"

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

int knowledge_open(struct known *known, const struct options *options, bool is_fresh)
{
	int status = 0;

	*known = (struct known){ .asks_descriptors = false };
	for (uint32_t i = 0; i < options->suppression_count && status == 0; i++)
		status = rules_load(known, options->suppressions[i]);
	if (status == 0 && is_fresh && !options->is_default_unsuppressed)
		status = shipped_load(known);
	for (size_t i = 0; i < known->suppressions.count; i++)
		known->asks_descriptors |=
			rule_asks_descriptors(&known->suppressions.rules[i]);
	return status;
}

void knowledge_close(struct known *known)
{
	suppressions_fini(&known->suppressions);
}
