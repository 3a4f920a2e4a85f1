/* SPDX-License-Identifier: MIT */
/*
 * Text as XML 1.0 has it, for people: what no XML document may hold, bytes that are not UTF-8 and
 * all that would steer a line are escaped as in the text report (print.h).
 *
 * Layer: report. Context: tool.
 */
#ifndef UNCLOSED_REPORT_XML_H
#define UNCLOSED_REPORT_XML_H

#include <stdint.h>
#include <stdio.h>

/* Write a text of one line between tags. */
void xml_text(FILE *out, const char *text);

/* The same for lines that were printed before (print.h). */
void xml_printed(FILE *out, const char *text);

/* Write ` name="value"`; nothing for NULL. */
void xml_attribute(FILE *out, const char *name, const char *value);
void xml_attribute_number(FILE *out, const char *name, uint64_t value);

#endif
