/* SPDX-License-Identifier: MIT */
/* The repair of an environment, so that a new program joins the session. */
#include "process/environment.h"

#include <string.h>

#include "base/raw.h"
#include "base/settings.h"
#include "base/text.h"
#include "ledger/access.h"
#include "process/bare.h"
#include "shim/names.h"
#include "shim/state.h"
#include "shim/variables.h"

#define PRELOAD_VARIABLE "LD_PRELOAD="

/* 64 bits and a '\0'. */
#define NUMBER_SIZE 21

#define OUR_VARIABLES 3

/* Of this process's session, handed on to what it starts (base/settings.h). */
OF_EVERY_PROCESS static uint32_t settings;

void environment_settings_note(uint32_t noted)
{
	settings = noted;
}

uint32_t environment_settings(void)
{
	return settings;
}

/* Is it a ledger's, of whatever session? */
static bool names_ledger(const char *value)
{
	const char *slash = strrchr(value, '/');

	return slash && text_starts_with(slash + 1, LEDGER_NAME_START);
}

enum process_hindrance environment_hindrance(char *const *environment)
{
	const char *options = environment_find(environment, OPTIONS_VARIABLE);
	const char *ledger = environment_find(environment, LEDGER_VARIABLE);
	size_t length = strlen(shim.ledger_path);

	if (options && strcmp(options, "off") == 0)
		return HINDRANCE_OFF;
	if (ledger && (strncmp(ledger, shim.ledger_path, length) != 0 || ledger[length] != ':'))
		return names_ledger(ledger) ? HINDRANCE_SESSION : HINDRANCE_VARIABLE;
	return HINDRANCE_NONE;
}

static size_t environment_count(char *const *environment)
{
	size_t count = 0;

	while (environment && environment[count])
		count++;
	return count;
}

static size_t preload_size(const char *preload)
{
	return sizeof(PRELOAD_VARIABLE) + sizeof(((struct target *)0)->sanitizer) + 1 +
	       strlen(shim.library_path) + 1 + (preload ? strlen(preload) : 0);
}

size_t environment_repair_size(char *const *environment)
{
	const char *preload = environment_find(environment, PRELOAD_VARIABLE);

	return (environment_count(environment) + OUR_VARIABLES + 1) * sizeof(char *) +
	       preload_size(preload) + sizeof(LEDGER_VARIABLE) + strlen(shim.ledger_path) + 1 +
	       NUMBER_SIZE + bare_size();
}

/* One entry of LD_PRELOAD, which blanks or colons separate. */
struct entry {
	const char *at;
	size_t length;
};

static bool is_separator(char character)
{
	return character == ':' || character == ' ';
}

/* By hand: strspn() would be the first to touch its pages in many a forked child. */
static bool entry_next(struct entry *entry)
{
	const char *at = entry->at + entry->length;
	size_t length = 0;

	while (is_separator(*at))
		at++;
	while (at[length] && !is_separator(at[length]))
		length++;
	*entry = (struct entry){ at, length };
	return length > 0;
}

/* Is it our library, by its path or by a relative one that led to it from another directory? */
static bool entry_is_us(const struct entry *entry)
{
	size_t length = strlen(shim.library_path);

	if (entry->length > length || entry->length == 0)
		return false;
	if (entry->at[0] == '/')
		return entry->length == length &&
		       strncmp(entry->at, shim.library_path, length) == 0;
	return entry->length < length && shim.library_path[length - entry->length - 1] == '/' &&
	       strncmp(entry->at, shim.library_path + length - entry->length, entry->length) == 0;
}

/*
 * A runtime by its bare name is what the launcher or we put there for another
 * program; a person gives its path.
 */
static bool entry_is_runtime(const struct entry *entry)
{
	static const char *const names[] = { "libasan.so.", "libtsan.so.", "libhwasan.so." };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(entry->at, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static void preload_add(struct text *text, const char *name, size_t length)
{
	if (text->length > sizeof(PRELOAD_VARIABLE) - 1)
		text_add(text, ":");
	text_add_bytes(text, name, length);
}

/*
 * LD_PRELOAD with us in it, in our old place, else last; and the runtime that
 * the target is linked to in front, also when it stood elsewhere. Returns NULL
 * when nothing is left of it.
 */
static char *preload_write(const char *preload, const struct joining *joining, char *at,
			   size_t size)
{
	const char *runtime = joining->target.sanitizer, *ours = shim.library_path;
	struct entry entry = { preload ? preload : "", 0 };
	bool is_due = joining->is_preloaded;
	struct text text;

	text_init(&text, at, size);
	text_add(&text, PRELOAD_VARIABLE);
	if (is_due && *runtime)
		preload_add(&text, runtime, strlen(runtime));
	while (entry_next(&entry)) {
		if (entry_is_us(&entry)) {
			if (is_due)
				preload_add(&text, ours, strlen(ours));
			is_due = false;
		} else if (!entry_is_runtime(&entry)) {
			preload_add(&text, entry.at, entry.length);
		}
	}
	if (is_due)
		preload_add(&text, ours, strlen(ours));
	return text.length > sizeof(PRELOAD_VARIABLE) - 1 ? at : NULL;
}

static bool is_variable(const char *entry, const char *name)
{
	return strncmp(entry, name, strlen(name)) == 0;
}

char **environment_repair(char *const *environment, const struct joining *joining, void *storage)
{
	const char *preload = environment_find(environment, PRELOAD_VARIABLE);
	size_t preload_length = preload_size(preload);
	char **repaired = storage, *written;
	size_t count = environment_count(environment), kept = 0;
	char *strings = (char *)(repaired + count + OUR_VARIABLES + 1);
	size_t first_size = joining->is_same_process ? bare_size() : 0;
	struct text text;

	for (size_t i = 0; i < count; i++)
		if (!is_variable(environment[i], PRELOAD_VARIABLE) &&
		    !is_variable(environment[i], LEDGER_VARIABLE) &&
		    !is_variable(environment[i], FIRST_VARIABLE))
			repaired[kept++] = environment[i];
	written = preload_write(preload, joining, strings, preload_length);
	if (written)
		repaired[kept++] = written;
	strings += preload_length;
	text_init(&text, strings,
		  sizeof(LEDGER_VARIABLE) + strlen(shim.ledger_path) + 1 + NUMBER_SIZE);
	text_add(&text, LEDGER_VARIABLE);
	text_add(&text, shim.ledger_path);
	text_add(&text, ":");
	text_add_number(&text, settings_join(settings, joining->index));
	repaired[kept++] = strings;
	if (first_size > 0) {
		strings += text.size;
		text_init(&text, strings, first_size);
		bare_hand_over(&text);
		repaired[kept++] = strings;
	}
	repaired[kept] = NULL;
	return repaired;
}

/*
 * A larger one's place, kept for the thread's next. A vfork child leaves it to its
 * parent, which cannot free what its child ran on.
 */
static __thread struct {
	void *memory;
	size_t size;
} large __attribute__((tls_model("initial-exec")));

void *environment_storage_large(size_t size)
{
	long memory;

	if (large.size >= size)
		return large.memory;
	if (!shim_may_call_kernel())
		return NULL;
	size += size / 4;
	memory = raw6(SYS_mmap, 0, (long)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		      -1, 0);
	if (raw_failed(memory))
		return NULL;
	large.memory = (void *)memory;
	large.size = size;
	return large.memory;
}

size_t environment_storage_size(char *const *environment)
{
	return shim.is_active && environment_hindrance(environment) == HINDRANCE_NONE
		       ? environment_repair_size(environment)
		       : 1;
}
