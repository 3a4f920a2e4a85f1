/* SPDX-License-Identifier: MIT */
#include "models.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "builder.h"

static void add_serve_stack(struct report *report, struct finding *finding)
{
	finding->call = "accept4";
	finding->role = ROLE_ACCEPTED;
	build_frame(report, &finding->stack, "serve", "src/chat_server.c", 71)->source =
		"    int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);";
	build_frame(report, &finding->stack, "main", "src/chat_server.c", 103);
	build_frame(report, &finding->stack, "__libc_start_call_main", NULL, 0)->is_runtime = true;
	finding->stack.frames[2].module = "/lib/x86_64-linux-gnu/libc.so.6";
}

static void add_accepted(struct report *report)
{
	struct finding *finding =
		build_finding(report, 2, "TCP connection, accepted, never closed");
	struct report_related *closed;

	build_descriptor(report, finding, 5, "127.0.0.1:8080", "127.0.0.1:51522", "CLOSE-WAIT");
	build_descriptor(report, finding, 6, "127.0.0.1:8080", "127.0.0.1:51526", "CLOSE-WAIT");
	add_serve_stack(report, finding);
	build_evidence(report, finding, "peer-closed",
		       "The peer has closed its end; this end waits for close().", true);
	closed = build_related(report, finding, "usually-closed", 14);
	build_frame(report, &closed->stack, "drop_client", "src/chat_server.c", 58);
	build_evidence(report, finding, "siblings-closed",
		       "14 of 16 from here were closed, at drop_client (src/chat_server.c:58).",
		       false);
	finding->growth = (struct report_growth){ .word = GROWTH_MAY_GROW,
						  .per_minute = 3.2,
						  .since_ns = 10 * MS,
						  .closed = 14,
						  .longest_life_ns = 800 * MS,
						  .is_over_age = true };
	finding->explanation = "Likely one path leaves without the close() that the others reach.";
	finding->remedy = "close(client) on the path that leaves serve() without drop_client().";
}

static void add_listener(struct report *report)
{
	struct finding *finding = build_finding(report, 1, "TCP listener, open until the end");

	finding->role = ROLE_LISTENER;
	finding->call = "socket";
	build_descriptor(report, finding, 4, "127.0.0.1:8080", NULL, "LISTEN")->age_ns = 1200 * MS;
	build_frame(report, &finding->stack, "start", "src/chat_server.c", 30)->source =
		"\tint listener = socket(AF_INET, SOCK_STREAM, 0);";
	build_frame(report, &finding->stack, "main", "src/chat_server.c", 99);
	finding->explanation = "Nothing shows a mistake. If it should live as long as the program, "
			       "accept it with:  leak:^start$";
}

static void add_killed_worker(struct report *report)
{
	struct report_process *worker = build_process(report, "worker", 4250);
	struct finding *finding;

	worker->end = REPORT_END_SIGNALED;
	worker->end_how = NULL;
	worker->signal = SIGTERM;
	worker->kinds[KIND_SOCKET] = (struct report_kind_count){ 2, 0, 2, 2 };
	worker->is_checked = false;
	worker->check_reason = "the process was killed";
	finding = build_finding(report, 2, "TCP connection, accepted, never closed");
	finding->processes[0] = worker->id;
	finding->counted = 0;
	finding->noted = 2;
	finding->note_reason = "the process was ended by SIGTERM";
	build_descriptor(report, finding, 7, "127.0.0.1:8080", "127.0.0.1:51530", NULL);
	build_descriptor(report, finding, 8, "127.0.0.1:8080", "127.0.0.1:51532", NULL);
	add_serve_stack(report, finding);
}

static struct report *make_leaky(void)
{
	struct report *report = build_report();
	struct report_process *static_one;

	add_accepted(report);
	add_listener(report);
	add_killed_worker(report);
	static_one = build_process(report, "./gen_certs", 4244);
	static_one->is_covered = false;
	static_one->is_checked = false;
	static_one->reason = "static program";
	static_one->remedy = "link it dynamically, or test it apart";
	report->processes[0].kinds[KIND_FILE].left = 1;
	report->processes[0].kinds[KIND_EPOLL].left = 1;
	report->left_uncounted[KIND_FILE] = 1;
	report->left_uncounted[KIND_EPOLL] = 1;
	build_totals(report, 19, 14, 6);
	return report;
}

static struct report *make_clean(void)
{
	struct report *report = build_report();

	build_totals(report, 17, 17, 6);
	return report;
}

static struct report *make_killed(void)
{
	struct report *report = build_report();
	struct report_process *program = &report->processes[0];
	struct finding *finding = build_finding(report, 1, "UDP socket, bound, never closed");

	program->end = REPORT_END_SIGNALED;
	program->end_how = NULL;
	program->signal = SIGKILL;
	program->is_checked = false;
	program->kinds[KIND_SOCKET] = (struct report_kind_count){ 3, 2, 1, 2 };
	report->exit = (struct report_exit){ true, true, 0, SIGKILL };
	finding->role = ROLE_BOUND;
	finding->call = "socket";
	finding->counted = 0;
	finding->noted = 1;
	finding->note_reason = "the process was ended by SIGKILL";
	build_descriptor(report, finding, 9, "0.0.0.0:5353", NULL, NULL);
	build_frame(report, &finding->stack, "main", "src/chat_server.c", 40);
	build_totals(report, 3, 2, 2);
	return report;
}

static struct report *make_uncovered(void)
{
	struct report *report = build_report();
	struct report_process *program = &report->processes[0];

	program->is_covered = false;
	program->is_checked = false;
	program->reason = "static program";
	program->remedy = "link it dynamically, or test it apart";
	build_totals(report, 0, 0, 0);
	report->verdict = VERDICT_ERROR;
	report->exit_reason = REASON_UNCOVERED;
	report->exit_status = 125;
	return report;
}

/* The launcher started a program of which nothing was heard. */
static struct report *make_silent(void)
{
	struct report *report = build_report();

	report->process_count = 0;
	report->exit.status = 3;
	build_totals(report, 0, 0, 0);
	report->is_complete = false;
	return report;
}

/* Covered itself, with children that were not, or still live. */
static struct report *make_partial(void)
{
	struct report *report = build_report();
	struct report_process *child;

	for (int i = 0; i < 12; i++) {
		child = build_process(report, "busybox", 5000 + i);
		child->is_covered = false;
		child->reason = "static program";
	}
	child = build_process(report, "logger", 5100);
	child->end = REPORT_END_RUNNING;
	child->kinds[KIND_SOCKET] = (struct report_kind_count){ 1, 0, 1, 1 };
	build_totals(report, 2, 1, 1);
	build_diagnostic(report, DIAGNOSTIC_WARNING, "ledger-full",
			 "the ledger was full: 3 stacks were not recorded (--ledger-dir)");
	return report;
}

static struct report *make_cxx(void)
{
	struct report *report = build_report();
	struct finding *finding = build_finding(report, 1, "Unix socket, connected, never closed");
	struct report_stack *stack = &finding->stack;
	struct report_frame *frame;

	finding->role = ROLE_CONNECTED;
	finding->call = "socket";
	build_descriptor(report, finding, 3, NULL, "/run/db.sock", "ESTAB")->family = "unix";
	frame = build_frame(report, stack, "net::Socket::open(int)", "src/socket.hpp", 12);
	frame->is_inlined = true;
	frame->language = "c++";
	frame->linkage_name = "_ZN3net6Socket4openEi";
	frame->source = "\t\treturn Socket(::socket(AF_UNIX, type, 0));";
	frame = build_frame(report, stack,
			    "net::Pool<net::Socket, std::allocator<net::Socket> >::connect(std::"
			    "basic_string_view<char, std::char_traits<char> >)",
			    "src/pool.cpp", 88);
	frame->is_inlined = true;
	build_frame(report, stack, "main", "src/main.cpp", 20);
	frame = build_frame(report, stack, NULL, NULL, 0);
	frame->module = "/usr/lib/libstripped.so.3";
	frame->offset = 0x4f20;
	frame = build_frame(report, stack, "plugin_run", NULL, 0);
	frame->module = "/usr/lib/libplugin.so";
	frame = build_frame(report, stack, NULL, NULL, 0);
	frame->module = NULL;
	frame->offset = UINT64_C(0xffffffffff600400);
	stack->is_truncated = true;
	build_totals(report, 4, 3, 2);
	build_diagnostic(report, DIAGNOSTIC_NOTE, "no-line-numbers",
			 "no line numbers for /usr/lib/libplugin.so: it has no debug information");
	return report;
}

static struct report *make_many(void)
{
	struct report *report = build_report();
	struct finding *finding =
		build_finding(report, 1000, "TCP connection, accepted, never closed");
	int listed = 200;

	for (int i = 0; i < listed; i++) {
		const char *peer = report_printf(report, "10.0.0.%d:%d", i % 4 + 1, 40000 + i);
		struct report_descriptor *descriptor = build_descriptor(
			report, finding, 5 + i, i % 2 ? "10.1.1.1:80" : "10.1.1.2:80", peer,
			i % 10 ? "ESTAB" : "CLOSE-WAIT");

		descriptor->age_ns = (uint64_t)(1000 + 10 * i) * MS;
		descriptor->has_queues = true;
		descriptor->receive_queue = i % 10 ? 0 : 1;
	}
	finding->descriptors_omitted = 800;
	add_serve_stack(report, finding);
	build_totals(report, 1000, 0, 1000);
	return report;
}

static struct report *make_nasty(void)
{
	struct report *report = build_report();
	struct report_process *program = &report->processes[0];
	struct finding *finding = build_finding(report, 1, "Unix socket, bound, never closed");

	program->name = "./\033]0;owned\a\033[2J";
	program->argv[0] = program->name;
	report->command[0] = program->name;
	finding->role = ROLE_BOUND;
	finding->call = "bind";
	build_descriptor(report, finding, 3,
			 "/tmp/\xff\xfe\xc0\xaf caf\xc3\xa9 \xe2\x80\xae txt\n"
			 "::error::x",
			 NULL, "UNCONN");
	build_frame(report, &finding->stack, "f\x9bz", "dir with space/\t\r\n.c", 7)->source =
		"\tx = \"\033[31m\";\tif (y)\t\t/* \xf0\x9f\x94\x8c \xc2\x9b */ "
		"0123456789012345678901234567890123456789012345678901234567890123456789;\r\n";
	finding->explanation = "An explanation with \033[0m in it.";
	build_diagnostic(report, DIAGNOSTIC_NOTE, "odd", "a \x7f and a \xed\xa0\x80 surrogate");
	build_totals(report, 1, 0, 1);
	return report;
}

static struct report *make_gc(void)
{
	struct report *report = build_report();
	struct report_process *program = &report->processes[0];
	struct finding *finding =
		build_finding(report, 2,
			      "TCP connection, never closed by the program; Python's "
			      "garbage collector closed it");
	struct report_frame *frame;

	program->name = "python3";
	program->argv[0] = "python3";
	finding->type = FINDING_CLOSED_BY_GC;
	finding->role = ROLE_CONNECTED;
	finding->call = "socket";
	finding->is_proven = true;
	build_descriptor(report, finding, 3, "127.0.0.1:40112", "127.0.0.1:80", NULL)
		->is_state_known = true;
	build_descriptor(report, finding, 3, "127.0.0.1:40113", "127.0.0.1:80", NULL)
		->is_state_known = true;
	frame = build_frame(report, &finding->stack, "fetch", "app.py", 12);
	frame->runtime = RUNTIME_python;
	frame->language = "python";
	frame->source = "    s = socket.create_connection((host, 80))";
	build_evidence(report, finding, "closed-by-gc",
		       "CPython's finalizer closed it, not the program.", true);
	finding->remedy = "use \"with\", or call close() when done";
	finding->remedy_file = "app.py";
	finding->remedy_line = 12;
	build_totals(report, 5, 5, 2);
	return report;
}

static struct report *make_workers(void)
{
	struct report *report = build_report();
	struct finding *finding;

	for (int i = 0; i < 8; i++)
		build_process(report, "worker", 4300 + i)->kinds[KIND_SOCKET] =
			(struct report_kind_count){ 2, 0, 2, 2 };
	finding = build_finding(report, 12, "TCP connection, accepted, never closed");
	finding->process_count = 8;
	finding->processes = report_alloc(report, 8 * sizeof(uint32_t));
	for (uint32_t i = 0; i < 8; i++)
		finding->processes[i] = i + 1;
	for (int i = 0; i < 12; i++)
		build_descriptor(report, finding, 5 + i / 8, "0.0.0.0:80",
				 report_printf(report, "10.0.0.9:%d", 50000 + i), "ESTAB")
			->process = (uint32_t)(i % 8 + 1);
	add_serve_stack(report, finding);
	finding = build_finding(report, 1, "file, never closed");
	finding->kind = KIND_FILE;
	finding->call = "openat";
	finding->processes[0] = 3;
	build_descriptor(report, finding, 9, NULL, NULL, NULL)->path = "/var/log/app.log";
	build_frame(report, &finding->stack, "log_open", "src/log.c", 9);
	report->kinds |= KIND_BIT(KIND_FILE);
	report->kinds_total[KIND_FILE] = (struct report_kind_count){ 3, 2, 1, 1 };
	report->exit.status = 1;
	build_totals(report, 12, 0, 12);
	return report;
}

static struct finding *add_kind(struct report *report, enum descriptor_kind kind, uint64_t count,
				const char *call, const char *title)
{
	struct finding *finding = build_finding(report, count, title);

	finding->kind = kind;
	finding->role = ROLE_NONE;
	finding->call = call;
	build_frame(report, &finding->stack, "start", "src/app.c", 9);
	report->kinds |= KIND_BIT(kind);
	report->kinds_total[kind] = (struct report_kind_count){ count, 0, count, count };
	return finding;
}

static struct report_descriptor *add_plain(struct report *report, struct finding *finding, int fd)
{
	struct report_descriptor *one = build_descriptor(report, finding, fd, NULL, NULL, NULL);

	one->family = one->type = one->protocol = NULL;
	return one;
}

/* What only some kinds have to tell. */
static struct report *make_kinds(void)
{
	struct report *report = build_report();
	struct report_descriptor *one;
	struct finding *finding;
	static int watches[] = { 5, 7 };

	finding = add_kind(report, KIND_PIPE, 2, "pipe2", "pipe, never closed");
	for (int i = 0; i < 2; i++) {
		one = add_plain(report, finding, 5 + i);
		one->has_other_end = true;
		one->other_end = 6 - i;
		one->is_other_end_open = true;
	}
	one = add_plain(report, add_kind(report, KIND_FILE, 1, "open", "file, never closed"), 7);
	one->path = "/tmp/x";
	one->is_deleted = true;
	one->flags = "O_RDWR|O_APPEND";
	one->position = 5;
	one->about = "O_RDWR|O_APPEND, at byte 5";
	one->thread_name = "worker-7";
	one->is_thread_ended = true;
	one = add_plain(report,
			add_kind(report, KIND_EPOLL, 1, "epoll_create1", "epoll, never closed"), 8);
	one->watches = watches;
	one->watch_count = 2;
	one->about = "watches fd 5, 7";
	one->thread_name = "main";
	one = add_plain(report,
			add_kind(report, KIND_PIDFD, 1, "pidfd_open", "pidfd, never closed"), 9);
	one->pid = 4711;
	one->about = "of process 4711";
	one = add_plain(report,
			add_kind(report, KIND_PIDFD, 1, "pidfd_open", "pidfd, never closed"), 10);
	one->is_pid_ended = true;
	one->about = "its process has ended";
	report->kinds_total[KIND_PIDFD] = (struct report_kind_count){ 2, 0, 2, 2 };
	build_totals(report, 0, 0, 0);
	return report;
}

static void add_rules(struct report *report)
{
	static struct report_suppression rules[] = {
		{ .rule = "leak:^open_pool$",
		  .source = "ci/known.supp",
		  .line = 3,
		  .expires = "2026-01-31",
		  .is_expired = true },
		{ .rule = "leak:^start$",
		  .source = "ci/known.supp",
		  .line = 9,
		  .reason = "lives as long as the server",
		  .allowed = 2,
		  .matched = 1 },
		{ .rule = "leak:*",
		  .source = "./chat_server",
		  .line = 1,
		  .flaw = "it matches everything",
		  .is_default = true },
	};
	static struct report_gone gone[] = {
		{ "00c0ffee00c0ffee", "TCP listener, open until the end",
		  "start, main (src/chat_server.c)", 2, 1 },
		{ "0123456789abcdef", NULL, NULL, 1, 0 },
	};

	report->suppressions = rules;
	report->suppression_count = sizeof(rules) / sizeof(rules[0]);
	report->baseline = (struct report_baseline){
		.file = "ci/known.json", .place_count = 5, .gone = gone, .gone_count = 2
	};
}

/* Some known from the baseline, some suppressed: only one is new. */
static struct report *make_known(void)
{
	struct report *report = build_report();
	struct finding *finding;

	add_accepted(report);
	finding = &report->findings[0];
	finding->counted = 1;
	finding->baselined = 1;
	finding->baseline = BASELINE_MORE;
	finding->baseline_allowed = 1;
	add_listener(report);
	finding = &report->findings[1];
	finding->counted = 0;
	finding->suppressed = 1;
	add_rules(report);
	finding->suppressed_by = report_alloc(report, sizeof(*finding->suppressed_by));
	finding->suppressed_by[0] = (struct finding_suppression){ .suppression = 1, .count = 1 };
	finding->suppressed_by_count = 1;
	build_totals(report, 17, 14, 6);
	return report;
}

static struct report *make_accepted_all(void)
{
	struct report *report = build_report();

	add_listener(report);
	report->findings[0].counted = 0;
	report->findings[0].baselined = 1;
	build_totals(report, 3, 2, 2);
	return report;
}

static struct report *make_misuse(void)
{
	struct report *report = build_report();
	struct finding *finding = build_finding(report, 1, "descriptor closed twice");
	struct report_related *related;

	finding->type = FINDING_DOUBLE_CLOSE;
	finding->call = "close";
	build_descriptor(report, finding, 5, NULL, NULL, NULL)->is_contested = true;
	build_frame(report, &finding->stack, "drop_client", "src/chat_server.c", 60);
	related = build_related(report, finding, "closed-before", 0);
	related->tid = 4243;
	related->at_ns = 312 * MS;
	build_frame(report, &related->stack, "reaper", "src/reaper.c", 21)->source =
		"\tclose(client->fd);";
	related = build_related(report, finding, "opened", 0);
	build_frame(report, &related->stack, "serve", "src/chat_server.c", 71);
	build_totals(report, 2, 2, 1);
	return report;
}

/* Two shards of a CI job: one place in both of them, the program of the second failed. */
static struct report *make_merged(void)
{
	static struct report_shard shards[] = {
		{ .name = "shard=1",
		  .session_id = "00000000000000a1",
		  .exit = { .is_known = true },
		  .verdict = VERDICT_LEAKS,
		  .exit_reason = REASON_LEAKS,
		  .exit_status = 23,
		  .is_complete = true },
		{ .name = "shard=2",
		  .session_id = "00000000000000a2",
		  .exit = { .is_known = true, .status = 3 },
		  .verdict = VERDICT_LEAKS,
		  .exit_reason = REASON_PROGRAM,
		  .exit_status = 3,
		  .is_complete = true },
	};
	static struct finding_share shares[] = { { 0, 1, 1 }, { 1, 1, 1 } };
	struct report *report = build_report();

	build_process(report, "./chat_server", 99);
	add_accepted(report);
	report->findings[0].shares = shares;
	report->findings[0].share_count = 2;
	build_totals(report, 9, 7, 3);
	report->exit.is_known = false;
	report->shards = shards;
	report->shard_count = 2;
	return report;
}

/* A shell that became env, that became the server: one process, not all images are listed. */
static struct report *make_exec(void)
{
	static const char *const names[] = { "sh", "env", "./chat_server" };
	struct report *report = build_report();

	for (int i = 1; i < 3; i++)
		build_process(report, names[i], 4242)->exec_of = i - 1;
	report->processes[0].name = names[0];
	report->processes[0].end = report->processes[1].end = REPORT_END_EXEC;
	report->processes[0].end_how = report->processes[1].end_how = "exec";
	report->processes[1].is_listed = false;
	build_totals(report, 4, 4, 1);
	report->covered_count = 1;
	return report;
}

/* Seven of eight tests left something; names are the tests' own affair. */
static struct report *make_tests(void)
{
	struct report *report = build_report();
	struct finding *finding =
		build_finding(report, 2, "TCP connection, accepted, never closed");

	report->scope_count = 8;
	report->scopes = report_alloc(report, 8 * sizeof(*report->scopes));
	finding->scopes = report_alloc(report, 7 * sizeof(*finding->scopes));
	for (uint32_t i = 0; i < 8; i++)
		report->scopes[i] = (struct report_scope){
			.id = i + 1,
			.name = report_printf(report, "chat.case \x1b%u", i + 1),
			.framework = "criterion",
			.file = i ? "tests/test_chat.c" : NULL,
			.line = i * 12,
			.parent = i == 7 ? 1 : 0,
			.is_of_thread = i == 7,
			.opened = 4,
			.left = i < 7 ? i + 1 : 0,
			.leaked = i < 7,
			.begun_ns = i * MS,
			.ended_ns = i ? i * MS + 1 : 0,
		};
	for (uint32_t i = 0; i < 7; i++)
		finding->scopes[finding->scope_count++] = i + 1;
	add_serve_stack(report, finding);
	build_descriptor(report, finding, 5, NULL, NULL, "ESTAB")->scope = 1;
	build_descriptor(report, finding, 6, NULL, NULL, "ESTAB")->label = "to the\nupstream";
	build_totals(report, 17, 15, 6);
	return report;
}

const struct model models[] = {
	{ "leaky", make_leaky },
	{ "clean", make_clean },
	{ "killed", make_killed },
	{ "uncovered", make_uncovered },
	{ "silent", make_silent },
	{ "partial", make_partial },
	{ "cxx", make_cxx },
	{ "many", make_many },
	{ "nasty", make_nasty },
	{ "gc", make_gc },
	{ "workers", make_workers },
	{ "known", make_known },
	{ "baseline", make_accepted_all },
	{ "misuse", make_misuse },
	{ "exec", make_exec },
	{ "merged", make_merged },
	{ "tests", make_tests },
	{ "kinds", make_kinds },
	{ NULL, NULL },
};

struct report *model_make(const char *name)
{
	for (const struct model *model = models; model->name; model++)
		if (strcmp(model->name, name) == 0)
			return model->make();
	abort();
}
