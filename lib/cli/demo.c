/* SPDX-License-Identifier: MIT */
/* `unclosed demo`: shows the source of a sample program and runs it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/sample.h"

#define USAGE "usage: unclosed demo [NAME] [--fixed] | --list"

static bool sample_print(const struct sample *sample, void *data)
{
	(void)data; /* all are printed */
	printf("%-40s %s\n", sample->name, sample->title);
	return false;
}

static int samples_complain(int error)
{
	return complain("cannot read the sample programs: %s; are they installed?",
			strerror(error));
}

static int source_print(const char *path)
{
	FILE *source = fopen(path, "re");
	char line[1024];
	unsigned int number = 1;

	if (!source)
		return complain("cannot open '%s': %s", path, strerror(errno));
	printf("%s\n\n", path);
	while (fgets(line, sizeof(line), source)) {
		size_t length = strlen(line);

		printf("%5u  %s%s", number++, line, length && line[length - 1] == '\n' ? "" : "\n");
	}
	(void)fclose(source); /* was only read */
	printf("\n");
	fflush(stdout);
	return 0;
}

/* Python samples are run by python3, the others are programs of their own. */
static int sample_run(const struct sample_folders *folders, const struct sample *sample)
{
	static char source[PATH_MAX + 256], program[PATH_MAX + 256];
	char *words[] = { (char *)"demo", (char *)"--", program, NULL, NULL };
	const char *ending = strrchr(sample->file, '.');
	int count = 3, status;

	(void)snprintf(source, sizeof(source), "%s/%s", folders->sources, sample->file); /* fits */
	if (ending && strcmp(ending, ".py") == 0) {
		(void)snprintf(program, sizeof(program), "python3"); /* fits */
		words[count++] = source;
	} else {
		(void)snprintf(program, sizeof(program), "%s/%s", folders->binaries,
			       sample->name); /* fits */
	}
	status = source_print(source);
	return status != 0 ? status : command_run(count, words);
}

int command_demo(int argc, char **argv)
{
	const char *name = NULL;
	bool is_fixed = false, is_list = false;
	struct sample_folders folders;
	struct sample sample;
	int result;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--fixed") == 0)
			is_fixed = true;
		else if (strcmp(argv[i], "--list") == 0)
			is_list = true;
		else if (argv[i][0] == '-' || name)
			return complain(USAGE);
		else
			name = argv[i];
	}
	result = sample_folders_find(&folders);
	if (result == 0 && is_list)
		result = samples_visit(&folders, sample_print, NULL);
	if (result == 0 && is_list)
		return 0;
	if (result == 0)
		result = sample_find(&folders, name, &sample);
	if (result == 0 && is_fixed && strcmp(sample.fixed, "-") != 0)
		result = sample_find(&folders, sample.fixed, &sample);
	if (result == -ENOENT && name)
		return complain("there is no sample '%s'; unclosed demo --list prints their names",
				name);
	if (result < 0)
		return samples_complain(-result);
	return sample_run(&folders, &sample);
}
