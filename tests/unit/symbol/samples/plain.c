/* SPDX-License-Identifier: MIT */
#include "mark.h"

static INLINE void leaf(int middle_line, int main_line)
{
	mark(), mark_frame("leaf", __LINE__);
	mark_frame("middle", middle_line);
	mark_frame("main", main_line);
}

static INLINE void middle(int main_line)
{
	leaf(__LINE__, main_line);
	mark(), mark_frame("middle", __LINE__);
	mark_frame("main", main_line);
}

static NOINLINE void hidden(void)
{
	mark(), mark_frame("hidden", __LINE__);
}

NOINLINE void exported(void)
{
	mark(), mark_frame("exported", __LINE__);
}

int main(void)
{
	hidden();
	exported();
	middle(__LINE__);
	mark(), mark_frame("main", __LINE__);
	return 0;
}
