/* SPDX-License-Identifier: MIT */
/*
 * Text as XML 1.0 has it. What no XML document may hold (most controls,
 * U+FFFE) is left out, bytes that are not UTF-8 become U+FFFD.
 *
 * Layer: report. Context: tool.
 */
#ifndef UNCLOSED_REPORT_XML_H
#define UNCLOSED_REPORT_XML_H

#include <stdint.h>
#include <stdio.h>

/* Write a text between tags. */
void xml_text(FILE *out, const char *text);

/* Write ` name="value"`; nothing for NULL. Line ends and tabs are kept as references. */
void xml_attribute(FILE *out, const char *name, const char *value);
void xml_attribute_number(FILE *out, const char *name, uint64_t value);

#endif
