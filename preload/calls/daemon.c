/* SPDX-License-Identifier: MIT */
/*
 * daemon(): libc's own leaves the parent by a system call that nobody can stand
 * in front of, and its end would be taken for a kill. So this is libc's function
 * once more, over ours: the parent ends by _exit(), the child takes /dev/null
 * (glibc, misc/daemon.c).
 */
#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/raw.h"
#include "record/duplicates.h"
#include "shim/state.h"

static int failed(long error)
{
	errno = (int)error;
	return -1;
}

/* The character device 1:3, or an error: -ENODEV for anything else of that name. */
static long null_open(void)
{
	struct stat status;
	long fd = raw4(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR, 0), result;

	if (raw_failed(fd))
		return fd;
	result = raw2(SYS_fstat, fd, &status);
	if (!raw_failed(result) && (!S_ISCHR(status.st_mode) || status.st_rdev != makedev(1, 3)))
		result = -ENODEV;
	if (!raw_failed(result))
		return fd;
	(void)raw1(SYS_close, fd); /* was not used */
	return result;
}

static void null_take(int fd)
{
	for (int to = STDIN_FILENO; to <= STDERR_FILENO; to++) {
		struct release release = duplicate_begin(CALL_daemon, fd, to);

		(void)duplicate_end(&release, fd, REAL(dup2)(fd, to));
	}
	if (fd > STDERR_FILENO)
		(void)raw1(SYS_close, fd); /* the copies stay */
	else
		record_held(CALL_daemon, fd, 0);
}

int daemon(int no_chdir, int no_close)
{
	long result;
	pid_t pid;

	if (!shim_is_recording())
		return REAL(daemon)(no_chdir, no_close);
	pid = fork();
	if (pid < 0)
		return -1;
	if (pid > 0)
		_exit(0);
	result = raw0(SYS_setsid);
	if (raw_failed(result))
		return failed(-result);
	if (!no_chdir)
		(void)raw1(SYS_chdir, "/"); /* libc ignores it, too */
	if (no_close)
		return 0;
	result = null_open();
	if (raw_failed(result))
		return failed(-result);
	null_take((int)result);
	return 0;
}
