/* SPDX-License-Identifier: MIT */
/*
 * The state of the resolver. Only who has asked for it can set RES_STAYOPEN in it, with which
 * libc keeps its socket to the name server.
 */
#include "libc/databases.h"

struct __res_state *__res_state(void)
{
	database_opened(KEPT_RESOLVER);
	return DATABASE_REAL(__res_state)();
}

int __res_ninit(res_state state)
{
	database_opened(KEPT_RESOLVER);
	return DATABASE_REAL(__res_ninit)(state);
}
