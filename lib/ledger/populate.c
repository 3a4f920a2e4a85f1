/* SPDX-License-Identifier: MIT */
/* Storage behind a mapping, asked for before anything is stored there. */
#include "ledger/populate.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/raw.h"
#include "ledger/layout.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif

/* Kernels before 5.14 answer EINVAL: there rt_sigprocmask copies a mask into each page for us. */
int storage_populate(uint8_t *at, size_t length)
{
	long result = raw3(SYS_madvise, at, length, MADV_POPULATE_WRITE);

	if (result != -EINVAL)
		return (int)result;
	for (size_t offset = 0; offset < length; offset += LEDGER_PAGE_SIZE) {
		result = raw4(SYS_rt_sigprocmask, 0, NULL, at + offset, 8);
		if (raw_failed(result))
			return (int)result;
		memset(at + offset, 0, 8);
	}
	return 0;
}
