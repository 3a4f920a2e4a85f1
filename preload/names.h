/* SPDX-License-Identifier: MIT */
/*
 * Declarations of what libc exports without declaring it: second names and the
 * entries of _FORTIFY_SOURCE. Everything else takes its type from libc's headers.
 *
 * Layer: preload.
 */
#ifndef UNCLOSED_PRELOAD_NAMES_H
#define UNCLOSED_PRELOAD_NAMES_H

#undef NDEBUG /* with it, assert.h does not declare __assert_fail */
#include <assert.h>
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

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
extern int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv,
			     void (*init)(void), void (*fini)(void), void (*rtld_fini)(void),
			     void *stack_end);

#endif
