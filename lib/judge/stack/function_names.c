/* SPDX-License-Identifier: MIT */
/* Names of functions without what compilers and builds put into them. */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "judge/stack/stack.h"

/* Suffixes that compilers add to clones of a function. */
static bool is_clone_suffix(const char *at)
{
	static const char *const suffixes[] = {
		".constprop", ".isra",       ".part",  ".cold",    ".lto_priv", ".llvm.",
		".clone",     ".localalias", ".actor", ".destroy", ".resume",   ".cleanup",
	};

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (strncmp(at, suffixes[i], strlen(suffixes[i])) == 0)
			return true;
	return strncmp(at, " [clone", 7) == 0;
}

/* The character after the bracket that closes the one at `at`. */
static const char *bracket_skip(const char *at, char open, char close)
{
	int depth = 0;

	for (; *at; at++) {
		/* The '>' of "->" closes nothing. */
		if (*at == '>' && at[-1] == '-')
			continue;
		if (*at == open)
			depth++;
		else if (*at == close && --depth == 0)
			return at + 1;
	}
	return at;
}

static bool text_ends_with(const char *text, size_t length, const char *end)
{
	size_t end_length = strlen(end);

	return length >= end_length && memcmp(text + length - end_length, end, end_length) == 0;
}

/* "{lambda(int)#1}" of gcc, "$_0" and "'lambda0'(int)" of clang. Returns what comes after. */
static const char *lambda_skip(const char *at)
{
	if (strncmp(at, "{lambda(", 8) == 0)
		return bracket_skip(at, '{', '}');
	if (strncmp(at, "$_", 2) == 0 && isdigit((unsigned char)at[2])) {
		for (at += 2; isdigit((unsigned char)*at); at++)
			;
		return at;
	}
	if (strncmp(at, "'lambda", 7) == 0) {
		const char *end = strchr(at + 1, '\'');

		if (!end)
			return NULL;
		return end[1] == '(' ? bracket_skip(end + 1, '(', ')') : end + 1;
	}
	return NULL;
}

/* Rust's hash: "::h" and 16 hex digits at the end. */
static size_t rust_hash_cut(const char *text, size_t length)
{
	if (length <= 19 || strncmp(text + length - 19, "::h", 3) != 0)
		return length;
	for (size_t i = length - 16; i < length; i++)
		if (!isxdigit((unsigned char)text[i]))
			return length;
	return length - 19;
}

/* Function templates are demangled with their return type in front. */
static const char *return_type_skip(const char *text)
{
	const char *start = text, *operator= strstr(text, "operator");

	for (const char *at = text; *at && (!operator|| at<operator); at++) {
		if (strncmp(at, "(anonymous namespace)", 21) == 0)
			at += 20;
		else if (*at == ' ')
			start = at + 1;
	}
	return start;
}

char *function_normalise(struct report *report, const char *name)
{
	/* Each step copies what it read or less, but for "{lambda}", 8 for 3 at least. */
	char *text = report_alloc(report, strlen(name) * 3 + 9);
	const char *at = name;
	size_t length = 0;

	while (*at) {
		const char *after = lambda_skip(at);

		if (after) {
			memcpy(text + length, "{lambda}", 8);
			length += 8;
			at = after;
		} else if (strncmp(at, "(anonymous namespace)", 21) == 0) {
			memcpy(text + length, at, 21);
			length += 21;
			at += 21;
		} else if (text_ends_with(text, length, "operator") && strchr("<>-(", *at)) {
			const char *end = *at == '(' ? at + 2 : at + strspn(at, "<>=-*");

			if (*at == '(' && at[1] != ')')
				end = at + 1;
			memcpy(text + length, at, (size_t)(end - at));
			length += (size_t)(end - at);
			at = end;
		} else if (strncmp(at, "[abi:", 5) == 0) {
			at = bracket_skip(at, '[', ']');
		} else if (*at == '<' && length > 0) {
			at = bracket_skip(at, '<', '>');
		} else if (*at == '(') {
			at = bracket_skip(at, '(', ')');
			if (strncmp(at, " const", 6) == 0 && strncmp(at + 6, "::", 2) == 0)
				at += 6;
			if (strncmp(at, "::", 2) != 0)
				break;
		} else if ((*at == '.' || *at == ' ') && length > 0 && is_clone_suffix(at)) {
			break;
		} else {
			text[length++] = *at++;
		}
	}
	text[rust_hash_cut(text, length)] = '\0';
	return report_strdup(report, return_type_skip(text));
}

/*
 * What runs the constructors of global objects: gcc names it after the first global
 * of a file, clang after the file, and each has another function inside.
 */
static bool is_static_init(const char *name)
{
	return text_starts_with(name, "_GLOBAL__sub_I_") || text_starts_with(name, "_GLOBAL__I_") ||
	       text_starts_with(name, "__cxx_global_var_init") ||
	       text_starts_with(name, "__static_initialization_and_destruction_");
}

/*
 * gcc's debug information has no scope for a lambda that was inlined: "operator()" is
 * all there is. Its enclosing function, which other builds name in front, mostly calls it.
 */
static bool is_lambda(const char *name, const char *normal)
{
	size_t length = strlen(normal);

	return strstr(normal, "{lambda}") || strcmp(normal, "operator()") == 0 ||
	       (text_ends_with(normal, length, "operator()") &&
		(strstr(name, "<lambda(") || strstr(name, "{lambda(")));
}

const char *function_key(struct report *report, const char *name)
{
	const char *normal = function_normalise(report, name);

	if (is_static_init(normal))
		return "{static init}";
	return is_lambda(name, normal) ? "{lambda}" : normal;
}

bool function_is_glue(const char *key, const char *language)
{
	if (text_starts_with(key, "std::") || text_starts_with(key, "__gnu_cxx::"))
		return true;
	return language && strcmp(language, "rust") == 0 &&
	       (text_starts_with(key, "core::") || text_starts_with(key, "alloc::") ||
		text_starts_with(key, "<core::") || text_starts_with(key, "<alloc::"));
}
