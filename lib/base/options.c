/* SPDX-License-Identifier: MIT */
/* The rows of options.def, and how a value becomes a field. */
#include "base/options.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/kinds.h"
#include "base/text.h"

/* Fields of a WORD row are stored to as an unsigned int. */
#define OPTION_WORD(group, class, letter, name, field, field_type, ...) \
	static_assert(sizeof(field_type) == sizeof(unsigned int), name);
#include "base/options.def"

const struct option_row option_rows[OPTION_COUNT + 1] = {
#define OPTION(group_, class_, type_, letter_, name_, field, built_in, values_, low_, high_, \
	       help_)                                                                        \
	{ .group = OPTION_GROUP_##group_,                                                    \
	  .class = OPTION_CLASS_##class_,                                                    \
	  .type = OPTION_TYPE_##type_,                                                       \
	  .letter = letter_,                                                                 \
	  .name = name_,                                                                     \
	  .values = values_,                                                                 \
	  .help = help_,                                                                     \
	  .low = low_,                                                                       \
	  .high = high_,                                                                     \
	  .offset = offsetof(struct options, field) },
#define OPTION_WORD(group_, class_, letter_, name_, field, field_type, built_in, values_, help_) \
	{ .group = OPTION_GROUP_##group_,                                                        \
	  .class = OPTION_CLASS_##class_,                                                        \
	  .type = OPTION_TYPE_WORD,                                                              \
	  .letter = letter_,                                                                     \
	  .name = name_,                                                                         \
	  .values = values_,                                                                     \
	  .help = help_,                                                                         \
	  .offset = offsetof(struct options, field) },
#define OPTION_LIST(group_, class_, letter_, name_, field, count, values_, help_) \
	{ .group = OPTION_GROUP_##group_,                                         \
	  .class = OPTION_CLASS_##class_,                                         \
	  .type = OPTION_TYPE_LIST,                                               \
	  .letter = letter_,                                                      \
	  .name = name_,                                                          \
	  .values = values_,                                                      \
	  .help = help_,                                                          \
	  .offset = offsetof(struct options, field),                              \
	  .count_offset = offsetof(struct options, count) },
#define OPTION_ACTION(group_, letter_, name_, help_) \
	{ .group = OPTION_GROUP_##group_,            \
	  .type = OPTION_TYPE_ACTION,                \
	  .letter = letter_,                         \
	  .name = name_,                             \
	  .help = help_ },
#include "base/options.def"
	{ .name = NULL },
};

void options_init(struct options *options)
{
	*options = (struct options){
#define OPTION(group, class, type, letter, name, field, built_in, ...) .field = built_in,
#define OPTION_WORD(group, class, letter, name, field, field_type, built_in, ...) .field = built_in,
#include "base/options.def"
	};
}

bool options_fails_tests(const struct options *options)
{
	if (options->fail_tests == FAIL_TESTS_AUTO)
		return options->gate == GATE_OPEN && options->suppression_count == 0 &&
		       !options->baseline && options->ignored_count == 0 &&
		       options->min_count <= 1 && !options->warm_up_ns && !options->min_age_ns &&
		       options->children == CHILDREN_ALL && !options_ask_for_programs(options) &&
		       options->repeat <= 1;
	return options->fail_tests == FAIL_TESTS_ALWAYS;
}

bool options_ask_for_programs(const struct options *options)
{
	return options->only_count > 0 || options->skip_count > 0;
}

bool options_ask_for_open(const struct options *options)
{
	return options->is_verbose || options->keep_ledger || options->warm_up_ns ||
	       options->min_age_ns;
}

static bool name_equals(const char *name, const char *written, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (name[i] == '\0' || name[i] != (written[i] == '_' ? '-' : written[i]))
			return false;
	return name[length] == '\0';
}

const struct option_row *options_find(const char *name, size_t length)
{
	for (const struct option_row *row = option_rows; row->name; row++)
		if (name_equals(row->name, name, length))
			return row;
	return NULL;
}

/* Position of `value` in a list such as "open|proven|none", or -1. */
static int word_position(const char *words, const char *value)
{
	size_t value_length = strlen(value);

	for (int position = 0;; position++) {
		size_t length = strcspn(words, "|");

		if (length == value_length && memcmp(words, value, length) == 0)
			return position;
		if (words[length] == '\0')
			return -1;
		words += length + 1;
	}
}

static int number_parse(const struct option_row *row, const char *value, uint32_t *ret_number)
{
	uint64_t number;

	if (!text_parse_number(value, strlen(value), &number) || number < row->low ||
	    number > row->high)
		return -EINVAL;
	*ret_number = (uint32_t)number;
	return 0;
}

static int wait_parse(const struct option_row *row, const char *value, uint32_t *ret_seconds)
{
	if (strcmp(value, "forever") == 0)
		*ret_seconds = WAIT_FOREVER;
	else if (strcmp(value, "none") == 0)
		*ret_seconds = 0;
	else
		return number_parse(row, value, ret_seconds);
	return 0;
}

static int most_parse(const struct option_row *row, const char *value, uint32_t *ret_most)
{
	if (strcmp(value, "all") != 0 && strcmp(value, "0") != 0)
		return number_parse(row, value, ret_most);
	*ret_most = MOST_ALL;
	return 0;
}

/* "0640": who may read and write a file; the owner may. */
static int mode_parse(const char *value, uint32_t *ret_mode)
{
	uint32_t mode = 0;
	size_t length = strlen(value);

	if (length < 3 || length > 4 || strspn(value, "01234567") != length)
		return -EINVAL;
	for (; *value; value++)
		mode = mode << 3 | (uint32_t)(*value - '0');
	if ((mode & ~0666u) || (mode & 0600) != 0600)
		return -EINVAL;
	*ret_mode = mode;
	return 0;
}

/* "5s", "200ms", "2m", "1h"; seconds without a unit. */
static int duration_parse(const char *value, uint64_t *ret_ns)
{
	static const struct {
		const char *unit;
		uint64_t ns;
	} units[] = { { "", 1000000000 },
		      { "ms", 1000000 },
		      { "s", 1000000000 },
		      { "m", UINT64_C(60) * 1000000000 },
		      { "h", UINT64_C(3600) * 1000000000 } };
	size_t digits = strspn(value, "0123456789");
	uint64_t number;

	if (!text_parse_number(value, digits, &number) || number > UINT32_MAX)
		return -EINVAL;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(value + digits, units[i].unit) != 0)
			continue;
		*ret_ns = number * units[i].ns;
		return 0;
	}
	return -EINVAL;
}

/* With K, M or G, in powers of 1024. */
static int size_parse(const struct option_row *row, const char *value, uint64_t *ret_bytes)
{
	static const char units[] = "KMG";
	size_t digits = strspn(value, "0123456789");
	const char *unit = value[digits] ? strchr(units, value[digits]) : NULL;
	uint64_t number;

	if (!text_parse_number(value, digits, &number) || number > UINT32_MAX ||
	    (value[digits] && (!unit || value[digits + 1])))
		return -EINVAL;
	if (unit)
		number <<= 10 * (unit - units + 1);
	if (number < (uint64_t)row->low << 20 || number > (uint64_t)row->high << 20)
		return -EINVAL;
	*ret_bytes = number;
	return 0;
}

static int flag_parse(const char *value, bool *ret_flag)
{
	int position = value ? word_position("no|yes|false|true|off|on|0|1", value) : 1;

	if (position < 0)
		return -EINVAL;
	*ret_flag = position % 2;
	return 0;
}

/* Is it one of "path|peer:GLOB": one of these words, a colon, and more? */
static bool is_filter(const char *values, const char *value)
{
	size_t length = strcspn(value, ":"), words = strcspn(values, ":");

	if (value[length] == '\0' || value[length + 1] == '\0')
		return false;
	for (size_t at = 0; at < words; at += strcspn(values + at, "|:") + 1)
		if (strcspn(values + at, "|:") == length && memcmp(values + at, value, length) == 0)
			return true;
	return false;
}

static int list_append(struct options *options, const struct option_row *row, const char *value)
{
	const char **words = (const char **)((char *)options + row->offset);
	uint32_t *count = (uint32_t *)((char *)options + row->count_offset);

	if (*value == '\0' || *count == OPTIONS_LIST_MAX)
		return -EINVAL;
	/* KEY=VALUE wants both; "DIR|OLD=NEW" takes words without '=', too. */
	if (strchr(row->values, '=') &&
	    (*value == '=' || (!strchr(value, '=') && !strchr(row->values, '|'))))
		return -EINVAL;
	if (strchr(row->values, ':') && !is_filter(row->values, value))
		return -EINVAL;
	words[(*count)++] = value;
	return 0;
}

static int text_store(const char **field, const char *value)
{
	if (*value == '\0')
		return -EINVAL;
	*field = value;
	return 0;
}

int options_set(struct options *options, const struct option_row *row, const char *value)
{
	void *field = (char *)options + row->offset;
	const char *bad;
	int position, bad_length;

	if (!value && row->type != OPTION_TYPE_FLAG && row->type != OPTION_TYPE_OPTIONAL)
		return -EINVAL;
	switch (row->type) {
	case OPTION_TYPE_KINDS:
		return kinds_parse(value, field, &bad, &bad_length);
	case OPTION_TYPE_WORD:
		position = word_position(row->values, value);
		if (position < 0)
			return -EINVAL;
		*(unsigned int *)field = (unsigned int)position;
		return 0;
	case OPTION_TYPE_TEXT:
		return text_store(field, value);
	case OPTION_TYPE_OPTIONAL:
		return text_store(field, value ? value : "-");
	case OPTION_TYPE_FLAG:
		return flag_parse(value, field);
	case OPTION_TYPE_NUMBER:
		return number_parse(row, value, field);
	case OPTION_TYPE_WAIT:
		return wait_parse(row, value, field);
	case OPTION_TYPE_DURATION:
		return duration_parse(value, field);
	case OPTION_TYPE_SIZE:
		return size_parse(row, value, field);
	case OPTION_TYPE_MOST:
		return most_parse(row, value, field);
	case OPTION_TYPE_MODE:
		return mode_parse(value, field);
	case OPTION_TYPE_LIST:
		return list_append(options, row, value);
	case OPTION_TYPE_ACTION:
		break;
	}
	return -EINVAL;
}

const char *options_expected(const struct option_row *row)
{
	static char storage[256];
	struct text text;

	text_init(&text, storage, sizeof(storage));
	switch (row->type) {
	case OPTION_TYPE_KINDS:
		text_add(&text, "all, or a list of");
		for (unsigned int kind = 0; kind < KIND_COUNT; kind++) {
			text_add(&text, kind ? ", " : " ");
			text_add(&text, kind_name(kind));
		}
		break;
	case OPTION_TYPE_FLAG:
		text_add(&text, "no value, yes or no");
		break;
	case OPTION_TYPE_NUMBER:
	case OPTION_TYPE_WAIT:
	case OPTION_TYPE_MOST:
		text_add(&text, "a number from ");
		text_add_number(&text, row->low);
		text_add(&text, " to ");
		text_add_number(&text, row->high);
		if (row->type == OPTION_TYPE_WAIT)
			text_add(&text, ", forever or none");
		if (row->type == OPTION_TYPE_MOST)
			text_add(&text, ", or all");
		break;
	case OPTION_TYPE_DURATION:
		text_add(&text, "a number with ms, s, m or h");
		break;
	case OPTION_TYPE_MODE:
		text_add(&text, "an octal mode from 0600 to 0666");
		break;
	case OPTION_TYPE_SIZE:
		text_add(&text, "a number of bytes with K, M or G, from ");
		text_add_number(&text, row->low);
		text_add(&text, "M to ");
		text_add_number(&text, row->high >> 10);
		text_add(&text, "G");
		break;
	case OPTION_TYPE_LIST:
		text_add(&text, row->values);
		text_add(&text, ", at most ");
		text_add_number(&text, OPTIONS_LIST_MAX);
		text_add(&text, " times");
		break;
	case OPTION_TYPE_WORD:
	case OPTION_TYPE_TEXT:
	case OPTION_TYPE_OPTIONAL:
	case OPTION_TYPE_ACTION:
		text_add(&text, row->values ? row->values : "the command line");
		break;
	}
	return storage;
}

/*
 * Split the next KEY or KEY=VALUE off `text`: *ret_value is NULL without '='.
 * A value may be quoted as a whole. Returns what follows the word's colon, or
 * NULL at the end.
 */
static char *word_split(char *text, size_t *ret_name_length, char **ret_value)
{
	size_t name_length = strcspn(text, ":=");
	char *end = text + name_length;
	bool is_last;

	*ret_name_length = name_length;
	*ret_value = NULL;
	if (*end == '=') {
		char quote = end[1];
		char *closing = quote == '"' || quote == '\'' ? strchr(end + 2, quote) : NULL;

		*ret_value = ++end;
		if (closing && (closing[1] == ':' || closing[1] == '\0')) {
			(*ret_value)++;
			*closing = '\0';
			end = closing + 1;
		} else {
			end += strcspn(end, ":");
		}
	}
	is_last = *end == '\0';
	*end = '\0';
	return is_last ? NULL : end + 1;
}

size_t options_parse_environment(struct options *options, char *text, struct options_error *errors,
				 size_t error_max)
{
	size_t error_count = 0;

	if (strcmp(text, "off") == 0 || strcmp(text, "0") == 0) {
		options->is_off = true;
		return 0;
	}
	for (char *word = text, *next; word; word = next) {
		struct options_error error = { .name = word };
		char *value;

		next = word_split(word, &error.name_length, &value);
		if (error.name_length == 0 && !value)
			continue; /* two colons in a row, or one at an end */
		error.row = options_find(word, error.name_length);
		if (error.row && error.row->type == OPTION_TYPE_ACTION)
			error.row = NULL;
		if (error.row && options_set(options, error.row, value) == 0)
			continue;
		error.value = value ? value : "";
		if (error_count++ < error_max)
			errors[error_count - 1] = error;
	}
	return error_count;
}
