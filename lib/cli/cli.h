/* SPDX-License-Identifier: MIT */
/*
 * The sub-commands of `unclosed`, one file each, and what they share.
 *
 * Layer: cli. Only this layer prints, and decides how the program ends.
 * Single-threaded throughout: run depends on it (parent-death signal, fork).
 */
#ifndef UNCLOSED_CLI_CLI_H
#define UNCLOSED_CLI_CLI_H

#include <stddef.h>

enum exit_code {
	EXIT_ERROR = 125,          /* unclosed itself failed, or could not cover */
	EXIT_NOT_EXECUTABLE = 126, /* PROGRAM is there, but cannot be executed */
	EXIT_NOT_FOUND = 127,
};

/*
 * Each takes its own words, argv[0] being its name, and returns the exit
 * status. argv[argc] is NULL. commands.def has their names.
 */
int command_run(int argc, char **argv);
int command_report(int argc, char **argv);
int command_ps(int argc, char **argv);
int command_dump(int argc, char **argv);
int command_top(int argc, char **argv);
int command_bare_report(int argc, char **argv);
int command_limit_snapshot(int argc, char **argv);
int command_diff(int argc, char **argv);
int command_merge(int argc, char **argv);
int command_check(int argc, char **argv);
int command_demo(int argc, char **argv);
int command_help(int argc, char **argv);
int command_complete(int argc, char **argv);
int command_manual(int argc, char **argv);

/* Print the fifteen lines of `unclosed` alone, --help, or --version, on stdout. */
void help_print_short(void);
void help_print_options(void);
void help_print_version(void);

/* One line on stderr, beginning with "unclosed: ", by one write. Returns EXIT_ERROR. */
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * From now on put such a line into `text`, of `size` bytes, without its beginning and not
 * escaped: stderr may be a screen. NULL: as before.
 */
void complain_into(char *text, size_t size);

#endif
