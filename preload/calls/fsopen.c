/* SPDX-License-Identifier: MIT */
/* Mounts as descriptors: fsopen and its kin. */
#include "calls/newer.h"
#include "record/record.h"

int fsopen(const char *type, unsigned int flags)
{
	return record_opened_with(CALL_fsopen, REAL_OR_KERNEL(fsopen, type, flags),
				  FACT_CLOEXEC_OF(fsopen, flags));
}
SINCE_2_36(fsopen);

int fsmount(int fd, unsigned int flags, unsigned int attributes)
{
	return record_opened_with(CALL_fsmount, REAL_OR_KERNEL(fsmount, fd, flags, attributes),
				  FACT_CLOEXEC_OF(fsmount, flags));
}
SINCE_2_36(fsmount);

int fspick(int directory, const char *path, unsigned int flags)
{
	return record_opened_with(CALL_fspick, REAL_OR_KERNEL(fspick, directory, path, flags),
				  FACT_CLOEXEC_OF(fspick, flags));
}
SINCE_2_36(fspick);

int open_tree(int directory, const char *path, unsigned int flags)
{
	return record_opened_with(CALL_open_tree, REAL_OR_KERNEL(open_tree, directory, path, flags),
				  FACT_CLOEXEC_OF(open_tree, flags));
}
SINCE_2_36(open_tree);
