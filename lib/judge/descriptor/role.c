/* SPDX-License-Identifier: MIT */
/* What a socket was for: listener, accepted, connected and so on. */
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "judge/descriptor/addresses.h"
#include "judge/descriptor/descriptor.h"

/* The kernel is every netlink socket's peer: that it has one says nothing. */
static bool has_peer(const struct ledger_fact *fact)
{
	return fact && fact->has & HAS_PEER && fact->family != AF_NETLINK;
}

enum finding_role leak_role(const struct leak *leak)
{
	const struct ledger_fact *fact = leak->fact;

	if (leak->kind != KIND_SOCKET)
		return ROLE_NONE;
	if (fact ? (fact->has & HAS_LISTENING && fact->is_listening) ||
			    (fact->has & HAS_TCP_STATE && fact->tcp_state == STATE_LISTEN)
		 : leak->facts & FACT_LISTENING)
		return ROLE_LISTENER;
	if (leak->facts & FACT_ACCEPTED)
		return ROLE_ACCEPTED;
	if (leak->facts & FACT_RECEIVED)
		return ROLE_RECEIVED;
	if (leak->facts & FACT_PAIR)
		return ROLE_PAIR;
	if (fact && fact->has & HAS_TCP_STATE && fact->tcp_state == TCP_SYN_SENT)
		return ROLE_CONNECTING;
	if (fact && fact->has & HAS_UNMADE && fact->tcp_state == TCP_CLOSE)
		return leak->facts & FACT_BOUND ? ROLE_BOUND : ROLE_UNCONNECTED;
	if (leak->facts & FACT_CONNECTED || has_peer(fact))
		return ROLE_CONNECTED;
	if (leak->facts & FACT_BOUND)
		return ROLE_BOUND;
	return fact || leak->call ? ROLE_UNCONNECTED : ROLE_NONE;
}
