/* SPDX-License-Identifier: MIT */
/* Names of C++ functions, cut to what a line of text has room for. */
#include "report/shorten.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define ANONYMOUS "(anonymous namespace)"

static bool begins_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* Behind the bracket that closes the one at `at`, whatever is between; the end if none does. */
static const char *bracket_end(const char *at)
{
	int depth = 0;

	for (const char *c = at; *c; c++) {
		if (*c == '>' && c > at && (c[-1] == '-' || c[-1] == '='))
			continue; /* of "->" and "=>" */
		depth += strchr("(<{[", *c) != NULL;
		depth -= strchr(")>}]", *c) != NULL;
		if (depth == 0)
			return c + 1;
	}
	return at + strlen(at);
}

/* "operator<", "operator()", "operator->" are names, not brackets. Returns what belongs to it. */
static size_t operator_length(const char *name, const char *at)
{
	size_t length = strlen("operator");

	if (!begins_with(at, "operator") ||
	    (at > name && (isalnum((unsigned char)at[-1]) || at[-1] == '_')))
		return 0;
	if (begins_with(at + length, "()"))
		return length + 2;
	return length + strspn(at + length, "<>=-*&|!~+/%^");
}

/* What stands for a bracket and all in it. */
static void bracket_write(FILE *out, const struct printer *printer, const char *at, const char *end)
{
	const char *inside = at + 1;

	if (begins_with(inside, "lambda") || begins_with(inside, "unnamed"))
		(void)fprintf(out, "%c%.*s%c", *at, (int)strcspn(inside, "(<}>"), inside, end[-1]);
	else if (end - at > 2)
		(void)fprintf(out, "%c%s%c", *at, sign_cut(printer), end[-1]);
	else
		(void)fwrite(at, 1, (size_t)(end - at), out);
}

static void collapsed_write(FILE *out, const struct printer *printer, const char *name)
{
	const char *at = name;

	while (*at) {
		size_t plain = operator_length(name, at);
		const char *end;

		if (plain == 0 && begins_with(at, ANONYMOUS))
			plain = strlen(ANONYMOUS);
		if (plain == 0 && !strchr("(<{", *at))
			plain = 1;
		if (plain > 0) {
			(void)fwrite(at, 1, plain, out);
			at += plain;
			continue;
		}
		end = bracket_end(at);
		bracket_write(out, printer, at, end);
		at = end;
	}
}

/* Behind the return type that templates have in front of their name. */
static const char *return_type_end(const char *name)
{
	const char *start = name;

	for (const char *at = name; *at && !operator_length(name, at); at++) {
		if (begins_with(at, ANONYMOUS))
			at += strlen(ANONYMOUS) - 1;
		else if (*at == '(' && at > name)
			break;
		else if (*at == ' ' && at[1] && at[1] != '[')
			start = at + 1;
	}
	return start;
}

/*
 * The rest of `name` from the first scope on that lets it fit, or from its last
 * one. Never without the function around a lambda: "f(…)::{lambda}::operator()".
 */
static const char *scopes_drop(const struct printer *printer, const char *name, size_t max)
{
	while (text_columns(printer, name) > max) {
		const char *from = begins_with(name, ANONYMOUS) ? name + strlen(ANONYMOUS) : name;
		const char *next = strstr(from, "::");

		if (!next || !next[2] || memchr(from, '(', (size_t)(next - from)))
			break;
		name = next + 2;
	}
	return name;
}

/* The bytes of the first `max` characters. */
static size_t end_cut(const char *name, size_t max)
{
	size_t length = 0;

	for (size_t columns = 0; name[length] && columns < max; columns++) {
		length++;
		while (((unsigned char)name[length] & 0xc0) == 0x80)
			length++;
	}
	return length;
}

static char *collapse(const struct printer *printer, const char *name)
{
	char *collapsed = NULL;
	size_t size;
	FILE *out = open_memstream(&collapsed, &size);

	if (!out)
		return NULL;
	collapsed_write(out, printer, name);
	if (fclose(out) == 0)
		return collapsed;
	free(collapsed);
	return NULL;
}

char *function_shorten(const struct printer *printer, const char *name, size_t max)
{
	const char *cut = sign_cut(printer), *start, *inner;
	char *collapsed, *shortened;
	size_t length;

	if (!name || text_columns(printer, name) <= max)
		return name ? strdup(name) : NULL;
	collapsed = collapse(printer, name);
	if (!collapsed)
		return NULL;
	start = return_type_end(collapsed);
	inner = scopes_drop(printer, start, max);
	length = end_cut(inner, max);
	if (asprintf(&shortened, "%s%s%.*s%s", inner > start ? cut : "", inner > start ? "::" : "",
		     (int)length, inner, inner[length] ? cut : "") < 0)
		shortened = NULL;
	free(collapsed);
	return shortened;
}
