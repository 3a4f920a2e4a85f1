/* SPDX-License-Identifier: MIT */
/* Going to a directory. Nothing is recorded but the use of a closed number. */
#include "record/misuse.h"

int fchdir(int fd)
{
	return used(CALL_fchdir, fd, REAL(fchdir)(fd));
}
