/* SPDX-License-Identifier: MIT */
/* Files by path. Every name that a program may be linked to has its own function: libc's own
 * calls never pass through another's (no PLT), so nothing is counted twice. */
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>

#include "calls/newer.h"
#include "calls/open.h"
#include "record/misuse.h"
#include "record/record.h"
#include "record/spare.h"

/* The mode is there only when the flags ask for it. */
#define OPEN_MODE(flags)                                                   \
	(__extension__({                                                   \
		mode_t mode_ = 0;                                          \
		if ((flags)&O_CREAT || ((flags)&O_TMPFILE) == O_TMPFILE) { \
			va_list arguments_;                                \
			va_start(arguments_, flags);                       \
			mode_ = va_arg(arguments_, mode_t);                \
			va_end(arguments_);                                \
		}                                                          \
		mode_;                                                     \
	}))

int open(const char *path, int flags, ...)
{
	path = spared(AT_FDCWD, path, flags);
	return record_opened_with(CALL_open, REAL(open)(path, flags, OPEN_MODE(flags)),
				  FACT_CLOEXEC_OF(open, flags));
}

int __open(const char *path, int flags, ...)
{
	path = spared(AT_FDCWD, path, flags);
	return record_opened_with(CALL___open, REAL(__open)(path, flags, OPEN_MODE(flags)),
				  FACT_CLOEXEC_OF(__open, flags));
}

int open64(const char *path, int flags, ...)
{
	path = spared(AT_FDCWD, path, flags);
	return record_opened_with(CALL_open64, REAL(open64)(path, flags, OPEN_MODE(flags)),
				  FACT_CLOEXEC_OF(open64, flags));
}

int __open64(const char *path, int flags, ...)
{
	path = spared(AT_FDCWD, path, flags);
	return record_opened_with(CALL___open64, REAL(__open64)(path, flags, OPEN_MODE(flags)),
				  FACT_CLOEXEC_OF(__open64, flags));
}

int openat(int directory, const char *path, int flags, ...)
{
	const char *spare = spared(directory, path, flags);
	int fd = used(CALL_openat, directory,
		      REAL(openat)(directory, spare, flags, OPEN_MODE(flags)));

	return record_opened_with(CALL_openat, fd, FACT_CLOEXEC_OF(openat, flags));
}

int openat64(int directory, const char *path, int flags, ...)
{
	const char *spare = spared(directory, path, flags);
	int fd = used(CALL_openat64, directory,
		      REAL(openat64)(directory, spare, flags, OPEN_MODE(flags)));

	return record_opened_with(CALL_openat64, fd, FACT_CLOEXEC_OF(openat64, flags));
}

int __open_2(const char *path, int flags)
{
	path = spared(AT_FDCWD, path, flags);
	return record_opened_with(CALL___open_2, REAL(__open_2)(path, flags),
				  FACT_CLOEXEC_OF(__open_2, flags));
}

int __open64_2(const char *path, int flags)
{
	path = spared(AT_FDCWD, path, flags);
	return record_opened_with(CALL___open64_2, REAL(__open64_2)(path, flags),
				  FACT_CLOEXEC_OF(__open64_2, flags));
}

int __openat_2(int directory, const char *path, int flags)
{
	const char *spare = spared(directory, path, flags);
	int fd = used(CALL___openat_2, directory, REAL(__openat_2)(directory, spare, flags));

	return record_opened_with(CALL___openat_2, fd, FACT_CLOEXEC_OF(__openat_2, flags));
}

int __openat64_2(int directory, const char *path, int flags)
{
	const char *spare = spared(directory, path, flags);
	int fd = used(CALL___openat64_2, directory, REAL(__openat64_2)(directory, spare, flags));

	return record_opened_with(CALL___openat64_2, fd, FACT_CLOEXEC_OF(__openat64_2, flags));
}

int creat(const char *path, mode_t mode)
{
	path = spared(AT_FDCWD, path, O_CREAT | O_TRUNC);
	return record_opened(CALL_creat, REAL(creat)(path, mode));
}

int creat64(const char *path, mode_t mode)
{
	path = spared(AT_FDCWD, path, O_CREAT | O_TRUNC);
	return record_opened(CALL_creat64, REAL(creat64)(path, mode));
}

int open_by_handle_at(int mount, struct file_handle *handle, int flags)
{
	int fd = used(CALL_open_by_handle_at, mount, REAL(open_by_handle_at)(mount, handle, flags));

	return record_opened_with(CALL_open_by_handle_at, fd,
				  FACT_CLOEXEC_OF(open_by_handle_at, flags));
}

uint32_t open_how_facts(const struct open_how *how)
{
	uint64_t flags;

	memcpy(&flags, how, sizeof(flags)); /* its first member, in every version */
	return flags & O_CLOEXEC ? FACT_CLOEXEC : 0;
}

int openat2(int directory, const char *path, const struct open_how *how, size_t size)
{
	const char *spare = spared_by_how(directory, path, how);
	int fd = used(CALL_openat2, directory,
		      REAL_OR_KERNEL(openat2, directory, spare, how, size));

	return record_opened_with(CALL_openat2, fd, fd < 0 ? 0 : open_how_facts(how));
}
SINCE_2_43(openat2);

int name_to_handle_at(int directory, const char *path, struct file_handle *handle, int *mount,
		      int flags)
{
	return used(CALL_name_to_handle_at, directory,
		    REAL(name_to_handle_at)(directory, path, handle, mount, flags));
}
