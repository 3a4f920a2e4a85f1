/* SPDX-License-Identifier: MIT */
/* Puts addresses into the form that the ledger has for them. */
#include "live/address.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

static_assert(sizeof(((struct ledger_fact *)0)->local) == LIVE_ADDRESS_SIZE, "as a fact has it");

uint16_t live_address_unix(struct ledger *ledger, uint8_t kept[LIVE_ADDRESS_SIZE], const char *name,
			   size_t length)
{
	const sa_family_t family = AF_UNIX;
	uint32_t ref = ledger_string_add(ledger, name, length);

	memset(kept, 0, LIVE_ADDRESS_SIZE);
	memcpy(kept, &family, sizeof(family));
	memcpy(kept + 4, &ref, sizeof(ref));
	return 8;
}

uint16_t live_address_inet(uint8_t kept[LIVE_ADDRESS_SIZE], unsigned int family, uint16_t port,
			   const uint8_t bytes[16])
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = port };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = port };

	memset(kept, 0, LIVE_ADDRESS_SIZE);
	if (family == AF_INET) {
		memcpy(&four.sin_addr, bytes, sizeof(four.sin_addr));
		memcpy(kept, &four, sizeof(four));
		return sizeof(four);
	}
	memcpy(&six.sin6_addr, bytes, sizeof(six.sin6_addr));
	memcpy(kept, &six, sizeof(six));
	return sizeof(six);
}

uint16_t live_address_keep(struct ledger *ledger, uint8_t kept[LIVE_ADDRESS_SIZE],
			   const struct sockaddr_storage *address, socklen_t length)
{
	const struct sockaddr_un *local = (const struct sockaddr_un *)address;

	if (length < sizeof(sa_family_t))
		return 0;
	if (address->ss_family == AF_UNIX)
		return live_address_unix(ledger, kept, local->sun_path,
					 length - offsetof(struct sockaddr_un, sun_path));
	if (length > LIVE_ADDRESS_SIZE)
		length = LIVE_ADDRESS_SIZE;
	memset(kept, 0, LIVE_ADDRESS_SIZE);
	memcpy(kept, address, length);
	return (uint16_t)length;
}
