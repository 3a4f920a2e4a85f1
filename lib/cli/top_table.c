/* SPDX-License-Identifier: MIT */
/* Lines of the table of `unclosed top`. Whatever comes from the program is escaped. */
#include "cli/top_table.h"

#include <inttypes.h>
#include <string.h>

#include "report/words.h"

/* The least width of a terminal at which a column is shown. */
#define GROWTH_FROM 34
#define AGE_FROM 46
#define HISTORY_FROM 64
#define STATE_FROM 76

#define HISTORY_COLUMNS 8
#define STATE_COLUMNS 12

struct sums {
	size_t processes;
	const struct report_process *fullest; /* the nearest to its limit, else the first */
	uint64_t open, in_flux;
};

static double share_of(const struct report_process *process)
{
	return process->limit ? (double)process->open / (double)process->limit : 0;
}

static void sums_make(const struct top_rows *rows, struct sums *ret_sums)
{
	*ret_sums = (struct sums){ .processes = 0 };
	for (size_t i = 0; i < rows->report_count; i++)
		for (size_t j = 0; j < rows->reports[i]->process_count; j++) {
			const struct report_process *process = &rows->reports[i]->processes[j];

			if (!process->is_seen)
				continue;
			ret_sums->processes++;
			ret_sums->open += process->open;
			ret_sums->in_flux += process->in_flux;
			if (!ret_sums->fullest || share_of(process) > share_of(ret_sums->fullest))
				ret_sums->fullest = process;
		}
}

struct top_columns top_columns_fit(const struct top_rows *rows, unsigned int width)
{
	struct sums sums;

	sums_make(rows, &sums);
	return (struct top_columns){
		.has_growth = width == 0 || width >= GROWTH_FROM,
		.has_age = width == 0 || width >= AGE_FROM,
		.has_history = width == 0 || width >= HISTORY_FROM,
		.has_state = width == 0 || width >= STATE_FROM,
		.has_program = sums.processes > 1,
	};
}

/* argv[0] without its folders. */
static const char *name_of(const struct report_process *process)
{
	const char *slash = strrchr(process->name, '/');

	return slash && slash[1] ? slash + 1 : process->name;
}

static void print_process(const struct printer *printer, const struct report_process *process)
{
	struct words words;

	(void)print_text(printer, name_of(process));
	(void)fputs(words_pid(&words, process->pid), printer->out);
}

static void print_fill(const struct printer *printer, const struct report_process *process)
{
	(void)fprintf(printer->out, "%" PRIu64, process->open);
	if (process->limit)
		(void)fprintf(printer->out, " of %" PRIu64, process->limit);
	(void)fputs(" descriptors open", printer->out);
	if (process->limit)
		(void)fprintf(printer->out, " (%.0f%%)", 100 * share_of(process));
}

/* "live (pid 7): 44 of 1024 descriptors open (4%)" */
void top_print_processes(const struct printer *printer, const struct top_rows *rows)
{
	struct sums sums;

	sums_make(rows, &sums);
	if (sums.processes > 1)
		(void)fprintf(printer->out,
			      "%zu processes, %" PRIu64 " descriptors open; fullest: ",
			      sums.processes, sums.open);
	if (sums.fullest) {
		print_process(printer, sums.fullest);
		(void)fputs(": ", printer->out);
		print_fill(printer, sums.fullest);
	} else {
		(void)fputs("nothing was looked at", printer->out);
	}
	(void)fputc('\n', printer->out);
}

bool top_print_outlook(const struct printer *printer, const struct top_rows *rows)
{
	const struct top_row *soonest = NULL;
	const struct report_process *process;
	struct words words;
	struct sums sums;

	for (size_t i = 0; i < rows->count; i++) {
		const struct top_row *row = &rows->list[i];

		if (row->finding && row->finding->growth.limit_in_ns &&
		    (!soonest ||
		     row->finding->growth.limit_in_ns < soonest->finding->growth.limit_in_ns))
			soonest = row;
	}
	sums_make(rows, &sums);
	process = soonest ? top_row_process(soonest) : NULL;
	if (process) {
		(void)fprintf(printer->out, "limit reached in %s at this rate: ",
			      words_duration(&words, soonest->finding->growth.limit_in_ns));
		print_process(printer, process);
	}
	if (sums.in_flux)
		(void)fprintf(printer->out, "%s%" PRIu64 " came or went in the look",
			      process ? "; " : "", sums.in_flux);
	if (process || sums.in_flux)
		(void)fputc('\n', printer->out);
	return process || sums.in_flux;
}

void top_print_head(const struct printer *printer, const struct top_columns *columns)
{
	(void)fputs("   OPEN", printer->out);
	if (columns->has_growth)
		(void)fputs(" GROWTH    ", printer->out);
	if (columns->has_age)
		(void)fputs(" OLDEST ", printer->out);
	if (columns->has_history)
		(void)fprintf(printer->out, " %-*s", HISTORY_COLUMNS, "HISTORY");
	if (columns->has_state)
		(void)fprintf(printer->out, " %-*s", STATE_COLUMNS, "STATE");
	(void)fputs(" PLACE\n", printer->out);
}

/* "+12.3/min" */
static const char *growth_text(struct words *words, const struct report_growth *growth)
{
	static const char *const names[GROWTH_WORD_COUNT] = {
		[GROWTH_UNKNOWN] = "-", [GROWTH_STEADY] = "steady", [GROWTH_STOPPED] = "stopped"
	};

	if (names[growth->word])
		return names[growth->word];
	(void)snprintf(words->text, sizeof(words->text), "+%.*f/min%s",
		       growth->per_minute < 100 ? 1 : 0, growth->per_minute,
		       growth->word == GROWTH_MAY_GROW ? "?" : ""); /* fits, or is absurd */
	return words->text;
}

/* "26.3s", "9m19s", "4h07m", "12d03h" */
static const char *age_text(struct words *words, uint64_t ns)
{
	uint64_t seconds = ns / 1000000000;
	unsigned int minutes = seconds / 60 % 60, hours = seconds / 3600 % 24;

	if (ns == 0)
		return "-";
	if (seconds < 60)
		(void)snprintf(words->text, sizeof(words->text), "%.1fs", (double)ns / 1e9);
	else if (seconds < 3600)
		(void)snprintf(words->text, sizeof(words->text), "%um%02us", minutes,
			       (unsigned int)(seconds % 60));
	else if (seconds < 86400)
		(void)snprintf(words->text, sizeof(words->text), "%uh%02um", hours, minutes);
	else
		(void)snprintf(words->text, sizeof(words->text), "%" PRIu64 "d%02uh",
			       seconds / 86400, hours);
	return words->text; /* all fit */
}

static void print_history(const struct printer *printer, const struct top_row *row)
{
	static const char *const blocks[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char *const letters[] = { "_", ".", ",", "-", "~", "=", "+", "#" };
	unsigned char levels[HISTORY_COLUMNS];
	size_t count = top_row_levels(row, HISTORY_COLUMNS, levels);

	(void)fputc(' ', printer->out);
	print_spaces(printer, HISTORY_COLUMNS - count);
	for (size_t i = 0; i < count; i++)
		(void)fputs((printer->style->is_utf8 ? blocks : letters)[levels[i]], printer->out);
}

/* "CLOSE-WAIT", "ESTAB 3" where there are others. */
static void print_state(const struct printer *printer, const struct top_row *row)
{
	struct top_state states[TOP_STATES_MAX];
	size_t count = top_row_states(row, states);
	char text[32] = "";

	if (count > 0 && states[0].count == row->finding->count)
		(void)snprintf(text, sizeof(text), "%s", states[0].name); /* names are short */
	else if (count > 0)
		(void)snprintf(text, sizeof(text), "%s %" PRIu64, states[0].name,
			       states[0].count); /* likewise */
	(void)fputc(' ', printer->out);
	(void)print_text(printer, text);
	print_spaces(printer, strlen(text) < STATE_COLUMNS ? STATE_COLUMNS - strlen(text) : 0);
}

static const char *path_last(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* "accept_one server.c:40"; "socket" where no function has a name. */
static void print_place(const struct printer *printer, const struct top_row *row)
{
	const struct report_frame *frame = top_row_frame(row);

	if (!frame) {
		(void)print_text(printer,
				 row->finding->call ? row->finding->call : row->finding->title);
		return;
	}
	(void)print_text(printer, frame->function);
	(void)fputc(' ', printer->out);
	if (frame->file)
		(void)print_text(printer, path_last(frame->file));
	else if (frame->module)
		(void)print_text(printer, path_last(frame->module));
	if (frame->file && frame->line)
		(void)fprintf(printer->out, ":%u", frame->line);
}

void top_print_row(const struct printer *printer, const struct top_columns *columns,
		   const struct top_row *row)
{
	const struct report_process *process = columns->has_program ? top_row_process(row) : NULL;
	const struct finding *finding = row->finding;
	struct words words;

	(void)fprintf(printer->out, "%c%6" PRIu64, finding->counted ? '!' : ' ', finding->count);
	if (columns->has_growth)
		(void)fprintf(printer->out, " %-10s", growth_text(&words, &finding->growth));
	if (columns->has_age)
		(void)fprintf(printer->out, " %-7s", age_text(&words, row->oldest_ns));
	if (columns->has_history)
		print_history(printer, row);
	if (columns->has_state)
		print_state(printer, row);
	(void)fputc(' ', printer->out);
	if (process) {
		(void)print_text(printer, name_of(process));
		(void)fprintf(printer->out, "/%d ", process->pid);
	}
	print_place(printer, row);
	(void)fputc('\n', printer->out);
}
