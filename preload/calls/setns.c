/* SPDX-License-Identifier: MIT */
/* Joining a namespace. Nothing is recorded but the use of a closed number. */
#include "record/misuse.h"

int setns(int fd, int kind)
{
	return used(CALL_setns, fd, REAL(setns)(fd, kind));
}
