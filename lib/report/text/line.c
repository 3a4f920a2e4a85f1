/* SPDX-License-Identifier: MIT */
/* Which descriptors of a group make a line, and the addresses that stand there. */
#include "report/text/line.h"

#include "base/text.h"
#include "report/text/text.h"

/* A report that was read again has the role of the finding, which is that of all of them. */
static enum report_direction direction_of(const struct finding *finding,
					  const struct report_descriptor *one)
{
	if (one->direction != DIRECTION_UNKNOWN)
		return one->direction;
	switch (finding->role) {
	case ROLE_ACCEPTED:
		return DIRECTION_IN;
	case ROLE_CONNECTED:
	case ROLE_UNCONNECTED:
	case ROLE_CONNECTING:
		return DIRECTION_OUT;
	default:
		return DIRECTION_UNKNOWN;
	}
}

/* Towards the peer? Without a connection that is the one connect() was given. */
static bool goes_out(const struct finding *finding, const struct report_descriptor *one)
{
	return direction_of(finding, one) == DIRECTION_OUT;
}

struct ends ends_of(const struct finding *finding, const struct report_descriptor *one)
{
	/*
	 * The kernel's names for what has no path ("socket:[4711]") tell a person nothing, but of
	 * what is of no kind of its own ("net:[4026531840]").
	 */
	bool is_named = finding->kind == KIND_FILE || finding->kind == KIND_OTHER;
	const char *path = one->path && (is_named || one->path[0] == '/') ? one->path : NULL;
	const char *local = one->local ? one->local : path;

	if (!one->peer)
		return (struct ends){ .own = local };
	if (goes_out(finding, one))
		return (struct ends){ .shared = one->peer, .own = local };
	return (struct ends){ .shared = local ? local : "?", .own = one->peer };
}

bool line_has(const struct line *line, const struct report_descriptor *one)
{
	return one->direction == line->first->direction &&
	       text_is_same(ends_of(line->finding, line->first).shared,
			    ends_of(line->finding, one).shared);
}

const struct report_descriptor *line_next(const struct line *line,
					  const struct report_descriptor *one)
{
	const struct report_descriptor *end = line->finding->descriptors + line->count;

	while (one < end && !line_has(line, one))
		one++;
	return one < end ? one : NULL;
}

/* Is `own` of this one not among those before it? */
static bool is_new_own(const struct line *line, const struct report_descriptor *one)
{
	const char *own = ends_of(line->finding, one).own;

	if (!own)
		return false;
	LINE_FOREACH(other, line)
	{
		if (other == one)
			break;
		if (text_is_same(ends_of(line->finding, other).own, own))
			return false;
	}
	return true;
}

/* The own ends, each once: "a, b, c, d and 96 more". Returns how many there are. */
static size_t print_owns(const struct printer *printer, const struct line *line)
{
	size_t total = 0, shown = 0, most;

	LINE_FOREACH(one, line)
	total += is_new_own(line, one);
	most = total <= LIST_MAX ? total : LIST_SHOWN;
	LINE_FOREACH(one, line)
	{
		if (shown == most)
			break;
		if (!is_new_own(line, one))
			continue;
		(void)fputs(shown++ ? ", " : "", printer->out);
		(void)print_text(printer, ends_of(line->finding, one).own);
	}
	if (total > most)
		(void)fprintf(printer->out, " and %zu more", total - most);
	return total;
}

static bool line_has_own(const struct line *line)
{
	LINE_FOREACH(one, line)
	if (ends_of(line->finding, one).own)
		return true;
	return false;
}

bool line_print_ends(const struct printer *printer, const struct line *line)
{
	const char *shared = ends_of(line->finding, line->first).shared;
	bool is_outward = goes_out(line->finding, line->first);

	if (!shared)
		return print_owns(printer, line) > 0;
	if (!line_has_own(line)) {
		if (is_outward)
			(void)fprintf(printer->out, "%s ", sign_to(printer));
		(void)print_text(printer, shared);
		return true;
	}
	if (is_outward) {
		(void)print_owns(printer, line);
		(void)fprintf(printer->out, " %s ", sign_to(printer));
		(void)print_text(printer, shared);
	} else {
		(void)print_text(printer, shared);
		(void)fprintf(printer->out, " %s ",
			      direction_of(line->finding, line->first) == DIRECTION_IN ? sign_from(printer)
								     : sign_both(printer));
		(void)print_owns(printer, line);
	}
	return true;
}
