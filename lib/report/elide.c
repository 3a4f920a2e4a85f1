/* SPDX-License-Identifier: MIT */
/* Keeps the program, the names of options and the script of an interpreter. */
#include "report/elide.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

/* A program that runs the file of its first word that is no option. */
struct interpreter {
	const char *name;  /* and what may follow it: a version */
	const char *code;  /* letters of options after which there is code, and no file */
	const char *next;  /* letters whose value is the next word */
	const char *named; /* letters whose value, the next word, is a module to run */
};

static const struct interpreter interpreters[] = {
	{ "bash", "c", "oO", "" },    { "dash", "c", "o", "" },   { "ksh", "c", "o", "" },
	{ "lua", "e", "l", "" },      { "node", "ep", "r", "" },  { "perl", "eE", "", "" },
	{ "php", "rBRE", "dcz", "" }, { "pypy", "c", "WX", "m" }, { "python", "c", "WX", "m" },
	{ "Rscript", "e", "", "" },   { "ruby", "e", "IrE", "" }, { "sh", "c", "o", "" },
	{ "tclsh", "", "", "" },      { "zsh", "c", "o", "" },
};

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static const struct interpreter *interpreter_of(const char *path)
{
	const char *name = path ? last_part(path) : "";

	name += *name == '-'; /* a login shell */
	for (size_t i = 0; i < sizeof(interpreters) / sizeof(interpreters[0]); i++) {
		size_t length = strlen(interpreters[i].name);

		if (strncmp(name, interpreters[i].name, length) == 0 &&
		    strspn(name + length, "0123456789.") == strlen(name + length))
			return &interpreters[i];
	}
	return NULL;
}

static bool is_script(struct report *report, const char *cwd, const char *word)
{
	const char *path =
		word[0] == '/' || !cwd ? word : report_printf(report, "%s/%s", cwd, word);
	struct stat status;

	return (word[0] == '/' || cwd) && stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static bool is_name(char letter)
{
	return isalnum((unsigned char)letter) || letter == '-' || letter == '_' || letter == '.';
}

/* "email.mime": no more than a name may be */
static bool is_module(const char *word)
{
	for (; *word; word++)
		if (!is_name(*word))
			return false;
	return true;
}

/* The word that names what an interpreter runs; 0: none is known. */
static size_t script_find(struct report *report, const struct interpreter *interpreter,
			  const char *cwd, const char *const *argv, size_t argc)
{
	size_t at = 1;

	for (; at < argc && argv[at][0] == '-' && argv[at][1] && strcmp(argv[at], "--") != 0;
	     at++) {
		const char *word = argv[at];
		bool is_long = word[1] == '-', is_short = word[2] == '\0';

		if (is_long)
			continue;
		if (strpbrk(word + 1, interpreter->code))
			return 0;
		if (is_short && strchr(interpreter->named, word[1]))
			return at + 1 < argc && is_module(argv[at + 1]) ? at + 1 : 0;
		at += is_short && strchr(interpreter->next, word[1]);
	}
	at += at < argc && strcmp(argv[at], "--") == 0;
	return at < argc && is_script(report, cwd, argv[at]) ? at : 0;
}

/* "--name=…" of "--name=value": what an option may be called, and a sign that there is more. */
static const char *word_elide(struct report *report, const char *word)
{
	size_t length;

	if (word[0] != '-' || strcmp(word, "-") == 0 || strcmp(word, "--") == 0)
		return word[0] == '-' ? word : ELIDED;
	if (word[1] != '-') {
		if (!isalnum((unsigned char)word[1]))
			return "-" ELIDED;
		return word[2] ? report_printf(report, "%.2s" ELIDED, word) : word;
	}
	for (length = 2; is_name(word[length]);)
		length++;
	if (word[length] == '\0')
		return word;
	length += word[length] == '=';
	return report_printf(report, "%.*s" ELIDED, (int)length, word);
}

const char **arguments_elide(struct report *report, const char *exe, const char *cwd,
			     const char *const *argv, size_t argc)
{
	const char **words = report_alloc(report, (argc + 1) * sizeof(*words));
	const struct interpreter *interpreter = argc > 0 ? interpreter_of(exe) : NULL;
	size_t script = 0;

	if (argc > 0 && !interpreter)
		interpreter = interpreter_of(argv[0]);
	if (interpreter)
		script = script_find(report, interpreter, cwd, argv, argc);
	for (size_t i = 0; i < argc; i++)
		words[i] =
			i == 0 || (script && i == script) ? argv[i] : word_elide(report, argv[i]);
	return words;
}
