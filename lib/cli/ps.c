/* SPDX-License-Identifier: MIT */
/* `unclosed ps`: which processes of this host are watched, and how full their tables are. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/ps_growth.h"
#include "live/listing.h"
#include "live/process.h"
#include "model/where.h"
#include "report/json/json.h"
#include "report/json_value.h"
#include "report/print.h"
#include "report/words.h"

/* One line of the list. */
struct row {
	const struct live_session *session;
	const struct live_process *process;
	uint64_t kinds[KIND_COUNT];
	uint64_t open, limit;
	uint64_t age_ns; /* of the process; 0 not known */
	int refused;     /* errno of the list; 0 none */
	bool is_growth_known;
	struct ps_growth growth;
};

static uint64_t age_of(const struct live_process *process)
{
	struct timespec now;
	uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK), started_ns;

	if (clock_gettime(CLOCK_BOOTTIME, &now) < 0 || ticks == 0)
		return 0;
	started_ns = process->started_ticks / ticks * 1000000000 +
		     process->started_ticks % ticks * 1000000000 / ticks;
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec - started_ns;
}

static void row_fill(struct row *row)
{
	struct live_listing listing;
	struct rlimit limit;
	int result = live_listing_read(row->process->pid, &listing);

	row->age_ns = age_of(row->process);
	if (prlimit(row->process->pid, RLIMIT_NOFILE, NULL, &limit) == 0)
		row->limit = limit.rlim_cur;
	if (result < 0) {
		row->refused = -result;
		return;
	}
	row->open = listing.count;
	row->refused = listing.refused;
	for (size_t i = 0; i < listing.count; i++)
		row->kinds[listing.list[i].kind]++;
	live_listing_free(&listing);
}

/* A launcher has its session's ledger mapped and is no process of it. */
static bool is_launcher(const struct live_process *process)
{
	return text_is_same(process->name, "unclosed");
}

static const struct printer *printer_of(void)
{
	static const struct report_style style = { .is_utf8 = true };
	static struct printer printer = { .style = &style };

	printer.out = stdout;
	return &printer;
}

/* "12 sockets, 5 files, 1 epoll" */
static void print_kinds(const struct row *row)
{
	const char *before = "";
	struct words words;

	for (unsigned int kind = 0; kind < KIND_COUNT; kind++) {
		if (row->kinds[kind] == 0)
			continue;
		printf("%s%s", before, words_kind(&words, row->kinds[kind], kind));
		before = ", ";
	}
}

/* "; 2 places grow: accept_one (server.c:41) by 3.2 a minute, …" */
static void print_growth(const struct ps_growth *growth)
{
	const struct report_frame *frame =
		growth->first ? stack_where(&growth->first->stack) : NULL;
	struct words words;

	if (!growth->first)
		return;
	printf("; %s %s: ", words_count(&words, growth->places, "place"),
	       growth->places == 1 ? "grows" : "grow");
	(void)print_text(printer_of(), frame ? frame->function : growth->first->title);
	if (frame && frame->file) {
		fputs(" (", stdout);
		(void)print_text(printer_of(), frame->file);
		if (frame->line)
			printf(":%u", frame->line);
		fputs(")", stdout);
	}
	if (growth->first->growth.per_minute < 0.1)
		printf(", %.1f an hour", growth->first->growth.per_minute * 60);
	else
		printf(", %.1f a minute", growth->first->growth.per_minute);
	if (growth->places > 1)
		fputs(" and more", stdout);
}

/* "4242  3 h 20 min     214     1024   20%  redis-server: 201 sockets, 9 files" */
static void print_row(const struct row *row)
{
	char share[24] = "-", limit[24] = "-", open[24] = "?";
	struct words words;

	if (!row->refused)
		(void)snprintf(open, sizeof(open), "%" PRIu64, row->open); /* fits */
	if (row->limit)
		(void)snprintf(limit, sizeof(limit), "%" PRIu64, row->limit); /* fits */
	if (row->limit && !row->refused)
		(void)snprintf(share, sizeof(share), "%" PRIu64 "%%",
			       row->open * 100 / row->limit); /* fits */
	printf("%7d  %-14s %7s %8s %5s  ", row->process->pid,
	       row->age_ns ? words_duration(&words, row->age_ns) : "-", open, limit, share);
	(void)print_text(printer_of(), row->process->name);
	if (row->refused)
		printf(": %s", strerror(row->refused));
	else if (row->open)
		fputs(": ", stdout);
	print_kinds(row);
	print_growth(&row->growth);
	putchar('\n');
}

/* The place that grows fastest. */
static json_t *json_place(const struct finding *finding)
{
	const struct report_frame *frame = stack_where(&finding->stack);
	json_t *object = json_object();

	json_add_text(object, "fingerprint", finding->fingerprint);
	json_add_text(object, "title", finding->title);
	json_add_text(object, "kind", kind_name(finding->kind));
	json_add_text(object, "call", finding->call);
	if (frame) {
		json_add_text(object, "function", frame->function);
		json_add_text(object, "file", frame->file);
	}
	if (frame && frame->file && frame->line)
		json_add_number(object, "line", frame->line);
	json_add_number(object, "count", finding->count);
	json_add_growth(object, finding);
	return object;
}

static json_t *json_row(const struct row *row)
{
	json_t *object = json_object(), *kinds = json_object();
	char id[24];

	(void)snprintf(id, sizeof(id), "%016" PRIx64, row->session->id); /* fits */
	json_add_text(object, "session", id);
	json_add_text(object, "ledger", row->session->path);
	json_add(object, "pid", json_integer(row->process->pid));
	json_add(object, "own_pid", json_integer(row->process->own_pid));
	json_add(object, "uid", json_integer(row->process->user));
	json_add_text(object, "program", row->process->name);
	json_add_number(object, "started_ticks", row->process->started_ticks);
	json_add_number(object, "age_ns", row->age_ns);
	if (row->limit)
		json_add_number(object, "limit", row->limit);
	if (row->refused)
		json_add_text(object, "refused", strerror(row->refused));
	else
		json_add_number(object, "open", row->open);
	for (unsigned int kind = 0; kind < KIND_COUNT; kind++)
		if (row->kinds[kind])
			json_add_number(kinds, kind_name(kind), row->kinds[kind]);
	json_add(object, "kinds", kinds);
	if (row->is_growth_known)
		json_add_number(object, "growing_places", row->growth.places);
	if (row->growth.first)
		json_add(object, "growing_fastest", json_place(row->growth.first));
	return object;
}

typedef void row_use(const struct row *row, void *data);

static void row_print(const struct row *row, void *data)
{
	bool *has_begun = data;

	if (!*has_begun)
		puts("    PID  SINCE             OPEN    LIMIT        PROGRAM");
	*has_begun = true;
	print_row(row);
}

static void row_add(const struct row *row, void *data)
{
	json_append(data, json_row(row));
}

static void session_visit(const struct live_session *session, struct ps_looks *looks, row_use *use,
			  void *data)
{
	struct report *report = NULL;

	for (size_t i = 0; i < session->process_count; i++) {
		struct row row = { .session = session, .process = &session->processes[i] };

		if (is_launcher(row.process))
			continue;
		if (!report)
			report = ps_look(looks, session);
		row_fill(&row);
		row.is_growth_known = report && ps_growth_of(report, row.process->pid, &row.growth);
		use(&row, data);
	}
	report_free(report);
}

static void rows_visit(const struct live_sessions *sessions, row_use *use, void *data)
{
	struct ps_looks looks = { .symbolizer = NULL };

	for (size_t i = 0; i < sessions->count; i++)
		session_visit(&sessions->list[i], &looks, use, data);
	ps_looks_free(&looks);
}

/* Root sees all; others are told of what they do not see. */
static void refused_tell(const struct live_sessions *sessions)
{
	struct words words;

	if (sessions->refused)
		(void)fprintf(
			stderr,
			"unclosed: %s could not be looked at: of other users, or out of reach\n",
			words_count(&words, sessions->refused, "process"));
}

static int print_json(const struct live_sessions *sessions)
{
	json_t *root = json_object(), *array = json_array();
	int result;

	json_add_text(root, "schema", "unclosed-ps/1");
	rows_visit(sessions, row_add, array);
	(void)json_object_set_new(root, "processes", array);
	json_add_number(root, "refused", sessions->refused);
	result = json_write_lines(stdout, root);
	json_decref(root);
	return result < 0 ? complain("cannot write to standard output: %s", strerror(-result)) : 0;
}

int command_ps(int argc, char **argv)
{
	struct live_sessions sessions;
	bool is_json = argc == 2 && strcmp(argv[1], "--json") == 0, has_begun = false;
	int result;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		help_print_options();
		return 0;
	}
	if (argc > 1 && !is_json)
		return complain("usage: unclosed ps [--json]");
	result = live_sessions_find(&sessions);
	if (result < 0)
		return complain("cannot look for processes in /proc: %s", strerror(-result));
	if (is_json)
		result = print_json(&sessions);
	else
		rows_visit(&sessions, row_print, &has_begun);
	if (!is_json && !has_begun)
		puts("unclosed: no process is watched that this user may look at");
	refused_tell(&sessions);
	live_sessions_free(&sessions);
	return result;
}
