/* SPDX-License-Identifier: MIT */
/* Urgent data. Nothing is recorded but the use of a closed number. */
#include "record/misuse.h"

int sockatmark(int fd)
{
	return used(CALL_sockatmark, fd, REAL(sockatmark)(fd));
}
