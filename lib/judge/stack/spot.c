/* SPDX-License-Identifier: MIT */
/* What a spot of a backtrace lies in. The number of a module alone may be none. */
#include "judge/judgement.h"
#include "judge/stack/stack.h"

const struct module *spot_module(const struct judge *judge, const struct spot *spot)
{
	return spot->module < judge->module_count ? &judge->modules[spot->module] : NULL;
}
