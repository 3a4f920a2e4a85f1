/* SPDX-License-Identifier: MIT */
/* The other file that a program gets which would cut its ledger. */
#include "record/spare.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/raw.h"
#include "base/text.h"
#include "ledger/spare_name.h"
#include "libc/real.h"
#include "shim/state.h"
#include "shim/readable.h"

static bool is_ledger(const struct stat *status)
{
	return ledger_is_file(&shim.ledger, status->st_dev, status->st_ino);
}

/* Another user may have made one of that name, or a link that leads to somebody's file. */
static bool is_spare(const char *name)
{
	struct stat status;

	return raw4(SYS_newfstatat, AT_FDCWD, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(status.st_mode) && status.st_nlink == 1 &&
	       status.st_uid == (uint32_t)raw0(SYS_geteuid);
}

/* The name of the other file, which is there by now. All threads write the same name. */
static const char *spare_make(void)
{
	static char name[sizeof(shim.ledger_path) + sizeof(LEDGER_SPARE)];
	struct text text;
	long result;

	text_init(&text, name, sizeof(name));
	text_add(&text, shim.ledger_path);
	text_add(&text, LEDGER_SPARE);
	result = raw4(SYS_mknodat, AT_FDCWD, name, S_IFREG | 0600, 0); /* takes no number */
	return result == 0 || (result == -EEXIST && is_spare(name)) ? name : "/dev/null";
}

const char *spare_path(int directory, const char *path, int flags)
{
	int follow = flags & O_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0;
	struct stat status;

	/* What exists is not opened with O_EXCL, and not cut with O_PATH. */
	if (flags & O_PATH || (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL) ||
	    !shim.is_active || !shim_may_call_kernel() ||
	    raw_failed(raw4(SYS_newfstatat, directory, path, &status, follow)) ||
	    !is_ledger(&status))
		return path;
	return spare_make();
}

const char *spared_by_how(int directory, const char *path, const struct open_how *how)
{
	uint64_t flags;

	if (!shim.is_active || !shim_may_call_kernel() || !is_readable((uint64_t)how))
		return path;
	memcpy(&flags, how, sizeof(flags)); /* its first member, in every version */
	return spared(directory, path, (int)flags);
}

bool spare_is_meant(int fd)
{
	struct stat status;

	return shim.is_active && shim_may_call_kernel() &&
	       !raw_failed(raw2(SYS_fstat, fd, &status)) && is_ledger(&status);
}

void spare_mend(void)
{
	struct stat status;

	/* Nothing of the ledger may be read: it may be what ends us. */
	if (!shim_is_recording() || shim.ledger.is_frozen ||
	    raw_failed(raw4(SYS_newfstatat, AT_FDCWD, shim.ledger_path, &status,
			    AT_SYMLINK_NOFOLLOW)) ||
	    !is_ledger(&status) || (uint64_t)status.st_size >= shim.ledger.size_bytes)
		return;
	ledger_mend(&shim.ledger, shim.ledger_path, (uint64_t)status.st_size);
}

bool spare_by_number(long number, long *a, long *b, long c)
{
	switch (number) {
#ifdef SYS_open
	case SYS_open:
		*a = (long)spared(AT_FDCWD, (const char *)*a, (int)*b);
		return false;
	case SYS_creat:
		*a = (long)spared(AT_FDCWD, (const char *)*a, O_CREAT | O_TRUNC);
		return false;
#endif
	case SYS_openat:
		*b = (long)spared((int)*a, (const char *)*b, (int)c);
		return false;
	case SYS_openat2:
		*b = (long)spared_by_how((int)*a, (const char *)*b, (const struct open_how *)c);
		return false;
	case SYS_truncate:
		*a = (long)spared(AT_FDCWD, (const char *)*a, O_TRUNC);
		return false;
	case SYS_ftruncate:
	case SYS_fallocate:
		return spare_is_meant((int)*a);
	default:
		return false;
	}
}
