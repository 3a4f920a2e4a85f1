/* SPDX-License-Identifier: MIT */
/* Locks on files. Nothing is recorded but the use of a closed number. */
#include "record/misuse.h"

int flock(int fd, int operation)
{
	return used(CALL_flock, fd, REAL(flock)(fd, operation));
}
