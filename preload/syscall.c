/* SPDX-License-Identifier: MIT */
/*
 * syscall() by number, for what programs reach that way: Node closes all its
 * descriptors so. vfork.S has the entry; what can return twice never comes here.
 */
#include <errno.h>
#include <linux/close_range.h>
#include <linux/seccomp.h>

#include "base/raw.h"
#include "capture.h"
#include "duplicates.h"
#include "finish.h"
#include "lives.h"
#include "record.h"
#include "sandbox.h"
#include "state.h"

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
 * its pipe, which we did not give it. rt_sigprocmask with an impossible `how`
 * answers the same without a pipe: EINVAL after reading, EFAULT otherwise.
 */
static long address_is_readable(long address)
{
	if (raw4(SYS_rt_sigprocmask, -1, address, 0, 8) == -EFAULT)
		return result_of(-EFAULT);
	return 1;
}

/* Calls that only return a descriptor, with the call whose kind and name they share. */
static enum call call_of(long number)
{
	switch (number) {
	case SYS_socket:
		return CALL_socket;
	case SYS_accept:
		return CALL_accept;
	case SYS_accept4:
		return CALL_accept4;
	case SYS_openat:
	case SYS_openat2:
		return CALL_openat;
	case SYS_eventfd2:
		return CALL_eventfd;
	case SYS_epoll_create1:
		return CALL_epoll_create1;
	case SYS_timerfd_create:
		return CALL_timerfd_create;
	case SYS_inotify_init1:
		return CALL_inotify_init1;
	case SYS_memfd_create:
		return CALL_memfd_create;
#ifdef SYS_open
	case SYS_open:
		return CALL_open;
	case SYS_creat:
		return CALL_creat;
	case SYS_eventfd:
		return CALL_eventfd;
	case SYS_epoll_create:
		return CALL_epoll_create;
	case SYS_inotify_init:
		return CALL_inotify_init;
#endif
	default:
		return CALL_none;
	}
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
	long result = raw3(number, from, to, flags);

	(void)duplicate_end(&release, (int)from, (int)result);
	return result;
}

static long close_range_by_number(long first, long last, long flags)
{
	long result = raw3(SYS_close_range, first, last, flags);

	if (result == 0)
		close_range_done(CALL_close_range, (unsigned int)first, (unsigned int)last,
				 (unsigned int)flags);
	return result;
}

/* clone without CLONE_VM and fork: the child goes on in a copy of this frame. */
static long fork_by_number(long number, long a, long b, long c, long d, long e)
{
	long pid;

	fork_announce();
	pid = raw5(number, a, b, c, d, e);
	if (pid == 0)
		fork_in_child();
	else
		fork_in_parent(pid > 0 ? (pid_t)pid : -1);
	return pid;
}

long syscall_recorded(long number, long a, long b, long c, long d, long e, long f)
{
	enum call call;
	long result;

	if (number == SYS_write && unwinder_libunwind_owns(__builtin_return_address(0)))
		return address_is_readable(b);
	switch (number) {
	case SYS_close:
		return result_of(release_by_number((int)a, a));
	case SYS_close_range:
		return result_of(close_range_by_number(a, b, c));
#ifdef SYS_dup2
	case SYS_dup2:
		return result_of(duplicate_by_number(CALL_dup2, number, a, b, 0));
	case SYS_fork:
#endif
	case SYS_clone:
	case SYS_clone3:
		return result_of(fork_by_number(number, a, b, c, d, e));
	case SYS_dup3:
		return result_of(duplicate_by_number(CALL_dup3, number, a, b, c));
	/* Through the wrappers, which have the rules; those that wait are no cancellation points here. */
	case SYS_dup:
		return dup((int)a);
	case SYS_fcntl:
		result = result_of(raw3(number, a, b, c));
		return fcntl_duplicates((int)b) ?
			       record_duplicate(CALL_fcntl, (int)a, (int)result) :
			       result;
	case SYS_socketpair:
		return socketpair((int)a, (int)b, (int)c, (int *)d);
	case SYS_pipe2:
		return pipe2((int *)a, (int)b);
#ifdef SYS_pipe
	case SYS_pipe:
		return pipe((int *)a);
#endif
	case SYS_connect:
		return record_connect((int)a, (int)result_of(raw3(number, a, b, c)),
				      (const struct sockaddr *)b, (socklen_t)c);
	case SYS_bind:
		return bind((int)a, (const struct sockaddr *)b, (socklen_t)c);
	case SYS_listen:
		return listen((int)a, (int)b);
	case SYS_shutdown:
		return shutdown((int)a, (int)b);
	case SYS_recvmsg:
		return record_received(CALL_recvmsg, result_of(raw3(number, a, b, c)),
				       (struct msghdr *)b);
	case SYS_sendmsg:
		return record_sent(CALL_sendmsg, result_of(raw3(number, a, b, c)),
				   (const struct msghdr *)b);
	case SYS_execve:
		return execve((const char *)a, (char *const *)b, (char *const *)c);
	case SYS_execveat:
		return execveat((int)a, (const char *)b, (char *const *)c, (char *const *)d, (int)e);
	case SYS_unshare:
		return unshare((int)a);
	case SYS_exit_group:
		finish_process(END__EXIT, (int)a);
		a = finish_report((int)a);
		break;
	case SYS_seccomp:
		sandbox_prepare();
		break;
	default:
		break;
	}
	result = raw6(number, a, b, c, d, e, f);
	if (number == SYS_seccomp && result >= 0 &&
	    (a == SECCOMP_SET_MODE_FILTER || a == SECCOMP_SET_MODE_STRICT))
		sandbox_entered();
	call = call_of(number);
	if (call != CALL_none && !raw_failed(result))
		record_opened(call, (int)result);
	if (number == SYS_signalfd4 && (int)a == -1 && !raw_failed(result))
		record_opened(CALL_signalfd, (int)result);
	return result_of(result);
}
