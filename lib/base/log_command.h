/* SPDX-License-Identifier: MIT */
/*
 * Where a CI service that reads a log would take a text for a command to it: GitHub Actions
 * "::error::" at the start of a line and "##[" anywhere, Azure Pipelines "##vso[", TeamCity
 * "##teamcity[". All that a program names may hold such a text.
 *
 * Layer: base. Context: tool.
 */
#ifndef UNCLOSED_BASE_LOG_COMMAND_H
#define UNCLOSED_BASE_LOG_COMMAND_H

#include <stdbool.h>

/*
 * Does a command begin at `at`, a place in `text`? Its first character is to be escaped then. What
 * is printed in pieces may join to one: the end of a text counts as a bracket, its start as a
 * blank.
 */
bool log_command_begins(const char *text, const char *at);

#endif
