/* SPDX-License-Identifier: MIT */
/*
 * The parts of the JSON report as it is written; json.c puts them together.
 * What reads them again is in reader.h.
 *
 * Layer: report. Context: tool.
 */
#ifndef UNCLOSED_REPORT_JSON_JSON_H
#define UNCLOSED_REPORT_JSON_JSON_H

#include "model/model.h"
#include "report/json_value.h"

/* The first descriptors of a finding are listed, the rest is counted. */
#define JSON_DESCRIPTORS_MAX 100

/* Parts of the report, one file each. New references. */
json_t *json_finding(const struct report *report, const struct finding *finding);
json_t *json_process(const struct report_process *process);
json_t *json_kinds(const struct report_kind_count counts[KIND_COUNT]);

/* The tests of the report. */
void json_add_scopes(json_t *root, const struct report *report);

/* limit.c: "limits". */
void json_add_limits(json_t *root, const struct report *report);

/* finding.c: "stack", and "stack_truncated" when it was deeper. */
void json_add_stack(json_t *object, const struct report_stack *stack);

/* What is known: rules and baseline of the report, and what they say of a finding. */
void json_add_known(json_t *root, const struct report *report);
void json_add_finding_known(json_t *object, const struct report *report,
			    const struct finding *finding);

/* Of merged reports: their shards, and the shares that findings have of them. */
void json_add_shards(json_t *root, const struct report *report);
void json_add_shares(json_t *object, const struct report *report, const struct finding *finding);

/* "growth", where something is known of it. */
void json_add_growth(json_t *object, const struct finding *finding);

/* "exit": how a program ended. */
json_t *json_exit(const struct report_exit *end);

/* The names of enum report_verdict and enum exit_reason, as in the JSON report. */
extern const char *const json_arguments[ARGUMENTS_COUNT];
extern const char *const json_verdicts[VERDICT_COUNT];
extern const char *const json_reasons[REASON_COUNT];

#endif
