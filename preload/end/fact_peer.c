/* SPDX-License-Identifier: MIT */
/*
 * The other end of a connection that has got its last byte (CLOSE-WAIT). Its peer may have closed
 * its descriptor, or only shut down its sending side, and wait for the answer: on the wire that
 * looks the same. Where the peer is a socket of this machine, the kernel tells by sock_diag
 * (man 7 sock_diag): a socket that nobody has a descriptor of has no inode.
 *
 * MPTCP's own state is told here, too: TCP_INFO has that of a subflow, which stays ESTABLISHED.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>

#include "base/raw.h"
#include "end/facts.h"

/* INET_DIAG_REQ_PROTOCOL of linux/inet_diag.h: since 5.7, and not in older headers. */
#define ATTRIBUTE_PROTOCOL 3

/* Of MPTCP all sockets are asked for: so many times at most, and 4 KiB of answers each so often. */
#define QUESTIONS_FOR_ALL 200
#define ANSWERS_MAX 256

/* The two addresses of a connection; of IPv4, and what is mapped, 4 bytes of each. */
struct ends {
	uint8_t family;
	uint16_t local_port, peer_port; /* in the order of the wire */
	uint8_t local[16], peer[16];
};

struct question {
	struct nlmsghdr header;
	struct inet_diag_req_v2 request;
	struct nlattr attribute;
	uint32_t protocol;
};

/* What the kernel knows of one socket. */
struct answer {
	bool is_known;
	uint8_t state;
	uint32_t inode; /* 0: nobody has a descriptor of it */
};

static bool end_read(const uint8_t *bytes, size_t length, uint8_t *ret_family, uint16_t *ret_port,
		     uint8_t *ret_address)
{
	struct sockaddr_in6 six;
	struct sockaddr_in four;

	memcpy(ret_family, bytes, sizeof(*ret_family));
	memset(ret_address, 0, 16);
	if (length >= sizeof(four) && *ret_family == AF_INET) {
		memcpy(&four, bytes, sizeof(four));
		*ret_port = four.sin_port;
		memcpy(ret_address, &four.sin_addr, 4);
		return true;
	}
	if (length < sizeof(six) || *ret_family != AF_INET6)
		return false;
	memcpy(&six, bytes, sizeof(six));
	*ret_port = six.sin6_port;
	memcpy(ret_address, &six.sin6_addr, 16);
	if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr)) {
		*ret_family = AF_INET;
		memmove(ret_address, ret_address + 12, 4);
		memset(ret_address + 4, 0, 12);
	}
	return true;
}

static bool ends_read(const struct ledger_fact *fact, struct ends *ends)
{
	uint8_t family;

	return end_read(fact->local, fact->local_length, &ends->family, &ends->local_port,
			ends->local) &&
	       end_read(fact->peer, fact->peer_length, &family, &ends->peer_port, ends->peer) &&
	       family == ends->family;
}

/* Is the peer on this machine by its address alone? Of another one the kernel knows nothing. */
static bool is_local(const struct ends *ends)
{
	if (memcmp(ends->local, ends->peer, sizeof(ends->peer)) == 0)
		return true;
	return ends->family == AF_INET && ends->peer[0] == IN_LOOPBACKNET;
}

static void ends_turn(const struct ends *ends, struct ends *ret_turned)
{
	*ret_turned = *ends;
	ret_turned->local_port = ends->peer_port;
	ret_turned->peer_port = ends->local_port;
	memcpy(ret_turned->local, ends->peer, sizeof(ends->peer));
	memcpy(ret_turned->peer, ends->local, sizeof(ends->local));
}

static void question_fill(struct question *question, const struct ends *ends, bool is_mptcp)
{
	struct inet_diag_sockid *id = &question->request.id;

	*question = (struct question){
		.header = { .nlmsg_len = sizeof(*question),
			    .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			    .nlmsg_flags = NLM_F_REQUEST },
		.request = { .sdiag_family = ends->family,
			     .sdiag_protocol = IPPROTO_TCP,
			     .idiag_states = UINT32_MAX },
		.attribute = { .nla_len = sizeof(struct nlattr) + sizeof(uint32_t),
			       .nla_type = ATTRIBUTE_PROTOCOL },
		.protocol = PROTOCOL_MPTCP,
	};
	if (is_mptcp) {
		/* Of these a single one is only found by a number that its peer does not know. */
		question->header.nlmsg_flags |= NLM_F_DUMP;
		question->request.sdiag_protocol = PROTOCOL_MPTCP & 0xff;
		return;
	}
	question->header.nlmsg_len -= sizeof(question->attribute) + sizeof(question->protocol);
	id->idiag_sport = ends->local_port;
	id->idiag_dport = ends->peer_port;
	memcpy(id->idiag_src, ends->local, sizeof(id->idiag_src));
	memcpy(id->idiag_dst, ends->peer, sizeof(id->idiag_dst));
	id->idiag_cookie[0] = id->idiag_cookie[1] = INET_DIAG_NOCOOKIE;
}

static bool is_answer_to(const struct inet_diag_msg *message, const struct ends *ends)
{
	size_t size = ends->family == AF_INET ? 4 : 16;

	return message->id.idiag_sport == ends->local_port &&
	       message->id.idiag_dport == ends->peer_port &&
	       memcmp(message->id.idiag_src, ends->local, size) == 0 &&
	       memcmp(message->id.idiag_dst, ends->peer, size) == 0;
}

/* One datagram of answers. False: there is no more to come. */
static bool answers_look(const uint8_t *bytes, size_t length, const struct ends *ends,
			 struct answer *answer)
{
	struct nlmsghdr header;
	struct inet_diag_msg message;
	size_t at = 0;

	for (; at + sizeof(header) <= length; at += NLMSG_ALIGN(header.nlmsg_len)) {
		memcpy(&header, bytes + at, sizeof(header));
		if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > length - at ||
		    header.nlmsg_type != SOCK_DIAG_BY_FAMILY ||
		    header.nlmsg_len < NLMSG_HDRLEN + sizeof(message))
			return false; /* the end, or an error: there is no such socket */
		memcpy(&message, bytes + at + NLMSG_HDRLEN, sizeof(message));
		if (is_answer_to(&message, ends)) {
			answer->is_known = true;
			answer->state = message.idiag_state;
			answer->inode = message.idiag_inode;
			return false;
		}
		if (!(header.nlmsg_flags & NLM_F_MULTI))
			return false;
	}
	return true;
}

/* False: the kernel does not answer such questions. */
static bool ask(long netlink, const struct ends *ends, bool is_mptcp, struct answer *answer)
{
	_Alignas(struct nlmsghdr) uint8_t bytes[4096];
	struct question question;
	long length;

	*answer = (struct answer){ 0 };
	question_fill(&question, ends, is_mptcp);
	if (raw_failed(raw3(SYS_write, netlink, &question, question.header.nlmsg_len)))
		return false;
	for (unsigned int i = 0; i < ANSWERS_MAX; i++) {
		length = raw6(SYS_recvfrom, netlink, (long)bytes, sizeof(bytes),
			      MSG_TRUNC | MSG_DONTWAIT, 0, 0);
		if (raw_failed(length) || (size_t)length > sizeof(bytes))
			return false;
		if (!answers_look(bytes, (size_t)length, ends, answer))
			return true;
	}
	return false;
}

static bool is_mptcp(const struct ledger_fact *fact)
{
	return fact->protocol == PROTOCOL_MPTCP;
}

bool fact_needs_peer(const struct ledger_fact *fact)
{
	if (fact->kind != KIND_SOCKET || !(fact->has & HAS_LOCAL) || !(fact->has & HAS_PEER))
		return false;
	if (is_mptcp(fact))
		return fact->has & HAS_POLL && fact->poll_events & POLLRDHUP;
	return fact->has & HAS_TCP_STATE && fact->tcp_state == TCP_CLOSE_WAIT;
}

/*
 * Our own socket has to be found first: where it is not, the question goes to another network
 * name space, or the kernel does not know such sockets.
 */
static void peer_look(long netlink, struct ledger_fact *fact)
{
	struct ends ends, turned;
	struct answer answer;

	if (!ends_read(fact, &ends) || !ask(netlink, &ends, is_mptcp(fact), &answer) ||
	    !answer.is_known || answer.inode != (uint32_t)fact->inode)
		return;
	if (is_mptcp(fact)) {
		fact->tcp_state = answer.state;
		fact->has |= HAS_TCP_STATE;
	}
	ends_turn(&ends, &turned);
	if (fact->tcp_state != TCP_CLOSE_WAIT || !is_local(&ends) ||
	    !ask(netlink, &turned, is_mptcp(fact), &answer))
		return;
	fact->has |= answer.is_known && answer.inode ? HAS_PEER_HELD : HAS_PEER_GONE;
}

/* Opened with the first question. A table that is full: in a copy of it the standard streams are
 * not needed. */
static long netlink_open(void)
{
	long netlink = raw3(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	for (int given_up = 2; netlink == -EMFILE && given_up >= 0; given_up--)
		if (!raw_failed(raw1(SYS_close, given_up)))
			netlink = raw3(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
				       NETLINK_SOCK_DIAG);
	return netlink;
}

void fact_read_peer(struct peer_questions *questions, struct ledger_fact *fact)
{
	if (questions->asked++ == 0)
		questions->netlink = netlink_open();
	if (raw_failed(questions->netlink) ||
	    (is_mptcp(fact) && questions->asked_for_all++ >= QUESTIONS_FOR_ALL))
		return;
	peer_look(questions->netlink, fact);
}
