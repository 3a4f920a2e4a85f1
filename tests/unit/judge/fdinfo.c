/* SPDX-License-Identifier: MIT */
/* Texts of /proc/PID/fdinfo/N as the kernel writes them, and as nobody does. */
#include "judge/descriptor/fdinfo.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

struct info_case {
	enum descriptor_kind kind;
	char text[200];
	char about[80]; /* "" none */
};

ParameterizedTestParameters(fdinfo, texts)
{
	static struct info_case cases[] = {
		{ KIND_FILE, "pos:\t5\nflags:\t0102001\nmnt_id:\t28\nino:\t3\n",
		  "O_WRONLY|O_APPEND, at byte 5" },
		{ KIND_FILE, "pos:\t0\nflags:\t0100000\n", "O_RDONLY" },
		{ KIND_FILE, "pos:\t-7\nflags:\t02\n", "O_RDWR" },
		{ KIND_FILE, "pos:\t5\n", "" },
		{ KIND_DIRECTORY, "pos:\t9\nflags:\t0200000\n", "O_RDONLY" },
		{ KIND_EVENTFD, "pos:\t0\nflags:\t02\neventfd-count:               1f\n",
		  "count 31" },
		{ KIND_EPOLL, "tfd:        9 events:       19\ntfd:        5 events: 1\n",
		  "watches fd 5, 9" },
		{ KIND_EPOLL, "pos:\t0\n", "watches nothing" },
		{ KIND_EPOLL, "tfd: -5\ntfd: x\ntfd:", "watches nothing" },
		{ KIND_TIMERFD, "it_value: (0, 1)\n", "armed" },
		{ KIND_TIMERFD, "it_value: (0, 0)\nit_interval: (1, 0)\n", "not armed" },
		{ KIND_TIMERFD, "it_value: never\n", "" },
		{ KIND_SIGNALFD, "sigmask:\t0000000200000002\n", "for SIGINT, signal 34" },
		{ KIND_SIGNALFD, "sigmask:\t0\n", "" },
		{ KIND_INOTIFY, "inotify wd:2 ino:3\ninotify wd:1 ino:2\n", "2 watches" },
		{ KIND_FANOTIFY, "fanotify flags:0 event-flags:0\nfanotify mnt_id:12 mask:1\n",
		  "1 mark" },
		{ KIND_PIDFD, "Pid:\t4711\nNSpid:\t4711\n", "of process 4711" },
		{ KIND_PIDFD, "Pid:\t-1\n", "its process has ended" },
		{ KIND_PIDFD, "Pid:\t0\n", "" },
		{ KIND_PIDFD, "Pid:\t99999999999\n", "" },
		{ KIND_IO_URING, "SqMask:\t0x7\n", "room for 8 submissions" },
		{ KIND_SOCKET, "pos:\t0\nflags:\t02\n", "" },
		{ KIND_EPOLL, "", "watches nothing" },
	};

	return cr_make_param_array(struct info_case, cases, sizeof(cases) / sizeof(cases[0]));
}

ParameterizedTest(struct info_case *one, fdinfo, texts)
{
	struct report *report = report_new();
	struct report_descriptor descriptor = { .fd = 5 };

	fdinfo_read(report, one->text, one->kind, &descriptor);
	cr_expect_str_eq(descriptor.about ? descriptor.about : "", one->about, "%s", one->text);
	report_free(report);
}

Test(fdinfo, many_watches_are_cut)
{
	struct report *report = report_new();
	struct report_descriptor descriptor = { .fd = 5 };
	char text[4000] = "";

	for (int i = 0; i < 100; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text),
			       "tfd: %d events: 19\n", i);
	fdinfo_read(report, text, KIND_EPOLL, &descriptor);
	cr_assert_eq(descriptor.watch_count, WATCHES_MAX);
	cr_assert_not_null(strstr(descriptor.about, " and more"));
	report_free(report);
}
