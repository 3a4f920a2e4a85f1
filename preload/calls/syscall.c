/* SPDX-License-Identifier: MIT */
/*
 * syscall() by number, for what programs reach that way: Node closes all its
 * descriptors so. vfork.S has the entry; what can return twice never comes here.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <string.h>

#include "base/raw.h"
#include "calls/fork.h"
#include "calls/ioctl.h"
#include "calls/open.h"
#include "calls/unshare.h"
#include "end/finish.h"
#include "end/seccomp.h"
#include "libc/syscalls.h"
#include "process/handover.h"
#include "record/duplicates.h"
#include "record/givers.h"
#include "record/limit.h"
#include "record/misuse.h"
#include "record/record.h"
#include "record/spare.h"
#include "record/stderr.h"
#include "shim/readable.h"
#include "shim/state.h"
#include "stack/capture.h"

long syscall_recorded(long number, long a, long b, long c, long d, long e, long f);

/* As libc's syscall(): -1 and errno. */
static long result_of(long result)
{
	if (!raw_failed(result))
		return result;
	errno = (int)-result;
	return -1;
}

/*
 * libunwind asks whether an address can be read by writing a byte from it to
 * its pipe, which we did not give it. It is answered without one.
 */
static long address_is_readable(long address)
{
	return is_readable((uint64_t)address) ? 1 : result_of(-EFAULT);
}

/* With IORING_SETUP_REGISTERED_FD_ONLY it returns an index that is no descriptor. */
static bool ring_opens(long parameters)
{
	uint32_t flags;

	/* struct io_uring_params: after the two numbers of entries */
	memcpy(&flags, (const char *)parameters + 2 * sizeof(uint32_t), sizeof(flags));
	return !(flags & UINT32_C(1) << 15);
}

/* The call that a successful system call opened a descriptor by; CALL_none: it opened none. */
static enum call opener_of(long number, long a, long b, long c)
{
	switch (number) {
	case SYS_signalfd4:
#ifdef SYS_signalfd
	case SYS_signalfd:
#endif
		return (int)a == -1 ? CALL_signalfd : CALL_none;
	case SYS_bpf:
		return syscall_bpf_opens(a) ? CALL_bpf : CALL_none;
	case SYS_seccomp:
		return a == SECCOMP_SET_MODE_FILTER && b & SECCOMP_FILTER_FLAG_NEW_LISTENER
			       ? CALL_seccomp
			       : CALL_none;
#ifdef SYS_landlock_create_ruleset
	case SYS_landlock_create_ruleset:
		return c == 0 ? CALL_landlock_create_ruleset
			      : CALL_none; /* flags ask for a version */
#endif
	case SYS_io_uring_setup:
		return ring_opens(b) ? CALL_io_uring_setup : CALL_none;
	default:
		return syscall_opener(number);
	}
}

/* The column of each row that may be an opener by number; what is not in here is CLOEXEC_NEVER. */
static const uint16_t cloexec_of[CALL_COUNT] = {
#define CALL(name, ...) [CALL_##name] = CLOEXEC_OF_##name,
#define CALL_NUMBER(name, ...) CALL(name)
#define CALL_PLAIN(name)
#include "libc/calls.def"
#undef CALL
};

/* What a row says of close-on-exec, where the system call has other arguments than the function. */
static uint32_t facts_of(enum call opener, long number, const long arguments[])
{
	unsigned int argument = cloexec_argument(cloexec_of[opener]);
	long value = argument ? arguments[argument - 1] : 0;

	switch (number) {
	case SYS_signalfd4: /* (…, mask, size of it, flags) */
		value = arguments[3];
		break;
	case SYS_openat2:
		return open_how_facts((const struct open_how *)arguments[2]);
	case SYS_userfaultfd: /* its children are of the same sort */
		return giver_facts(value & O_CLOEXEC) |
		       cloexec_fact(cloexec_of[opener], (uint32_t)value);
	case SYS_fanotify_init:
		return giver_facts(arguments[1] & O_CLOEXEC) |
		       cloexec_fact(cloexec_of[opener], (uint32_t)value);
#ifdef SYS_signalfd
	case SYS_signalfd:
	case SYS_eventfd:
		value = 0; /* from before they had flags */
		break;
#endif
	default:
		break;
	}
	return cloexec_fact(cloexec_of[opener], (uint32_t)value);
}

static long release_by_number(int fd, long a)
{
	struct release release = record_release_begin(CALL_close, fd);
	long result = raw1(SYS_close, a);

	record_release_end(&release, raw_failed(result) ? (int)-result : 0);
	return result;
}

static long duplicate_by_number(enum call call, long number, long from, long to, long flags)
{
	struct release release = duplicate_begin(call, (int)from, (int)to);
	long result = result_of(raw3(number, from, to, flags));

	(void)duplicate_end(&release, (int)from, (int)result);
	record_fact((int)result, cloexec_fact(cloexec_of[call], (uint32_t)flags));
	return result;
}

static long accept_by_number(enum call call, long number, long a, long b, long c, long d)
{
	long result = used(call, (int)a, result_of(raw4(number, a, b, c, d)));

	return record_accepted(call, (int)result, (const struct sockaddr *)b, (const socklen_t *)c,
			       FACT_CLOEXEC_OF(accept4, d));
}

static long recvmmsg_by_number(long a, long b, long c, long d, long e)
{
	long result = used(CALL_recvmmsg, (int)a, result_of(raw5(SYS_recvmmsg, a, b, c, d, e)));

	for (long i = 0; i < result; i++)
		(void)record_received(CALL_recvmmsg, 0, &((struct mmsghdr *)b)[i].msg_hdr,
				      FACT_CLOEXEC_OF(recvmmsg, d));
	return result;
}

static long sendmmsg_by_number(long a, long b, long c, long d)
{
	long result = used(CALL_sendmmsg, (int)a, result_of(raw4(SYS_sendmmsg, a, b, c, d)));

	for (long i = 0; i < result; i++)
		(void)record_sent(CALL_sendmmsg, 0, &((struct mmsghdr *)b)[i].msg_hdr);
	return result;
}

static long close_range_by_number(long first, long last, long flags)
{
	struct range range =
		record_range_begin(CALL_close_range, (unsigned int)first, (unsigned int)last);
	long result;

	if (!(flags & CLOSE_RANGE_CLOEXEC)) {
		stderr_guard((unsigned int)first, (unsigned int)last);
		misuse_range_empty(CALL_close_range, (unsigned int)first, (unsigned int)last);
	}
	result = raw3(SYS_close_range, first, last, flags);
	if (result == 0)
		close_range_done(&range, (unsigned int)flags);
	return result;
}

/* The child's process descriptor is made in the parent alone, where the caller asked for it. */
static void pidfd_note(long number, long a, long c)
{
	const struct clone_args *arguments = (const void *)a;

	if (number == SYS_clone && a & CLONE_PIDFD)
		record_opened_at(CALL_clone, call_kind(CALL_clone), (void *)c,
				 FACT_CLOEXEC_OF(clone, 0));
	if (number == SYS_clone3 && arguments->flags & CLONE_PIDFD)
		record_opened_at(CALL_clone3, call_kind(CALL_clone3),
				 (void *)(uintptr_t)arguments->pidfd, FACT_CLOEXEC_OF(clone3, 0));
}

/* clone without CLONE_VM and fork: the child goes on in a copy of this frame. */
static long fork_by_number(long number, long a, long b, long c, long d, long e)
{
	uint64_t flags = 0; /* SYS_fork has none */
	long pid;

	if (number == SYS_clone)
		flags = (uint64_t)a;
	else if (number == SYS_clone3)
		flags = ((const struct clone_args *)a)->flags;
	fork_announce_clone(flags);
	pid = raw5(number, a, b, c, d, e);
	if (pid == 0) {
		fork_in_child();
		return pid;
	}
	fork_in_parent(pid > 0 ? (pid_t)pid : -1);
	if (pid > 0)
		pidfd_note(number, a, c);
	return pid;
}

static long fcntl_by_number(long a, long b, long c)
{
	return fcntl_done(CALL_fcntl, (int)a, (int)b, c, (int)result_of(raw3(SYS_fcntl, a, b, c)));
}

/* Through the wrappers, which have the rules; those that wait are no cancellation points here. */
static long socket_by_number(long number, long a, long b, long c, long d, long e)
{
	switch (number) {
	case SYS_accept:
		return accept_by_number(CALL_accept, number, a, b, c, 0);
	case SYS_accept4:
		return accept_by_number(CALL_accept4, number, a, b, c, d);
	case SYS_socketpair:
		return socketpair((int)a, (int)b, (int)c, (int *)d);
	case SYS_connect:
		return record_connect(
			(int)a, (int)used(CALL_connect, (int)a, result_of(raw3(number, a, b, c))),
			(const struct sockaddr *)b, (socklen_t)c);
	case SYS_bind:
		return bind((int)a, (const struct sockaddr *)b, (socklen_t)c);
	case SYS_listen:
		return listen((int)a, (int)b);
	case SYS_shutdown:
		return shutdown((int)a, (int)b);
	case SYS_recvmsg:
		return record_received(CALL_recvmsg,
				       used(CALL_recvmsg, (int)a, result_of(raw3(number, a, b, c))),
				       (struct msghdr *)b, FACT_CLOEXEC_OF(recvmsg, c));
	case SYS_getsockopt:
		return getsockopt((int)a, (int)b, (int)c, (void *)d, (socklen_t *)e);
	case SYS_sendmsg:
		return record_sent(CALL_sendmsg,
				   used(CALL_sendmsg, (int)a, result_of(raw3(number, a, b, c))),
				   (const struct msghdr *)b);
	case SYS_recvmmsg:
		return recvmmsg_by_number(a, b, c, d, e);
	default: /* SYS_sendmmsg */
		return sendmmsg_by_number(a, b, c, d);
	}
}

/* May it forbid system calls from here on? */
static bool is_filter(long number, long a)
{
	switch (number) {
	case SYS_prctl:
		return (int)a == PR_SET_SECCOMP;
	case SYS_seccomp:
		return a == SECCOMP_SET_MODE_FILTER || a == SECCOMP_SET_MODE_STRICT;
	default:
		return false;
	}
}

/* EBADF, of what only uses a number. */
static long failed_by_number(long number, const long arguments[6], long result)
{
	struct syscall_use use;

	errno = (int)-result;
	if (result != -EBADF || !syscall_use_find(number, &use))
		return -1;
	if (use.other >= 0)
		misuse_used_two(use.call, (int)arguments[use.one], (int)arguments[use.other]);
	else if (use.is_question)
		misuse_asked(use.call, (int)arguments[use.one]);
	else
		misuse_used(use.call, (int)arguments[use.one]);
	return -1;
}

/* What needs nothing done around it but for a filter; at most it opens a descriptor. */
static long plain_by_number(long number, long a, long b, long c, long d, long e, long f)
{
	bool has_filter = is_filter(number, a);
	enum call opener;
	long result;

	if (has_filter)
		seccomp_prepare();
	result = raw6(number, a, b, c, d, e, f);
	if (raw_failed(result))
		return failed_by_number(number, (long[]){ a, b, c, d, e, f }, result);
	if (has_filter)
		seccomp_entered();
	limit_set_by(number, a, b);
	opener = opener_of(number, a, b, c);
	if (opener != CALL_none)
		result = record_opened_with(opener, (int)result,
					    facts_of(opener, number, (long[]){ a, b, c, d, e, f }));
	return result;
}

long syscall_recorded(long number, long a, long b, long c, long d, long e, long f)
{
	if (number == SYS_write && unwinder_libunwind_owns(__builtin_return_address(0)))
		return address_is_readable(b);
	switch (number) {
	case SYS_close:
		return result_of(release_by_number((int)a, a));
	case SYS_close_range:
		return result_of(close_range_by_number(a, b, c));
#ifdef SYS_dup2
	case SYS_dup2:
		return duplicate_by_number(CALL_dup2, number, a, b, 0);
	case SYS_fork:
#endif
	case SYS_clone:
	case SYS_clone3:
		return result_of(fork_by_number(number, a, b, c, d, e));
	case SYS_dup3:
		return duplicate_by_number(CALL_dup3, number, a, b, c);
	case SYS_dup: /* from here on many are done by the wrappers, which have the rules */
		return dup((int)a);
	case SYS_fcntl:
		return fcntl_by_number(a, b, c);
	case SYS_ioctl:
		return ioctl_done((int)a, (unsigned long)b, (void *)c,
				  (int)result_of(raw3(number, a, b, c)));
	case SYS_read:
		return read_done(CALL_read, (int)a, (void *)b,
				 used(CALL_read, (int)a, result_of(raw3(number, a, b, c))));
	case SYS_readv:
		return readv_done(CALL_readv, (int)a, (const struct iovec *)b, (int)c,
				  used(CALL_readv, (int)a, result_of(raw3(number, a, b, c))));
	case SYS_preadv2:
		return readv_done(CALL_preadv2, (int)a, (const struct iovec *)b, (int)c,
				  plain_by_number(number, a, b, c, d, e, f));
#ifdef SYS_pipe
	case SYS_pipe:
		return pipe((int *)a);
#endif
	case SYS_pipe2:
		return pipe2((int *)a, (int)b);
	case SYS_accept:
	case SYS_accept4:
	case SYS_socketpair:
	case SYS_connect:
	case SYS_bind:
	case SYS_listen:
	case SYS_shutdown:
	case SYS_getsockopt:
	case SYS_recvmsg:
	case SYS_sendmsg:
	case SYS_recvmmsg:
	case SYS_sendmmsg:
		return socket_by_number(number, a, b, c, d, e);
	case SYS_execve:
		return execve((const char *)a, (char *const *)b, (char *const *)c);
	case SYS_execveat:
		return execveat((int)a, (const char *)b, (char *const *)c, (char *const *)d,
				(int)e);
	case SYS_unshare:
		return unshare((int)a);
	case SYS_setuid:
		handover_prepare((uid_t)a, (uid_t)a);
		handover_done(); /* whatever comes of it: it only has an exec ask */
		break;
	case SYS_setreuid:
	case SYS_setresuid:
		handover_prepare((uid_t)a, (uid_t)b);
		handover_done();
		break;
	case SYS_exit_group:
		finish_process(END__EXIT, (int)a);
		a = finish_report((int)a);
		break;
	default:
		break;
	}
	return spare_by_number(number, &a, &b, c) ? 0 : plain_by_number(number, a, b, c, d, e, f);
}
