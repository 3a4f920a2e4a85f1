/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that stand for what has no path: file handles, watches, message
 * queues, processes, mounts.
 *
 * A libc that lacks one of the newer names is only asked for it by a program
 * that holds a weak reference to its version; such a program gets the system
 * call, which is all that the function is.
 */
#include <errno.h>
#include <stdarg.h>

#include "base/raw.h"
#include "record/record.h"

static int result_of(long result)
{
	if (!raw_failed(result))
		return (int)result;
	errno = (int)-result;
	return -1;
}

int openat2(int directory, const char *path, const struct open_how *how, size_t size)
{
	__typeof__(openat2) *real = REAL_SINCE(openat2);

	return record_opened(CALL_openat2,
			     real ? real(directory, path, how, size)
				  : result_of(raw4(SYS_openat2, directory, path, how, size)));
}
SINCE_2_43(openat2);

int open_by_handle_at(int mount, struct file_handle *handle, int flags)
{
	return record_opened(CALL_open_by_handle_at, REAL(open_by_handle_at)(mount, handle, flags));
}

int fanotify_init(unsigned int flags, unsigned int event_flags)
{
	return record_opened(CALL_fanotify_init, REAL(fanotify_init)(flags, event_flags));
}

/* Mode and attributes are there only when the flags ask for them. */
mqd_t mq_open(const char *name, int flags, ...)
{
	struct mq_attr *attributes = NULL;
	mode_t mode = 0;

	if (flags & O_CREAT) {
		va_list more;

		va_start(more, flags);
		mode = va_arg(more, mode_t);
		attributes = va_arg(more, struct mq_attr *);
		va_end(more);
	}
	return record_opened_with(CALL_mq_open, REAL(mq_open)(name, flags, mode, attributes),
				  FACT_CLOEXEC);
}

mqd_t __mq_open_2(const char *name, int flags)
{
	return record_opened_with(CALL___mq_open_2, REAL(__mq_open_2)(name, flags), FACT_CLOEXEC);
}

int mq_close(mqd_t queue)
{
	return RECORD_RELEASE(CALL_mq_close, queue, REAL(mq_close)(queue));
}

int pidfd_open(pid_t pid, unsigned int flags)
{
	__typeof__(pidfd_open) *real = REAL_SINCE(pidfd_open);

	return record_opened_with(CALL_pidfd_open,
			     real ? real(pid, flags) : result_of(raw2(SYS_pidfd_open, pid, flags)),
				  FACT_CLOEXEC);
}
SINCE_2_36(pidfd_open);

int pidfd_getfd(int pidfd, int fd, unsigned int flags)
{
	__typeof__(pidfd_getfd) *real = REAL_SINCE(pidfd_getfd);

	return record_opened_with(CALL_pidfd_getfd,
			     real ? real(pidfd, fd, flags)
				  : result_of(raw3(SYS_pidfd_getfd, pidfd, fd, flags)),
				  FACT_CLOEXEC);
}
SINCE_2_36(pidfd_getfd);

int fsopen(const char *type, unsigned int flags)
{
	__typeof__(fsopen) *real = REAL_SINCE(fsopen);

	return record_opened(CALL_fsopen,
			     real ? real(type, flags) : result_of(raw2(SYS_fsopen, type, flags)));
}
SINCE_2_36(fsopen);

int fsmount(int fd, unsigned int flags, unsigned int attributes)
{
	__typeof__(fsmount) *real = REAL_SINCE(fsmount);

	return record_opened(CALL_fsmount,
			     real ? real(fd, flags, attributes)
				  : result_of(raw3(SYS_fsmount, fd, flags, attributes)));
}
SINCE_2_36(fsmount);

int fspick(int directory, const char *path, unsigned int flags)
{
	__typeof__(fspick) *real = REAL_SINCE(fspick);

	return record_opened(CALL_fspick,
			     real ? real(directory, path, flags)
				  : result_of(raw3(SYS_fspick, directory, path, flags)));
}
SINCE_2_36(fspick);

int open_tree(int directory, const char *path, unsigned int flags)
{
	__typeof__(open_tree) *real = REAL_SINCE(open_tree);

	return record_opened(CALL_open_tree,
			     real ? real(directory, path, flags)
				  : result_of(raw3(SYS_open_tree, directory, path, flags)));
}
SINCE_2_36(open_tree);
