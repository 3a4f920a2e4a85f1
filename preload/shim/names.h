/* SPDX-License-Identifier: MIT */
/*
 * Declarations of what libc exports without declaring it: second names and the
 * entries of _FORTIFY_SOURCE. Everything else takes its type from libc's headers.
 *
 * Layer: preload.
 */
#ifndef UNCLOSED_PRELOAD_SHIM_NAMES_H
#define UNCLOSED_PRELOAD_SHIM_NAMES_H

#undef NDEBUG /* with it, assert.h does not declare __assert_fail */
#include <assert.h>
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <fts.h>
#include <ifaddrs.h>
#include <link.h>
#include <mntent.h>
#include <mqueue.h>
#include <net/if.h>
#include <netdb.h>
#include <poll.h>
#include <pty.h>
#include <sched.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>
#if __GLIBC_PREREQ(2, 36)
#include <sys/pidfd.h>
#endif

extern __typeof__(open) __open, __open64;
extern int __open_2(const char *path, int flags);
extern int __open64_2(const char *path, int flags);
extern int __openat_2(int directory, const char *path, int flags);
extern int __openat64_2(int directory, const char *path, int flags);
extern __typeof__(fopen) _IO_fopen;
extern __typeof__(fdopen) _IO_fdopen;
extern __typeof__(fclose) _IO_fclose;
extern __typeof__(popen) _IO_popen;
extern __typeof__(pipe) __pipe;
extern __typeof__(dup2) __dup2;
extern __typeof__(fcntl) __fcntl;
extern __typeof__(close) __close;
extern __typeof__(fork) __fork;
extern __typeof__(vfork) __vfork;
extern __typeof__(clone) __clone;
extern __typeof__(waitpid) __waitpid;
extern __typeof__(setmntent) __setmntent;
extern __typeof__(endmntent) __endmntent;
extern __typeof__(read) __read;
extern __typeof__(write) __write;
extern __typeof__(pread64) __pread64;
extern __typeof__(pwrite64) __pwrite64;
extern __typeof__(send) __send;
extern __typeof__(connect) __connect;
extern __typeof__(lseek) __lseek;
extern __typeof__(poll) __poll;
extern __typeof__(select) __select;
extern int __fxstat(int version, int fd, struct stat *status);
extern int __fxstat64(int version, int fd, struct stat64 *status);
extern int __fxstatat(int version, int directory, const char *path, struct stat *status, int flags);
extern int __fxstatat64(int version, int directory, const char *path, struct stat64 *status,
			int flags);
extern int __xmknodat(int version, int directory, const char *path, mode_t mode, dev_t *device);
extern ssize_t __readlinkat_chk(int directory, const char *path, char *buffer, size_t size,
				size_t room);
extern int __dprintf_chk(int fd, int flag, const char *format, ...);
extern int __vdprintf_chk(int fd, int flag, const char *format, va_list arguments);
extern ssize_t __read_chk(int fd, void *buffer, size_t size, size_t room);
extern ssize_t __pread_chk(int fd, void *buffer, size_t size, off_t offset, size_t room);
extern ssize_t __pread64_chk(int fd, void *buffer, size_t size, off64_t offset, size_t room);
extern ssize_t __recv_chk(int fd, void *buffer, size_t size, size_t room, int flags);
extern ssize_t __recvfrom_chk(int fd, void *buffer, size_t size, size_t room, int flags,
			      __SOCKADDR_ARG address, socklen_t *length);
extern int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t room);
extern int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
		       const sigset_t *mask, size_t room);
extern int __mq_open_2(const char *name, int flags);
extern int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv,
			     void (*init)(void), void (*fini)(void), void (*rtld_fini)(void),
			     void *stack_end);

/*
 * What moved from libdl into libc in glibc 2.34 still has its old version there.
 * Asking for that one, the library loads into programs of older systems, too
 * (with libdl.so.2, see UNCLOSED_PORTABLE in CMakeLists.txt).
 */
#define OLDEST(name, version) __asm__(".symver " #name ", " #name "@" #version)
/* clang-format off */
#if defined(__x86_64__)
OLDEST(dladdr, GLIBC_2.2.5);
OLDEST(dladdr1, GLIBC_2.3.3);
OLDEST(dlerror, GLIBC_2.2.5);
OLDEST(dlopen, GLIBC_2.2.5);
OLDEST(dlsym, GLIBC_2.2.5);
#elif defined(__aarch64__)
OLDEST(dladdr, GLIBC_2.17);
OLDEST(dladdr1, GLIBC_2.17);
OLDEST(dlerror, GLIBC_2.17);
OLDEST(dlopen, GLIBC_2.17);
OLDEST(dlsym, GLIBC_2.17);
#endif
/* clang-format on */

/*
 * Names that came with a version of libc newer than the oldest we run with, and
 * how a wrapper of one is exported: plainly when the libc we are built with has
 * it, else under its version only (calls.def says why). The first version of a
 * library stands for the plain name too; libunclosed.map gives that place to an
 * empty one.
 */
#define EXPORT_VERSION(name, version)                                                              \
	__asm__(".symver " #name ", " #name "@" #version ", remove")
#define EXPORT_PLAIN(name) extern __typeof__(name) name

/* Of the C++ runtime (cxx_throw.c), whose headers are not C: what is thrown, its type, its destructor. */
/* clang-format off */
#define CXXABI_1_3(name) EXPORT_VERSION(name, CXXABI_1.3)
/* clang-format on */
extern void __cxa_throw(void *thrown, void *type, void (*destroy)(void *));
extern void *__cxa_begin_catch(void *header);

#if __GLIBC_PREREQ(2, 26)
#define SINCE_2_26(name) EXPORT_PLAIN(name)
#else
#define SINCE_2_26(name) EXPORT_VERSION(name, GLIBC_2 .26)
extern ssize_t preadv2(int fd, const struct iovec *parts, int count, off_t offset, int flags);
extern ssize_t pwritev2(int fd, const struct iovec *parts, int count, off_t offset, int flags);
extern ssize_t preadv64v2(int fd, const struct iovec *parts, int count, off64_t offset, int flags);
extern ssize_t pwritev64v2(int fd, const struct iovec *parts, int count, off64_t offset, int flags);
#endif

#if __GLIBC_PREREQ(2, 28)
#define SINCE_2_28(name) EXPORT_PLAIN(name)
#else
#define SINCE_2_28(name) EXPORT_VERSION(name, GLIBC_2 .28)
struct statx;
extern int statx(int directory, const char *path, int flags, unsigned int mask,
		 struct statx *status);
extern int renameat2(int from, const char *old, int to, const char *new, unsigned int flags);
#endif

#if __GLIBC_PREREQ(2, 30)
#define SINCE_2_30(name) EXPORT_PLAIN(name)
#else
#define SINCE_2_30(name) EXPORT_VERSION(name, GLIBC_2 .30)
extern ssize_t getdents64(int fd, void *buffer, size_t size);
#endif

/* Before, a program had them from the archive that goes with libc, and called __fxstat() and its
 * kin. */
#if __GLIBC_PREREQ(2, 33)
#define SINCE_2_33(name) EXPORT_PLAIN(name)
#else
#define SINCE_2_33(name) EXPORT_VERSION(name, GLIBC_2 .33)
#endif

#if __GLIBC_PREREQ(2, 35)
#define SINCE_2_35(name) EXPORT_PLAIN(name)
#else
#define SINCE_2_35(name) EXPORT_VERSION(name, GLIBC_2 .35)
extern int epoll_pwait2(int epoll, struct epoll_event *events, int room,
			const struct timespec *timeout, const sigset_t *mask);
#endif

#if __GLIBC_PREREQ(2, 36)
#define SINCE_2_36(name) EXPORT_PLAIN(name)
#else
#define SINCE_2_36(name) EXPORT_VERSION(name, GLIBC_2.36)
extern int pidfd_open(pid_t pid, unsigned int flags);
extern int pidfd_getfd(int pidfd, int fd, unsigned int flags);
extern int fsopen(const char *type, unsigned int flags);
extern int fsmount(int fd, unsigned int flags, unsigned int attributes);
extern int pidfd_send_signal(int pidfd, int signal, siginfo_t *info, unsigned int flags);
extern int fsconfig(int fd, unsigned int command, const char *key, const void *value, int more);
extern int move_mount(int from, const char *old, int to, const char *new, unsigned int flags);
extern int fspick(int directory, const char *path, unsigned int flags);
extern int open_tree(int directory, const char *path, unsigned int flags);
#define FSOPEN_CLOEXEC 1
#define FSMOUNT_CLOEXEC 1
#define FSPICK_CLOEXEC 1
#define OPEN_TREE_CLOEXEC O_CLOEXEC
#endif

/* From linux/perf_event.h, for one bit of it. */
#define PERF_FLAG_FD_CLOEXEC (1 << 3)

#if __GLIBC_PREREQ(2, 39)
#define SINCE_2_39(name) EXPORT_PLAIN(name)
#else
#define SINCE_2_39(name) EXPORT_VERSION(name, GLIBC_2.39)
extern int pidfd_spawn(int *pidfd, const char *path, const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attributes, char *const argv[],
		       char *const environment[]);
extern __typeof__(pidfd_spawn) pidfd_spawnp;
#endif

#if __GLIBC_PREREQ(2, 43)
#define SINCE_2_43(name) EXPORT_PLAIN(name)
#else
#define SINCE_2_43(name) EXPORT_VERSION(name, GLIBC_2.43)
struct open_how;
extern int openat2(int directory, const char *path, const struct open_how *how, size_t size);
#endif

#endif
