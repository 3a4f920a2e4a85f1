/* SPDX-License-Identifier: MIT */
/* `unclosed check PROGRAM`: tells whether a program can be covered, without running it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/program.h"
#include "cli/session.h"
#include "judge/process/coverage.h"
#include "report/print.h"

/* Minimum free space of a ledger: its first group of pages, and room for a small program. */
#define LEDGER_ROOM (1u << 20)

static void print_row(const char *what, const char *text)
{
	char *clean = text_escape(text);

	printf("  %-13s %s\n", what, clean);
	free(clean);
}

static void print_row_of(const char *what, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void print_row_of(const char *what, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments); /* for reading: cut when too long */
	va_end(arguments);
	print_row(what, text);
}

static bool has_debug_file(const struct elf_file *elf)
{
	char path[128];
	size_t used = (size_t)snprintf(path, sizeof(path), "/usr/lib/debug/.build-id/");

	if (elf->build_id_length < 2)
		return false;
	for (size_t i = 0; i < elf->build_id_length; i++)
		used += (size_t)snprintf(path + used, sizeof(path) - used,
					 i == 0 ? "%02x/" : "%02x", elf->build_id[i]);
	(void)snprintf(path + used, sizeof(path) - used, ".debug"); /* fits: 20 bytes at most */
	return access(path, R_OK) == 0;
}

static void print_lines(const struct elf_file *elf)
{
	if (elf->has_lines)
		print_row("line numbers", "yes");
	else if (has_debug_file(elf))
		print_row("line numbers", "yes, from a separate debug file");
	else if (elf->debug_link[0])
		print_row_of("line numbers",
			     "only with its debug file %s; install the program's -dbgsym or "
			     "-debuginfo package",
			     elf->debug_link);
	else if (elf->has_symbols)
		print_row("line numbers", "no, functions only; compile with -g");
	else
		print_row("line numbers",
			  "no, and no symbols (stripped); compile with -g, do not strip");
}

static void print_sanitizer(const struct elf_file *elf)
{
	if (elf->sanitizer[0])
		print_row_of("sanitizer", "%s, as a library; unclosed preloads it first",
			     elf->sanitizer);
	else if (elf->has_static_asan)
		print_row("sanitizer", "AddressSanitizer, part of the program");
	else
		print_row("sanitizer", "no");
}

/* The first directory with room, as the launcher would find it. */
static bool print_room(const struct options *options)
{
	const char *const *directories;

	session_directories(options, &directories);
	for (; *directories; directories++) {
		struct statvfs system;
		unsigned long long free_bytes;

		if (access(*directories, W_OK | X_OK) < 0 || statvfs(*directories, &system) < 0)
			continue;
		free_bytes = (unsigned long long)system.f_bavail * system.f_frsize;
		if (free_bytes < LEDGER_ROOM)
			continue;
		printf("  %-13s %s, %llu MiB free\n", "ledger", *directories, free_bytes >> 20);
		return true;
	}
	print_row("ledger", "no directory with 1 MiB of room; name one with --ledger-dir");
	return false;
}

static bool print_library(void)
{
	char library[PATH_MAX];
	int result = library_find(library, sizeof(library));

	if (result < 0)
		printf("  %-13s libunclosed.so not found: %s\n", "library", strerror(-result));
	else
		print_row("library", library);
	return result == 0;
}

static void print_path(const char *path)
{
	char *clean = text_escape(path);

	printf("%s\n", clean);
	free(clean);
}

static int check_program(const char *name, const struct options *options)
{
	struct coverage coverage;
	char path[PATH_MAX];
	bool is_ready;
	int result = program_find(name, path, sizeof(path));

	if (result == 0)
		result = coverage_inspect(path, &coverage);
	if (result < 0)
		return program_complain(name, -result);
	print_path(path);
	if (coverage.is_script)
		print_row("script of", coverage.program);
	if (coverage.kind == COVERAGE_OK)
		print_row("covered", "yes");
	else if (coverage.is_coverable)
		print_row_of("covered", "probably; %s: %s", coverage.reason, coverage.remedy);
	else
		print_row_of("covered", "NO: %s; %s", coverage.reason, coverage.remedy);
	if (coverage.kind == COVERAGE_OK) {
		print_lines(&coverage.elf);
		print_sanitizer(&coverage.elf);
	}
	is_ready = print_library();
	is_ready &= print_room(options);
	return coverage.is_coverable && is_ready ? 0 : EXIT_ERROR;
}

int command_check(int argc, char **argv)
{
	struct arguments arguments;
	int result = arguments_parse(&arguments, argc, argv);

	if (result != 0)
		return result;
	if (arguments.is_help) {
		help_print_options();
		return 0;
	}
	if (argc - arguments.next != 1)
		return complain("usage: unclosed check PROGRAM");
	return check_program(argv[arguments.next], &arguments.options);
}
