/* SPDX-License-Identifier: MIT */
/* The socket of the system log. */
#include "libc/databases.h"

void openlog(const char *name, int options, int facility)
{
	database_opened(KEPT_SYSLOG);
	DATABASE_REAL(openlog)(name, options, facility);
}

void vsyslog(int priority, const char *format, va_list arguments)
{
	database_opened(KEPT_SYSLOG);
	DATABASE_REAL(vsyslog)(priority, format, arguments);
}

void syslog(int priority, const char *format, ...)
{
	va_list arguments;

	database_opened(KEPT_SYSLOG);
	va_start(arguments, format);
	DATABASE_REAL(vsyslog)(priority, format, arguments);
	va_end(arguments);
}

void __vsyslog_chk(int priority, int flag, const char *format, va_list arguments)
{
	database_opened(KEPT_SYSLOG);
	DATABASE_REAL(__vsyslog_chk)(priority, flag, format, arguments);
}

void __syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list arguments;

	database_opened(KEPT_SYSLOG);
	va_start(arguments, format);
	DATABASE_REAL(__vsyslog_chk)(priority, flag, format, arguments);
	va_end(arguments);
}

void closelog(void)
{
	DATABASE_REAL(closelog)();
	database_closed(KEPT_SYSLOG);
}
