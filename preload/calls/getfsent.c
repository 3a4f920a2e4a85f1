/* SPDX-License-Identifier: MIT */
/* The lists of file systems and of terminals. */
#include "libc/databases.h"

int setfsent(void)
{
	database_opened(KEPT_FSTAB);
	return DATABASE_REAL(setfsent)();
}

struct fstab *getfsent(void)
{
	database_opened(KEPT_FSTAB);
	return DATABASE_REAL(getfsent)();
}

struct fstab *getfsspec(const char *name)
{
	database_opened(KEPT_FSTAB);
	return DATABASE_REAL(getfsspec)(name);
}

struct fstab *getfsfile(const char *name)
{
	database_opened(KEPT_FSTAB);
	return DATABASE_REAL(getfsfile)(name);
}

void endfsent(void)
{
	DATABASE_REAL(endfsent)();
	database_closed(KEPT_FSTAB);
}

int setttyent(void)
{
	database_opened(KEPT_TTYS);
	return DATABASE_REAL(setttyent)();
}

struct ttyent *getttyent(void)
{
	database_opened(KEPT_TTYS);
	return DATABASE_REAL(getttyent)();
}

int endttyent(void)
{
	int result = DATABASE_REAL(endttyent)();

	database_closed(KEPT_TTYS);
	return result;
}
