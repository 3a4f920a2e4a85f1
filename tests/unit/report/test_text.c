/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "builder.h"
#include "golden.h"
#include "models.h"
#include "report/text/text.h"
#include "base/utf8.h"
#include "report/words.h"

static char *render(const char *model, struct report_style style)
{
	struct report *report = model_make(model);
	char *text = golden_render(&report_text, report, &style);

	report_free(report);
	return text;
}

static void expect(const char *model, const char *golden, struct report_style style)
{
	char *text = render(model, style);

	golden_expect(golden, text);
	free(text);
}

Test(text, every_model_reads_as_expected)
{
	for (const struct model *model = models; model->name; model++) {
		char golden[64];

		(void)snprintf(golden, sizeof(golden), "%s.txt", model->name);
		expect(model->name, golden, (struct report_style){ .is_utf8 = true });
	}
}

Test(text, styles_read_as_expected)
{
	expect("leaky", "leaky-ascii.txt", (struct report_style){ .width = 72 });
	expect("leaky", "leaky-color.txt",
	       (struct report_style){ .is_utf8 = true, .is_color = true });
	expect("leaky", "leaky-verbose.txt",
	       (struct report_style){ .is_utf8 = true, .is_verbose = true });
	expect("known", "known-verbose.txt",
	       (struct report_style){ .is_utf8 = true, .is_verbose = true });
	expect("tests", "tests-verbose.txt",
	       (struct report_style){ .is_utf8 = true, .is_verbose = true });
	expect("kinds", "kinds-verbose.txt",
	       (struct report_style){ .is_utf8 = true, .is_verbose = true });
	expect("nasty", "nasty-ascii.txt", (struct report_style){ .width = 60 });
}

/* What is beyond the limit is counted: shown and not shown make the totals. */
Test(text, groups_beyond_the_limit_are_counted)
{
	struct report_style style = { .is_utf8 = true, .groups_max = 1 };
	char *text = render("leaky", style);

	cr_expect_not_null(strstr(text, "[1] 2 × "));
	cr_expect_null(strstr(text, "[2] "));
	cr_expect_not_null(strstr(text,
				  "… not shown: 1 leaked socket from 1 place; not counted: 2 noted "
				  "(--max-groups all"),
			   "%s", text);
	cr_expect_not_null(strstr(text, "3 leaked sockets from 2 places; not counted: 2 noted"));
	free(text);
	style.groups_max = 2;
	text = render("leaky", style);
	cr_expect_not_null(strstr(text, "[2] 1 × "));
	cr_expect_not_null(strstr(text, "… not shown: 1 place, not counted ("), "%s", text);
	free(text);
	style.groups_max = 3;
	text = render("leaky", style);
	cr_expect_null(strstr(text, "not shown"));
	free(text);
}

static char *render_stack(const struct report_stack *stack, struct report_style style)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const struct printer printer = { .out = out, .style = &style };

	text_stack(&printer, "socket", stack, true);
	cr_assert_eq(fclose(out), 0);
	return text;
}

static void arguments_add(struct report *report, size_t process, const char *one, const char *two)
{
	const char **argv = report_alloc(report, 4 * sizeof(*argv));

	argv[0] = report->processes[process].name;
	argv[1] = one;
	argv[2] = two;
	report->processes[process].argv = argv;
	report->processes[process].argc = two ? 3 : 2;
}

/* Processes of one program are told apart by their arguments: each may be a test. */
Test(text, processes_are_told_by_their_commands)
{
	struct report *report = model_make("workers");
	char *text;

	arguments_add(report, 1, "--fast", NULL);
	arguments_add(report, 2, "--fast", NULL);
	arguments_add(report, 3, "-c",
		      "a script that is longer than the room there is for one command of several");
	arguments_add(report, 4, "two\nlines", NULL);
	text = golden_render(&report_text, report, &(struct report_style){ .is_utf8 = true });
	cr_expect(strstr(text, "    in worker --fast (pid 4300, 4301), worker -c … (pid 4302), "
			       "worker two\\nlines (pid 4303), "
			       "worker (pid 4304, 4305, 4306, 4307)\n"),
		  "%s", text);
	free(text);
	report_free(report);
}

/* Both closes of a loop are one call: its stack stands there once. */
Test(text, no_stack_is_printed_twice_in_a_group)
{
	struct report *report = model_make("misuse");
	struct finding *finding = &report->findings[0];
	char *text;

	finding->related[0].stack = finding->stack;
	text = golden_render(&report_text, report, &(struct report_style){ .width = 0 });
	cr_expect_not_null(strstr(text, "closed before by thread 4243 at 312 ms: by the same calls\n"
					"    opened:\n"),
			   "%s", text);
	free(text);
	report_free(report);
}

/* What does not count must not bury what does; alone it is told in full. */
Test(text, stacks_of_notes_are_brief_beside_what_counts)
{
	struct report *report = model_make("leaky");
	struct finding *finding = NULL;
	char *text;

	for (size_t i = 0; i < report->finding_count; i++)
		if (report->findings[i].counted == 0)
			finding = &report->findings[i];
	cr_assert_not_null(finding);
	for (unsigned int i = 0; i < 9; i++)
		build_frame(report, &finding->stack, "layer", "b.c", 10 + i);
	text = golden_render(&report_text, report, &(struct report_style){ .width = 0 });
	cr_expect_not_null(strstr(text, "b.c:12\n      ... 5 more frames (-v shows them)\n"
					"      layer        b.c:18\n"),
			   "%s", text);
	free(text);
	for (size_t i = 0; i < report->finding_count; i++)
		report->findings[i].counted = 0;
	text = golden_render(&report_text, report, &(struct report_style){ .width = 0 });
	cr_expect_null(strstr(text, "more frames"), "%s", text);
	free(text);
	report_free(report);
}

/* One noted descriptor of its own place, open from the start of its process on. */
static struct finding *build_lasting(struct report *report, enum descriptor_kind kind, int fd)
{
	struct finding *finding = build_finding(report, 1, "epoll, never closed");
	struct report_descriptor *descriptor =
		build_descriptor(report, finding, fd, NULL, NULL, NULL);

	finding->kind = kind;
	finding->counted = 0;
	finding->noted = 1;
	descriptor->opened_ns = report->processes[0].start_ns + 1;
	build_frame(report, &finding->stack, "loop_new", "loop.c", 3);
	return finding;
}

static char *render_lasting(size_t places, struct report_style style,
			    void (*change)(struct finding *finding))
{
	static const enum descriptor_kind kinds[] = { KIND_EPOLL, KIND_SIGNALFD, KIND_EPOLL };
	struct report *report = build_report();
	char *text;

	report->kinds = KIND_ALL;
	for (size_t i = 0; i < places; i++)
		(void)build_lasting(report, kinds[i], 5 + (int)i);
	if (change)
		change(&report->findings[0]);
	build_totals(report, 3, 0, 3);
	text = golden_render(&report_text, report, &style);
	report_free(report);
	return text;
}

static void make_counted(struct finding *finding)
{
	finding->counted = 1;
	finding->noted = 0;
}

static void make_late(struct finding *finding)
{
	finding->descriptors[0].opened_ns += 500 * MS;
}

static void make_socket(struct finding *finding)
{
	finding->kind = KIND_SOCKET;
}

Test(text, what_lasts_and_does_not_count_is_one_line)
{
	static const struct {
		size_t places;
		bool is_verbose;
		size_t groups_max;
		void (*change)(struct finding *finding);
		const char *line; /* NULL: none, and all are shown */
		size_t shown;
	} cases[] = {
		{ 3, false, 20, NULL, "one of a place: 2 epolls and 1 signalfd (", 0 },
		{ 3, false, 20, make_counted, "one of a place: 1 epoll and 1 signalfd (", 1 },
		{ 3, false, 20, make_late, "one of a place: 1 epoll and 1 signalfd (", 1 },
		{ 3, false, 20, make_socket, "one of a place: 1 epoll and 1 signalfd (", 1 },
		{ 1, false, 20, NULL, NULL, 1 },
		{ 3, true, 20, NULL, NULL, 3 },
		{ 3, false, 0, NULL, NULL, 3 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct report_style style = { .is_verbose = cases[i].is_verbose,
					      .groups_max = cases[i].groups_max };
		char *text = render_lasting(cases[i].places, style, cases[i].change);
		size_t shown = 0;

		for (const char *at = text; (at = strstr(at, "loop.c:3")); at++)
			shown++;
		cr_expect_eq(shown, cases[i].shown, "%zu: %s", i, text);
		if (cases[i].line)
			cr_expect_not_null(strstr(text, cases[i].line), "%zu: %s", i, text);
		else
			cr_expect_null(strstr(text, "one of a place"), "%zu: %s", i, text);
		free(text);
	}
}

static char *render_frames(bool is_verbose, const char *module, size_t nameless)
{
	static const char *const functions[] = { "testing::Test::Run()",
						 "testing::TestInfo::Run()", "main" };
	struct report *report = build_report();
	struct finding *finding = build_finding(report, 1, "TCP connection, never closed");
	char *text;

	build_frame(report, &finding->stack, "Chat_Test::TestBody()", "chat.cc", 7);
	for (size_t i = 0; i < nameless; i++) {
		struct report_frame *frame = build_frame(report, &finding->stack, NULL, NULL, 0);

		frame->module = module;
		frame->offset = 0x100 + i;
	}
	for (size_t i = 0; i < 3; i++)
		(void)build_frame(report, &finding->stack, functions[i], NULL, 0);
	build_totals(report, 1, 0, 1);
	text = golden_render(&report_text, report,
			     &(struct report_style){ .is_verbose = is_verbose });
	report_free(report);
	return text;
}

Test(text, frames_of_frameworks_and_without_names_are_one_line)
{
	char *text = render_frames(false, "/usr/lib/libx.so", 4);

	cr_expect_not_null(strstr(text, "chat.cc:7\n      libx.so+0x100\n"
					"      ... 3 frames of libx.so without names\n"
					"      ... 2 frames of GoogleTest\n      main"),
			   "%s", text);
	free(text);
	text = render_frames(false, "/home/me/server", 4);
	cr_expect_not_null(strstr(text, "server+0x103"), "the program's own: %s", text);
	free(text);
	text = render_frames(false, "/usr/lib/libx.so", 2);
	cr_expect_not_null(strstr(text, "libx.so+0x101"), "no shorter: %s", text);
	free(text);
	text = render_frames(true, "/usr/lib/libx.so", 4);
	cr_expect_not_null(strstr(text, "testing::TestInfo::Run()"), "%s", text);
	cr_expect_null(strstr(text, "frames of"), "%s", text);
	free(text);
}

static size_t occurrences(const char *text, const char *word)
{
	size_t count = 0;

	for (; (text = strstr(text, word)); text += strlen(word))
		count++;
	return count;
}

/* Advice for what does not count stands there once, where it is the same; for what counts, always. */
Test(text, advice_for_notes_is_given_once)
{
	for (uint64_t counted = 0; counted < 2; counted++) {
		struct report *report = build_report();
		char *text;

		for (unsigned int i = 0; i < 3; i++) {
			struct finding *finding = build_finding(report, 1, "socket, handed on");

			finding->counted = counted;
			finding->noted = 1 - counted;
			finding->explanation = "The started program has it, too.";
			finding->remedy = "socket(SOCK_CLOEXEC).";
			finding->remedy_file = "a.c";
			finding->remedy_line = i < 2 ? 7 : 8;
		}
		build_totals(report, 3, 0, 3);
		text = golden_render(&report_text, report, &(struct report_style){ .width = 0 });
		cr_expect_eq(occurrences(text, "has it, too"), counted ? 3 : 2, "%s", text);
		cr_expect_eq(occurrences(text, "SOCK_CLOEXEC"), counted ? 3 : 2, "%s", text);
		free(text);
		report_free(report);
	}
}

/* A test's number is of what counts: without what a rule took out, of its place or a whole place. */
Test(text, what_is_suppressed_is_not_in_the_number_of_a_test)
{
	struct report *report = build_report();
	struct report_scope *scope = report_alloc(report, sizeof(*scope));
	struct finding *finding = build_finding(report, 2, "TCP connection, never closed");
	char *text;

	*scope = (struct report_scope){
		.id = 1, .name = "chat.talks", .framework = "pytest", .left = 4, .leaked = 4
	};
	report->scopes = scope;
	report->scope_count = 1;
	for (unsigned int i = 0; i < 4; i++) {
		if (i == 3)
			finding = build_finding(report, 1, "TCP listener, open until the end");
		finding->scopes = &scope->id;
		finding->scope_count = 1;
		build_descriptor(report, finding, 5 + (int)i, NULL, NULL, NULL)->scope = 1;
	}
	finding->counted = 0;
	finding->suppressed = 1;
	report->findings[0].count = 3;
	report->findings[0].suppressed = 1;
	report->findings[0].descriptors[1].is_suppressed = true;
	build_totals(report, 4, 0, 4);
	text = golden_render(&report_text, report, &(struct report_style){ .width = 0 });
	cr_expect_not_null(strstr(text, "left sockets open: chat.talks (2)\n"), "%s", text);
	free(text);
	report_free(report);
}

Test(text, deep_stacks_are_readable)
{
	struct report *report = report_new();
	struct report_stack stack = { 0 };
	char *text;

	build_frame(report, &stack, "open_one", "a.c", 1)->source = "socket();";
	for (int i = 0; i < 20; i++)
		build_frame(report, &stack, "walk", "a.c", 2);
	build_frame(report, &stack, "main", "a.c", 3);
	text = render_stack(&stack, (struct report_style){ 0 });
	cr_expect_str_eq(text, "      socket\n"
			       "      open_one     a.c:1\n"
			       "           1 | socket();\n"
			       "      walk         a.c:2 (20 times)\n"
			       "      main         a.c:3\n");
	free(text);
	for (unsigned int i = 0; i < 30; i++)
		build_frame(report, &stack, "layer", "b.c", 10 + i);
	text = render_stack(&stack, (struct report_style){ 0 });
	/* 33 lines: 16, 4 and what is between. */
	cr_expect_not_null(strstr(text, "b.c:22\n      ... 13 more frames (-v shows them)\n"
					"      layer        b.c:36\n"),
			   "%s", text);
	free(text);
	text = render_stack(&stack, (struct report_style){ .is_verbose = true });
	cr_expect_null(strstr(text, "more frames"));
	cr_expect_null(strstr(text, "times"));
	free(text);
	report_free(report);
}

static bool is_among(const char *name, const char *const *names)
{
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

/* Noted, known and not covered children do not count; warnings are told all the same. */
Test(text, quiet_is_silent_unless_something_counts)
{
	static const char *const silent[] = {
		"clean", "baseline", "exec", "killed", "silent", NULL
	};

	for (const struct model *model = models; model->name; model++) {
		char *text = render(model->name, (struct report_style){ .is_quiet = true });

		cr_expect_eq(text[0] == '\0', is_among(model->name, silent), "%s: '%s'",
			     model->name, text);
		free(text);
	}
}

Test(text, quiet_prints_warnings_and_no_more)
{
	struct report *report = model_make("clean");
	char *text;

	build_diagnostic(report, DIAGNOSTIC_NOTE, "repeat", "3 runs");
	build_diagnostic(report, DIAGNOSTIC_WARNING, "ledger-full", "the ledger was full");
	text = golden_render(&report_text, report, &(struct report_style){ .is_quiet = true });
	cr_expect_str_eq(text, "unclosed: warning: the ledger was full\n");
	free(text);
	report_free(report);
}

/* The words of an all-clear appear for followed programs only. */
Test(text, there_is_no_false_all_clear)
{
	static const char *const clear[] = { "clean", "baseline", "exec", NULL };

	for (const struct model *model = models; model->name; model++) {
		char *text = render(model->name, (struct report_style){ .is_utf8 = true });
		bool is_clear = strstr(text, "no socket left open") || strstr(text, ", no new");

		cr_expect_eq(is_clear, is_among(model->name, clear), "%s: %s", model->name, text);
		free(text);
	}
}

/* How many of a finding count, are noted, are known; of what type and kind. */
struct share {
	enum finding_type type;
	enum descriptor_kind kind;
	uint64_t counted, noted, known;
};

#define PROGRAM "unclosed: ./chat_server (pid 4242) returned 0"
#define TIMED PROGRAM " after 1.2 s"

/* The first line of every combination is true, and says what there is. */
Test(text, headlines_tell_what_was_found)
{
	static const struct {
		const char *headline;
		struct share shares[3];
	} cases[] = {
		{ PROGRAM ", no socket left open (9 opened, 9 closed)", { { 0 } } },
		{ TIMED " and left 2 sockets open", { { FINDING_LEAK, KIND_SOCKET, 2, 0, 0 } } },
		{ TIMED " and left 2 sockets open, closed 1 file twice",
		  { { FINDING_LEAK, KIND_SOCKET, 2, 0, 0 },
		    { FINDING_DOUBLE_CLOSE, KIND_FILE, 1, 0, 0 } } },
		{ TIMED " and closed 2 descriptors though not open",
		  { { FINDING_BAD_CLOSE, KIND_OTHER, 2, 0, 0 } } },
		{ PROGRAM
		  ", no socket left open (9 opened, 9 closed); not counted: 1 socket closed "
		  "twice, 2 descriptors closed though not open",
		  { { FINDING_DOUBLE_CLOSE, KIND_SOCKET, 0, 1, 0 },
		    { FINDING_BAD_CLOSE, KIND_OTHER, 0, 2, 0 } } },
		{ PROGRAM ", no socket left open (9 opened, 9 closed); not counted: 3 sockets left "
			  "to the garbage collector",
		  { { FINDING_CLOSED_BY_GC, KIND_SOCKET, 0, 3, 0 } } },
		{ PROGRAM ", no socket left open (9 opened, 9 closed); not counted: 2 addrinfo "
			  "lists left unfreed",
		  { { FINDING_LEAK, KIND_ADDRINFO, 0, 2, 0 } } },
		{ TIMED " with 2 sockets open, not counted",
		  { { FINDING_LEAK, KIND_SOCKET, 0, 2, 0 } } },
		{ TIMED " with 2 sockets open, 1 socket used after close, not counted",
		  { { FINDING_LEAK, KIND_SOCKET, 0, 2, 0 },
		    { FINDING_USE_AFTER_CLOSE, KIND_SOCKET, 0, 1, 0 } } },
		{ PROGRAM ", no new socket left open (9 opened, 9 closed, 1 suppressed)",
		  { { FINDING_LEAK, KIND_SOCKET, 0, 0, 1 } } },
		{ PROGRAM ", no socket left open (9 opened, 9 closed); known: 1 socket closed "
			  "twice",
		  { { FINDING_DOUBLE_CLOSE, KIND_SOCKET, 0, 0, 1 } } },
		{ TIMED " and left 1 socket open",
		  { { FINDING_LEAK, KIND_SOCKET, 1, 0, 0 },
		    { FINDING_DOUBLE_CLOSE, KIND_SOCKET, 0, 1, 0 } } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct report *report = build_report();
		char *text;

		for (const struct share *share = cases[i].shares;
		     share < cases[i].shares + 3 &&
		     share->counted + share->noted + share->known > 0;
		     share++) {
			struct finding *finding = build_finding(
				report, share->counted + share->noted + share->known, "x");

			finding->type = share->type;
			finding->kind = share->kind;
			finding->counted = share->counted;
			finding->noted = share->noted;
			finding->suppressed = share->known;
		}
		build_totals(report, 9, 9, 1);
		text = golden_render(&report_text, report, &(struct report_style){ .width = 0 });
		text[strcspn(text, "\n")] = '\0';
		cr_expect_str_eq(text, cases[i].headline);
		free(text);
		report_free(report);
	}
}

Test(text, a_full_ledger_limits_the_all_clear)
{
	struct report *report = model_make("clean");
	char *text;

	build_diagnostic(report, DIAGNOSTIC_ERROR, "ledger-full", "2 processes were not recorded");
	report->records_lost = 2;
	report->is_complete = false;
	text = golden_render(&report_text, report, &(struct report_style){ .width = 0 });
	cr_expect_not_null(strstr(text, "; nothing counted, not complete: 2 records were lost ("),
			   "%s", text);
	free(text);
	report_free(report);
}

Test(text, a_damaged_ledger_gives_no_all_clear)
{
	struct report *report = model_make("clean");
	char *text;

	build_diagnostic(report, DIAGNOSTIC_ERROR, "ledger-damaged", "2 tables cannot be read");
	text = golden_render(&report_text, report, &(struct report_style){ .width = 0 });
	cr_expect_not_null(strstr(text, "damaged, so nothing is known about its sockets"), "%s",
			   text);
	free(text);
	report_free(report);
}

Test(text, a_program_without_an_end_gets_no_all_clear)
{
	static const struct {
		enum report_end end;
		const char *words;
	} rows[] = {
		{ REPORT_END_EXEC, "nothing is known" },
		{ REPORT_END_RUNNING, "not complete: 1 of 1 process is still running (17 opened" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct report *report = model_make("clean");
		char *text;

		report->processes[0].end = rows[i].end;
		report->running_count = rows[i].end == REPORT_END_RUNNING;
		report->is_complete = false;
		text = golden_render(&report_text, report, &(struct report_style){ .width = 0 });
		cr_expect_not_null(strstr(text, rows[i].words), "%s", text);
		free(text);
		report_free(report);
	}
}

Test(text, an_unchecked_clean_run_says_so)
{
	struct report *report = model_make("clean");
	char *text;

	report->processes[0].is_checked = false;
	report->processes[0].check_reason = "a seccomp filter was set";
	report->unchecked_count = 1;
	report->is_complete = false;
	text = golden_render(&report_text, report, &(struct report_style){ .width = 0 });
	cr_expect_not_null(strstr(text, "not complete: 1 of 1 process was not checked against the "
					"kernel (a seccomp filter was set) ("),
			   "%s", text);
	free(text);
	report_free(report);
}

Test(text, the_image_after_an_exec_is_the_program)
{
	struct report *report = model_make("clean");
	struct report_process images[2] = { report->processes[0], report->processes[0] };
	char *text;

	images[0].end = REPORT_END_EXEC;
	images[1].id = 1;
	images[1].exec_of = 0;
	images[1].name = "./next";
	report->processes = images;
	report->process_count = 2;
	text = golden_render(&report_text, report, &(struct report_style){ .width = 0 });
	cr_expect_str_eq(text, "unclosed: ./next (pid 4242) returned 0, no socket left open "
			       "(17 opened, 17 closed)\n");
	free(text);
	report_free(report);
}

/* No byte reaches the terminal that could control it, in any model or style. */
Test(text, nothing_controls_the_terminal)
{
	for (const struct model *model = models; model->name; model++)
		for (int style = 0; style < 4; style++) {
			char *text = render(model->name,
					    (struct report_style){ .is_utf8 = style & 1,
								   .is_verbose = style & 2 });

			for (const char *at = text; *at;) {
				uint32_t code = 0;
				size_t length = utf8_decode(at, &code);

				cr_assert_gt(length, 0, "%s: not UTF-8: %s", model->name, at);
				cr_assert(*at == '\n' || utf8_is_printable(code), "%s: U+%04x",
					  model->name, code);
				cr_assert((style & 1) || code < 0x80, "%s: U+%04x", model->name,
					  code);
				at += length;
			}
			free(text);
		}
}

Test(words, durations_have_two_parts_at_most)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} cases[] = {
		{ 0, "0.0 ms" },
		{ 999999, "0.9 ms" },
		{ 1000000, "1 ms" },
		{ 999999999, "999 ms" },
		{ UINT64_C(1199999999), "1.1 s" },
		{ UINT64_C(119900000000), "119.9 s" },
		{ UINT64_C(120000000000), "2 min 0 s" },
		{ UINT64_C(7200000000000), "2 h 0 min" },
		{ UINT64_C(180000000000000), "2 d 2 h" },
	};
	struct words words;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect_str_eq(words_duration(&words, cases[i].ns), cases[i].text);
}

Test(words, one_is_singular)
{
	struct words words;

	cr_expect_str_eq(words_kind(&words, 1, KIND_SOCKET), "1 socket");
	cr_expect_str_eq(words_kind(&words, 2, KIND_SOCKET), "2 sockets");
	cr_expect_str_eq(words_kind(&words, 0, KIND_DIRECTORY), "0 directories");
	cr_expect_str_eq(words_kind(&words, 1, KIND_OTHER), "1 other descriptor");
	cr_expect_str_eq(words_count(&words, 1, "process"), "1 process");
	cr_expect_str_eq(words_count(&words, 2, "process"), "2 processes");
}

Test(words, signals_and_errors_go_both_ways)
{
	struct words words;

	for (int signal = 1; signal < 64; signal++) {
		int back = words_parse_signal(words_signal(&words, signal));

		cr_expect(back == signal, "%d gave %d", signal, back);
	}
	cr_expect_str_eq(words_signal(&words, 15), "SIGTERM");
	cr_expect_eq(words_parse_signal("SIGNONE"), 0);
	for (int error = 1; error < 134; error++)
		cr_expect_eq(words_parse_errno(words_errno(&words, error)), error);
	cr_expect_str_eq(words_errno(&words, 111), "ECONNREFUSED");
}

Test(utf8, only_valid_characters_decode)
{
	static const struct {
		const char *bytes;
		size_t length;
		uint32_t code;
	} cases[] = {
		{ "a", 1, 'a' },
		{ "\xc3\xa9", 2, 0xe9 },
		{ "\xe2\x82\xac", 3, 0x20ac },
		{ "\xf0\x9f\x94\x8c", 4, 0x1f50c },
		{ "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
		{ "\x80", 0, 0 },
		{ "\xc0\xaf", 0, 0 },
		{ "\xc3", 0, 0 },
		{ "\xe0\x80\xaf", 0, 0 },
		{ "\xed\xa0\x80", 0, 0 },
		{ "\xf0\x80\x80\xaf", 0, 0 },
		{ "\xf4\x90\x80\x80", 0, 0 },
		{ "\xf5\x80\x80\x80", 0, 0 },
		{ "\xff", 0, 0 },
		{ "\xe2\x82", 0, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t code = 0;

		cr_expect_eq(utf8_decode(cases[i].bytes, &code), cases[i].length, "case %zu", i);
		cr_expect_eq(code, cases[i].code, "case %zu", i);
	}
}
