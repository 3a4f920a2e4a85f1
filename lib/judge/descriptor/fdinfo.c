/* SPDX-License-Identifier: MIT */
/* A reader of the text of /proc/PID/fdinfo/N: position, flags, and what each kind adds. */
#include "judge/descriptor/fdinfo.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNALS 64

/* The line after the one at `line`; NULL at the end. */
static const char *line_next(const char *line)
{
	const char *end = strchr(line, '\n');

	return end && end[1] ? end + 1 : NULL;
}

/* What follows "key:" and blanks at the start of a line; NULL without such a line. */
static const char *value_of(const char *text, const char *key)
{
	size_t length = strlen(key);

	for (const char *line = text; line; line = line_next(line))
		if (strncmp(line, key, length) == 0 && line[length] == ':')
			return line + length + 1 + strspn(line + length + 1, " \t");
	return NULL;
}

static unsigned int lines_count(const char *text, const char *start)
{
	unsigned int count = 0;

	for (const char *line = text; line; line = line_next(line))
		count += strncmp(line, start, strlen(start)) == 0;
	return count;
}

static const char *flags_text(struct report *report, unsigned long flags)
{
	static const char *const modes[] = { "O_RDONLY", "O_WRONLY", "O_RDWR", "no access" };
	static const struct {
		unsigned long flag;
		const char *name;
	} names[] = {
		{ O_APPEND, "O_APPEND" },
		{ O_NONBLOCK, "O_NONBLOCK" },
		{ O_DIRECT, "O_DIRECT" },
	};
	const char *text = flags & O_PATH ? "O_PATH" : modes[flags & O_ACCMODE];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (flags & names[i].flag)
			text = report_printf(report, "%s|%s", text, names[i].name);
	return text;
}

static const char *file_about(struct report *report, const struct report_descriptor *descriptor,
			      enum descriptor_kind kind)
{
	if (kind == KIND_DIRECTORY || descriptor->position <= 0)
		return descriptor->flags;
	return report_printf(report, "%s, at byte %" PRId64, descriptor->flags,
			     descriptor->position);
}

static int number_compare(const void *left, const void *right)
{
	return *(const int *)left - *(const int *)right;
}

/* The kernel lists them in an order of its own. */
static const char *epoll_about(struct report *report, const char *text,
			       struct report_descriptor *descriptor)
{
	int *watches = report_alloc(report, WATCHES_MAX * sizeof(*watches));
	const char *about = "watches nothing";
	size_t count = 0;
	bool is_more = false;

	for (const char *line = text; line; line = line_next(line)) {
		int number;

		if (sscanf(line, "tfd: %d", &number) != 1 || number < 0)
			continue;
		is_more = count == WATCHES_MAX;
		if (is_more)
			break;
		watches[count++] = number;
	}
	qsort(watches, count, sizeof(*watches), number_compare);
	for (size_t i = 0; i < count; i++)
		about = i == 0 ? report_printf(report, "watches fd %d", watches[i])
			       : report_printf(report, "%s, %d", about, watches[i]);
	descriptor->watches = watches;
	descriptor->watch_count = count;
	return is_more ? report_printf(report, "%s and more", about) : about;
}

static const char *signals_about(struct report *report, const char *mask)
{
	uint64_t signals = mask ? strtoull(mask, NULL, 16) : 0;
	const char *about = NULL;

	for (int signal = 1; signal <= SIGNALS; signal++) {
		const char *name = sigabbrev_np(signal);

		if (!(signals >> (signal - 1) & 1))
			continue;
		name = name ? report_printf(report, "SIG%s", name)
			    : report_printf(report, "signal %d", signal);
		about = about ? report_printf(report, "%s, %s", about, name)
			      : report_printf(report, "for %s", name);
	}
	return about;
}

static const char *timer_about(const char *value)
{
	unsigned long seconds, nanoseconds;

	if (!value || sscanf(value, "(%lu, %lu)", &seconds, &nanoseconds) != 2)
		return NULL;
	return seconds || nanoseconds ? "armed" : "not armed";
}

static const char *process_about(struct report *report, const char *value,
				 struct report_descriptor *descriptor)
{
	long pid = value ? strtol(value, NULL, 10) : 0;

	if (pid == -1) {
		descriptor->is_pid_ended = true;
		return "its process has ended";
	}
	if (pid <= 0 || pid > INT32_MAX)
		return NULL; /* of another pid name space, or not told */
	descriptor->pid = (int)pid;
	return report_printf(report, "of process %ld", pid);
}

static const char *counted_about(struct report *report, unsigned int count, const char *one,
				 const char *many)
{
	return report_printf(report, "%u %s", count, count == 1 ? one : many);
}

static const char *ring_about(struct report *report, const char *mask)
{
	unsigned long last = mask ? strtoul(mask, NULL, 0) : 0;

	return mask && last < UINT32_MAX
		       ? report_printf(report, "room for %lu submissions", last + 1)
		       : NULL;
}

static const char *eventfd_about(struct report *report, const char *count)
{
	return count ? report_printf(report, "count %llu", strtoull(count, NULL, 16)) : NULL;
}

static const char *about_text(struct report *report, const char *text, enum descriptor_kind kind,
			      struct report_descriptor *descriptor)
{
	switch (kind) {
	case KIND_FILE:
	case KIND_DIRECTORY:
	case KIND_MEMFD:
		return descriptor->flags ? file_about(report, descriptor, kind) : NULL;
	case KIND_EVENTFD:
		return eventfd_about(report, value_of(text, "eventfd-count"));
	case KIND_EPOLL:
		return epoll_about(report, text, descriptor);
	case KIND_TIMERFD:
		return timer_about(value_of(text, "it_value"));
	case KIND_SIGNALFD:
		return signals_about(report, value_of(text, "sigmask"));
	case KIND_INOTIFY:
		return counted_about(report, lines_count(text, "inotify wd:"), "watch", "watches");
	case KIND_FANOTIFY:
		return counted_about(report,
				     lines_count(text, "fanotify ino:") +
					     lines_count(text, "fanotify mnt_id:") +
					     lines_count(text, "fanotify sdev:"),
				     "mark", "marks");
	case KIND_PIDFD:
		return process_about(report, value_of(text, "Pid"), descriptor);
	case KIND_IO_URING:
		return ring_about(report, value_of(text, "SqMask"));
	default:
		return NULL;
	}
}

void fdinfo_read(struct report *report, const char *text, enum descriptor_kind kind,
		 struct report_descriptor *descriptor)
{
	const char *position = value_of(text, "pos"), *flags = value_of(text, "flags");

	if (kind == KIND_FILE || kind == KIND_MEMFD) {
		if (position && strtoll(position, NULL, 10) > 0)
			descriptor->position = strtoll(position, NULL, 10);
	}
	if ((kind == KIND_FILE || kind == KIND_MEMFD || kind == KIND_DIRECTORY) && flags)
		descriptor->flags = flags_text(report, strtoul(flags, NULL, 8));
	descriptor->about = about_text(report, text, kind, descriptor);
}
