/* SPDX-License-Identifier: MIT */
/* The parser of the text that a ledger keeps of Python frames. */
#include "judge/stack/python_text.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* UTF-8, shorter than the escape it came from. A lone U+DC80…DCFF is the byte of a path that is no
 * text. */
static char *character_put(char *at, uint32_t character)
{
	if (character >= 0xdc80 && character <= 0xdcff) {
		*at++ = (char)(character - 0xdc00);
	} else if (character < 0x80) {
		*at++ = (char)character;
	} else if (character < 0x800) {
		*at++ = (char)(0xc0 | character >> 6);
		*at++ = (char)(0x80 | (character & 0x3f));
	} else if (character < 0x10000) {
		*at++ = (char)(0xe0 | character >> 12);
		*at++ = (char)(0x80 | (character >> 6 & 0x3f));
		*at++ = (char)(0x80 | (character & 0x3f));
	} else {
		*at++ = (char)(0xf0 | (character >> 18 & 7));
		*at++ = (char)(0x80 | (character >> 12 & 0x3f));
		*at++ = (char)(0x80 | (character >> 6 & 0x3f));
		*at++ = (char)(0x80 | (character & 0x3f));
	}
	return at;
}

/* The number of hex digits after "\x", "\u", "\U"; 0 for anything else. */
static size_t escape_digits(const char *at)
{
	return at[0] != '\\' ? 0 : at[1] == 'x' ? 2 : at[1] == 'u' ? 4 : at[1] == 'U' ? 8 : 0;
}

/* A '\0' would end the string: it stays as it is written. */
static void text_unescape(char *text)
{
	char *to = text;

	while (*text) {
		size_t digits = escape_digits(text);
		char number[9] = { 0 }, *end;
		unsigned long character;

		if (digits)
			strncpy(number, text + 2, digits);
		character = strtoul(number, &end, 16);
		if (digits && strlen(number) == digits && *end == '\0' && character != 0 &&
		    character <= 0x10ffff) {
			to = character_put(to, (uint32_t)character);
			text += 2 + digits;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

/* File "PATH", line N in NAME */
static bool frame_parse(char *text, struct python_line *ret_line)
{
	static const char before_path[] = "File \"", before_line[] = "\", line ",
			  before_name[] = " in ";
	char *path = text + strlen(before_path), *path_end, *end;
	unsigned long line;

	if (strncmp(text, before_path, strlen(before_path)) != 0)
		return false;
	path_end = strstr(path, before_line);
	if (!path_end)
		return false;
	line = strtoul(path_end + strlen(before_line), &end, 10);
	if (strncmp(end, before_name, strlen(before_name)) != 0 || line > INT_MAX)
		return false;
	*path_end = '\0';
	end += strlen(before_name);
	text_unescape(path);
	text_unescape(end);
	*ret_line = (struct python_line){ PYTHON_FRAME, path, end, (unsigned int)line };
	return *path && *end;
}

size_t python_text_parse(char *text, struct python_line *ret_lines, size_t max)
{
	size_t count = 0;
	char *next;

	for (; text && count < max; text = next) {
		next = strchr(text, '\n');
		if (next)
			*next++ = '\0';
		if (strcmp(text, "-") == 0)
			ret_lines[count++] = (struct python_line){ .type = PYTHON_ENTRY };
		else if (strcmp(text, "...") == 0)
			ret_lines[count++] = (struct python_line){ .type = PYTHON_MORE };
		else
			count += frame_parse(text, &ret_lines[count]);
	}
	return count;
}
