/* SPDX-License-Identifier: MIT */
/* What system calls by number open and use. No pointers: nothing that the loader would have to
 * write to. */
#include "libc/syscalls.h"

#include <sys/syscall.h>

/* Numbers that Debian 12's headers do not have. */
#ifndef SYS_open_tree_attr
#define SYS_open_tree_attr 467
#endif

/* What only returns a descriptor, when it succeeds, by the call whose kind and name it has. */
static const uint16_t openers[] = {
	[SYS_socket] = CALL_socket,
	[SYS_openat] = CALL_openat,
	[SYS_openat2] = CALL_openat2,
	[SYS_open_by_handle_at] = CALL_open_by_handle_at,
	[SYS_eventfd2] = CALL_eventfd,
	[SYS_epoll_create1] = CALL_epoll_create1,
	[SYS_timerfd_create] = CALL_timerfd_create,
	[SYS_inotify_init1] = CALL_inotify_init1,
	[SYS_fanotify_init] = CALL_fanotify_init,
	[SYS_mq_open] = CALL_mq_open,
	[SYS_memfd_create] = CALL_memfd_create,
#ifdef SYS_memfd_secret
	[SYS_memfd_secret] = CALL_memfd_secret,
#endif
	[SYS_pidfd_open] = CALL_pidfd_open,
	[SYS_pidfd_getfd] = CALL_pidfd_getfd,
	[SYS_fsopen] = CALL_fsopen,
	[SYS_fsmount] = CALL_fsmount,
	[SYS_fspick] = CALL_fspick,
	[SYS_open_tree] = CALL_open_tree,
	[SYS_open_tree_attr] = CALL_open_tree_attr,
	[SYS_userfaultfd] = CALL_userfaultfd,
	[SYS_perf_event_open] = CALL_perf_event_open,
#ifdef SYS_open
	[SYS_open] = CALL_open,
	[SYS_creat] = CALL_creat,
	[SYS_eventfd] = CALL_eventfd,
	[SYS_epoll_create] = CALL_epoll_create,
	[SYS_inotify_init] = CALL_inotify_init,
#endif
};

/* The commands of bpf() that return a descriptor; others return 0, or a number. */
bool syscall_bpf_opens(long command)
{
	switch (command) {
	case 0:  /* BPF_MAP_CREATE */
	case 5:  /* BPF_PROG_LOAD */
	case 7:  /* BPF_OBJ_GET */
	case 13: /* BPF_PROG_GET_FD_BY_ID */
	case 14: /* BPF_MAP_GET_FD_BY_ID */
	case 17: /* BPF_RAW_TRACEPOINT_OPEN */
	case 18: /* BPF_BTF_LOAD */
	case 19: /* BPF_BTF_GET_FD_BY_ID */
	case 28: /* BPF_LINK_CREATE */
	case 30: /* BPF_LINK_GET_FD_BY_ID */
	case 32: /* BPF_ENABLE_STATS */
	case 33: /* BPF_ITER_CREATE */
	case 36: /* BPF_TOKEN_CREATE */
		return true;
	default:
		return false;
	}
}

enum call syscall_opener(long number)
{
	return (unsigned long)number < sizeof(openers) / sizeof(openers[0]) ? openers[number]
									    : CALL_none;
}

#define NONE 0xff

static const struct row {
	uint16_t number, call;
	uint8_t one, other;
	bool is_question;
} rows[] = {
	{ SYS_write, CALL_write, 0, NONE, false },
	{ SYS_pread64, CALL_pread, 0, NONE, false },
	{ SYS_pwrite64, CALL_pwrite, 0, NONE, false },
	{ SYS_writev, CALL_writev, 0, NONE, false },
	{ SYS_preadv, CALL_preadv, 0, NONE, false },
	{ SYS_pwritev, CALL_pwritev, 0, NONE, false },
	{ SYS_preadv2, CALL_preadv2, 0, NONE, false },
	{ SYS_pwritev2, CALL_pwritev2, 0, NONE, false },
	{ SYS_recvfrom, CALL_recvfrom, 0, NONE, false },
	{ SYS_sendto, CALL_sendto, 0, NONE, false },
	{ SYS_vmsplice, CALL_vmsplice, 0, NONE, false },
	{ SYS_readahead, CALL_readahead, 0, NONE, false },
	{ SYS_lseek, CALL_lseek, 0, NONE, false },
	{ SYS_ftruncate, CALL_ftruncate, 0, NONE, false },
	{ SYS_fsync, CALL_fsync, 0, NONE, false },
	{ SYS_fdatasync, CALL_fdatasync, 0, NONE, false },
	{ SYS_syncfs, CALL_syncfs, 0, NONE, false },
	{ SYS_sync_file_range, CALL_sync_file_range, 0, NONE, false },
	{ SYS_flock, CALL_flock, 0, NONE, false },
	{ SYS_fallocate, CALL_fallocate, 0, NONE, false },
	{ SYS_setsockopt, CALL_setsockopt, 0, NONE, false },
	{ SYS_getsockname, CALL_getsockname, 0, NONE, false },
	{ SYS_getpeername, CALL_getpeername, 0, NONE, false },
	{ SYS_epoll_pwait, CALL_epoll_pwait, 0, NONE, false },
	{ SYS_timerfd_settime, CALL_timerfd_settime, 0, NONE, false },
	{ SYS_timerfd_gettime, CALL_timerfd_gettime, 0, NONE, false },
	{ SYS_inotify_add_watch, CALL_inotify_add_watch, 0, NONE, false },
	{ SYS_inotify_rm_watch, CALL_inotify_rm_watch, 0, NONE, false },
	{ SYS_fchdir, CALL_fchdir, 0, NONE, false },
	{ SYS_fchmod, CALL_fchmod, 0, NONE, false },
	{ SYS_fchown, CALL_fchown, 0, NONE, false },
	{ SYS_fstatfs, CALL_fstatfs, 0, NONE, false },
	{ SYS_getdents64, CALL_getdents64, 0, NONE, false },
	{ SYS_fgetxattr, CALL_fgetxattr, 0, NONE, false },
	{ SYS_fsetxattr, CALL_fsetxattr, 0, NONE, false },
	{ SYS_flistxattr, CALL_flistxattr, 0, NONE, false },
	{ SYS_fremovexattr, CALL_fremovexattr, 0, NONE, false },
	{ SYS_setns, CALL_setns, 0, NONE, false },
	{ SYS_fadvise64, CALL_posix_fadvise, 0, NONE, false },
	{ SYS_fstat, CALL_fstat, 0, NONE, true },
	{ SYS_sendfile, CALL_sendfile, 0, 1, false },
	{ SYS_tee, CALL_tee, 0, 1, false },
	{ SYS_splice, CALL_splice, 0, 2, false },
	{ SYS_copy_file_range, CALL_copy_file_range, 0, 2, false },
	{ SYS_epoll_ctl, CALL_epoll_ctl, 0, 2, false },
	{ SYS_fanotify_mark, CALL_fanotify_mark, 0, 3, false },
	{ SYS_mmap, CALL_mmap, 4, NONE, false },
	{ SYS_signalfd4, CALL_signalfd, 0, NONE, false },
	{ SYS_openat, CALL_openat, 0, NONE, false },
	{ SYS_openat2, CALL_openat2, 0, NONE, false },
	{ SYS_open_by_handle_at, CALL_open_by_handle_at, 0, NONE, false },
	{ SYS_name_to_handle_at, CALL_name_to_handle_at, 0, NONE, false },
	{ SYS_mkdirat, CALL_mkdirat, 0, NONE, false },
	{ SYS_unlinkat, CALL_unlinkat, 0, NONE, false },
	{ SYS_readlinkat, CALL_readlinkat, 0, NONE, false },
	{ SYS_faccessat, CALL_faccessat, 0, NONE, false },
	{ SYS_fchmodat, CALL_fchmodat, 0, NONE, false },
	{ SYS_fchownat, CALL_fchownat, 0, NONE, false },
	{ SYS_utimensat, CALL_utimensat, 0, NONE, false },
	{ SYS_mknodat, CALL_mknodat, 0, NONE, false },
	{ SYS_newfstatat, CALL_fstatat, 0, NONE, false },
	{ SYS_statx, CALL_statx, 0, NONE, false },
	{ SYS_symlinkat, CALL_symlinkat, 1, NONE, false },
	{ SYS_linkat, CALL_linkat, 0, 2, false },
	{ SYS_renameat2, CALL_renameat2, 0, 2, false },
	{ SYS_mq_timedsend, CALL_mq_timedsend, 0, NONE, false },
	{ SYS_mq_timedreceive, CALL_mq_timedreceive, 0, NONE, false },
	{ SYS_mq_notify, CALL_mq_notify, 0, NONE, false },
	{ SYS_mq_getsetattr, CALL_mq_setattr, 0, NONE, false },
	{ SYS_pidfd_send_signal, CALL_pidfd_send_signal, 0, NONE, false },
	{ SYS_pidfd_getfd, CALL_pidfd_getfd, 0, NONE, false },
	{ SYS_fsconfig, CALL_fsconfig, 0, NONE, false },
	{ SYS_fsmount, CALL_fsmount, 0, NONE, false },
	{ SYS_fspick, CALL_fspick, 0, NONE, false },
	{ SYS_open_tree, CALL_open_tree, 0, NONE, false },
	{ SYS_move_mount, CALL_move_mount, 0, 2, false },
#ifdef SYS_epoll_pwait2
	{ SYS_epoll_pwait2, CALL_epoll_pwait2, 0, NONE, false },
#endif
#ifdef SYS_open
	{ SYS_epoll_wait, CALL_epoll_wait, 0, NONE, false },
	{ SYS_renameat, CALL_renameat, 0, 2, false },
	{ SYS_futimesat, CALL_futimesat, 0, NONE, false },
	{ SYS_signalfd, CALL_signalfd, 0, NONE, false },
#endif
};

bool syscall_use_find(long number, struct syscall_use *ret_use)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];

		if (row->number != number)
			continue;
		*ret_use = (struct syscall_use){ row->call, row->one,
						 row->other == NONE ? -1 : row->other,
						 row->is_question };
		return true;
	}
	return false;
}
