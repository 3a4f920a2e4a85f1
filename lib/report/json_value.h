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

#include "model/model.h"

/* The first descriptors of a finding are listed, the rest is counted. */
#define JSON_DESCRIPTORS_MAX 100

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

/* Parts of the report, one file each. New references. */
json_t *json_finding(const struct report *report, const struct finding *finding);
json_t *json_process(const struct report_process *process);
json_t *json_kinds(const struct report_kind_count counts[KIND_COUNT]);

/* The tests of the report. */
void json_add_scopes(json_t *root, const struct report *report);

/* What is known: rules and baseline of the report, and what they say of a finding. */
void json_add_known(json_t *root, const struct report *report);
/* Of merged reports: their shards, and the shares that findings have of them. */
void json_add_shards(json_t *root, const struct report *report);
void json_add_shares(json_t *object, const struct report *report, const struct finding *finding);

/* "exit": how a program ended. */
json_t *json_exit(const struct report_exit *end);

/* The names of enum report_verdict and enum exit_reason, as in the JSON report. */
extern const char *const json_verdicts[VERDICT_COUNT];
extern const char *const json_reasons[REASON_COUNT];

void json_add_finding_known(json_t *object, const struct report *report,
			    const struct finding *finding);

#endif
