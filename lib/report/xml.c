/* SPDX-License-Identifier: MIT */
/* Text as XML has it. */
#include "report/xml.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

#include "report/print.h"

static const char *reference_of(uint32_t code, bool is_attribute)
{
	switch (code) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;"; /* "]]>" must not be in a text */
	case '"':
		return is_attribute ? "&quot;" : NULL;
	default:
		return NULL;
	}
}

/* Of text that is escaped: no character that XML 1.0 does not allow is left in it. */
static void write_references(FILE *out, const char *text, bool is_attribute)
{
	for (; *text; text++) {
		const char *reference = reference_of((unsigned char)*text, is_attribute);

		if (reference)
			(void)fputs(reference, out);
		else
			(void)fputc(*text, out);
	}
}

static void write_escaped(FILE *out, const char *text, bool is_attribute)
{
	char *clean = *text ? text_escape(text) : NULL;

	if (clean)
		write_references(out, clean, is_attribute);
	free(clean);
}

void xml_text(FILE *out, const char *text)
{
	write_escaped(out, text, false);
}

void xml_printed(FILE *out, const char *text)
{
	write_references(out, text, false);
}

void xml_attribute(FILE *out, const char *name, const char *value)
{
	if (!value)
		return;
	(void)fprintf(out, " %s=\"", name);
	write_escaped(out, value, true);
	(void)fputc('"', out);
}

void xml_attribute_number(FILE *out, const char *name, uint64_t value)
{
	(void)fprintf(out, " %s=\"%" PRIu64 "\"", name, value);
}
