/* SPDX-License-Identifier: MIT */
/* The matcher of patterns in suppression rules: '^', '$' and '*'. */
#include "model/pattern.h"

#include <stddef.h>
#include <string.h>

/* The text of a pattern between its anchors. */
struct body {
	const char *bytes;
	size_t length;
	bool is_at_start, is_at_end;
};

static struct body body_of(const char *pattern)
{
	struct body body = { .bytes = pattern, .length = strlen(pattern) };

	if (body.length > 0 && body.bytes[0] == '^') {
		body.is_at_start = true;
		body.bytes++;
		body.length--;
	}
	if (body.length > 0 && body.bytes[body.length - 1] == '$') {
		body.is_at_end = true;
		body.length--;
	}
	return body;
}

/* When the text goes another way than the body, the latest '*' takes one byte more. */
static bool body_match(const struct body *body, const char *text)
{
	const char *resume = text;
	bool has_star = !body->is_at_start;
	size_t at = 0, behind_star = 0;

	for (;;) {
		if (at < body->length && body->bytes[at] == '*') {
			behind_star = ++at;
			resume = text;
			has_star = true;
		} else if (at == body->length && (!body->is_at_end || !*text)) {
			return true;
		} else if (at < body->length && *text && body->bytes[at] == *text) {
			at++;
			text++;
		} else if (has_star && *resume) {
			at = behind_star;
			text = ++resume;
		} else {
			return false;
		}
	}
}

bool pattern_match(const char *pattern, const char *text)
{
	struct body body = body_of(pattern);

	return text && *text && body_match(&body, text);
}

bool pattern_match_whole(const char *pattern, const char *text)
{
	struct body body = body_of(pattern);

	body.is_at_start = body.is_at_end = true;
	return text && *text && body_match(&body, text);
}

bool pattern_is_anything(const char *pattern)
{
	struct body body = body_of(pattern);

	for (size_t i = 0; i < body.length; i++)
		if (body.bytes[i] != '*')
			return false;
	return true;
}
