/* SPDX-License-Identifier: MIT */
/*
 * Building JSON objects: keys that do not apply are left out, text that is not
 * UTF-8 becomes UTF-8. Like report_alloc(), these end the program when memory is
 * short: a report with holes would be worse.
 *
 * Layer: report. Context: tool.
 */
#ifndef UNCLOSED_REPORT_JSON_VALUE_H
#define UNCLOSED_REPORT_JSON_VALUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Write a value as indented lines, in which nothing steers who reads them: characters that
 * are not printable (utf8.h), and the beginnings of commands (log_command.h), are \u escapes. A
 * parser gets all as it was. Returns 0 or -EIO.
 */
int json_write_lines(FILE *out, const json_t *value);

/* The same as one line. */
int json_write_line(FILE *out, const json_t *value);

/* A string; every byte that is not part of valid UTF-8 becomes U+FFFD. */
json_t *json_text(const char *text);

/* Numbers above INT64_MAX become INT64_MAX. */
json_t *json_number(uint64_t number);

/* Add to an object; an empty object or array is left out. Takes the reference. */
void json_add(json_t *object, const char *key, json_t *value);
void json_add_text(json_t *object, const char *key, const char *text); /* NULL: left out */
void json_add_number(json_t *object, const char *key, uint64_t number);
void json_add_true(json_t *object, const char *key, bool value); /* left out when false */

/* Add at the end of an array. Takes the reference. */
void json_append(json_t *array, json_t *value);

#endif
