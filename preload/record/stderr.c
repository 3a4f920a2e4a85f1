/* SPDX-License-Identifier: MIT */
/* Descriptor 2, kept for the report of the bare form when the program closes it on its way out. */
#include "record/stderr.h"

#include <sys/stat.h>

#include "base/raw.h"
#include "libc/real.h"
#include "shim/state.h"
#include "stack/capture.h"

/* Return addresses in exit() lie this close behind its start. */
#define EXIT_SIZE 96

static struct {
	bool has_stderr;
	dev_t device; /* of descriptor 2 at the start */
	ino_t inode;
	int rescued; /* copy of descriptor 2, or -1 */
} errors = { .rescued = -1 };

static bool is_stderr(int fd)
{
	struct stat status;

	return errors.has_stderr && !raw_failed(raw2(SYS_fstat, fd, &status)) &&
	       status.st_dev == errors.device && status.st_ino == errors.inode;
}

/* Does the calling thread run inside exit(), that is, in an exit handler? */
static bool is_exiting(void)
{
	uint64_t pcs[LEDGER_DEPTH_MAX];
	bool has_signal = false;
	unsigned int depth = unwinder_static.walk(pcs, LEDGER_DEPTH_MAX, &has_signal);

	for (unsigned int i = 0; i < depth; i++)
		if (pcs[i] - (uintptr_t)REAL(exit) < EXIT_SIZE)
			return true;
	return false;
}

void stderr_init(void)
{
	struct stat status;

	if (raw_failed(raw2(SYS_fstat, STDERR_FILENO, &status)))
		return;
	errors.has_stderr = true;
	errors.device = status.st_dev;
	errors.inode = status.st_ino;
}

void stderr_guard(unsigned int first, unsigned int last)
{
	long copy;

	if (__builtin_expect(first > STDERR_FILENO || last < STDERR_FILENO, 1) || !shim.is_bare ||
	    errors.rescued >= 0 || !shim_is_recording() || !shim_may_call_kernel() ||
	    !is_exiting() || !is_stderr(STDERR_FILENO))
		return;
	copy = raw3(SYS_fcntl, STDERR_FILENO, F_DUPFD_CLOEXEC, last == ~0U ? 0 : 3);
	errors.rescued = raw_failed(copy) ? -1 : (int)copy;
}

int stderr_rescued(void)
{
	return errors.rescued;
}

int stderr_report_fd(void)
{
	if (errors.rescued >= 0)
		return errors.rescued;
	return is_stderr(STDERR_FILENO) ? STDERR_FILENO : -1;
}
