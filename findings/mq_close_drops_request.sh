#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A request of mq_notify(3) goes with the close of any descriptor of its queue.
#
# Guess before it was run: the request belongs to the descriptor that it was made with. mq_close(3)
# says "attached a notification request to this message queue via mqdes", POSIX the same. So the
# close of another descriptor of the queue, from an mq_open() of its own, or of a dup() leaves it
# alone, and a second mq_notify() fails with EBUSY as before.
#
# Seen: the request is gone after each of the two, without an error or a word. A message that comes
# then is not told. The kernel looks at the process that closes, not at the descriptor
# (mqueue_flush_file(), ipc/mqueue.c): a library that opens its program's queue to look at it, and
# closes it again, ends the program's notification.
#
# Seen with Linux 6.18 and glibc 2.36 (libc6 2.36-9+deb12u14), compiled by tcc
# 0.9.27+git20200814.62c30a4a-1:
#
#	standing: EBUSY
#	after mq_close() of another descriptor: gone
#	after close() of a duplicate: gone
#	told: 0
#
# It matters here: a tool that puts a descriptor on another number (F_DUPFD, then close) must leave
# queues where they are.
#
# Status 0: as seen. 1: it is otherwise by now. 77: it cannot be run here.
set -euo pipefail

package=tcc=0.9.27+git20200814.62c30a4a-1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

[[ $(dpkg --print-architecture 2>/dev/null) == amd64 && -e /usr/include/mqueue.h ]] || exit 77
cd "$work"
apt-get download -qq "$package" >/dev/null 2>&1 || exit 77
dpkg -x tcc_*.deb compiler

cat >queue.c <<'C'
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static volatile int told;

static void count(int signal)
{
	(void)signal;
	told++;
}

static const struct sigevent *request(void)
{
	static struct sigevent event;

	event.sigev_notify = SIGEV_SIGNAL;
	event.sigev_signo = SIGUSR1;
	return &event;
}

/* Asking once more is refused as long as a request stands; it is given back where it was not. */
static const char *standing(mqd_t queue)
{
	if (mq_notify(queue, request()) == -1)
		return errno == EBUSY ? "EBUSY" : "error";
	mq_notify(queue, NULL);
	return "gone";
}

int main(void)
{
	struct mq_attr attributes = { .mq_maxmsg = 4, .mq_msgsize = 8 };
	char name[64];
	mqd_t first, other;

	snprintf(name, sizeof(name), "/finding-%d", (int)getpid());
	signal(SIGUSR1, count);
	first = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attributes);
	other = mq_open(name, O_RDONLY);
	if (first == -1 || other == -1 || mq_unlink(name) == -1 || mq_notify(first, request()) == -1)
		return 77;
	printf("standing: %s\n", standing(first));
	mq_close(other);
	printf("after mq_close() of another descriptor: %s\n", standing(first));
	mq_notify(first, request());
	close(dup(first));
	printf("after close() of a duplicate: %s\n", standing(first));
	mq_notify(first, request());
	close(dup(first));
	mq_send(first, "x", 1, 0);
	printf("told: %d\n", told);
	return 0;
}
C
compiler/usr/bin/tcc -Bcompiler/usr/lib/x86_64-linux-gnu/tcc -o queue queue.c
status=0
./queue >seen || status=$?
((status != 77)) || exit 77
cat >expected <<'TEXT'
standing: EBUSY
after mq_close() of another descriptor: gone
after close() of a duplicate: gone
told: 0
TEXT
echo "Linux $(uname -r), libc6 $(dpkg-query -W -f '${Version}' libc6):"
cat seen
cmp -s seen expected
