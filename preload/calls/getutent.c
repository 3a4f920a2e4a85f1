/* SPDX-License-Identifier: MIT */
/* Who is logged in. */
#include "libc/databases.h"

void setutent(void)
{
	database_opened(KEPT_UTMP);
	DATABASE_REAL(setutent)();
}

struct utmp *getutent(void)
{
	database_opened(KEPT_UTMP);
	return DATABASE_REAL(getutent)();
}

int getutent_r(struct utmp *entry, struct utmp **ret_entry)
{
	database_opened(KEPT_UTMP);
	return DATABASE_REAL(getutent_r)(entry, ret_entry);
}

struct utmp *getutid(const struct utmp *key)
{
	database_opened(KEPT_UTMP);
	return DATABASE_REAL(getutid)(key);
}

int getutid_r(const struct utmp *key, struct utmp *entry, struct utmp **ret_entry)
{
	database_opened(KEPT_UTMP);
	return DATABASE_REAL(getutid_r)(key, entry, ret_entry);
}

struct utmp *getutline(const struct utmp *key)
{
	database_opened(KEPT_UTMP);
	return DATABASE_REAL(getutline)(key);
}

int getutline_r(const struct utmp *key, struct utmp *entry, struct utmp **ret_entry)
{
	database_opened(KEPT_UTMP);
	return DATABASE_REAL(getutline_r)(key, entry, ret_entry);
}

struct utmp *pututline(const struct utmp *entry)
{
	database_opened(KEPT_UTMP);
	return DATABASE_REAL(pututline)(entry);
}

/* Another file from now on; the one that was open is closed. */
int utmpname(const char *path)
{
	database_closed(KEPT_UTMP);
	database_opened(KEPT_UTMP_NAMED);
	return DATABASE_REAL(utmpname)(path);
}

void endutent(void)
{
	DATABASE_REAL(endutent)();
	database_closed(KEPT_UTMP);
}

void setutxent(void)
{
	database_opened(KEPT_UTMP);
	DATABASE_REAL(setutxent)();
}

struct utmpx *getutxent(void)
{
	database_opened(KEPT_UTMP);
	return DATABASE_REAL(getutxent)();
}

struct utmpx *getutxid(const struct utmpx *key)
{
	database_opened(KEPT_UTMP);
	return DATABASE_REAL(getutxid)(key);
}

struct utmpx *getutxline(const struct utmpx *key)
{
	database_opened(KEPT_UTMP);
	return DATABASE_REAL(getutxline)(key);
}

struct utmpx *pututxline(const struct utmpx *entry)
{
	database_opened(KEPT_UTMP);
	return DATABASE_REAL(pututxline)(entry);
}

/* Another file from now on; the one that was open is closed. */
int utmpxname(const char *path)
{
	database_closed(KEPT_UTMP);
	database_opened(KEPT_UTMP_NAMED);
	return DATABASE_REAL(utmpxname)(path);
}

void endutxent(void)
{
	DATABASE_REAL(endutxent)();
	database_closed(KEPT_UTMP);
}
