/* SPDX-License-Identifier: MIT */
/*
 * Rules that a program or library brings along:
 *
 *	const char unclosed_suppressions[] = "leak:^start$\n";
 *
 * which is what UNCLOSED_SUPPRESSIONS() of unclosed.h defines.
 * Read from the file; nothing of the program is called. They hold where that
 * program or library is loaded.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/rights.h"
#include "judge/find/find.h"
#include "judge/rights.h"
#include "known/known.h"
#include "symbol/constant.h"

#define SYMBOL "unclosed_suppressions"

static void wrong_tell(struct judge *judge, const struct module *module, const char *why)
{
	diagnose(
		judge, DIAGNOSTIC_ERROR, "suppressions-malformed",
		report_printf(judge->report, "the rules in %s are not used: %s", module->path, why),
		-1);
}

static int rules_read(struct judge *judge, const struct module *module, char **ret_text,
		      size_t *ret_length)
{
	int result = -EACCES;

	if (rights_lower())
		result = constant_read(module->path, module->build_id_bytes,
				       module->build_id_length, SYMBOL, ret_text, ret_length);
	rights_raise();
	if (result == -EACCES && rights_are_limited() &&
	    judge_module_is_ours(module->path, judge->report))
		result = constant_read(module->path, module->build_id_bytes,
				       module->build_id_length, SYMBOL, ret_text, ret_length);
	return result;
}

static void module_rules_read(struct judge *judge, uint32_t number)
{
	struct suppressions *suppressions = &judge->context->known->suppressions;
	const struct module *module = &judge->modules[number];
	size_t before = suppressions->count, length;
	struct text_error error;
	char *text;
	int result = rules_read(judge, module, &text, &length);

	if (result == -EINVAL)
		wrong_tell(judge, module,
			   SYMBOL " is not an array; write: const char " SYMBOL "[] = \"...\"");
	if (result < 0)
		return;
	result = suppressions_parse(suppressions, text, length, module->path, &error);
	free(text);
	if (result < 0)
		wrong_tell(judge, module,
			   report_printf(judge->report, "line %u, column %u of " SYMBOL ": %s",
					 error.line, error.column, error.why));
	for (size_t i = before; i < suppressions->count; i++)
		suppressions->rules[i].module = number;
}

/* Where a finding was made: the image of one of the stacks that are its place. */
static bool is_loaded(void *data, size_t index, uint32_t module)
{
	struct judge *judge = data;
	uint32_t place = judge->groups[index].place;
	const struct ledger_stack *stack =
		place != NONE && judge->places[place].ref_count > 0
			? ledger_stack_at(judge->ledger, judge->places[place].refs[0])
			: NULL;

	return stack && image_has_module(judge, stack->image_ref, module);
}

void known_find(struct judge *judge)
{
	struct known *known = judge->context->known;
	uint32_t count = judge->module_count;

	if (!known)
		return;
	/* Only modules of images with findings are here: a clean run reads none. */
	for (uint32_t i = 0; judge->group_count > 0 && i < count; i++)
		if (!judge->modules[i].is_shim && !judge->modules[i].is_libc)
			module_rules_read(judge, i);
	known_apply(known, judge->report, is_loaded, judge);
}
