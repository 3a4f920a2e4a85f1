/* SPDX-License-Identifier: MIT */
/* Knows the beginnings of commands. */
#include "base/log_command.h"

#include <ctype.h>
#include <string.h>

/* A runner skips blanks of all kinds before a command, and our escapes of control characters. */
static bool is_graph(char before)
{
	return before > ' ' && before < 0x7f;
}

bool log_command_begins(const char *text, const char *at)
{
	if (at[0] == ':' && at[1] == ':')
		return isalpha((unsigned char)at[2]) && (at == text || !is_graph(at[-1]));
	if (at[0] != '#' || at[1] != '#')
		return false;
	for (at += 2; isalpha((unsigned char)*at);)
		at++;
	return *at == '[' || *at == '\0';
}
