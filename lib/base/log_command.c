/* SPDX-License-Identifier: MIT */
/* Knows the beginnings of commands. */
#include "base/log_command.h"

#include <ctype.h>
#include <string.h>

/* What we put in the place of a name's beginning. */
#define CUT "…"

/* A runner skips blanks of all kinds before a command, and our escapes of control characters. */
static bool is_blank_before(const char *text, const char *at)
{
	size_t before = (size_t)(at - text);

	if (before >= strlen(CUT) && memcmp(at - strlen(CUT), CUT, strlen(CUT)) == 0)
		return false;
	return before == 0 || at[-1] <= ' ' || at[-1] >= 0x7f;
}

bool log_command_begins(const char *text, const char *at)
{
	if (at[0] == ':' && at[1] == ':')
		return isalpha((unsigned char)at[2]) && is_blank_before(text, at);
	if (at[0] != '#' || at[1] != '#')
		return false;
	for (at += 2; isalpha((unsigned char)*at);)
		at++;
	return *at == '[' || *at == '\0';
}
