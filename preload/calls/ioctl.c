/* SPDX-License-Identifier: MIT */
/*
 * ioctl() for the few requests that make a descriptor (libc/requests.h). It is hot in
 * some programs: the number is looked at after success only.
 */
#include "calls/ioctl.h"

#include <stdarg.h>
#include <string.h>

#include "libc/requests.h"
#include "record/givers.h"
#include "record/misuse.h"
#include "recorder/openings.h"

#define USERFAULTFD_NEW _IO(0xaa, 0x00) /* USERFAULTFD_IOC_NEW */

/*
 * Other drivers' requests may have the same number, and return something else: what is
 * new was not open before.
 */
static bool is_known(int fd)
{
	const struct ledger_slot *slot = recorder_slot_find(shim_recorder(), fd);

	return slot && slot_state(LEDGER_LOAD(slot->word)) == SLOT_OPEN;
}

static void note_opened(unsigned long request, void *place, bool has_cloexec)
{
	uint32_t facts = has_cloexec ? FACT_CLOEXEC : 0;
	int fd;

	if (!place || !shim_is_recording())
		return;
	memcpy(&fd, place, sizeof(fd));
	if (fd < 0 || is_known(fd))
		return;
	if (request == USERFAULTFD_NEW)
		facts |= giver_facts(has_cloexec);
	record_opened_at(CALL_ioctl, call_kind(CALL_ioctl), place, facts);
}

/* Some requests are made to ask whether a number is open, or a terminal. */
static long ioctl_failed(int fd, unsigned long request, long result)
{
	switch (request) {
	case FIOCLEX:
	case FIONCLEX:
		return result;
	case TCGETS:
	case TIOCGWINSZ:
		return asked(CALL_ioctl, fd, result);
	default:
		return used(CALL_ioctl, fd, result);
	}
}

int ioctl_done(int fd, unsigned long request, void *argument, int result)
{
	bool has_cloexec = false;

	if (result < 0)
		return (int)ioctl_failed(fd, request, result);
	if (request == FIOCLEX || request == FIONCLEX)
		record_fact(fd, FACT_SETFD);
	else
		note_opened(request, request_opened(request, argument, &result, &has_cloexec),
			    has_cloexec);
	return result;
}

int ioctl(int fd, unsigned long request, ...)
{
	void *argument;
	va_list more;

	va_start(more, request);
	argument = va_arg(more, void *);
	va_end(more);
	return ioctl_done(fd, request, argument, REAL(ioctl)(fd, request, argument));
}
