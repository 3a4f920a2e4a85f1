/* SPDX-License-Identifier: MIT */
/*
 * Terminals. Nothing is recorded but the use of a closed number. Whether a number is a terminal, a
 * program may ask of one that is not open.
 */
#include "record/misuse.h"

int tcgetattr(int fd, struct termios *attributes)
{
	return asked(CALL_tcgetattr, fd, REAL(tcgetattr)(fd, attributes));
}

int tcsetattr(int fd, int when, const struct termios *attributes)
{
	return used(CALL_tcsetattr, fd, REAL(tcsetattr)(fd, when, attributes));
}

int tcdrain(int fd)
{
	return used(CALL_tcdrain, fd, REAL(tcdrain)(fd));
}

int tcflow(int fd, int action)
{
	return used(CALL_tcflow, fd, REAL(tcflow)(fd, action));
}

int tcflush(int fd, int queue)
{
	return used(CALL_tcflush, fd, REAL(tcflush)(fd, queue));
}

int tcsendbreak(int fd, int duration)
{
	return used(CALL_tcsendbreak, fd, REAL(tcsendbreak)(fd, duration));
}

pid_t tcgetpgrp(int fd)
{
	return asked(CALL_tcgetpgrp, fd, REAL(tcgetpgrp)(fd));
}

int tcsetpgrp(int fd, pid_t group)
{
	return used(CALL_tcsetpgrp, fd, REAL(tcsetpgrp)(fd, group));
}

pid_t tcgetsid(int fd)
{
	return asked(CALL_tcgetsid, fd, REAL(tcgetsid)(fd));
}
