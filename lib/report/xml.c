/* SPDX-License-Identifier: MIT */
/* Text as XML has it. */
#include "report/xml.h"

#include <inttypes.h>
#include <stdbool.h>

#include "report/utf8.h"

/* Char of the XML 1.0 grammar; utf8_decode() has refused the surrogates already. */
static bool is_allowed(uint32_t code)
{
	if (code < 0x20)
		return code == '\t' || code == '\n' || code == '\r';
	return code != 0xfffe && code != 0xffff;
}

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
	case '\r':
		return "&#13;"; /* a parser makes a line feed of the bare one */
	case '\n':
		return is_attribute ? "&#10;" : NULL;
	case '\t':
		return is_attribute ? "&#9;" : NULL;
	default:
		return NULL;
	}
}

static void write_escaped(FILE *out, const char *text, bool is_attribute)
{
	while (*text) {
		uint32_t code = 0;
		size_t length = utf8_decode(text, &code);
		const char *reference = reference_of(code, is_attribute);

		if (length == 0)
			(void)fputs("\xef\xbf\xbd", out);
		else if (reference)
			(void)fputs(reference, out);
		else if (is_allowed(code))
			(void)fwrite(text, 1, length, out);
		text += length ? length : 1;
	}
}

void xml_text(FILE *out, const char *text)
{
	write_escaped(out, text, false);
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
