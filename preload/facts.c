/* SPDX-License-Identifier: MIT */
/*
 * What the kernel knows of the descriptors that are still open at the end.
 * Bounded: so many for each place that opened them, so many for a process.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/vfs.h>

#include "base/raw.h"
#include "base/text.h"
#include "copies.h"
#include "finish.h"
#include "names.h"
#include "state.h"

#define FACTS_PER_STACK 100
#define FACTS_PER_PROCESS 5000

#define LOAD(field) atomic_load_explicit(&(field), memory_order_relaxed)

/* A socket address as the ledger keeps it: paths of AF_UNIX are strings. */
static uint16_t address_keep(uint8_t *kept, size_t size, const struct sockaddr_storage *address,
			     socklen_t length)
{
	if (length < sizeof(sa_family_t))
		return 0;
	memset(kept, 0, size);
	if (address->ss_family == AF_UNIX) {
		const struct sockaddr_un *local = (const struct sockaddr_un *)address;
		uint32_t ref = ledger_string_add(&shim.ledger, local->sun_path,
						 length - offsetof(struct sockaddr_un, sun_path));

		memcpy(kept, &address->ss_family, sizeof(address->ss_family));
		memcpy(kept + 4, &ref, sizeof(ref));
		return 8;
	}
	if (length > size)
		length = (socklen_t)size;
	memcpy(kept, address, length);
	return (uint16_t)length;
}

static bool option_get(int fd, int level, int name, int *ret_value)
{
	socklen_t length = sizeof(*ret_value);

	return raw5(SYS_getsockopt, fd, level, name, ret_value, &length) == 0;
}

static void socket_addresses(int fd, struct ledger_fact *fact)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);

	if (raw3(SYS_getsockname, fd, &address, &length) == 0) {
		fact->local_length =
			address_keep(fact->local, sizeof(fact->local), &address, length);
		fact->has |= HAS_LOCAL;
	}
	length = sizeof(address);
	if (raw3(SYS_getpeername, fd, &address, &length) == 0) {
		fact->peer_length = address_keep(fact->peer, sizeof(fact->peer), &address, length);
		fact->has |= HAS_PEER;
	}
}

static void socket_tcp(int fd, struct ledger_fact *fact)
{
	uint8_t state; /* first byte of struct tcp_info */
	socklen_t length = sizeof(state);

	if (raw5(SYS_getsockopt, fd, IPPROTO_TCP, TCP_INFO, &state, &length) == 0) {
		fact->tcp_state = state;
		fact->has |= HAS_TCP_STATE;
	}
}

static void socket_queues(int fd, struct ledger_fact *fact)
{
	int received = 0, unsent = 0;

	/* Without a connection the kernel counts the sequence numbers of a SYN as unsent bytes. */
	if (fact->has & HAS_TCP_STATE &&
	    (fact->tcp_state == TCP_CLOSE || fact->tcp_state == TCP_SYN_SENT))
		return;
	if (fact->is_listening || raw3(SYS_ioctl, fd, SIOCINQ, &received) != 0 ||
	    raw3(SYS_ioctl, fd, SIOCOUTQ, &unsent) != 0)
		return;
	fact->receive_queue = (uint32_t)received;
	fact->send_queue = (uint32_t)unsent;
	fact->has |= HAS_QUEUES;
}

static void socket_read(int fd, struct ledger_fact *fact)
{
	int family, type, protocol, value;

	if (!option_get(fd, SOL_SOCKET, SO_DOMAIN, &family) ||
	    !option_get(fd, SOL_SOCKET, SO_TYPE, &type) ||
	    !option_get(fd, SOL_SOCKET, SO_PROTOCOL, &protocol))
		return;
	fact->family = (uint16_t)family;
	fact->type = (uint16_t)type;
	fact->protocol = (uint16_t)protocol;
	fact->has |= HAS_SOCKET;
	socket_addresses(fd, fact);
	if (option_get(fd, SOL_SOCKET, SO_ACCEPTCONN, &value)) {
		fact->is_listening = value != 0;
		fact->has |= HAS_LISTENING;
	}
	if (option_get(fd, SOL_SOCKET, SO_ERROR, &value)) {
		fact->so_error = value;
		fact->has |= HAS_SO_ERROR;
	}
	if (protocol == IPPROTO_TCP)
		socket_tcp(fd, fact);
	socket_queues(fd, fact);
}

/* Prefixes of what /proc/self/fd/N points to, for what has no place in a file system. */
static const struct {
	const char *target;
	enum descriptor_kind kind;
} targets[] = {
	{ "anon_inode:[eventfd]", KIND_EVENTFD },
	{ "anon_inode:[eventpoll]", KIND_EPOLL },
	{ "anon_inode:[timerfd]", KIND_TIMERFD },
	{ "anon_inode:[signalfd]", KIND_SIGNALFD },
	{ "anon_inode:inotify", KIND_INOTIFY },
	{ "anon_inode:[fanotify]", KIND_FANOTIFY },
	{ "anon_inode:[pidfd]", KIND_PIDFD },
	{ "pidfd:", KIND_PIDFD },
	{ "anon_inode:[io_uring]", KIND_IO_URING },
	{ "/memfd:", KIND_MEMFD },
	{ "/dev/ptmx", KIND_PTY },
	{ "/dev/pts/", KIND_PTY },
	{ "/secretmem (deleted)", KIND_MEMFD },
};

/* A message queue looks like a file in the root directory: its file system tells. */
#define MQUEUE_MAGIC 0x19800202 /* include/uapi/linux/magic.h does not have it */

static bool is_mqueue(int fd)
{
	struct statfs status;

	return !raw_failed(raw2(SYS_fstatfs, fd, &status)) && status.f_type == MQUEUE_MAGIC;
}

static enum descriptor_kind kind_by_kernel(int fd, unsigned int mode, const char *target)
{
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		if (strncmp(target, targets[i].target, strlen(targets[i].target)) == 0)
			return targets[i].kind;
	switch (mode & S_IFMT) {
	case S_IFSOCK:
		return KIND_SOCKET;
	case S_IFIFO:
		return KIND_PIPE;
	case S_IFDIR:
		return KIND_DIRECTORY;
	case S_IFREG:
		return is_mqueue(fd) ? KIND_MQUEUE : KIND_FILE;
	case S_IFCHR:
	case S_IFBLK:
	case S_IFLNK:
		return KIND_FILE;
	default:
		return KIND_OTHER;
	}
}

/* Where the descriptor points; "" without /proc. Returns the string's reference. */
static uint32_t target_read(int fd, char *target, size_t size)
{
	char path[32];
	struct text text;
	long length;

	text_init(&text, path, sizeof(path));
	text_add(&text, "/proc/self/fd/");
	text_add_number(&text, (uint64_t)fd);
	length = raw4(SYS_readlinkat, AT_FDCWD, path, target, size - 1);
	target[raw_failed(length) ? 0 : length] = '\0';
	return raw_failed(length) ? 0 : ledger_string_add(&shim.ledger, target, (size_t)length);
}

static void fact_fill(int fd, struct ledger_fact *fact)
{
	char target[512];
	struct stat status;
	long flags = raw2(SYS_fcntl, fd, F_GETFD);

	fact->fd = fd;
	fact->path_ref = target_read(fd, target, sizeof(target));
	if (!raw_failed(flags)) {
		fact->is_cloexec = (flags & FD_CLOEXEC) != 0;
		fact->has |= HAS_CLOEXEC;
	}
	fact->kind = KIND_OTHER;
	if (!raw_failed(raw2(SYS_fstat, fd, &status))) {
		fact->mode = status.st_mode;
		fact->inode = status.st_ino;
		fact->device = status.st_dev;
		fact->has |= HAS_STAT;
		fact->kind = (uint8_t)kind_by_kernel(fd, status.st_mode, target);
	}
	if (fact->kind == KIND_SOCKET)
		socket_read(fd, fact);
}

/* Has the place that opened this one facts enough? */
static bool place_is_full(const struct descriptor_view *view)
{
	struct ledger_stack *stack = NULL;

	if (view->slot && !view->is_before)
		stack = ledger_stack_at(&shim.ledger, LOAD(view->slot->opened_stack_ref));
	return stack && atomic_fetch_add_explicit(&stack->facts_taken, 1, memory_order_relaxed) >=
				FACTS_PER_STACK;
}

/*
 * Can a call that opens `recorded` have made what the kernel says is `found`?
 * What is open by a path may be nearly anything that has one.
 */
static bool is_possible(unsigned int recorded, unsigned int found)
{
	switch (recorded) {
	case KIND_OTHER: /* the arguments decided, or it came from elsewhere */
		return true;
	case KIND_FILE:
	case KIND_DIRECTORY:
		return found == KIND_FILE || found == KIND_DIRECTORY || found == KIND_PIPE ||
		       found == KIND_PTY || found == KIND_MEMFD || found == KIND_MQUEUE ||
		       found == KIND_OTHER;
	case KIND_PTY:
	case KIND_MEMFD:
	case KIND_PIDFD:
	case KIND_MQUEUE:
	case KIND_IO_URING:
	case KIND_FANOTIFY:
		return found != KIND_SOCKET &&
		       found != KIND_PIPE; /* kernels spell them in different ways */
	case KIND_SOCKET:
	case KIND_PIPE:
		return recorded == found;
	default:
		return recorded == found ||
		       found == KIND_OTHER; /* all that is known without /proc */
	}
}

/*
 * The kernel's word on a kind that no call could tell: received, duplicated,
 * unseen. Where the call cannot have made it, the number has changed hands
 * behind us, and the call is not its origin.
 */
static void slot_correct_kind(const struct descriptor_view *view, unsigned int kind)
{
	struct ledger_kind_count *kinds = shim.process->kinds;
	uint64_t word = LOAD(view->slot->word), next;
	unsigned int before = slot_kind(word) % KIND_COUNT;

	if (view->table_ref != shim.table_ref || view->is_before || before == kind)
		return;
	next = SLOT_WORD(slot_generation(word), slot_call(word), kind, slot_state(word));
	if (slot_call(word) && is_possible(call_kind(slot_call(word)), kind)) {
		atomic_fetch_sub_explicit(&kinds[before].opened, 1, memory_order_relaxed);
		atomic_fetch_add_explicit(&kinds[kind].opened, 1, memory_order_relaxed);
	} else if (slot_call(word)) {
		atomic_fetch_add_explicit(&kinds[before].closed, 1, memory_order_relaxed);
		next = SLOT_WORD(slot_generation(word) + 1, 0, kind, SLOT_UNSEEN);
	}
	(void)atomic_compare_exchange_strong(&view->slot->word, &word,
					     next); /* else it has moved on */
}

static bool fact_write(int fd, const struct descriptor_view *view)
{
	uint32_t ref = ledger_record_alloc(&shim.ledger, sizeof(struct ledger_fact));
	struct ledger_fact *fact = ledger_at(&shim.ledger, ref, sizeof(*fact));
	unsigned int kind;

	if (!fact) {
		ledger_lose(&shim.ledger, LOSS_FACTS);
		return false;
	}
	fact_fill(fd, fact);
	kind = slot_kind(LOAD(view->slot->word)) % KIND_COUNT;
	if (!fact->path_ref && !view->is_before && is_possible(kind, fact->kind))
		fact->kind = (uint8_t)kind; /* without /proc the call knows more */
	slot_correct_kind(view, fact->kind);
	fact->next_ref = LOAD(shim.process->facts_ref);
	atomic_store_explicit(&shim.process->facts_ref, ref, memory_order_release);
	return true;
}

void facts_write(int ignored_fd)
{
	bool is_own_only = copies_do_not_matter();
	uint32_t limit = is_own_only ? atomic_load_explicit(&shim.table->limit,
							    memory_order_relaxed) :
				       ledger_view_limit(&shim.ledger, shim.table_ref);
	uint32_t count = 0, omitted = 0;

	atomic_store_explicit(&shim.process->facts_ref, 0, memory_order_relaxed);
	for (uint32_t fd = 0; fd < limit; fd++) {
		struct descriptor_view view;

		if ((int)fd == ignored_fd)
			continue;
		if (is_own_only ? !ledger_slot_at(&shim.ledger, shim.table, (int)fd, false)
				: !ledger_view_reaches(&shim.ledger, shim.table_ref, (int)fd)) {
			fd |= LEDGER_SLOTS_PER_LEAF - 1;
			continue;
		}
		ledger_view(&shim.ledger, shim.table_ref, (int)fd, &view);
		if (view.origin == DESCRIPTOR_NOT_OPEN ||
		    (view.origin == DESCRIPTOR_OUTSIDE && fd <= STDERR_FILENO))
			continue; /* no report speaks of those: 400 bytes a process */
		if (count >= FACTS_PER_PROCESS || place_is_full(&view))
			omitted++;
		else if (fact_write((int)fd, &view))
			count++;
	}
	atomic_store_explicit(&shim.process->facts_omitted, omitted, memory_order_relaxed);
}
