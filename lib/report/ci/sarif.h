/* SPDX-License-Identifier: MIT */
/*
 * The parts of a SARIF log (Static Analysis Results Interchange Format 2.1.0).
 *
 * Layer: report. Context: tool.
 */
#ifndef UNCLOSED_REPORT_CI_SARIF_H
#define UNCLOSED_REPORT_CI_SARIF_H

#include "report/json_value.h"
#include "report/report.h"

/* The base that URIs of files below style->root are relative to. */
#define SARIF_ROOT "SRCROOT"

/* One object of run.results. */
json_t *sarif_result(const struct report *report, const struct report_style *style,
		     const struct finding *finding);

/* {"text": text}; people read it, so what would steer a line is escaped (print.h). */
json_t *sarif_message(const char *text);
json_t *sarif_snippet(const char *source);

/* {"uri": …}, of an absolute path. */
json_t *sarif_artifact(const char *path);

#endif
