/* SPDX-License-Identifier: MIT */
/* Descriptors that no call was seen to open: libc's own, and the others. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "world.h"

static struct world world;
static uint32_t called; /* KEPT_BIT()s: functions of which databases the process has called */

static void setup(void)
{
	world_open(&world);
	called = UINT32_MAX;
	world.options.kinds = KIND_ALL;
}

static void teardown(void)
{
	world_close(&world);
}

TestSuite(origins, .init = setup, .fini = teardown);

static const uint64_t serve[] = { 0x401001, 0x402001, 0 };
static const uint64_t elsewhere[] = { 0x403001, 0x402001, 0 };

static uint32_t text(const char *bytes)
{
	return ledger_string_add(&world.ledger, bytes, strlen(bytes));
}

/* Open at the end, close-on-exec, and what it is comes from the kernel. */
static struct ledger_fact *unseen(uint32_t process, int fd, enum descriptor_kind kind)
{
	struct ledger_fact *fact = world_fact(&world, process, fd, 0);

	world_slot(&world, process, fd, 0, KIND_OTHER, 0)->opened_ns = 0;
	world_state(&world, process, fd, SLOT_UNSEEN);
	fact->has = HAS_CLOEXEC | (kind == KIND_SOCKET ? HAS_SOCKET : 0);
	fact->is_cloexec = 1;
	fact->kind = (uint8_t)kind;
	ledger_process_at(&world.ledger, process)->kept = called;
	return fact;
}

static struct ledger_fact *unseen_file(const char *path)
{
	struct ledger_fact *fact = unseen(0, 3, KIND_FILE);

	fact->path_ref = text(path);
	return fact;
}

static struct ledger_fact *unseen_unix(const char *peer)
{
	struct ledger_fact *fact = unseen(0, 3, KIND_SOCKET);
	sa_family_t family = AF_UNIX;
	uint32_t ref = text(peer);

	fact->family = family;
	fact->type = SOCK_DGRAM;
	fact->protocol = 0;
	fact->has |= HAS_PEER;
	memcpy(fact->peer, &family, sizeof(family));
	memcpy(fact->peer + 4, &ref, sizeof(ref));
	fact->peer_length = 8;
	return fact;
}

static struct ledger_fact *unseen_inet(in_port_t port)
{
	struct ledger_fact *fact = unseen(0, 3, KIND_SOCKET);
	struct sockaddr_in peer = { .sin_family = AF_INET, .sin_port = htons(port) };

	fact->type = SOCK_DGRAM;
	fact->protocol = IPPROTO_UDP;
	fact->has |= HAS_PEER;
	memcpy(fact->peer, &peer, sizeof(peer));
	fact->peer_length = sizeof(peer);
	return fact;
}

static struct ledger_fact *unseen_netlink(uint32_t id)
{
	struct ledger_fact *fact = unseen(0, 3, KIND_SOCKET);

	fact->family = AF_NETLINK;
	fact->type = SOCK_RAW;
	fact->protocol = 0;
	fact->has |= HAS_LOCAL;
	memset(fact->local, 0, sizeof(fact->local));
	memcpy(fact->local + 4, &id, sizeof(id));
	fact->local_length = 12;
	return fact;
}

/* Noted, by the names of libc's opener and closer. */
static void kept_check(const char *opener, const char *reason)
{
	const struct finding *finding;

	world_exit(&world, 0, 0);
	finding = world_finding(&world);
	cr_assert_str_eq(finding->call, opener);
	cr_expect_eq(finding->counted, 0);
	cr_expect_eq(finding->noted, 1);
	cr_expect_eq(finding->role, ROLE_NONE);
	cr_expect_str_eq(finding->note_reason, reason);
	cr_expect_not_null(strstr(finding->title, "kept by libc"), "%s", finding->title);
	cr_expect_not_null(strstr(finding->explanation, opener), "%s", finding->explanation);
	cr_expect_eq(world.report->verdict, VERDICT_CLEAN);
}

static void blamed_check(void)
{
	const struct finding *finding;

	world_exit(&world, 0, 0);
	finding = world_finding(&world);
	cr_expect_eq(finding->counted, 1);
	cr_expect_null(finding->call);
	cr_expect_not_null(strstr(finding->title, "origin not seen"), "%s", finding->title);
}

Test(origins, syslog)
{
	unseen_unix("/dev/log");
	kept_check("syslog", "kept by libc: closelog() releases it");
}

Test(origins, journal)
{
	unseen_unix("/run/systemd/journal/dev-log");
	kept_check("syslog", "kept by libc: closelog() releases it");
}

Test(origins, another_unix_socket)
{
	unseen_unix("/dev/log2");
	blamed_check();
}

Test(origins, password_file)
{
	unseen_file("/etc/passwd");
	kept_check("getpwent", "kept by libc: endpwent() releases it");
}

/* Opened by the program itself: it has called functions of every other database. */
Test(origins, password_file_without_a_call)
{
	called = ~KEPT_BIT(KEPT_PASSWD);
	unseen_file("/etc/passwd");
	blamed_check();
}

Test(origins, name_server_without_a_call)
{
	called = ~KEPT_BIT(KEPT_RESOLVER);
	unseen_inet(53);
	blamed_check();
}

/* utmpname() may have said any file: only then is it libc's. */
Test(origins, file_of_logins)
{
	struct ledger_fact *logins;

	called = KEPT_BIT(KEPT_UTMP) | KEPT_BIT(KEPT_UTMP_NAMED);
	logins = unseen_file("/home/logins");
	logins->mode = S_IFREG;
	logins->has |= HAS_STAT;
	kept_check("getutxent", "kept by libc: endutxent() releases it");
}

Test(origins, file_of_logins_by_another_name)
{
	struct ledger_fact *logins;

	called = KEPT_BIT(KEPT_UTMP);
	logins = unseen_file("/home/logins");
	logins->mode = S_IFREG;
	logins->has |= HAS_STAT;
	blamed_check();
}

Test(origins, another_file)
{
	unseen_file("/etc/passwd-");
	blamed_check();
}

/* libc's own are close-on-exec. */
Test(origins, survives_exec)
{
	unseen_file("/etc/passwd")->is_cloexec = 0;
	blamed_check();
}

Test(origins, name_server)
{
	unseen_inet(53);
	kept_check("res_query", "kept by libc: res_nclose() releases it");
}

Test(origins, another_server)
{
	unseen_inet(54);
	blamed_check();
}

Test(origins, message_queue_helper)
{
	unseen_netlink(0);
	kept_check("mq_notify", "kept by libc: nothing releases it");
}

Test(origins, bound_netlink)
{
	unseen_netlink(4242);
	blamed_check();
}

/* What is not asked for is not summed up as left open by the program. */
Test(origins, kept_and_not_asked_for)
{
	world.options.kinds = KIND_BIT(KIND_SOCKET);
	unseen_file("/etc/passwd");
	world_exit(&world, 0, 0);
	world_judge(&world);
	cr_expect_eq(world.report->finding_count, 0);
	cr_expect_eq(world.report->left_uncounted[KIND_FILE], 0);
}

/* A call that was seen is the opener, whatever it opened. */
Test(origins, seen)
{
	struct ledger_fact *fact = world_fact(&world, 0, 3, 0);

	world_slot(&world, 0, 3, WORLD_OPEN, KIND_FILE, world_stack(&world, serve));
	fact->has = HAS_CLOEXEC;
	fact->is_cloexec = 1;
	fact->kind = KIND_FILE;
	fact->path_ref = text("/etc/passwd");
	world_exit(&world, 0, 0);
	cr_expect_str_eq(world_finding(&world)->call, "open");
	cr_expect_eq(world_finding(&world)->counted, 1);
}

static const char *window_text(const struct finding *finding)
{
	for (size_t i = 0; i < finding->evidence_count; i++)
		if (strcmp(finding->evidence[i].what, "opened-between") == 0)
			return finding->evidence[i].text;
	return "";
}

#define MS UINT64_C(1000000)

/*
 * After the last owner's close, which is known to a step of its life, and before the next opening got
 * a higher number.
 */
Test(origins, window)
{
	uint32_t stack = world_stack(&world, serve);

	world.now_ns = 10 * MS;
	world_slot(&world, 0, 3, WORLD_SOCKET, KIND_SOCKET, stack);
	world.now_ns = 20 * MS;
	world_closed(&world, 0, 3, stack);
	world_state(&world, 0, 3, SLOT_UNSEEN);
	world_fact(&world, 0, 3, 0);
	world.now_ns = 50 * MS;
	world_slot(&world, 0, 4, WORLD_ACCEPT4, KIND_SOCKET, world_stack(&world, elsewhere));
	world_closed(&world, 0, 4, stack);
	world.now_ns = 90 * MS;
	world_exit(&world, 0, 0);
	cr_expect_str_eq(window_text(world_finding(&world)),
			 "Opened between 19.44 ms and 50.00 ms after its process began, to go by "
			 "the number.");
}

/* An opening while the last owner still had the number says nothing of the next one. */
Test(origins, window_of_the_one_before)
{
	uint32_t stack = world_stack(&world, serve);

	world.now_ns = 10 * MS;
	world_slot(&world, 0, 3, WORLD_SOCKET, KIND_SOCKET, stack);
	world.now_ns = 20 * MS;
	world_slot(&world, 0, 4, WORLD_SOCKET, KIND_SOCKET, stack);
	world.now_ns = 30 * MS;
	world_closed(&world, 0, 4, stack);
	world_closed(&world, 0, 3, stack);
	world_state(&world, 0, 3, SLOT_UNSEEN);
	world_fact(&world, 0, 3, 0);
	world.now_ns = 90 * MS - 1000;
	world_exit(&world, 0, 0);
	cr_expect_str_eq(window_text(world_finding(&world)),
			 "Opened between 29.92 ms and 90.00 ms after its process began, to go by "
			 "the number.");
}

static struct ledger_fact *unseen_inode(uint32_t process, int fd, uint64_t inode)
{
	struct ledger_fact *fact = unseen(process, fd, KIND_SOCKET);

	fact->has |= HAS_STAT;
	fact->inode = inode;
	return fact;
}

/* Parent and child have the same socket: one finding, of the parent's. */
Test(origins, copy_of_a_child)
{
	uint32_t child;

	unseen_inode(0, 3, 7);
	child = world_process(&world, ORIGIN_FORK, 0);
	unseen_inode(child, 3, 7);
	unseen_inode(child, 4, 8);
	world_exit(&world, child, 0);
	world_exit(&world, 0, 0);
	world_judge(&world);
	cr_assert_eq(world.report->finding_count, 1);
	cr_expect_eq(world.report->findings[0].count, 2);
	cr_expect_eq(world.report->findings[0].descriptors[0].process, 0);
	cr_expect_eq(world.report->findings[0].descriptors[1].fd, 4);
}
