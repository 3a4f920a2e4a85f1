/* SPDX-License-Identifier: MIT */
/*
 * The words of a finding. What is known is said as known, the rest is not said:
 * no variable names, no intentions.
 */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "judge/words/words.h"

static const char *netlink_noun(unsigned int protocol)
{
	/* linux/netlink.h; what programs have open most */
	static const struct {
		unsigned int protocol;
		const char *noun;
	} nouns[] = {
		{ 0, "netlink route" },   { 4, "netlink sock_diag" },  { 6, "netlink xfrm" },
		{ 9, "netlink audit" },   { 11, "netlink connector" }, { 12, "netlink netfilter" },
		{ 15, "netlink uevent" }, { 16, "netlink generic" },
	};

	for (size_t i = 0; i < sizeof(nouns) / sizeof(nouns[0]); i++)
		if (nouns[i].protocol == protocol)
			return nouns[i].noun;
	return "netlink";
}

const char *socket_noun(unsigned int family, unsigned int type, unsigned int protocol)
{
	switch (family) {
	case AF_INET:
	case AF_INET6:
		if (type == SOCK_RAW)
			return "raw IP";
		if (type == SOCK_STREAM && (protocol == 0 || protocol == IPPROTO_TCP))
			return "TCP";
		if (type == SOCK_DGRAM && (protocol == 0 || protocol == IPPROTO_UDP))
			return "UDP";
		if (type == SOCK_DGRAM && protocol == IPPROTO_UDPLITE)
			return "UDP-Lite";
		if (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6)
			return "ping";
		return protocol == IPPROTO_SCTP      ? "SCTP"
		       : protocol == 262 /* MPTCP */ ? "MPTCP"
		       : protocol == IPPROTO_DCCP    ? "DCCP"
						     : "IP";
	case AF_UNIX:
		return type == SOCK_STREAM  ? "Unix stream"
		       : type == SOCK_DGRAM ? "Unix datagram"
					    : "Unix seqpacket";
	case AF_NETLINK:
		return netlink_noun(protocol);
	case AF_PACKET:
		return "packet";
	case 40: /* AF_VSOCK */
		return "vsock";
	case 44: /* AF_XDP */
		return "XDP";
	case 38: /* AF_ALG */
		return "kernel crypto";
	case 29: /* AF_CAN */
		return "CAN";
	case 31: /* AF_BLUETOOTH */
		return "Bluetooth";
	case 30: /* AF_TIPC */
		return "TIPC";
	default:
		return NULL;
	}
}

/* A title is a thing, how it came to be, and what became of it. */
static const struct {
	const char *thing;
	const char *origin; /* NULL: goes without saying */
	const char *end;
} roles[ROLE_COUNT] = {
	[ROLE_NONE] = { "socket", NULL, "never closed" },
	[ROLE_LISTENER] = { "listener", NULL, "open until the end" },
	[ROLE_ACCEPTED] = { "connection", "accepted", "never closed" },
	[ROLE_CONNECTED] = { "connection", "connected from here", "never closed" },
	[ROLE_UNCONNECTED] = { "socket", "not connected", "never closed" },
	[ROLE_CONNECTING] = { "socket", "still connecting", "never closed" },
	[ROLE_BOUND] = { "socket", "bound", "never closed" },
	[ROLE_PAIR] = { "socket", "one of a pair", "never closed" },
	[ROLE_RECEIVED] = { "socket", "received over a Unix socket", "never closed" },
};

static const char *end_word(const struct judge *judge, const struct group *group, const char *usual)
{
	if (judge->context->live && group->finding.type == FINDING_LEAK)
		return "open";
	if (group->finding.type == FINDING_CLOSED_BY_GC)
		return "closed only by Python's garbage collection";
	if (group->killed == group->finding.count)
		return "open when its process was ended";
	return usual;
}

static void title_word(struct judge *judge, struct group *group)
{
	struct finding *finding = &group->finding;
	enum finding_role role = finding->role;
	const char *thing = roles[role].thing, *origin = roles[role].origin;

	if (finding->kind != KIND_SOCKET)
		thing = kind_name(finding->kind);
	/* Datagram sockets are not connections, nor do they need to be connected. */
	if (finding->kind == KIND_SOCKET && group->is_datagram && role == ROLE_CONNECTED)
		thing = "socket";
	if ((group->is_datagram && role == ROLE_UNCONNECTED) ||
	    (group->is_direction_unknown && role == ROLE_CONNECTED))
		origin = NULL;
	if (group->is_duplicate && !origin)
		origin = "a duplicate";
	if (group->is_unseen)
		origin = "origin not seen";
	finding->title = report_printf(
		judge->report, "%s%s%s%s%s, %s",
		group->noun && finding->kind == KIND_SOCKET ? group->noun : "",
		group->noun && finding->kind == KIND_SOCKET ? " " : "", thing, origin ? ", " : "",
		origin ? origin : "", end_word(judge, group, roles[role].end));
}

/* NULL where the title says it all. *ret_row: the rule that says it. */
static const char *explanation_of(struct judge *judge, const struct group *group,
				  const char **ret_row)
{
	if (group->finding.type == FINDING_CLOSED_BY_GC) {
		*ret_row = "closed-by-gc";
		return gc_explanation(judge, group);
	}
	if (group->is_unseen) {
		*ret_row = "origin-unseen";
		return "It is open in the kernel, but no call that opened it was seen. Either a "
		       "system call bypassed the C library, or the kernel made the number by "
		       "itself.";
	}
	if (group->killed == group->finding.count) {
		*ret_row = "killed";
		return "Its process was ended. It is not known whether the program would have "
		       "closed it.";
	}
	if (group->passed == group->finding.count) {
		*ret_row = "last-copy";
		if (judge->context->live)
			return "It was opened before a fork. The process that opened it ended. "
			       "This process has the last copy.";
		return "It was opened before a fork. The process that opened it ended. This "
		       "process kept the last copy until it ended.";
	}
	return evidence_explanation(judge, group, ret_row);
}

void group_word(struct judge *judge, struct group *group)
{
	if (group->finding.title)
		return; /* misuse.c has the words */
	if (kept_opener(group->call)) {
		kept_word(judge, group);
		return;
	}
	if (kind_is_memory(group->finding.kind)) {
		memory_word(judge, group);
		group_remedy(judge, group);
		return;
	}
	title_word(judge, group);
	group->finding.explanation =
		explanation_of(judge, group, &group->finding.explanation_row);
	if (!group->finding.explanation)
		group->finding.explanation_row = NULL;
	group_remedy(judge, group);
}
