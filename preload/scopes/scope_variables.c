/* SPDX-License-Identifier: MIT */
/*
 * Tests that are processes: their names come with the environment, by our own
 * variable or by one that a test framework sets. All processes of a test are in
 * one scope; one that a program began itself goes before.
 */
#include <string.h>

#include "record/scopes.h"
#include "shim/state.h"
#include "shim/variables.h"

/* Scopes looked at for one of the same name: tests that run at the same time. */
#define SCOPES_LOOKED_AT 256

static const struct variable {
	const char *name;      /* "NAME=" */
	const char *framework; /* NULL: none */
	const char *file;      /* the variable with the file, or NULL */
	bool has_phase;        /* the value ends in " (call)" */
} variables[] = {
	{ "UNCLOSED_SCOPE=", NULL, NULL, false },
	/* bats 1.11 exports the name first and the description later: the name is in all processes. */
	{ "BATS_TEST_NAME=", "bats", "BATS_TEST_FILENAME=", false },
	{ "BATS_TEST_DESCRIPTION=", "bats", "BATS_TEST_FILENAME=", false },
	{ "PYTEST_CURRENT_TEST=", "pytest", NULL, true },
};

#define VARIABLES (sizeof(variables) / sizeof(variables[0]))

static uint32_t bytes_keep(const char *bytes, size_t length)
{
	return bytes && length ? ledger_string_add(&shim.ledger, bytes, length) : 0;
}

static size_t name_length(const struct variable *variable, const char *name)
{
	size_t length = strlen(name);

	if (!variable->has_phase)
		return length;
	for (const char *at = name; (at = strstr(at, " (")); at++)
		length = (size_t)(at - name);
	return length;
}

static bool string_is(uint32_t ref, const char *bytes, size_t length)
{
	const struct ledger_string *string = ledger_string_at(&shim.ledger, ref);

	return string ? string->length == length && memcmp(string->bytes, bytes, length) == 0
		      : length == 0;
}

/* One that another process of the test made; 0 none. */
static uint32_t scope_find(const struct variable *variable, const char *name, size_t length,
			   const char *file)
{
	const char *framework = variable->framework ? variable->framework : "";
	uint32_t ref = atomic_load_explicit(&shim.ledger.header->scopes_ref, memory_order_acquire);
	const struct ledger_scope *scope;

	for (unsigned int i = 0; i < SCOPES_LOOKED_AT; i++) {
		scope = ledger_scope_at(&shim.ledger, ref);
		if (!scope)
			return 0;
		if (scope->flags & SCOPE_FROM_ENVIRONMENT &&
		    string_is(scope->name_ref, name, length) &&
		    string_is(scope->framework_ref, framework, strlen(framework)) &&
		    string_is(scope->file_ref, file ? file : "", file ? strlen(file) : 0))
			return ref;
		ref = scope->next_ref;
	}
	return 0;
}

static uint32_t scope_make(const struct variable *variable, const char *name, size_t length,
			   const char *file)
{
	const struct ledger_scope filled = {
		.parent_ref = scopes.inherited_ref,
		.process = shim.recorder.process_index,
		.tid = thread_tid(),
		.name_ref = bytes_keep(name, length),
		.framework_ref = bytes_keep(variable->framework,
					    variable->framework ? strlen(variable->framework) : 0),
		.file_ref = bytes_keep(file, file ? strlen(file) : 0),
		.flags = SCOPE_FROM_ENVIRONMENT,
		.begun_ns = ledger_now_ns(&shim.ledger),
	};

	return ledger_scope_add(&shim.ledger, &filled);
}

static void variable_use(const struct variable *variable, char *const *environment,
			 const char *name)
{
	const struct ledger_scope *inherited = ledger_scope_at(&shim.ledger, scopes.inherited_ref);
	const char *file = variable->file ? environment_find(environment, variable->file) : NULL;
	size_t length = name_length(variable, name);
	uint32_t ref;

	if (inherited && string_is(inherited->name_ref, name, length))
		return;
	ref = scope_find(variable, name, length, file);
	if (!ref)
		ref = scope_make(variable, name, length, file);
	if (ref)
		scopes.inherited_ref = ref;
}

void scopes_init(char *const *environment)
{
	const struct ledger_scope *inherited;

	scopes.inherited_ref = shim.recorder.process->scope_ref;
	inherited = ledger_scope_at(&shim.ledger, scopes.inherited_ref);
	/* What a program began itself is nearer to us than what it was started with. */
	for (size_t i = 0;
	     i < VARIABLES && (!inherited || inherited->flags & SCOPE_FROM_ENVIRONMENT); i++) {
		const char *name = environment_find(environment, variables[i].name);

		if (!name || !*name)
			continue;
		variable_use(&variables[i], environment, name);
		break;
	}
	if (scopes.inherited_ref)
		atomic_store_explicit(&scopes.is_used, 1, memory_order_relaxed);
}
