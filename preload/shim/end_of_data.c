/* SPDX-License-Identifier: MIT */
/* Padding at the end of .data. */
#include "ledger/layout.h"

/*
 * The last of .data, so that it ends with a page: what lies behind it on its last
 * page the loader has to clear in every process, which copies the page.
 */
static char end_of_data[LEDGER_PAGE_SIZE]
	__attribute__((used, aligned(LEDGER_PAGE_SIZE), section(".data.end")));
