/* SPDX-License-Identifier: MIT */
/* Rows of `unclosed top` over a series of looks, and the lines they become. */
#include <criterion/criterion.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "cli/top_lines.h"
#include "cli/top_table.h"

static struct top_rows rows;

static void rows_fini(void)
{
	top_rows_free(&rows);
}

TestSuite(top, .fini = rows_fini);

/* What a look has seen of a place. */
struct place {
	const char *name; /* its function and fingerprint */
	uint64_t count, age_ns;
	enum growth_word word;
	double per_minute;
	const char *state, *peer;
};

static void finding_make(struct report *report, struct finding *finding, const struct place *place)
{
	struct report_frame *frame = report_alloc(report, sizeof(*frame));
	struct report_descriptor *descriptor = report_alloc(report, sizeof(*descriptor));

	*frame = (struct report_frame){
		.function = place->name, .file = "src/pool.c", .line = 7, .module = "/opt/server"
	};
	*descriptor = (struct report_descriptor){ .age_ns = place->age_ns,
						  .state = place->state,
						  .peer = place->peer };
	*finding = (struct finding){ .fingerprint = place->name,
				     .type = FINDING_LEAK,
				     .kind = KIND_SOCKET,
				     .title = "TCP connection, open",
				     .count = place->count,
				     .noted = place->count,
				     .stack = { .frames = frame, .frame_count = 1 },
				     .descriptors = descriptor,
				     .descriptor_count = 1,
				     .growth = { .word = place->word,
						 .per_minute = place->per_minute } };
}

/* One look at a session with these places. */
static void look(const struct place *places, size_t count)
{
	struct report **reports = malloc(sizeof(*reports));
	struct report *report = report_new();

	cr_assert(reports && report);
	report->session_id = "0123456789abcdef";
	report->kinds = KIND_BIT(KIND_SOCKET);
	report->is_live = true;
	report->finding_count = count;
	report->findings = report_alloc(report, (count + 1) * sizeof(*report->findings));
	for (size_t i = 0; i < count; i++)
		finding_make(report, &report->findings[i], &places[i]);
	reports[0] = report;
	top_rows_add(&rows, reports, 1);
}

/* The names of the rows in their order. */
static const char *order(enum top_sort sort, const char *filter)
{
	static char names[256];
	const struct top_row *list[16];
	size_t count = top_rows_select(&rows, sort, filter, list);

	names[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		strcat(names, i ? " " : "");
		strcat(names, list[i]->finding->fingerprint);
	}
	return names;
}

static const struct place three[] = {
	{ "steady", 90, 50, GROWTH_STEADY, 0, "ESTABLISHED", "10.0.0.1:80" },
	{ "slow", 5, 99, GROWTH_GROWING, 1.5, "CLOSE-WAIT", "10.0.0.2:443" },
	{ "fast", 7, 10, GROWTH_GROWING, 20, "CLOSE-WAIT", "10.0.0.3:443" },
};

Test(top, order_is_the_one_asked_for)
{
	look(three, 3);
	cr_expect_str_eq(order(TOP_BY_GROWTH, ""), "fast slow steady");
	cr_expect_str_eq(order(TOP_BY_COUNT, ""), "steady fast slow");
	cr_expect_str_eq(order(TOP_BY_AGE, ""), "slow steady fast");
}

/* Before the judge has a word for it, what has grown in the looks comes first. */
Test(top, growth_that_is_seen)
{
	struct place two[] = { { .name = "still", .count = 9 }, { .name = "more", .count = 1 } };

	look(two, 2);
	cr_expect_str_eq(order(TOP_BY_GROWTH, ""), "still more");
	two[1].count = 3;
	look(two, 2);
	cr_expect_str_eq(order(TOP_BY_GROWTH, ""), "more still");
}

Test(top, filter_finds_function_file_state_and_peer)
{
	look(three, 3);
	cr_expect_str_eq(order(TOP_BY_GROWTH, "FAST"), "fast");
	cr_expect_str_eq(order(TOP_BY_GROWTH, "close-wait"), "fast slow");
	cr_expect_str_eq(order(TOP_BY_GROWTH, "10.0.0.1"), "steady");
	cr_expect_str_eq(order(TOP_BY_GROWTH, "pool.c"), "fast slow steady");
	cr_expect_str_eq(order(TOP_BY_GROWTH, "nothing"), "");
}

Test(top, history_goes_on_when_a_place_is_gone_for_a_while)
{
	struct place one = { .name = "one", .count = 4 };
	unsigned char levels[8];

	look(&one, 1);
	look(&one, 0);
	cr_expect_str_eq(order(TOP_BY_COUNT, ""), "");
	one.count = 2;
	look(&one, 1);
	cr_assert_eq(rows.count, 1);
	cr_expect_eq(rows.list[0].history_count, 3);
	cr_assert_eq(top_row_levels(&rows.list[0], 8, levels), 3);
	cr_expect_eq(levels[0], 7);
	cr_expect_eq(levels[1], 0);
	cr_expect_eq(levels[2], 3);
	for (int i = 0; i < TOP_HISTORY; i++)
		look(&one, 0);
	cr_expect_eq(rows.count, 0);
}

Test(top, long_history_is_drawn_together)
{
	struct place one = { .name = "one" };
	unsigned char levels[8];

	for (int i = 0; i < 3 * TOP_HISTORY; i++) {
		one.count = (uint64_t)i + 1;
		look(&one, 1);
	}
	cr_expect_eq(rows.list[0].history_count, TOP_HISTORY);
	cr_assert_eq(top_row_levels(&rows.list[0], 8, levels), 8);
	cr_expect_eq(levels[7], 7);
	for (int i = 1; i < 8; i++)
		cr_expect_geq(levels[i], levels[i - 1]);
}

/* Two findings of a place are two rows, each with its own history. */
Test(top, same_place_twice)
{
	struct place two[] = { { .name = "one", .count = 1 }, { .name = "one", .count = 8 } };

	look(two, 2);
	look(two, 2);
	cr_assert_eq(rows.count, 2);
	cr_expect_eq(rows.list[0].history[1], 1);
	cr_expect_eq(rows.list[1].history[1], 8);
}

static char *row_text(const struct report_style *style, unsigned int width)
{
	struct top_columns columns = top_columns_fit(&rows, width);
	struct printer printer = { .style = style };
	static char text[256];
	struct top_lines lines;

	top_lines_begin(&lines);
	printer.out = lines.out;
	top_print_row(&printer, &columns, &rows.list[0]);
	top_lines_end(&lines);
	cr_assert_eq(lines.count, 1);
	snprintf(text, sizeof(text), "%s", lines.list[0]);
	top_lines_free(&lines);
	return text;
}

Test(top, row)
{
	const struct report_style style = { .is_utf8 = false };
	const struct place one = { "accept_one", 12,           559000000000, GROWTH_GROWING,
				   3.25,         "CLOSE-WAIT", "10.0.0.1:80" };

	look(&one, 1);
	cr_expect_str_eq(row_text(&style, 80), "     12 +3.2/min   9m19s          _ "
					       "CLOSE-WAIT 1 accept_one pool.c:7");
	cr_expect_str_eq(row_text(&style, 30), "     12 accept_one pool.c:7");
}

/* What comes from the program cannot steer the terminal. */
Test(top, row_is_escaped)
{
	const struct report_style style = { .is_utf8 = false };
	const struct place one = { .name = "a\033[2Jb\n\xc3\xa4", .count = 1 };

	look(&one, 1);
	cr_expect_not_null(strstr(row_text(&style, 80), "a\\x1b[2Jb\\n\\u00e4"), "%s",
			   row_text(&style, 80));
}

Test(top, lines_are_cut_by_columns)
{
	wchar_t wide[16];

	cr_assert_not_null(setlocale(LC_CTYPE, "C.UTF-8"));
	cr_expect_eq(top_line_cut("▁▂▃abc", 4, wide, 16), 4);
	cr_expect_eq(wcscmp(wide, L"▁▂▃a"), 0);
	cr_expect_eq(top_line_cut("日本", 3, wide, 16), 2);
	cr_expect_eq(top_line_cut("a\xff"
				  "b",
				  9, wide, 16),
		     3);
	cr_expect_eq(wcscmp(wide, L"a?b"), 0);
	cr_expect_eq(top_line_cut("abcdef", 9, wide, 4), 3);
}
