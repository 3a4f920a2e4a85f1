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
#include "shim/state.h"

/* INET_DIAG_REQ_PROTOCOL of linux/inet_diag.h: since 5.7, and not in older headers. */
#define ATTRIBUTE_PROTOCOL 3

/*
 * Of a process at most: questions for one socket, and those for all of a port, which take the kernel
 * a walk through its table of connections, some milliseconds. And datagrams of one answer.
 */
#define QUESTIONS_MAX 10000
#define QUESTIONS_FOR_ALL_MAX 100
#define ANSWERS_MAX 1024

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

/* What the kernel knows of one socket, and whether anybody has one of those asked for. */
struct answer {
	bool has_failed; /* the kernel does not answer such questions, or not to the end */
	bool is_any_held;
	bool is_known;
	uint8_t state;
	uint32_t inode; /* 0: nobody has a descriptor of it */
};

/* An address of IPv4 in one of IPv6 becomes the former. False: it is none. */
static bool address_unmap(uint8_t *address)
{
	struct in6_addr six;

	memcpy(&six, address, sizeof(six));
	if (!IN6_IS_ADDR_V4MAPPED(&six))
		return false;
	memmove(address, address + 12, 4);
	memset(address + 4, 0, 12);
	return true;
}

static bool end_read(const uint8_t *bytes, size_t length, uint8_t *ret_family, uint16_t *ret_port,
		     uint8_t *ret_address)
{
	struct sockaddr_in6 six;
	struct sockaddr_in four;

	sa_family_t family;

	memcpy(&family, bytes, sizeof(family));
	*ret_family = (uint8_t)family;
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
	if (address_unmap(ret_address))
		*ret_family = AF_INET;
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

/* All sockets of these ports are asked for, 0 being any; else the one of these ends. */
static void question_fill(struct question *question, unsigned int protocol, unsigned int family,
			  const struct ends *ends, bool is_for_all)
{
	struct inet_diag_sockid *id = &question->request.id;

	*question = (struct question){
		.header = { .nlmsg_len = sizeof(*question),
			    .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			    .nlmsg_flags = NLM_F_REQUEST | (is_for_all ? NLM_F_DUMP : 0) },
		.request = { .sdiag_family = (uint8_t)family,
			     .sdiag_protocol = (uint8_t)protocol,
			     .idiag_states = ~(UINT32_C(1) << TCP_LISTEN) },
		.attribute = { .nla_len = sizeof(struct nlattr) + sizeof(uint32_t),
			       .nla_type = ATTRIBUTE_PROTOCOL },
		.protocol = protocol,
	};
	/* Kernels that know no such attribute know no protocol that needs it. */
	if (protocol == IPPROTO_TCP)
		question->header.nlmsg_len -=
			sizeof(question->attribute) + sizeof(question->protocol);
	id->idiag_sport = ends->local_port;
	id->idiag_dport = ends->peer_port;
	id->idiag_cookie[0] = id->idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	if (is_for_all)
		return;
	memcpy(id->idiag_src, ends->local, sizeof(id->idiag_src));
	memcpy(id->idiag_dst, ends->peer, sizeof(id->idiag_dst));
}

/* An answer of IPv6 may be of mapped addresses. */
static bool is_answer_to(const struct inet_diag_msg *message, const struct ends *ends)
{
	struct ends told = { .family = message->idiag_family,
			     .local_port = message->id.idiag_sport,
			     .peer_port = message->id.idiag_dport };
	size_t size;

	memcpy(told.local, message->id.idiag_src, sizeof(told.local));
	memcpy(told.peer, message->id.idiag_dst, sizeof(told.peer));
	if (told.family == AF_INET6 && address_unmap(told.local) && address_unmap(told.peer))
		told.family = AF_INET;
	size = told.family == AF_INET ? 4 : 16; /* of IPv4 the kernel leaves the rest as it was */
	return told.family == ends->family && told.local_port == ends->local_port &&
	       told.peer_port == ends->peer_port && memcmp(told.local, ends->local, size) == 0 &&
	       memcmp(told.peer, ends->peer, size) == 0;
}

/* One datagram of answers. False: there are no more. */
static bool answers_look(const uint8_t *bytes, size_t length, const struct ends *ends,
			 struct answer *answer)
{
	struct nlmsghdr header;
	struct inet_diag_msg message;
	struct nlmsgerr error;

	for (size_t at = 0; at + sizeof(header) <= length; at += NLMSG_ALIGN(header.nlmsg_len)) {
		memcpy(&header, bytes + at, sizeof(header));
		if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > length - at) {
			answer->has_failed = true;
			return false;
		}
		if (header.nlmsg_type == NLMSG_DONE)
			return false;
		if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY ||
		    header.nlmsg_len < NLMSG_HDRLEN + sizeof(message)) {
			memset(&error, 0, sizeof(error));
			if (header.nlmsg_len >= NLMSG_HDRLEN + sizeof(error))
				memcpy(&error, bytes + at + NLMSG_HDRLEN, sizeof(error));
			answer->has_failed =
				header.nlmsg_type != NLMSG_ERROR || error.error != -ENOENT;
			return false;
		}
		memcpy(&message, bytes + at + NLMSG_HDRLEN, sizeof(message));
		answer->is_any_held |= message.idiag_inode != 0;
		if (is_answer_to(&message, ends)) {
			answer->is_known = true;
			answer->state = message.idiag_state;
			answer->inode = message.idiag_inode;
		}
		if (!(header.nlmsg_flags & NLM_F_MULTI))
			return false;
	}
	return true;
}

static void answers_read(long netlink, const struct ends *ends, struct answer *answer)
{
	_Alignas(struct nlmsghdr) uint8_t bytes[8192];
	long length;

	for (unsigned int i = 0; i < ANSWERS_MAX; i++) {
		length = raw6(SYS_recvfrom, netlink, (long)bytes, sizeof(bytes),
			      MSG_TRUNC | MSG_DONTWAIT, 0, 0);
		if (raw_failed(length) || (size_t)length > sizeof(bytes))
			break;
		if (!answers_look(bytes, (size_t)length, ends, answer))
			return;
	}
	answer->has_failed = true;
}

/* A table that is full: in a copy of it the standard streams are not needed. */
static long netlink_open(void)
{
	long netlink = raw3(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	for (int given_up = 2; netlink == -EMFILE && given_up >= 0; given_up--)
		if (!raw_failed(raw1(SYS_close, given_up)))
			netlink = raw3(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
				       NETLINK_SOCK_DIAG);
	return netlink;
}

/* A socket for each question: nothing of the answers to the last one is left in it. */
static void ask(unsigned int protocol, unsigned int family, const struct ends *ends,
		bool is_for_all, struct answer *answer)
{
	struct question question;
	long netlink = netlink_open();

	question_fill(&question, protocol, family, ends, is_for_all);
	if (raw_failed(netlink) ||
	    raw_failed(raw3(SYS_write, netlink, &question, question.header.nlmsg_len)))
		answer->has_failed = true;
	else
		answers_read(netlink, ends, answer);
	if (!raw_failed(netlink))
		(void)raw1(SYS_close, netlink);
}

/* One end may be of IPv6, with mapped addresses, and the other not. */
static struct answer ask_for_all(struct peer_questions *questions, unsigned int protocol,
				 const struct ends *ends)
{
	struct answer answer = { 0 };

	if (++questions->for_all > QUESTIONS_FOR_ALL_MAX) {
		answer.has_failed = true;
		return answer;
	}
	ask(protocol, AF_INET, ends, true, &answer);
	ask(protocol, AF_INET6, ends, true, &answer);
	return answer;
}

/* Of MPTCP a single one is only found by a number that its peer does not know. */
static struct answer ask_for_one(struct peer_questions *questions, const struct ledger_fact *fact,
				 const struct ends *ends)
{
	struct answer answer = { 0 };

	if (fact->protocol == PROTOCOL_MPTCP)
		return ask_for_all(questions, fact->protocol, ends);
	ask(fact->protocol, ends->family, ends, false, &answer);
	return answer;
}

/*
 * A packet filter may have sent the connection to another port than the one that was asked for:
 * then the peer is at the port that only one of the two has chosen for itself.
 */
static bool may_be_redirected(struct peer_questions *questions, const struct ledger_fact *fact,
			      const struct ends *ends)
{
	const struct ledger_slot *slot =
		ledger_slot_at(&shim.ledger, shim.recorder.table, fact->fd, false);
	bool is_accepted = slot && LEDGER_LOAD(slot->facts) & FACT_ACCEPTED;
	struct answer answer =
		ask_for_all(questions, fact->protocol,
			    &(struct ends){ .local_port = is_accepted ? ends->peer_port : 0,
					    .peer_port = is_accepted ? 0 : ends->local_port });

	return answer.has_failed || answer.is_any_held;
}

bool fact_needs_peer(const struct ledger_fact *fact)
{
	if (fact->kind != KIND_SOCKET || !(fact->has & HAS_LOCAL) || !(fact->has & HAS_PEER))
		return false;
	if (fact->protocol == PROTOCOL_MPTCP)
		return fact->has & HAS_POLL && fact->poll_events & POLLRDHUP;
	return fact->has & HAS_TCP_STATE && fact->tcp_state == TCP_CLOSE_WAIT;
}

/*
 * Our own socket has to be found first: where it is not, the question goes to another network
 * name space, or the kernel does not know such sockets.
 */
void fact_read_peer(struct peer_questions *questions, struct ledger_fact *fact)
{
	struct ends ends, turned;
	struct answer answer;

	if (++questions->for_one > QUESTIONS_MAX || !ends_read(fact, &ends))
		return;
	answer = ask_for_one(questions, fact, &ends);
	if (!answer.is_known || answer.inode != (uint32_t)fact->inode)
		return;
	if (fact->protocol == PROTOCOL_MPTCP) {
		fact->tcp_state = answer.state;
		fact->has |= HAS_TCP_STATE;
	}
	ends_turn(&ends, &turned);
	if (fact->tcp_state != TCP_CLOSE_WAIT || !is_local(&ends))
		return;
	answer = ask_for_one(questions, fact, &turned);
	if (answer.has_failed)
		return;
	if (answer.is_known)
		fact->has |= answer.inode ? HAS_PEER_HELD : HAS_PEER_GONE;
	else if (!may_be_redirected(questions, fact, &ends))
		fact->has |= HAS_PEER_GONE;
}
