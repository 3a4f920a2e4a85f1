/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that read() gives: in events of fanotify (man 7 fanotify) and in messages
 * of a userfaultfd (man 2 ioctl_userfaultfd, UFFD_EVENT_FORK). Each part of a readv()
 * holds whole events: the kernel reads one part after the other.
 */
#include "record/givers.h"

#include <linux/userfaultfd.h>
#include <stddef.h>
#include <string.h>
#include <sys/fanotify.h>

#include "recorder/openings.h"

#ifndef FAN_EVENT_INFO_TYPE_PIDFD
#define FAN_EVENT_INFO_TYPE_PIDFD 4 /* Linux 5.15 */
#endif

/* What was read, with what is given. */
struct reading {
	enum call call;
	uint32_t cloexec; /* FACT_CLOEXEC or 0: of what is given */
	uint8_t *bytes;
	size_t length;
};

/* struct fanotify_event_info_pidfd, which older headers do not have. */
struct pidfd_record {
	struct {
		uint8_t type;
		uint8_t padding;
		uint16_t length;
	} header;
	int32_t pidfd;
};

/* A pidfd always has close-on-exec; FAN_NOPIDFD and errors are negative. */
static void event_pidfds(const struct reading *reading, size_t from, size_t end)
{
	struct pidfd_record record;

	for (size_t at = from; at + sizeof(record.header) <= end; at += record.header.length) {
		memcpy(&record, reading->bytes + at,
		       end - at < sizeof(record) ? end - at : sizeof(record));
		if (record.header.length < sizeof(record.header))
			return;
		if (record.header.type == FAN_EVENT_INFO_TYPE_PIDFD &&
		    record.header.length >= sizeof(record) && end - at >= sizeof(record))
			record_opened_at(reading->call, KIND_PIDFD,
					 reading->bytes + at + offsetof(struct pidfd_record, pidfd),
					 FACT_CLOEXEC);
	}
}

/* An event without a file has FAN_NOFD, or the error of opening it. */
static void fanotify_given(const struct reading *reading)
{
	struct fanotify_event_metadata event;

	for (size_t at = 0; reading->length - at >= sizeof(event); at += event.event_len) {
		memcpy(&event, reading->bytes + at, sizeof(event));
		if (event.vers != FANOTIFY_METADATA_VERSION || event.event_len < sizeof(event) ||
		    event.event_len > reading->length - at)
			return;
		record_opened_at(reading->call, KIND_FILE,
				 reading->bytes + at + offsetof(struct fanotify_event_metadata, fd),
				 reading->cloexec);
		event_pidfds(reading, at + event.metadata_len, at + event.event_len);
	}
}

/* The child's is one of the same sort. */
static void userfaultfd_given(const struct reading *reading)
{
	uint32_t gives = FACT_GIVES | (reading->cloexec ? FACT_GIVES_CLOEXEC : 0);
	struct uffd_msg message;

	for (size_t at = 0; reading->length - at >= sizeof(message); at += sizeof(message)) {
		memcpy(&message, reading->bytes + at, sizeof(message));
		if (message.event == UFFD_EVENT_FORK)
			record_opened_at(reading->call, KIND_OTHER,
					 reading->bytes + at +
						 offsetof(struct uffd_msg, arg.fork.ufd),
					 gives | reading->cloexec);
	}
}

void giver_read(enum call call, int fd, const struct iovec *parts, int count, size_t length)
{
	struct reading reading = { .call = call };
	unsigned int kind = KIND_OTHER;
	uint32_t facts;

	if (fd < 0 || !shim_is_recording())
		return;
	facts = recorder_facts(shim_recorder(), fd, &kind);
	if (!(facts & FACT_GIVES))
		return;
	reading.cloexec = facts & FACT_GIVES_CLOEXEC ? FACT_CLOEXEC : 0;
	for (int i = 0; i < count && length > 0; i++) {
		reading.bytes = parts[i].iov_base;
		reading.length = parts[i].iov_len < length ? parts[i].iov_len : length;
		length -= reading.length;
		if (kind == KIND_FANOTIFY)
			fanotify_given(&reading);
		else
			userfaultfd_given(&reading);
	}
}
