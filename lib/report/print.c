/* SPDX-License-Identifier: MIT */
/* Lines for a terminal: text is escaped, cut and wrapped here. */
#include "report/print.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/log_command.h"
#include "base/utf8.h"

#define LABEL_INDENT 4
#define LABEL_COLUMNS 7
#define TAB_COLUMNS 8

/* One character as it is printed. */
struct glyph {
	char bytes[12];
	size_t columns;
};

void paint_begin(const struct printer *printer, enum paint paint)
{
	static const char *const codes[] = {
		[PAINT_BOLD] = "\033[1m", [PAINT_DIM] = "\033[2m", [PAINT_RED] = "\033[31m"
	};

	if (printer->style->is_color)
		(void)fputs(codes[paint], printer->out);
}

void paint_end(const struct printer *printer)
{
	if (printer->style->is_color)
		(void)fputs("\033[0m", printer->out);
}

static void glyph_escape(struct glyph *glyph, const char *format, unsigned int number)
{
	glyph->columns = (size_t)snprintf(glyph->bytes, sizeof(glyph->bytes), format, number);
}

/* Returns how many bytes at `text`, a place in `whole`, the glyph stands for; it is not the end. */
static size_t glyph_make(const struct printer *printer, const char *whole, const char *text,
			 struct glyph *ret_glyph)
{
	uint32_t code = 0;
	size_t length = utf8_decode(text, &code);

	if (length == 0) {
		glyph_escape(ret_glyph, "\\x%02x", (unsigned char)text[0]);
		return 1;
	}
	if (log_command_begins(whole, text)) {
		glyph_escape(ret_glyph, "\\x%02x", code);
		return length;
	}
	if (utf8_is_printable(code) && (code < 0x80 || printer->style->is_utf8)) {
		memcpy(ret_glyph->bytes, text, length);
		ret_glyph->bytes[length] = '\0';
		ret_glyph->columns = 1;
	} else if (code == '\n' || code == '\t' || code == '\r') {
		glyph_escape(ret_glyph, "\\%c", code == '\n' ? 'n' : code == '\t' ? 't' : 'r');
	} else if (code < 0x80) {
		glyph_escape(ret_glyph, "\\x%02x", code);
	} else {
		glyph_escape(ret_glyph, code > 0xffff ? "\\U%08x" : "\\u%04x", code);
	}
	return length;
}

static size_t print_glyphs(const struct printer *printer, const char *text, size_t length,
			   bool is_printed)
{
	size_t columns = 0;

	for (size_t at = 0; at < length;) {
		struct glyph glyph;

		at += glyph_make(printer, text, text + at, &glyph);
		columns += glyph.columns;
		if (is_printed)
			(void)fputs(glyph.bytes, printer->out);
	}
	return columns;
}

size_t print_text(const struct printer *printer, const char *text)
{
	if (!text)
		text = "?";
	return print_glyphs(printer, text, strlen(text), true);
}

char *text_escape(const char *text)
{
	static const struct report_style style = { .is_utf8 = true };
	char *clean = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&clean, &size);
	const struct printer printer = { .out = memory, .style = &style };

	if (!memory)
		abort(); /* like report_alloc() */
	(void)print_text(&printer, text);
	if (fclose(memory) != 0)
		abort();
	return clean;
}

size_t text_columns(const struct printer *printer, const char *text)
{
	if (!text)
		text = "?";
	return print_glyphs(printer, text, strlen(text), false);
}

void print_source(const struct printer *printer, const char *text, size_t max)
{
	size_t length = strlen(text);

	/* The end of the line in a file from Windows, and blanks that only make lines long. */
	while (length > 0 && strchr(" \t\r\n", text[length - 1]))
		length--;
	for (size_t at = 0, column = 0; at < length;) {
		struct glyph glyph;
		size_t step;

		if (text[at] == '\t') {
			glyph.columns = TAB_COLUMNS - column % TAB_COLUMNS;
			memcpy(glyph.bytes, "        ", glyph.columns);
			glyph.bytes[glyph.columns] = '\0';
			step = 1;
		} else {
			step = glyph_make(printer, text, text + at, &glyph);
		}
		if (column + glyph.columns > max) {
			(void)fprintf(printer->out, " %s", sign_cut(printer));
			return;
		}
		(void)fputs(glyph.bytes, printer->out);
		column += glyph.columns;
		at += step;
	}
}

void print_spaces(const struct printer *printer, size_t count)
{
	(void)fprintf(printer->out, "%*s", (int)count, "");
}

/* The blanks before a word of so many columns; a new line where it does not fit any more. */
static void print_gap(const struct printer *printer, size_t blanks, size_t columns, size_t indent,
		      size_t *column)
{
	size_t width = printer->style->width;

	if (width > 0 && *column > indent && *column + blanks + columns > width) {
		(void)fputc('\n', printer->out);
		print_spaces(printer, indent);
		*column = indent;
	} else {
		print_spaces(printer, blanks);
		*column += blanks;
	}
}

void print_labelled(const struct printer *printer, const char *label, const char *text)
{
	size_t indent = LABEL_INDENT + LABEL_COLUMNS, column = indent;

	(void)fprintf(printer->out, "%*s%-*s", LABEL_INDENT, "", LABEL_COLUMNS, label);
	while (*text) {
		size_t blanks = strspn(text, " ");
		size_t word = strcspn(text + blanks, " ");
		size_t columns = print_glyphs(printer, text + blanks, word, false);

		if (word == 0)
			break;
		print_gap(printer, blanks, columns, indent, &column);
		column += print_glyphs(printer, text + blanks, word, true);
		text += blanks + word;
	}
	(void)fputc('\n', printer->out);
}

/* Columns of printed text: its characters. */
static size_t printed_columns(const char *text, size_t length)
{
	size_t columns = 0;

	for (size_t i = 0; i < length; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

void print_wrapped(const struct printer *printer, const char *text, size_t indent)
{
	size_t column = 0;

	while (*text) {
		size_t blanks = strspn(text, " "), word = strcspn(text + blanks, " \n");
		size_t columns = printed_columns(text + blanks, word);

		print_gap(printer, blanks, columns, indent, &column);
		(void)fwrite(text + blanks, 1, word, printer->out);
		column += columns;
		text += blanks + word;
		if (*text == '\n') {
			(void)fputc(*text++, printer->out);
			column = 0;
		}
	}
}

void print_labelled_format(const struct printer *printer, const char *label, const char *format,
			   ...)
{
	va_list arguments;
	char *text = NULL;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	if (text)
		print_labelled(printer, label, text);
	free(text);
}

const char *sign_times(const struct printer *printer)
{
	return printer->style->is_utf8 ? "×" : "x";
}

const char *sign_from(const struct printer *printer)
{
	return printer->style->is_utf8 ? "←" : "<-";
}

const char *sign_both(const struct printer *printer)
{
	return printer->style->is_utf8 ? "↔" : "<->";
}

const char *sign_to(const struct printer *printer)
{
	return printer->style->is_utf8 ? "→" : "->";
}

const char *sign_cut(const struct printer *printer)
{
	return printer->style->is_utf8 ? "…" : "...";
}
