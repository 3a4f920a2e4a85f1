/* SPDX-License-Identifier: MIT */
/* Socket addresses as text, and the names of families, types, protocols and TCP states. */
#include "judge/descriptor/addresses.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Not in every libc's headers; linux/vm_sockets.h, linux/netlink.h. */
#define FAMILY_VSOCK 40
#define PROTOCOL_MPTCP 262

struct number_name {
	unsigned int number;
	const char *name;
};

static const char *number_find(struct report *report, const struct number_name *names, size_t count,
			       unsigned int number)
{
	for (size_t i = 0; i < count; i++)
		if (names[i].number == number)
			return names[i].name;
	return report_printf(report, "%u", number);
}

#define NUMBER_FIND(report, names, number) \
	number_find(report, names, sizeof(names) / sizeof((names)[0]), number)

const char *family_name(struct report *report, unsigned int family)
{
	static const struct number_name names[] = {
		{ AF_INET, "inet" },       { AF_INET6, "inet6" },         { AF_UNIX, "unix" },
		{ AF_NETLINK, "netlink" }, { AF_PACKET, "packet" },       { FAMILY_VSOCK, "vsock" },
		{ AF_ALG, "alg" },         { AF_BLUETOOTH, "bluetooth" }, { AF_CAN, "can" },
	};

	return NUMBER_FIND(report, names, family);
}

const char *socket_type_name(struct report *report, unsigned int type)
{
	static const struct number_name names[] = {
		{ SOCK_STREAM, "stream" },       { SOCK_DGRAM, "dgram" }, { SOCK_RAW, "raw" },
		{ SOCK_SEQPACKET, "seqpacket" }, { SOCK_RDM, "rdm" },     { SOCK_DCCP, "dccp" },
	};

	return NUMBER_FIND(report, names, type);
}

static const char *netlink_name(unsigned int protocol)
{
	/* linux/netlink.h */
	static const char *const names[] = {
		"route",          NULL,        "usersock",  "firewall",      "sock_diag",
		"nflog",          "xfrm",      "selinux",   "iscsi",         "audit",
		"fib_lookup",     "connector", "netfilter", "ip6_fw",        "dnrtmsg",
		"kobject_uevent", "generic",   NULL,        "scsitransport", "ecryptfs",
		"rdma",           "crypto",    "smc",
	};

	return protocol < sizeof(names) / sizeof(names[0]) ? names[protocol] : NULL;
}

/* The frames that a packet socket takes (linux/if_ether.h). */
static const char *frame_name(struct report *report, unsigned int protocol)
{
	static const struct number_name names[] = {
		{ 0x0003, "all" },  { 0x0800, "ip" },   { 0x0806, "arp" },
		{ 0x8100, "vlan" }, { 0x86dd, "ipv6" }, { 0x88cc, "lldp" },
	};

	return protocol ? NUMBER_FIND(report, names, protocol) : NULL;
}

const char *protocol_name(struct report *report, unsigned int family, unsigned int type,
			  unsigned int protocol)
{
	static const struct number_name names[] = {
		{ IPPROTO_TCP, "tcp" },      { IPPROTO_UDP, "udp" },
		{ IPPROTO_ICMP, "icmp" },    { IPPROTO_ICMPV6, "icmpv6" },
		{ IPPROTO_SCTP, "sctp" },    { IPPROTO_UDPLITE, "udplite" },
		{ PROTOCOL_MPTCP, "mptcp" }, { IPPROTO_DCCP, "dccp" },
	};

	if (family == AF_NETLINK && netlink_name(protocol))
		return netlink_name(protocol);
	if (family == AF_PACKET)
		return frame_name(report, ntohs((uint16_t)protocol));
	if (family != AF_INET && family != AF_INET6)
		return protocol ? report_printf(report, "%u", protocol) : NULL;
	if (protocol == 0 && type == SOCK_STREAM)
		return "tcp";
	if (protocol == 0 && type == SOCK_DGRAM)
		return "udp";
	return protocol ? NUMBER_FIND(report, names, protocol) : NULL;
}

const char *tcp_state_name(unsigned int state)
{
	static const char *const names[] = {
		NULL,         "ESTABLISHED", "SYN-SENT", "SYN-RECV",   "FIN-WAIT-1",
		"FIN-WAIT-2", "TIME-WAIT",   "UNCONN",   "CLOSE-WAIT", "LAST-ACK",
		"LISTEN",     "CLOSING",     "SYN-RECV",
	};

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : NULL;
}

unsigned int address_family(const uint8_t *bytes, size_t length)
{
	sa_family_t family;

	if (length < sizeof(family))
		return 0;
	memcpy(&family, bytes, sizeof(family));
	return family;
}

static const char *inet_text(struct report *report, const uint8_t *bytes, size_t length)
{
	struct sockaddr_in address;
	char text[INET_ADDRSTRLEN];

	if (length < sizeof(address))
		return NULL;
	memcpy(&address, bytes, sizeof(address));
	if (address.sin_port == 0 && address.sin_addr.s_addr == INADDR_ANY)
		return NULL;
	inet_ntop(AF_INET, &address.sin_addr, text, sizeof(text));
	return report_printf(report, "%s:%u", text, ntohs(address.sin_port));
}

static const char *inet6_text(struct report *report, const uint8_t *bytes, size_t length)
{
	struct sockaddr_in6 address;
	char text[INET6_ADDRSTRLEN];

	if (length < sizeof(address))
		return NULL;
	memcpy(&address, bytes, sizeof(address));
	if (address.sin6_port == 0 && IN6_IS_ADDR_UNSPECIFIED(&address.sin6_addr))
		return NULL;
	inet_ntop(AF_INET6, &address.sin6_addr, text, sizeof(text));
	if (address.sin6_scope_id)
		return report_printf(report, "[%s%%%u]:%u", text, address.sin6_scope_id,
				     ntohs(address.sin6_port));
	return report_printf(report, "[%s]:%u", text, ntohs(address.sin6_port));
}

/* The path is a string of the ledger; an abstract name begins with '\0', any byte may follow. */
static const char *unix_text(struct report *report, struct snapshot *snapshot, const uint8_t *bytes)
{
	const struct ledger_string *path;
	size_t length;
	uint32_t ref;
	char *text;

	memcpy(&ref, bytes + 4, sizeof(ref));
	path = ledger_string_at(&snapshot->ledger, ref);
	if (!path || path->length == 0)
		return NULL;
	length = path->length;
	if (path->bytes[0] != '\0')
		length = strnlen(path->bytes, length);
	text = report_alloc(report, length + 1);
	for (size_t i = 0; i < length; i++)
		text[i] = path->bytes[i] == '\0' ? '@' : path->bytes[i];
	return text;
}

static const char *vsock_text(struct report *report, uint32_t context, uint32_t port)
{
	/* linux/vm_sockets.h: VMADDR_CID_ANY, _HYPERVISOR, _LOCAL, _HOST; VMADDR_PORT_ANY */
	static const char *const names[] = { "hypervisor", "local", "host" };

	if (context == UINT32_MAX)
		return port == UINT32_MAX ? NULL : report_printf(report, "any:%u", port);
	if (context < sizeof(names) / sizeof(names[0]))
		return report_printf(report, "%s:%u", names[context], port);
	return report_printf(report, "%u:%u", context, port);
}

const char *host_text(struct report *report, const uint8_t *bytes, size_t length)
{
	char text[INET6_ADDRSTRLEN];
	struct sockaddr_in6 six;
	struct sockaddr_in four;

	if (address_family(bytes, length) == AF_INET && length >= sizeof(four)) {
		memcpy(&four, bytes, sizeof(four));
		return four.sin_addr.s_addr == INADDR_ANY
			       ? NULL
			       : report_strdup(report, inet_ntop(AF_INET, &four.sin_addr, text,
								 sizeof(text)));
	}
	if (address_family(bytes, length) != AF_INET6 || length < sizeof(six))
		return NULL;
	memcpy(&six, bytes, sizeof(six));
	return IN6_IS_ADDR_UNSPECIFIED(&six.sin6_addr)
		       ? NULL
		       : report_strdup(report,
				       inet_ntop(AF_INET6, &six.sin6_addr, text, sizeof(text)));
}

const char *address_text(struct report *report, struct snapshot *snapshot, const uint8_t *bytes,
			 size_t length)
{
	uint32_t words[4] = { 0 };

	switch (address_family(bytes, length)) {
	case AF_INET:
		return inet_text(report, bytes, length);
	case AF_INET6:
		return inet6_text(report, bytes, length);
	case AF_UNIX:
		return unix_text(report, snapshot, bytes);
	case AF_NETLINK: /* family, padding, port id, groups */
		memcpy(words, bytes, length < sizeof(words) ? length : sizeof(words));
		return words[1] ? report_printf(report, "port id %u", words[1]) : NULL;
	case FAMILY_VSOCK: /* family, reserved, port, context id */
		memcpy(words, bytes, length < sizeof(words) ? length : sizeof(words));
		return length < 12 ? NULL : vsock_text(report, words[2], words[1]);
	case AF_PACKET: /* family, protocol, interface */
		memcpy(words, bytes, length < sizeof(words) ? length : sizeof(words));
		return words[1] ? report_printf(report, "interface %u", words[1]) : NULL;
	default:
		return NULL;
	}
}
