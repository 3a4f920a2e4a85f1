/* SPDX-License-Identifier: MIT */
/* Addresses that a program gave to, or got from, bind, connect and accept. */
#include <errno.h>
#include <string.h>
#include <sys/un.h>

#include "record/record.h"
#include "shim/state.h"
#include "stack/capture.h"

static uint32_t slot_load(const ledger_u32 *field)
{
	return atomic_load_explicit(field, memory_order_relaxed);
}

static struct ledger_slot *slot_open(int fd)
{
	struct ledger_slot *slot = ledger_slot_at(&shim.ledger, shim_table(), fd, false);

	if (!slot || slot_state(atomic_load_explicit(&slot->word, memory_order_relaxed)) !=
			     SLOT_OPEN)
		return NULL;
	return slot;
}

static void address_fill(struct ledger_address *record, const struct sockaddr *address,
			 socklen_t length)
{
	if (address->sa_family == AF_UNIX) {
		const struct sockaddr_un *local = (const struct sockaddr_un *)address;
		size_t path = length - offsetof(struct sockaddr_un, sun_path);
		uint32_t ref = ledger_string_add(&shim.ledger, local->sun_path, path);

		memcpy(record->bytes, &address->sa_family, sizeof(address->sa_family));
		memcpy(record->bytes + 4, &ref, sizeof(ref));
		record->length = 8;
		return;
	}
	if (length > sizeof(record->bytes))
		length = sizeof(record->bytes);
	memcpy(record->bytes, address, length);
	record->length = (uint8_t)length;
}

/* Two threads may be at it at once: word by word, the one that says what it is last. */
static void address_store(struct ledger_address *record, const struct ledger_address *next)
{
	uint32_t words[sizeof(*next) / sizeof(uint32_t)], *to = (uint32_t *)(void *)record;

	memcpy(words, next, sizeof(words));
	__atomic_store_n(&to[0], 0, __ATOMIC_RELAXED);
	for (size_t i = 1; i < sizeof(words) / sizeof(words[0]); i++)
		__atomic_store_n(&to[i], words[i], __ATOMIC_RELAXED);
	__atomic_store_n(&to[0], words[0], __ATOMIC_RELEASE);
}

static void address_note(int fd, enum address_role role, const struct sockaddr *address,
			 socklen_t length)
{
	struct ledger_slot *slot = slot_open(fd);
	struct ledger_address *record, next = { .role = (uint8_t)role };

	if (!slot || !address || length < sizeof(sa_family_t) ||
	    length > sizeof(struct sockaddr_storage))
		return;
	record = ledger_address_at(&shim.ledger, shim_table(), fd, true);
	if (!record) {
		ledger_lose(&shim.ledger, LOSS_FACTS);
		return;
	}
	address_fill(&next, address, length);
	next.generation = (uint16_t)slot_generation(
		atomic_load_explicit(&slot->word, memory_order_relaxed));
	address_store(record, &next);
}

int record_accepted(enum call call, int fd, const struct sockaddr *address, const socklen_t *length,
		    uint32_t facts)
{
	record_opened_with(call, fd, FACT_ACCEPTED | facts);
	/* *length is the full length even where the program's buffer was shorter (man 2 accept). */
	if (fd >= 0 && shim_is_recording() && address && length &&
	    (address->sa_family == AF_INET || address->sa_family == AF_INET6))
		address_note(fd, ADDRESS_PEER, address, *length);
	return fd;
}

int record_bind(int fd, int result, const struct sockaddr *address, socklen_t length)
{
	if (result == 0 && shim_is_recording()) {
		record_fact(fd, FACT_BOUND);
		address_note(fd, ADDRESS_LOCAL, address, length);
	}
	return result;
}

int record_connect(int fd, int result, const struct sockaddr *address, socklen_t length)
{
	int error = result == 0 || errno == EINPROGRESS ? 0 : errno;
	struct ledger_slot *slot;

	/* These come before the kernel has read the address, or because it could not. */
	if (!shim_is_recording() || fd < 0 || error == EFAULT || error == EBADF ||
	    error == ENOTSOCK || error == EINVAL)
		return result;
	slot = slot_open(fd);
	if (!slot)
		return result;
	/* The latest one is what the socket is left with. */
	if (error == 0) {
		if (slot_load(&slot->facts) & FACT_CONNECT_FAILED)
			atomic_fetch_and_explicit(&slot->facts,
						  ~(FACT_CONNECT_FAILED | 0xff000000u),
						  memory_order_relaxed);
		record_fact(fd, FACT_CONNECTED);
	} else if (error != EISCONN && error != EALREADY && error != EINTR) {
		atomic_store_explicit(&slot->fact_stack_ref, capture_opening(), memory_order_relaxed);
		atomic_store_explicit(&slot->facts,
				      (slot_load(&slot->facts) & 0x00ffffffu &
				       ~(uint32_t)FACT_CONNECTED) |
					      FACT_CONNECT_FAILED | (uint32_t)error << FACT_ERRNO_SHIFT,
				      memory_order_relaxed);
	}
	address_note(fd, ADDRESS_PEER, address, length);
	return result;
}
