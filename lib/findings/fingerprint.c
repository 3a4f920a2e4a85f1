/* SPDX-License-Identifier: MIT */
/*
 * "place/1": what a finding is recognised by in the next build. Made of type,
 * kind, call and the first function names of the program's own modules; no
 * file, line, address or depth.
 */
#include <ctype.h>
#include <string.h>

#include "findings/judgement.h"
#include "findings/python.h"

#define FUNCTIONS_MAX 5

/* Suffixes that compilers add to clones of a function. */
static bool is_clone_suffix(const char *at)
{
	static const char *const suffixes[] = { ".constprop", ".isra",  ".part",  ".cold",
						".lto_priv",  ".llvm.", ".clone", ".localalias" };

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

static uint64_t fnv_add(uint64_t hash, const char *text)
{
	/* The '\0' is hashed too: "ab" + "c" is not "a" + "bc". */
	do
		hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
	while (*text++);
	return hash;
}

static uint64_t frame_add(struct judge *judge, uint64_t hash, const struct report_frame *frame,
			  bool *is_stable)
{
	const struct module *module = frame_module(judge, frame);

	if (frame_is_python(frame))
		return fnv_add(hash, python_name(judge->report, frame));
	if (frame->function)
		return fnv_add(hash, function_normalise(judge->report, frame->function));
	*is_stable = false;
	return fnv_add(hash, report_printf(judge->report, "%s+%llx",
					   frame->build_id ? frame->build_id
					   : module        ? module->name
							   : "?",
					   (unsigned long long)frame->offset));
}

static bool is_scripted(const struct report_stack *stack)
{
	for (size_t i = 0; i < stack->frame_count; i++)
		if (frame_is_script(&stack->frames[i]))
			return true;
	return false;
}

/* In a stack with scripts these are what is the program's own, and not the engine. */
static bool is_own(const struct judge *judge, const struct report_stack *stack,
		   const struct report_frame *frame)
{
	const struct module *module = frame_module(judge, frame);

	if (is_scripted(stack))
		return frame_is_script(frame);
	if (frame_is_python(frame))
		return !frame->is_library;
	return module && !module->is_system;
}

/* Hash the first frames; with `is_own_only` of the program's own modules. Returns how many. */
static unsigned int frames_add(struct judge *judge, const struct report_stack *stack,
			       bool is_own_only, uint64_t *hash, bool *is_stable)
{
	unsigned int count = 0;

	for (size_t i = 0; i < stack->frame_count && count < FUNCTIONS_MAX; i++) {
		const struct report_frame *frame = &stack->frames[i];

		if (frame->is_runtime || (is_own_only && !is_own(judge, stack, frame)))
			continue;
		*hash = frame_add(judge, *hash, frame, is_stable);
		count++;
	}
	return count;
}

void finding_fingerprint(struct judge *judge, struct finding *finding)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	bool is_stable = true;

	hash = fnv_add(hash, finding_type_name(finding->type));
	hash = fnv_add(hash, kind_name(finding->kind));
	hash = fnv_add(hash, finding->call ? finding->call : "");
	if (frames_add(judge, &finding->stack, true, &hash, &is_stable) == 0 &&
	    frames_add(judge, &finding->stack, false, &hash, &is_stable) == 0)
		is_stable = false; /* nothing that tells one place from another */
	finding->is_stable = is_stable;
	finding->fingerprint = report_printf(judge->report, "%016llx", (unsigned long long)hash);
}
