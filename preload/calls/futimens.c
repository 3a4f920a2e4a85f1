/* SPDX-License-Identifier: MIT */
/* The times of files. Nothing is recorded but the use of a closed number. */
#include "record/misuse.h"

int futimens(int fd, const struct timespec times[2])
{
	return used(CALL_futimens, fd, REAL(futimens)(fd, times));
}

int futimes(int fd, const struct timeval times[2])
{
	return used(CALL_futimes, fd, REAL(futimes)(fd, times));
}

int futimesat(int directory, const char *path, const struct timeval times[2])
{
	return used(CALL_futimesat, directory, REAL(futimesat)(directory, path, times));
}

int utimensat(int directory, const char *path, const struct timespec times[2], int flags)
{
	return used(CALL_utimensat, directory, REAL(utimensat)(directory, path, times, flags));
}
