/* SPDX-License-Identifier: MIT */
/* Descriptors that arrive: by SCM_RIGHTS, and by accept. */
#include "model.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shim/names.h"

#define PASSED_MAX 6

struct parcel {
	struct msghdr header;
	struct iovec data;
	char byte;
	char control[CMSG_SPACE(PASSED_MAX * sizeof(int))] __attribute__((aligned(8)));
};

static void parcel_init(struct parcel *parcel, unsigned int room)
{
	memset(parcel, 0, sizeof(*parcel));
	parcel->data = (struct iovec){ &parcel->byte, 1 };
	parcel->header.msg_iov = &parcel->data;
	parcel->header.msg_iovlen = 1;
	parcel->header.msg_control = room ? parcel->control : NULL;
	parcel->header.msg_controllen = room ? CMSG_LEN(room * sizeof(int)) : 0;
}

static __attribute__((noinline)) bool receive(struct actor *actor, unsigned int how, int fd,
					      struct parcel *parcel)
{
	int flags = actor_below(actor, 2) ? MSG_CMSG_CLOEXEC : 0;
	struct mmsghdr several = { .msg_hdr = parcel->header };
	bool is_received;

	here_take(&actor->here);
	if (how == 0)
		return recvmsg(fd, &parcel->header, flags) == 1;
	if (how == 1)
		return syscall(SYS_recvmsg, fd, &parcel->header, flags) == 1;
	is_received = recvmmsg(fd, &several, 1, flags, NULL) == 1;
	parcel->header = several.msg_hdr;
	return is_received;
}

static void note_parcel(struct actor *actor, enum model_call call, struct parcel *parcel,
			const uint8_t *kinds)
{
	for (struct cmsghdr *part = CMSG_FIRSTHDR(&parcel->header); part;
	     part = CMSG_NXTHDR(&parcel->header, part))
		for (size_t i = 0; CMSG_LEN((i + 1) * sizeof(int)) <= part->cmsg_len; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(part) + i * sizeof(fd), sizeof(fd));
			TRACE("    received %d", fd);
			note_opened(actor, fd, call, kinds[i])->kind_written = KIND_OTHER;
		}
}

/*
 * qemu-user asks the kernel with twice the room that it was given, and drops descriptors that do
 * not fit into the caller's: those stay open, and nobody is told of them.
 */
static bool is_room_kept(void)
{
	return !getenv("UNCLOSED_EMULATED");
}

/* Some of our descriptors to ourselves; there may be room for fewer than were sent. */
void operate_pass(struct actor *actor)
{
	unsigned int count = 1 + actor_below(actor, PASSED_MAX), room = actor_below(actor, 8);
	unsigned int how = actor_below(actor, 3);
	uint8_t kinds[PASSED_MAX];
	struct parcel parcel;
	struct cmsghdr *part;
	int pair[2];

	here_take(&actor->here);
	if (shadow_count(model.shadow, actor) == 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		return;
	note_opened(actor, pair[0], CALL_socketpair, KIND_SOCKET);
	note_opened(actor, pair[1], CALL_socketpair, KIND_SOCKET);
	parcel_init(&parcel, count);
	part = CMSG_FIRSTHDR(&parcel.header);
	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(count * sizeof(int));
	for (unsigned int i = 0; i < count; i++) {
		int fd = shadow_pick(model.shadow, actor);

		memcpy(CMSG_DATA(part) + i * sizeof(fd), &fd, sizeof(fd));
		kinds[i] = model.shadow->entries[fd].kind;
	}
	TRACE("pass %u descriptors over %d, %d, room for %u", count, pair[0], pair[1], room);
	if (sendmsg(pair[0], &parcel.header, 0) != 1)
		return;
	parcel_init(&parcel, room < count && is_room_kept() ? room : count);
	if (receive(actor, how, pair[1], &parcel))
		note_parcel(actor, how == 2 ? CALL_recvmmsg : CALL_recvmsg, &parcel, kinds);
	if (actor_below(actor, 8)) {
		shadow_remove(model.shadow, actor, pair[0]);
		shadow_remove(model.shadow, actor, pair[1]);
		(void)close(pair[0]); /* both are open */
		(void)close(pair[1]);
	}
}

static __attribute__((noinline)) void answer(struct actor *actor, int listener)
{
	enum model_call call = CALL_accept;
	int fd;

	here_take(&actor->here);
	switch (actor_below(actor, 3)) {
	case 0:
		fd = accept(listener, NULL, NULL);
		break;
	case 1:
		call = CALL_accept4;
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		break;
	default:
		call = CALL_accept4;
		fd = (int)syscall(SYS_accept4, listener, NULL, NULL, 0);
		break;
	}
	TRACE("    accepted %d", fd);
	note_opened(actor, fd, call, KIND_SOCKET);
}

static __attribute__((noinline)) int client_open(struct actor *actor)
{
	here_take(&actor->here);
	return socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
}

/* A listener, a client, and the connection between them. */
void operate_connect(struct actor *actor)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int listener, client;

	here_take(&actor->here);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	note_opened(actor, listener, CALL_socket, KIND_SOCKET);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) != 0 ||
	    listen(listener, 1) != 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &length) != 0)
		return;
	client = client_open(actor);
	TRACE("connect %d to %d", client, listener);
	note_opened(actor, client, CALL_socket, KIND_SOCKET);
	if (client < 0)
		return;
	(void)connect(client, (struct sockaddr *)&address, length); /* EINPROGRESS */
	answer(actor, listener);
	if (actor_below(actor, 4) == 0)
		return;
	shadow_remove(model.shadow, actor, listener);
	(void)close(listener); /* it is open */
	shadow_remove(model.shadow, actor, client);
	(void)close(client); /* the same */
}
