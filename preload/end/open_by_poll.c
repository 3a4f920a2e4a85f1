/* SPDX-License-Identifier: MIT */
/* The check by select() and poll() that no other numbers are open than the noted ones. */
#include "end/open_by_poll.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>

#include "base/raw.h"

#define NUMBERS_A_WORD 64

void numbers_note(struct numbers *numbers, int fd)
{
	if ((unsigned int)fd < NUMBERS_MAX)
		numbers->open[fd / NUMBERS_A_WORD] |= UINT64_C(1) << fd % NUMBERS_A_WORD;
	else
		numbers->has_higher = true;
}

bool number_is_behind_table(unsigned int fd)
{
	uint64_t bits[NUMBERS_MAX / NUMBERS_A_WORD + 1] = { 0 };
	struct timespec none = { 0 };

	bits[fd / NUMBERS_A_WORD] = UINT64_C(1) << fd % NUMBERS_A_WORD;
	return raw2(SYS_fcntl, fd, F_GETFD) == -EBADF &&
	       raw6(SYS_pselect6, fd + 1, (long)bits, 0, 0, (long)&none, 0) == 0;
}

/* Of the numbers of one word, are all closed but those with a bit in `open`? */
static bool word_is_closed(unsigned int word, uint64_t open)
{
	struct pollfd asked[NUMBERS_A_WORD];
	struct timespec none = { 0 };
	long count = 0;

	for (unsigned int i = 0; i < NUMBERS_A_WORD; i++)
		if (!(open >> i & 1))
			asked[count++] = (struct pollfd){ .fd = (int)(word * NUMBERS_A_WORD + i) };
	if (raw5(SYS_ppoll, asked, count, &none, 0, 0) != count)
		return false;
	for (long i = 0; i < count; i++)
		if (asked[i].revents != POLLNVAL)
			return false;
	return true;
}

/* As large as it must be for the open ones: a power of two. */
static unsigned int table_least(const struct numbers *numbers)
{
	unsigned int least = NUMBERS_FEW;

	for (unsigned int word = 1; word < NUMBERS_MAX / NUMBERS_A_WORD; word++)
		while (numbers->open[word] && least <= word * NUMBERS_A_WORD)
			least *= 2;
	return least;
}

bool numbers_are_all(const struct numbers *numbers, unsigned int most)
{
	unsigned int end = table_least(numbers);

	while (!numbers->has_higher && end <= most && !number_is_behind_table(end))
		end *= 2;
	if (numbers->has_higher || end > most)
		return false;
	for (unsigned int word = 0; word < end / NUMBERS_A_WORD; word++)
		if (!word_is_closed(word, numbers->open[word]))
			return false;
	return true;
}
