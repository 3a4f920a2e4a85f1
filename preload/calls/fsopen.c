/* SPDX-License-Identifier: MIT */
/* Mounts as descriptors: fsopen and its kin. */
#include "calls/newer.h"
#include "record/misuse.h"
#include "record/record.h"

int fsopen(const char *type, unsigned int flags)
{
	return record_opened_with(CALL_fsopen, REAL_OR_KERNEL(fsopen, type, flags),
				  FACT_CLOEXEC_OF(fsopen, flags));
}
SINCE_2_36(fsopen);

int fsmount(int fd, unsigned int flags, unsigned int attributes)
{
	int mount = used(CALL_fsmount, fd, REAL_OR_KERNEL(fsmount, fd, flags, attributes));

	return record_opened_with(CALL_fsmount, mount, FACT_CLOEXEC_OF(fsmount, flags));
}
SINCE_2_36(fsmount);

int fspick(int directory, const char *path, unsigned int flags)
{
	int mount = used(CALL_fspick, directory, REAL_OR_KERNEL(fspick, directory, path, flags));

	return record_opened_with(CALL_fspick, mount, FACT_CLOEXEC_OF(fspick, flags));
}
SINCE_2_36(fspick);

int open_tree(int directory, const char *path, unsigned int flags)
{
	int mount =
		used(CALL_open_tree, directory, REAL_OR_KERNEL(open_tree, directory, path, flags));

	return record_opened_with(CALL_open_tree, mount, FACT_CLOEXEC_OF(open_tree, flags));
}
SINCE_2_36(open_tree);

int fsconfig(int fd, unsigned int command, const char *key, const void *value, int more)
{
	return used(CALL_fsconfig, fd, REAL_OR_KERNEL(fsconfig, fd, command, key, value, more));
}
SINCE_2_36(fsconfig);

int move_mount(int from, const char *old, int to, const char *new, unsigned int flags)
{
	return used_two(CALL_move_mount, from, to,
			REAL_OR_KERNEL(move_mount, from, old, to, new, flags));
}
SINCE_2_36(move_mount);
