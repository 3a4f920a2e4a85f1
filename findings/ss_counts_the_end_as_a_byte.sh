#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# ss shows a Recv-Q of 1 for a connection in CLOSE-WAIT that has not one byte to read.
#
# Guess before it was run: the column is "the count of bytes not copied by the user program" (ss(8),
# netstat(8)), so it is what ioctl(SIOCINQ) tells the program itself: 0 where the peer has closed and
# has sent nothing.
#
# Seen: 1, as long as the program has not read the end of the stream; 0 after a read() that returned 0.
# SIOCINQ says 0 both times. The end that the peer sends (FIN) takes a sequence number, and the answer of
# sock_diag is a difference of sequence numbers (net/ipv4/tcp_diag.c, tcp_diag_get_info); SIOCINQ takes it
# out again (tcp_inq() in include/net/tcp.h).
#
# Seen with iproute2 6.1.0-3, a program compiled by tcc 0.9.27+git20200814.62c30a4a-1, Linux 6.18:
#
#	before the end was read: SIOCINQ 0, Recv-Q 1
#	after it was read: SIOCINQ 0, Recv-Q 0
#
# It matters here: a look at a program from outside has the kernel's answer to sock_diag only. "1 byte not
# read" would have been told of every connection that nobody has closed after its peer.
#
# Status 0: as seen. 1: it is otherwise by now. 77: it cannot be run here.
set -euo pipefail

packages=(tcc=0.9.27+git20200814.62c30a4a-1 iproute2=6.1.0-3)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

[[ $(dpkg --print-architecture 2>/dev/null) == amd64 && -e /usr/include/x86_64-linux-gnu/sys/socket.h ]] || exit 77
cd "$work"
apt-get download -qq "${packages[@]}" >/dev/null 2>&1 || exit 77
for package in *.deb; do dpkg -x "$package" tools; done
tools/bin/ss -V >/dev/null 2>&1 || exit 77 # a library of its own is missing

cat >ends.c <<'C'
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define SIOCINQ_HERE 0x541B /* FIONREAD */

static int port;

/* The column of the one connection that has our port and waits for its close(). */
static long receive_queue(void)
{
	char command[128], state[16];
	long queue = -1;
	FILE *ss;

	snprintf(command, sizeof(command), "tools/bin/ss -tnaH sport = :%d", port);
	ss = popen(command, "r");
	while (ss && fscanf(ss, "%15s %ld%*[^\n]", state, &queue) == 2)
		if (strcmp(state, "CLOSE-WAIT") == 0)
			break;
	pclose(ss);
	return queue;
}

static void tell(const char *when, int fd)
{
	int unread = -1;

	ioctl(fd, SIOCINQ_HERE, &unread);
	printf("%s: SIOCINQ %d, Recv-Q %ld\n", when, unread, receive_queue());
}

int main(void)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0), client, fd;
	char byte;

	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(listener, 1) < 0)
		return 2;
	getsockname(listener, (struct sockaddr *)&address, &length);
	port = ntohs(address.sin_port);
	client = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(client, (struct sockaddr *)&address, sizeof(address)) < 0)
		return 2;
	fd = accept(listener, NULL, NULL);
	close(client);
	recv(fd, &byte, 1, MSG_PEEK); /* waits for the end, and takes nothing */
	tell("before the end was read", fd);
	if (read(fd, &byte, 1) != 0)
		return 2;
	tell("after it was read", fd);
	return 0;
}
C
tools/usr/bin/tcc -B tools/usr/lib/x86_64-linux-gnu/tcc -I tools/usr/lib/x86_64-linux-gnu/tcc/include \
	-o ends ends.c
./ends | tee seen
diff seen - <<'SEEN'
before the end was read: SIOCINQ 0, Recv-Q 1
after it was read: SIOCINQ 0, Recv-Q 0
SEEN
