/* SPDX-License-Identifier: MIT */
/* The lists of users and groups, and the lock of their files. */
#include "libc/databases.h"

void setpwent(void)
{
	database_opened(KEPT_PASSWD);
	DATABASE_REAL(setpwent)();
}

struct passwd *getpwent(void)
{
	database_opened(KEPT_PASSWD);
	return DATABASE_REAL(getpwent)();
}

int getpwent_r(struct passwd *user, char *buffer, size_t size, struct passwd **ret_user)
{
	database_opened(KEPT_PASSWD);
	return DATABASE_REAL(getpwent_r)(user, buffer, size, ret_user);
}

void endpwent(void)
{
	DATABASE_REAL(endpwent)();
	database_closed(KEPT_PASSWD);
}

void setgrent(void)
{
	database_opened(KEPT_GROUP);
	DATABASE_REAL(setgrent)();
}

struct group *getgrent(void)
{
	database_opened(KEPT_GROUP);
	return DATABASE_REAL(getgrent)();
}

int getgrent_r(struct group *group, char *buffer, size_t size, struct group **ret_group)
{
	database_opened(KEPT_GROUP);
	return DATABASE_REAL(getgrent_r)(group, buffer, size, ret_group);
}

void endgrent(void)
{
	DATABASE_REAL(endgrent)();
	database_closed(KEPT_GROUP);
}

void setspent(void)
{
	database_opened(KEPT_SHADOW);
	DATABASE_REAL(setspent)();
}

struct spwd *getspent(void)
{
	database_opened(KEPT_SHADOW);
	return DATABASE_REAL(getspent)();
}

int getspent_r(struct spwd *user, char *buffer, size_t size, struct spwd **ret_user)
{
	database_opened(KEPT_SHADOW);
	return DATABASE_REAL(getspent_r)(user, buffer, size, ret_user);
}

void endspent(void)
{
	DATABASE_REAL(endspent)();
	database_closed(KEPT_SHADOW);
}

void setsgent(void)
{
	database_opened(KEPT_GSHADOW);
	DATABASE_REAL(setsgent)();
}

struct sgrp *getsgent(void)
{
	database_opened(KEPT_GSHADOW);
	return DATABASE_REAL(getsgent)();
}

int getsgent_r(struct sgrp *group, char *buffer, size_t size, struct sgrp **ret_group)
{
	database_opened(KEPT_GSHADOW);
	return DATABASE_REAL(getsgent_r)(group, buffer, size, ret_group);
}

void endsgent(void)
{
	DATABASE_REAL(endsgent)();
	database_closed(KEPT_GSHADOW);
}

int lckpwdf(void)
{
	database_opened(KEPT_LOCK);
	return DATABASE_REAL(lckpwdf)();
}

int ulckpwdf(void)
{
	int result = DATABASE_REAL(ulckpwdf)();

	database_closed(KEPT_LOCK);
	return result;
}
