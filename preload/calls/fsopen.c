/* SPDX-License-Identifier: MIT */
/* Mounts as descriptors: fsopen and its kin. */
#include "calls/newer.h"
#include "record/record.h"

int fsopen(const char *type, unsigned int flags)
{
	return record_opened(CALL_fsopen, REAL_OR_KERNEL(fsopen, type, flags));
}
SINCE_2_36(fsopen);

int fsmount(int fd, unsigned int flags, unsigned int attributes)
{
	return record_opened(CALL_fsmount, REAL_OR_KERNEL(fsmount, fd, flags, attributes));
}
SINCE_2_36(fsmount);

int fspick(int directory, const char *path, unsigned int flags)
{
	return record_opened(CALL_fspick, REAL_OR_KERNEL(fspick, directory, path, flags));
}
SINCE_2_36(fspick);

int open_tree(int directory, const char *path, unsigned int flags)
{
	return record_opened(CALL_open_tree, REAL_OR_KERNEL(open_tree, directory, path, flags));
}
SINCE_2_36(open_tree);
