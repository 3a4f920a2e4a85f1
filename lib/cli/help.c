/* SPDX-License-Identifier: MIT */
/* `unclosed help`, --help and --version: the texts, and the options from their table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/options.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/libraries.h"

#ifndef UNCLOSED_VERSION
#define UNCLOSED_VERSION "unknown"
#endif

static const struct {
	int status;
	const char *meaning;
	const char *advice;
} statuses[] = {
	/* clang-format off */
	{ 0, "PROGRAM succeeded, nothing counted",
	  "\"no socket left open\" is said of a complete run only. \"not complete\": a child was not\n"
	  "covered, a check could not be made, or a process runs still. --uncovered fail gives\n"
	  "125 for a child that was not covered." },
	{ 23, "PROGRAM returned 0 and left something open that counts",
	  "The report names the places. --error-exitcode N chooses another number;\n"
	  "--gate proven fails only for leaks that have proof." },
	{ 125, "unclosed itself failed, or PROGRAM returned 0 and was not covered, or a record was lost",
	  "The report or the last line on stderr says which. unclosed check PROGRAM tells\n"
	  "beforehand whether a program can be covered. The same where the records were\n"
	  "overwritten, by a wild store of the program say: then nothing is sure." },
	{ 126, "PROGRAM cannot be executed", "The file exists, but it is not executable, or its interpreter is missing." },
	{ 127, "PROGRAM is not found", "A name without '/' is looked for in PATH." },
	/* clang-format on */
};

void help_print_short(void)
{
	fputs("unclosed reports the sockets and other descriptors that a program never closed.\n"
	      "\n"
	      "  unclosed ./server --port 8080    run it and all it starts, then report\n"
	      "  unclosed --kinds all make test   count files, pipes and the rest as well\n"
	      "  unclosed demo                    see it find a leak\n"
	      "\n"
	      "Exit status:\n"
	      "    0        the program succeeded, nothing counted\n"
	      "   23        it left sockets open\n"
	      "  125        unclosed failed, could not look into the program, or lost records\n"
	      "  126, 127   the program cannot be executed, or is not found\n"
	      "  other      the program's own; a signal is passed on as a signal\n"
	      "\n"
	      "More: unclosed --help, unclosed help 23, unclosed help --kinds, man unclosed\n",
	      stdout);
}

static void print_option(const struct option_row *row)
{
	char name[80];
	size_t used;

	used = (size_t)snprintf(name, sizeof(name), "%c%c%s --%s", row->letter ? '-' : ' ',
				row->letter ? row->letter : ' ', row->letter ? "," : " ",
				row->name); /* names are short */
	if (row->values)
		used += (size_t)snprintf(name + used, sizeof(name) - used, "%s%s",
					 row->type == OPTION_TYPE_OPTIONAL ? "" : " ", row->values);
	printf("  %s\n          %s\n", name, row->help);
}

static void print_group(enum option_group group)
{
	printf("\n%s:\n", option_group_title(group));
	for (const struct option_row *row = option_rows; row->name; row++)
		if (row->group == group)
			print_option(row);
}

void help_print_options(void)
{
	fputs("unclosed runs PROGRAM and all that it starts, and reports what they never closed.\n"
	      "\n"
	      "  unclosed ./server --port 8080          report the sockets that it left open\n"
	      "  unclosed --kinds all make test         count files, pipes and the rest as well\n"
	      "  unclosed --gate proven -- ctest -j 8   fail only where there is proof of a leak\n"
	      "\n"
	      "Usage: unclosed [run] [OPTIONS] [--] PROGRAM [ARG...]\n"
	      "       unclosed report [OPTIONS] LEDGER|REPORT.json\n"
	      "       unclosed report --live [OPTIONS] PID|LEDGER\n"
	      "       unclosed ps [--json]\n"
	      "       unclosed top [OPTIONS] [-d SECONDS] [--once] [--jsonl] [PID|SESSION]\n"
	      "       unclosed dump [OPTIONS] PID|LEDGER [-o FILE]\n"
	      "       unclosed diff OLD.json NEW.json\n"
	      "       unclosed merge [OPTIONS] REPORT.json...\n"
	      "       unclosed check PROGRAM\n"
	      "       unclosed demo [NAME] [--fixed] | --list\n"
	      "       unclosed help [STATUS|OPTION|live]\n",
	      stdout);
	for (unsigned int group = 0; group < OPTION_GROUP_COUNT; group++)
		print_group(group);
	fputs("\n"
	      "A policy says what is done with what it names:\n"
	      "  ignore   it is not shown\n"
	      "  note     it is shown and does not count\n"
	      "  proven   it counts where there is proof, and is shown elsewhere\n"
	      "  count    it counts\n"
	      "  fail     it counts, and the run fails whatever --gate says\n"
	      "\n"
	      "Each option is also a key of UNCLOSED_OPTIONS: UNCLOSED_OPTIONS='kinds=all:quiet'.\n"
	      "UNCLOSED_OPTIONS=off runs the program as if unclosed were not there.\n"
	      "\n"
	      "Exit status:\n",
	      stdout);
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		printf("  %5d  %s\n", statuses[i].status, statuses[i].meaning);
	printf("  other  PROGRAM's own; if a signal ended it, unclosed ends by the same signal\n");
}

void help_print_version(void)
{
	printf("unclosed " UNCLOSED_VERSION "\n");
	for (const char *const *library = libraries_list(); *library; library += 2)
		printf("  %s %s\n", library[0], library[1]);
}

static bool help_status(const char *word)
{
	char *end;
	long status = strtol(word, &end, 10);

	if (*word == '\0' || *end != '\0' || status < 0 || status > 255)
		return false;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].status == status) {
			printf("%ld: %s\n", status, statuses[i].meaning);
			if (statuses[i].advice)
				printf("%s\n", statuses[i].advice);
			return true;
		}
	printf("%ld: PROGRAM's own exit status; unclosed passes it on\n", status);
	if (status > 128)
		printf("A shell shows %ld for a program that signal %ld (%s) ended.\n", status,
		       status - 128, strsignal((int)status - 128));
	return true;
}

static bool help_option(const char *word)
{
	size_t dashes = strspn(word, "-"), length = strlen(word + dashes);
	const struct option_row *row = options_find(word + dashes, length);

	if (length == 1)
		for (row = option_rows; row->name && row->letter != word[dashes];)
			row++;
	if (!row || !row->name)
		return false;
	print_option(row);
	if (row->type != OPTION_TYPE_ACTION)
		printf("          in the environment: UNCLOSED_OPTIONS='%s%s'\n", row->name,
		       row->values ? "=..." : "");
	return true;
}

static void print_live(void)
{
	fputs("What a program that runs has open. It was started by unclosed, or with\n"
	      "LD_PRELOAD=libunclosed.so; it is neither stopped nor asked.\n"
	      "\n"
	      "  unclosed ps                         the processes that are watched\n"
	      "  unclosed top [PID]                  the places that have something open, by "
	      "growth\n"
	      "  unclosed top --once PID             the same once, as text; --jsonl: lines of "
	      "JSON\n"
	      "  unclosed report --live PID          what is open now, by the place that opened "
	      "it\n"
	      "  unclosed report --live --watch 10 PID   every 10 s, what changed\n"
	      "  unclosed dump PID -o a.json         all of it, each descriptor\n"
	      "  unclosed dump PID -o b.json         later\n"
	      "  unclosed diff a.json b.json         opened since, and still open; gone\n"
	      "\n"
	      "Near its limit of descriptors (80, 90, 95 %, the first EMFILE) a dump of a process "
	      "is\n"
	      "kept as unclosed-PID-80.json and so on, in --snapshot-dir; --at-limit COMMAND is "
	      "run.\n"
	      "\n"
	      "PID stands for the process and what came from it; with --children none for itself.\n"
	      "A ledger, or the 16 digits of a session, stand for all of the session.\n"
	      "\n"
	      "What is open is in use, as far as nothing else shows. It counts where there is "
	      "proof\n"
	      "of a leak (the peer is gone, and still nobody has closed this end a second later) "
	      "or\n"
	      "where a place grows. The status is 23 when something counts, 0 when nothing does, "
	      "125\n"
	      "when nothing could be looked at. A program that runs is never called clean.\n",
	      stdout);
}

int command_help(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;

	if (!word) {
		help_print_options();
		return 0;
	}
	if (strcmp(word, "live") == 0)
		print_live();
	if (strcmp(word, "live") == 0 || help_status(word) || help_option(word))
		return 0;
	word += strspn(word, "-");
	return complain("no help for '%s'%s", word, arguments_hint(word, strlen(word), "--"));
}
