/* SPDX-License-Identifier: MIT */
/* Addresses of sockets, and what became of connections that were asked for. */
#include "recorder/addresses.h"

#include <string.h>
#include <sys/un.h>

/* Of the facts of a slot, the errno of a failed connect() takes the upper byte. */
#define FACTS_WITHOUT_ERRNO ((UINT32_C(1) << FACT_ERRNO_SHIFT) - 1)

static struct ledger_slot *slot_open(const struct recorder *recorder, int fd)
{
	struct ledger_slot *slot = recorder_slot_find(recorder, fd);

	return slot && slot_state(LEDGER_LOAD(slot->word)) == SLOT_OPEN ? slot : NULL;
}

static void address_fill(const struct recorder *recorder, struct ledger_address *record,
			 const struct sockaddr *address, socklen_t length)
{
	if (address->sa_family == AF_UNIX) {
		const struct sockaddr_un *local = (const struct sockaddr_un *)address;
		size_t path = length - offsetof(struct sockaddr_un, sun_path);
		uint32_t ref = ledger_string_add(recorder->ledger, local->sun_path, path);

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

void recorder_address(const struct recorder *recorder, int fd, enum address_role role,
		      const struct sockaddr *address, socklen_t length)
{
	struct ledger_slot *slot = slot_open(recorder, fd);
	struct ledger_address *record, next = { .role = (uint8_t)role };

	if (!slot || !address || length < sizeof(sa_family_t) ||
	    length > sizeof(struct sockaddr_storage))
		return;
	record = ledger_address_at(recorder->ledger, recorder->table, fd, true);
	if (!record) {
		ledger_lose(recorder->ledger, LOSS_FACTS);
		return;
	}
	address_fill(recorder, &next, address, length);
	next.generation = (uint16_t)slot_generation(LEDGER_LOAD(slot->word));
	address_store(record, &next);
}

void recorder_connected(const struct recorder *recorder, int fd)
{
	struct ledger_slot *slot = slot_open(recorder, fd);

	if (!slot)
		return;
	if (LEDGER_LOAD(slot->facts) & FACT_CONNECT_FAILED)
		atomic_fetch_and_explicit(&slot->facts,
					  FACTS_WITHOUT_ERRNO & ~(uint32_t)FACT_CONNECT_FAILED,
					  memory_order_relaxed);
	atomic_fetch_or_explicit(&slot->facts, FACT_CONNECTED, memory_order_relaxed);
}

void recorder_disconnected(const struct recorder *recorder, int fd)
{
	struct ledger_slot *slot = slot_open(recorder, fd);

	if (slot)
		atomic_fetch_and_explicit(
			&slot->facts,
			FACTS_WITHOUT_ERRNO &
				~(uint32_t)(FACT_CONNECTED | FACT_ACCEPTED | FACT_CONNECT_FAILED),
			memory_order_relaxed);
}

void recorder_connect_failed(const struct recorder *recorder, int fd, int error, uint32_t stack_ref)
{
	struct ledger_slot *slot = slot_open(recorder, fd);

	if (!slot)
		return;
	LEDGER_STORE(slot->fact_stack_ref, stack_ref);
	LEDGER_STORE(slot->facts,
		     (LEDGER_LOAD(slot->facts) & FACTS_WITHOUT_ERRNO & ~(uint32_t)FACT_CONNECTED) |
			     FACT_CONNECT_FAILED | (uint32_t)error << FACT_ERRNO_SHIFT);
}
