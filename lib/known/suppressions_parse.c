/* SPDX-License-Identifier: MIT */
/* The language of suppression files. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "known/suppressions.h"
#include "model/pattern.h"

#define BLANKS " \t"

struct parser;

/* What an indented line may say. */
struct condition {
	const char *name;
	int (*set)(struct parser *parser, char *value);
	size_t offset; /* text_set: of the field in struct rule */
	bool is_repeatable;
	bool is_free_text; /* has no comments */
};

/* While a text is read. The bytes are cut into strings in place. */
struct parser {
	struct suppressions *into;
	const char *source;
	struct rule *rule; /* the one that indented lines narrow; NULL before the first */
	uint32_t given;    /* bits of conditions[] that it has */
	const struct condition *condition; /* the one that is read */
	unsigned int line_number;
	char *line;
	size_t first; /* how many rules there were before */
	struct text_error *error;
};

static int fail(struct parser *parser, const char *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int fail(struct parser *parser, const char *at, const char *format, ...)
{
	va_list arguments;

	parser->error->line = parser->line_number;
	parser->error->column = (unsigned int)(at - parser->line) + 1;
	va_start(arguments, format);
	(void)vsnprintf(parser->error->why, sizeof(parser->error->why), format, arguments);
	va_end(arguments);
	return -EPROTO;
}

/* `why`, then the names of all types. */
static int fail_types(struct parser *parser, const char *at, const char *why)
{
	char list[256] = "";
	size_t used = 0;

	for (unsigned int type = 0; type < FINDING_TYPE_COUNT && used < sizeof(list); type++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", type ? ", " : "",
					 finding_type_name(type));
	return fail(parser, at, "%s; expected TYPE:PATTERN with TYPE one of %s", why, list);
}

/* The bits of a type; 0 for a word that is none. */
static uint32_t types_of(const char *word, size_t length)
{
	for (unsigned int type = 0; type < FINDING_TYPE_COUNT; type++) {
		const char *name = finding_type_name(type);

		if (strlen(name) != length || memcmp(name, word, length) != 0)
			continue;
		/* What Python closes itself was a leak of the program's, and may be one tomorrow.
		 */
		if (type == FINDING_LEAK)
			return UINT32_C(1) << FINDING_LEAK | UINT32_C(1) << FINDING_CLOSED_BY_GC;
		return UINT32_C(1) << type;
	}
	return 0;
}

static int kinds_set(struct parser *parser, char *value)
{
	const char *bad;
	int length;

	if (kinds_parse(value, &parser->rule->kinds, &bad, &length) == 0)
		return 0;
	return fail(parser, bad, "'%.*s' is not a kind; expected socket, file, pipe, ... or all",
		    length < 60 ? length : 60, bad);
}

static int frame_add(struct parser *parser, char *value)
{
	struct rule *rule = parser->rule;

	if (rule->frame_count == RULE_FRAMES_MAX)
		return fail(parser, value, "more than %d frames", RULE_FRAMES_MAX);
	if (pattern_is_anything(value))
		return fail(parser, value, "'%.60s' matches any frame; leave it out", value);
	rule->frames[rule->frame_count++] = value;
	return 0;
}

static int count_set(struct parser *parser, char *value)
{
	if (!text_parse_number(value, strlen(value), &parser->rule->allowed) ||
	    parser->rule->allowed == 0)
		return fail(parser, value, "'%.60s' is not a count; expected a number from 1",
			    value);
	return 0;
}

static bool is_date(const char *text)
{
	static const char form[] = "0000-00-00";
	int month, day;

	for (size_t i = 0; i < sizeof(form); i++)
		if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return false;
	month = (text[5] - '0') * 10 + text[6] - '0';
	day = (text[8] - '0') * 10 + text[9] - '0';
	return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static int expires_set(struct parser *parser, char *value)
{
	if (!is_date(value))
		return fail(parser, value, "'%.60s' is not a day; expected YYYY-MM-DD", value);
	parser->rule->expires = value;
	return 0;
}

static int text_set(struct parser *parser, char *value)
{
	*(const char **)((char *)parser->rule + parser->condition->offset) = value;
	return 0;
}

static const struct condition conditions[] = {
	{ .name = "kind", .set = kinds_set },
	{ .name = "call", .set = text_set, .offset = offsetof(struct rule, call) },
	{ .name = "innermost", .set = text_set, .offset = offsetof(struct rule, innermost) },
	{ .name = "frame", .set = frame_add, .is_repeatable = true },
	{ .name = "address", .set = text_set, .offset = offsetof(struct rule, address) },
	{ .name = "path", .set = text_set, .offset = offsetof(struct rule, path) },
	{ .name = "program", .set = text_set, .offset = offsetof(struct rule, program) },
	{ .name = "count", .set = count_set },
	{ .name = "reason",
	  .set = text_set,
	  .offset = offsetof(struct rule, reason),
	  .is_free_text = true },
	{ .name = "expires", .set = expires_set },
};
#define CONDITION_LIST \
	"kind, call, innermost, frame, address, path, program, count, reason or expires"

static const struct condition *condition_of(const char *word, size_t length)
{
	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++)
		if (strlen(conditions[i].name) == length &&
		    memcmp(conditions[i].name, word, length) == 0)
			return &conditions[i];
	return NULL;
}

/* A rule is ready when the next one begins, or the text ends. */
static int rule_check(struct parser *parser)
{
	const struct rule *rule = parser->rule;

	if (!rule || rule->pattern[0] || rule->innermost || rule->frame_count || rule->call ||
	    rule->address || rule->path || rule->program)
		return 0;
	parser->line_number = rule->line;
	parser->line = (char *)rule->text;
	return fail(parser, rule->pattern,
		    "the pattern is empty; expected a part of a function, file or module, or "
		    "indented conditions below");
}

static int rule_begin(struct parser *parser, char *word, uint32_t types, char *value)
{
	struct suppressions *into = parser->into;
	int result = rule_check(parser);
	struct rule *grown;

	if (result < 0)
		return result;
	if ((into->count & (into->count - 1)) == 0) {
		grown = realloc(into->rules,
				(into->count ? into->count * 2 : 1) * sizeof(*into->rules));
		if (!grown)
			return fail(parser, word, "no memory for so many rules");
		into->rules = grown;
	}
	parser->given = 0;
	parser->rule = &into->rules[into->count++];
	*parser->rule = (struct rule){ .text = word,
				       .source = parser->source,
				       .line = parser->line_number,
				       .module = NO_MODULE,
				       .types = types,
				       .pattern = value };
	return 0;
}

static int condition_read(struct parser *parser, char *word, const struct condition *condition,
			  char *value)
{
	uint32_t bit = UINT32_C(1) << (condition - conditions);

	if (word == parser->line || !parser->rule)
		return fail(parser, word, "'%s' narrows a rule; indent it, below TYPE:PATTERN",
			    condition->name);
	if (!*value)
		return fail(parser, value, "'%s:' has no value", condition->name);
	if (parser->given & bit && !condition->is_repeatable)
		return fail(parser, word, "'%s' is given twice in one rule", condition->name);
	parser->given |= bit;
	parser->condition = condition;
	return condition->set(parser, value);
}

/* What people bring along from other tools. */
static int foreign_fail(struct parser *parser, const char *word, int length)
{
	static const struct {
		const char *word, *whose;
	} foreign[] = {
		{ "race", "ThreadSanitizer" },
		{ "race_top", "ThreadSanitizer" },
		{ "thread", "ThreadSanitizer" },
		{ "mutex", "ThreadSanitizer" },
		{ "signal", "ThreadSanitizer" },
		{ "deadlock", "ThreadSanitizer" },
		{ "fun", "Valgrind" },
		{ "obj", "Valgrind" },
		{ "src", "Valgrind" },
		{ "Memcheck", "Valgrind" },
		{ "CoreError", "Valgrind" },
		{ "interceptor_name", "AddressSanitizer" },
		{ "interceptor_via_fun", "AddressSanitizer" },
		{ "interceptor_via_lib", "AddressSanitizer" },
		{ "odr_violation", "AddressSanitizer" },
	};
	char why[120];

	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (strlen(foreign[i].word) == (size_t)length &&
		    memcmp(foreign[i].word, word, (size_t)length) == 0) {
			(void)snprintf(why, sizeof(why), "'%s' is a word of %s's", foreign[i].word,
				       foreign[i].whose);
			return fail_types(parser, word, why);
		}
	(void)snprintf(why, sizeof(why), "'%.*s' is not a type", length < 40 ? length : 40, word);
	return fail_types(parser, word, why);
}

static int words_read(struct parser *parser, char *word)
{
	size_t length = strcspn(word, ":");
	const struct condition *condition;
	uint32_t types;
	char *value;

	if (*word == '{' || *word == '}')
		return fail(parser, word,
			    "this is a suppression of Valgrind's; here a rule is one line, such as "
			    "leak:FUNCTION for the function in its first fun: line");
	if (!word[length])
		return fail_types(parser, word, "there is no ':'");
	value = word + length + 1 + strspn(word + length + 1, BLANKS);
	types = types_of(word, length);
	if (types)
		return rule_begin(parser, word, types, value);
	condition = condition_of(word, length);
	if (condition)
		return condition_read(parser, word, condition, value);
	if (word > parser->line && parser->rule)
		return fail(parser, word, "'%.*s' is not a condition; expected " CONDITION_LIST,
			    length < 40 ? (int)length : 40, word);
	return foreign_fail(parser, word, (int)(length < 256 ? length : 256));
}

static void blanks_cut(char *text, size_t length)
{
	while (length > 0 && strchr(BLANKS "\r", text[length - 1]))
		length--;
	text[length] = '\0';
}

static void comment_cut(char *word)
{
	const struct condition *condition = condition_of(word, strcspn(word, ":"));

	if (condition && condition->is_free_text)
		return;
	for (char *at = word; (at = strchr(at, '#')) != NULL; at++)
		if (at == word || strchr(BLANKS, at[-1])) {
			blanks_cut(word, (size_t)(at - word));
			return;
		}
}

static int line_read(struct parser *parser, char *line, size_t length)
{
	char *word = line + strspn(line, BLANKS);

	parser->line = line;
	if (memchr(line, '\0', length))
		return fail(parser, line + strlen(line), "a zero byte; this is not a text file");
	blanks_cut(line, length);
	comment_cut(word);
	return *word && *word != '#' ? words_read(parser, word) : 0;
}

static int lines_read(struct parser *parser, char *text, size_t length)
{
	char *end = text + length;
	int result = 0;

	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3; /* a byte order mark, as some editors write it */
	while (text < end && result == 0) {
		char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t line_length = (size_t)((newline ? newline : end) - text);

		parser->line_number++;
		text[line_length] = '\0';
		result = line_read(parser, text, line_length);
		text += line_length + 1;
	}
	return result == 0 ? rule_check(parser) : result;
}

/* Keep a text for as long as the rules. Returns NULL when memory is short. */
static char *text_keep(struct suppressions *suppressions, const char *bytes, size_t length)
{
	char **grown = realloc(suppressions->texts,
			       (suppressions->text_count + 1) * sizeof(*suppressions->texts));
	char *copy = malloc(length + 1);

	if (grown)
		suppressions->texts = grown;
	if (!grown || !copy) {
		free(copy);
		return NULL;
	}
	memcpy(copy, bytes, length);
	copy[length] = '\0';
	suppressions->texts[suppressions->text_count++] = copy;
	return copy;
}

int suppressions_parse(struct suppressions *suppressions, const char *text, size_t length,
		       const char *source, struct text_error *ret_error)
{
	char *bytes = text_keep(suppressions, text, length);
	struct parser parser = { .into = suppressions,
				 .source = text_keep(suppressions, source, strlen(source)),
				 .first = suppressions->count,
				 .error = ret_error };
	int result;

	*ret_error = (struct text_error){ .line = 0 };
	if (!bytes || !parser.source)
		return -ENOMEM;
	result = lines_read(&parser, bytes, length);
	if (result < 0)
		suppressions->count = parser.first;
	return result;
}
