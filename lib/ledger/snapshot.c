/* SPDX-License-Identifier: MIT */
/* A ledger's file read into memory for the tool, and checked on the way. */
#include "ledger/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "ledger/access.h"
#include "ledger/seal.h"

static const char *why(const char *format, unsigned long long a, unsigned long long b)
{
	static char text[96];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(text, sizeof(text), format, a, b); /* cut is good enough for a message */
#pragma GCC diagnostic pop
	return text;
}

/* Read `size` bytes from `at` on. Returns 0, or -errno; a file that ends early is -EPROTO. */
static int range_read(int fd, uint8_t *bytes, uint64_t at, uint64_t size)
{
	while (size > 0) {
		ssize_t got = pread(fd, bytes, size, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return -EPROTO;
		bytes += got;
		at += (uint64_t)got;
		size -= (uint64_t)got;
	}
	return 0;
}

/* Of pages of a file, as they are read. */
struct reading {
	struct snapshot *snapshot;
	uint64_t used;     /* bytes that the header speaks of */
	uint64_t data_end; /* behind the last page that has data */
	uint64_t sum;      /* of a kept copy (ledger/seal.h) */
};

static bool page_is_empty(const uint8_t *page)
{
	return page[0] == 0 && memcmp(page, page + 1, LEDGER_PAGE_SIZE - 1) == 0;
}

/* Its own sum is not in the sum. */
static void page_take(struct reading *reading, uint64_t at, const uint8_t *page)
{
	struct snapshot *snapshot = reading->snapshot;

	if (page_is_empty(page))
		return;
	reading->data_end = at + LEDGER_PAGE_SIZE;
	if (at < reading->used) {
		memcpy(snapshot->bytes + at, page, LEDGER_PAGE_SIZE);
		snapshot->data_bytes += LEDGER_PAGE_SIZE;
	}
	if (at == 0) {
		struct ledger_header *header = (void *)snapshot->bytes;
		uint32_t kept_sum = header->kept_sum;

		header->kept_sum = 0;
		reading->sum = ledger_page_sum(reading->sum, 0, snapshot->bytes);
		header->kept_sum = kept_sum;
	} else {
		reading->sum =
			ledger_page_sum(reading->sum, (uint32_t)(at >> LEDGER_PAGE_SHIFT), page);
	}
}

#define CHUNK (16 * LEDGER_PAGE_SIZE)

/* [from, to), whole pages but for the end of the file. */
static int pages_read(struct reading *reading, int fd, uint64_t from, uint64_t to)
{
	static uint8_t chunk[CHUNK];

	for (uint64_t at = from; at < to; at += CHUNK) {
		uint64_t size = to - at < CHUNK ? to - at : CHUNK;
		int result;

		memset(chunk, 0, sizeof(chunk));
		result = range_read(fd, chunk, at, size);
		if (result < 0)
			return result;
		for (uint64_t offset = 0; offset < size; offset += LEDGER_PAGE_SIZE)
			page_take(reading, at + offset, chunk + offset);
		if (reading->snapshot->data_bytes > memory_limit())
			return -EFBIG;
	}
	return 0;
}

/*
 * Read what has data and leave the holes, and pages of zeros, to the zeroed memory: a ledger is
 * a sparse file, and a damaged one may claim 2 GiB that nobody ever wrote.
 */
static int data_read(struct reading *reading, int fd, uint64_t size)
{
	uint64_t at = 0;

	while (at < size) {
		off_t data = lseek(fd, (off_t)at, SEEK_DATA), hole;
		uint64_t end = size;
		int result;

		if (data < 0 && errno == ENXIO)
			return 0; /* a hole up to the end */
		if (data < 0 || (uint64_t)data < at)
			data = (off_t)at;
		if ((uint64_t)data >= size)
			return 0;
		hole = lseek(fd, data, SEEK_HOLE);
		if (hole > data && (uint64_t)hole < size)
			end = (uint64_t)hole;
		data &= ~(off_t)(LEDGER_PAGE_SIZE - 1);
		result = pages_read(reading, fd, (uint64_t)data, end);
		if (result < 0)
			return result;
		at = (end + LEDGER_PAGE_SIZE - 1) & ~(uint64_t)(LEDGER_PAGE_SIZE - 1);
	}
	return 0;
}

static int header_check(const struct ledger_header *header, uint64_t file_size, uint64_t *ret_used,
			const char **ret_why)
{
	const uint64_t largest = (uint64_t)LEDGER_WINDOWS_MAX << LEDGER_WINDOW_SHIFT;
	uint64_t next_page = atomic_load_explicit(&header->next_page, memory_order_relaxed);
	uint64_t used = next_page << LEDGER_PAGE_SHIFT;

	if (header->magic != LEDGER_MAGIC) {
		*ret_why = "not a ledger";
		return -EPROTO;
	}
	if (header->version != LEDGER_VERSION) {
		*ret_why = why("version %llu, this is %llu", header->version, LEDGER_VERSION);
		return -EPROTO;
	}
	if (header->header_size != sizeof(*header)) {
		*ret_why = why("damaged (a header of %llu bytes instead of %llu)",
			       header->header_size, sizeof(*header));
		return -EPROTO;
	}
	if (LEDGER_LOAD(header->cuts) & CUTS_LOST) {
		*ret_why = "it was cut short or overwritten while it was in use";
		return -EPROTO;
	}
	if (header->file_size < LEDGER_PAGE_SIZE || header->file_size > largest || next_page == 0 ||
	    used > header->file_size) {
		*ret_why = why("damaged (%llu bytes used of %llu)", used, header->file_size);
		return -EPROTO;
	}
	if (file_size < used) { /* what is cut off behind that was never in use */
		*ret_why = why("truncated (%llu of %llu bytes)", file_size, header->file_size);
		return -EPROTO;
	}
	*ret_used = used;
	return 0;
}

/* The header as it is by now; a ledger may be written to while it is read. */
static uint64_t used_now(int fd)
{
	struct ledger_header header;

	if (range_read(fd, (uint8_t *)&header, 0, sizeof(header)) < 0)
		return UINT64_MAX;
	return (uint64_t)LEDGER_LOAD(header.next_page) << LEDGER_PAGE_SHIFT;
}

/* Is it as it was kept, and does nothing lie behind what the header speaks of? */
static void damage_look(const struct reading *reading, int fd)
{
	struct snapshot *snapshot = reading->snapshot;
	const struct ledger_header *header = snapshot->ledger.header;

	if (reading->data_end > used_now(fd))
		snapshot->damage = "records lie behind its end";
	else if (header->is_kept != (header->kept_sum != 0) || header->is_kept > 1 ||
		 (header->is_kept && ledger_sum_fold(reading->sum) != header->kept_sum))
		snapshot->damage = "it was changed after it had been kept";
}

static int snapshot_read(struct snapshot *snapshot, int fd, uint64_t used, uint64_t file_size)
{
	uint64_t size = (used + LEDGER_WINDOW_SIZE - 1) & ~(uint64_t)(LEDGER_WINDOW_SIZE - 1);
	uint8_t *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct reading reading = { .snapshot = snapshot, .used = used };
	int result;

	if (bytes == MAP_FAILED)
		return -errno;
	snapshot->bytes = bytes;
	snapshot->size = size;
	result = data_read(&reading, fd, file_size);
	if (result < 0) {
		snapshot_unload(snapshot);
		return result;
	}
	snapshot->ledger.header = (struct ledger_header *)bytes;
	snapshot->ledger.is_frozen = true;
	for (uint64_t at = 0; at < size; at += LEDGER_WINDOW_SIZE)
		atomic_store_explicit(&snapshot->ledger.windows[at >> LEDGER_WINDOW_SHIFT],
				      bytes + at, memory_order_relaxed);
	damage_look(&reading, fd);
	return 0;
}

/* A ledger that is written to is read anew as often as this, to get sums that agree with entries. */
#define READINGS_MAX 8

/* Did nobody give a process back while [header, now) was read? Who died over it never ends. */
static bool is_steady(int fd, const struct ledger_header *header)
{
	struct ledger_header now;

	return range_read(fd, (uint8_t *)&now, 0, sizeof(now)) < 0 ||
	       (LEDGER_LOAD(header->returns_done) == LEDGER_LOAD(header->returns_begun) &&
		LEDGER_LOAD(now.returns_begun) == LEDGER_LOAD(header->returns_begun));
}

static int snapshot_read_once(struct snapshot *snapshot, int fd, uint64_t size,
			      struct ledger_header *header, const char **ret_why)
{
	uint64_t used = 0;
	int result = range_read(fd, (uint8_t *)header, 0, sizeof(*header));

	*ret_why = "truncated while it was read";
	if (result == 0)
		result = header_check(header, size, &used, ret_why);
	if (result == 0)
		result = snapshot_read(snapshot, fd, used, size);
	if (result != -EFBIG)
		return result;
	*ret_why = "it holds more than the memory budget (--memory) allows";
	return -EPROTO;
}

static int snapshot_read_steady(struct snapshot *snapshot, int fd, uint64_t size,
				const char **ret_why)
{
	static const struct timespec pause = { .tv_nsec = 1000000 };

	for (unsigned int i = 1;; i++) {
		struct ledger_header header;
		int result = snapshot_read_once(snapshot, fd, size, &header, ret_why);

		if (result < 0 || i == READINGS_MAX || is_steady(fd, &header))
			return result;
		snapshot_unload(snapshot);
		(void)nanosleep(&pause, NULL); /* a little earlier will do */
	}
}

int snapshot_load_from(struct snapshot *snapshot, int fd, const char **ret_why)
{
	struct stat status;
	int result;

	*snapshot = (struct snapshot){ 0 };
	if (fstat(fd, &status) < 0) {
		result = -errno;
	} else if (!S_ISREG(status.st_mode)) {
		*ret_why = "not a ledger";
		result = -EPROTO;
	} else if (status.st_size < (off_t)sizeof(struct ledger_header)) {
		*ret_why = why("truncated (%llu of at least %llu bytes)",
			       (unsigned long long)status.st_size, LEDGER_PAGE_SIZE);
		result = -EPROTO;
	} else {
		result = snapshot_read_steady(snapshot, fd, (uint64_t)status.st_size, ret_why);
	}
	return result;
}

static const char *doubt_text(enum ledger_doubt doubt, int fd)
{
	struct stat status = { .st_uid = 0 };

	switch (doubt) {
	case LEDGER_TRUSTED:
		return NULL;
	case LEDGER_NO_FILE:
		return "not a ledger";
	case LEDGER_OF_STRANGER:
		(void)fstat(fd, &status); /* it was asked before */
		return why("it belongs to another user (uid %llu); read a copy of your own",
			   status.st_uid, 0);
	case LEDGER_OPEN_TO_ALL:
		return "others may write it (chmod go-w)";
	case LEDGER_LINKED:
		return "it has a second name (a hard link); read a copy";
	case LEDGER_OTHER_SESSION:
		break;
	}
	return "it is of another session than its name says";
}

/* A name by which a session finds its ledger leads to that session's. */
static enum ledger_doubt session_check(int fd, const char *path)
{
	struct ledger_header header;
	uint64_t session_id;
	uint32_t owner;

	if (!ledger_name_read(path, &owner, &session_id) ||
	    range_read(fd, (uint8_t *)&header, 0, sizeof(header)) < 0 ||
	    header.magic != LEDGER_MAGIC || LEDGER_LOAD(header.cuts) & CUTS_LOST ||
	    header.session_id == session_id)
		return LEDGER_TRUSTED; /* or not a whole ledger, which is told later */
	return LEDGER_OTHER_SESSION;
}

int snapshot_open(const char *path, const char **ret_why)
{
	/* O_NONBLOCK: a FIFO in the place of a ledger must not stop us. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	return fd < 0 ? -errno : snapshot_check(fd, path, MAKER_ROOT, ret_why);
}

int snapshot_check(int fd, const char *path, enum ledger_maker maker, const char **ret_why)
{
	enum ledger_doubt doubt = ledger_access_check(fd, path, maker);

	if (doubt == LEDGER_TRUSTED)
		doubt = session_check(fd, path);
	*ret_why = doubt_text(doubt, fd);
	if (doubt == LEDGER_TRUSTED)
		return fd;
	(void)close(fd); /* only read */
	return -EPROTO;
}

int snapshot_load(struct snapshot *snapshot, const char *path, const char **ret_why)
{
	int fd = snapshot_open(path, ret_why), result;

	*snapshot = (struct snapshot){ 0 };
	if (fd < 0)
		return fd;
	result = snapshot_load_from(snapshot, fd, ret_why);
	(void)close(fd); /* only read */
	return result;
}

/*
 * The lists of what was given back are of the moment they were read in, and what they lead to
 * may be of a later one: nothing is taken from them.
 */
bool snapshot_thaw(struct snapshot *snapshot, uint64_t room_bytes)
{
	const uint64_t most = (uint64_t)LEDGER_WINDOWS_MAX << LEDGER_WINDOW_SHIFT;
	struct ledger *ledger = &snapshot->ledger;
	uint64_t first = snapshot->size;

	room_bytes = (room_bytes + LEDGER_WINDOW_SIZE - 1) & ~(uint64_t)(LEDGER_WINDOW_SIZE - 1);
	if (room_bytes > most - first)
		room_bytes = most - first;
	snapshot->room = mmap(NULL, room_bytes ? room_bytes : 1, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (snapshot->room == MAP_FAILED) {
		snapshot->room = NULL;
		return false;
	}
	snapshot->room_size = room_bytes;
	for (uint64_t at = 0; at < room_bytes; at += LEDGER_WINDOW_SIZE)
		atomic_store_explicit(&ledger->windows[(first + at) >> LEDGER_WINDOW_SHIFT],
				      snapshot->room + at, memory_order_relaxed);
	ledger->size_bytes = first + room_bytes;
	LEDGER_STORE(ledger->header->free_pages, 0);
	for (unsigned int i = 0; i < LEDGER_FREE_LISTS; i++)
		LEDGER_STORE(ledger->header->free_records[i], 0);
	LEDGER_STORE(ledger->header->arena, 0);
	LEDGER_STORE(ledger->header->near_next, LEDGER_NEAR_END);
	LEDGER_STORE(ledger->header->is_full, 0);
	LEDGER_STORE(ledger->header->next_page, (uint32_t)(first >> LEDGER_PAGE_SHIFT));
	LEDGER_STORE(ledger->header->ready_page,
		     (uint32_t)((first + room_bytes) >> LEDGER_PAGE_SHIFT));
	ledger->is_frozen = false;
	return true;
}

void snapshot_freeze(struct snapshot *snapshot)
{
	snapshot->ledger.is_frozen = true;
}

void snapshot_unload(struct snapshot *snapshot)
{
	if (snapshot->bytes)
		(void)munmap(snapshot->bytes, snapshot->size);
	if (snapshot->room)
		(void)munmap(snapshot->room, snapshot->room_size ? snapshot->room_size : 1);
	*snapshot = (struct snapshot){ 0 };
}

const char *snapshot_call_text(struct snapshot *snapshot, enum call_column column,
			       unsigned int call)
{
	uint32_t ref = atomic_load_explicit(&snapshot->ledger.header->calls_ref[column],
					    memory_order_relaxed);
	const char *text = snapshot_string(snapshot, ref);
	const char *end;

	if (!text || call == 0)
		return NULL;
	/* At most LEDGER_STRING_MAX bytes, whatever the ledger and the id say. */
	end = text + ledger_string_at(&snapshot->ledger, ref)->length;
	for (unsigned int i = 0; i < call; i++) {
		text += strlen(text) + 1;
		if (text >= end)
			return NULL;
	}
	return *text ? text : NULL;
}

const char *snapshot_call_name(struct snapshot *snapshot, unsigned int call)
{
	return snapshot_call_text(snapshot, COLUMN_NAME, call);
}

const char *snapshot_string(struct snapshot *snapshot, uint32_t ref)
{
	const struct ledger_string *string = ledger_string_at(&snapshot->ledger, ref);

	return string && string->bytes[string->length] == '\0' ? string->bytes : NULL;
}
