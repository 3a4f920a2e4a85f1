/* SPDX-License-Identifier: MIT */
/* Copies a ledger to the file of --keep-ledger, without its holes. */
#include "cli/keep.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "ledger/access.h"
#include "ledger/seal.h"
#include "report/replacement.h"

static int range_copy(int from, int to, off_t at, off_t end)
{
	static char bytes[1 << 16];

	while (at < end) {
		size_t want = end - at < (off_t)sizeof(bytes) ? (size_t)(end - at) : sizeof(bytes);
		ssize_t got = pread(from, bytes, want, at);

		if (got < 0)
			return -errno;
		if (got == 0)
			return 0;
		for (ssize_t done = 0; done < got;) {
			ssize_t put = pwrite(to, bytes + done, (size_t)(got - done), at + done);

			if (put < 0)
				return -errno;
			done += put;
		}
		at += got;
	}
	return 0;
}

/* A ledger is 2 GiB of holes with a little data: holes stay holes. */
static int sparse_copy(int from, int to)
{
	struct stat status;
	off_t data = 0;
	int result = 0;

	if (fstat(from, &status) < 0 || ftruncate(to, status.st_size) < 0)
		return -errno;
	while (result == 0 && (data = lseek(from, data, SEEK_DATA)) >= 0) {
		off_t hole = lseek(from, data, SEEK_HOLE);

		if (hole < 0)
			return -errno;
		result = range_copy(from, to, data, hole);
		data = hole;
	}
	return result == 0 && data < 0 && errno != ENXIO ? -errno : result;
}

static int header_write(int copy, const struct ledger_header *header)
{
	return pwrite(copy, header, sizeof(*header), 0) == (ssize_t)sizeof(*header) ? 0 : -EIO;
}

/* By which is found that somebody has changed the copy; its holes are pages of zeros. */
static int sum_find(int copy, uint64_t used, uint32_t *ret_sum)
{
	static uint8_t page[LEDGER_PAGE_SIZE];
	uint64_t sum = 0;

	for (uint64_t at = 0; at < used; at += LEDGER_PAGE_SIZE) {
		if (pread(copy, page, sizeof(page), (off_t)at) != (ssize_t)sizeof(page))
			return -EIO;
		if (page[0] || memcmp(page, page + 1, sizeof(page) - 1) != 0)
			sum = ledger_page_sum(sum, (uint32_t)(at >> LEDGER_PAGE_SHIFT), page);
	}
	*ret_sum = ledger_sum_fold(sum);
	return 0;
}

/* A copy needs no room to grow: what is kept is as long as what was used. */
static int copy_trim(int copy)
{
	struct ledger_header header;
	uint64_t used;
	int result;

	if (pread(copy, &header, sizeof(header), 0) != (ssize_t)sizeof(header))
		return -EIO;
	used = (uint64_t)header.next_page << LEDGER_PAGE_SHIFT;
	if (header.magic != LEDGER_MAGIC || used == 0 || used > header.file_size)
		return 0; /* damaged: kept as it is */
	header.file_size = used;
	header.is_kept = 1;
	header.kept_sum = 0;
	if (ftruncate(copy, (off_t)used) < 0 || header_write(copy, &header) < 0)
		return -EIO;
	result = sum_find(copy, used, &header.kept_sum);
	return result < 0 ? result : header_write(copy, &header);
}

/* As whom the files are read that the ledger names is known later, too (judge/rights.h). */
static void users_copy(int from, int to)
{
	struct acl acl;
	size_t size = acl_shut(from, &acl);

	if (size)
		(void)fsetxattr(to, ACL_ATTRIBUTE, &acl, size, 0); /* what has no lists keeps none */
}

/* Always a copy: a process that runs on may still write to the original. */
int ledger_keep(int from, const char *to)
{
	struct replacement replacement;
	int result = replacement_begin(&replacement, to, 0600);

	if (result < 0)
		return result;
	result = sparse_copy(from, replacement.fd);
	if (result == 0)
		result = copy_trim(replacement.fd);
	if (result == 0)
		users_copy(from, replacement.fd);
	return replacement_end(&replacement, result);
}
