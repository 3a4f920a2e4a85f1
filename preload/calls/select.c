/* SPDX-License-Identifier: MIT */
/* Waiting by select() and pselect(). Recorded are the use of a closed number, and that they are
 * called: their sets have FD_SETSIZE numbers. */
#include "record/misuse.h"
#include "record/spread.h"

/* Does a set have this number? Sets larger than FD_SETSIZE are made by hand, bit by bit. */
static bool set_has(const fd_set *set, int fd)
{
	const __fd_mask *masks = (const __fd_mask *)(const void *)set;

	return set && masks[fd / __NFDBITS] & (__fd_mask)(UINT64_C(1) << fd % __NFDBITS);
}

/* Which number it was, select() does not say; the sets are as they were. */
static int selected(enum call call, int count, const fd_set *const sets[3], int result)
{
	if (__builtin_expect(shim.spreads_numbers, 0) && count > 0)
		spread_meets_select();
	if (__builtin_expect(result != -1, 1) || errno != EBADF)
		return result;
	for (int fd = 0; fd < count; fd++)
		if (set_has(sets[0], fd) || set_has(sets[1], fd) || set_has(sets[2], fd))
			misuse_marked(call, fd);
	return result;
}

int select(int count, fd_set *reading, fd_set *writing, fd_set *others, struct timeval *timeout)
{
	const fd_set *const sets[] = { reading, writing, others };

	return selected(CALL_select, count, sets,
			REAL(select)(count, reading, writing, others, timeout));
}

int __select(int count, fd_set *reading, fd_set *writing, fd_set *others, struct timeval *timeout)
{
	const fd_set *const sets[] = { reading, writing, others };

	return selected(CALL___select, count, sets,
			REAL(__select)(count, reading, writing, others, timeout));
}

int pselect(int count, fd_set *reading, fd_set *writing, fd_set *others,
	    const struct timespec *timeout, const sigset_t *mask)
{
	const fd_set *const sets[] = { reading, writing, others };

	return selected(CALL_pselect, count, sets,
			REAL(pselect)(count, reading, writing, others, timeout, mask));
}
