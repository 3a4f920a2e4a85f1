/* SPDX-License-Identifier: MIT */
/* The words of misuse: title, explanation and remedy for each kind of it. */
#include "judge/find/misuse.h"

#include <string.h>

/*
 * What a finding says. In the texts %1 is the kind ("socket"), %2 the call
 * ("read"), %3 the number, %4 what it is for a standard one, %5 the stream that
 * owns it and %6 its end. The first frame
 * of the stack with this role is the line to change; NULL: the finding's own;
 * "": it is not known which.
 */
struct misuse_words {
	enum finding_type type;
	bool is_proof;
	const char *title, *explanation, *remedy;
	const char *remedy_role;
};

static const struct misuse_words words[MISUSE_COUNT] = {
	[MISUSE_DOUBLE_CLOSE] = {
		.type = FINDING_DOUBLE_CLOSE, .is_proof = true,
		.title = "%1 closed twice",
		.explanation = "The kernel answered EBADF: the number had been closed before. If "
			       "the number had been given to a new descriptor meanwhile, this call "
			       "would have closed that descriptor.",
		.remedy = "Close it in one place, and reset the variable there (fd = -1).",
	},
	[MISUSE_BAD_CLOSE] = {
		.type = FINDING_BAD_CLOSE, .is_proof = true,
		.title = "close of number %3, which was never open",
		.explanation = "The kernel answered EBADF, and nothing was seen to open the "
			       "number since the program started.",
		.remedy = "Close only what was opened: the variable may not have been set.",
	},
	[MISUSE_NEGATIVE_CLOSE] = {
		.type = FINDING_BAD_CLOSE, .is_proof = true,
		.title = "close of %3, which is not a descriptor",
		.explanation = "The kernel answered EBADF: nothing was closed. A call that fails "
			       "returns a negative number.",
		.remedy = "Check the number first: if (fd >= 0) close(fd).",
	},
	/* Either of three places may be the wrong one: none is named. */
	[MISUSE_DOUBLE_CLOSE_UNSURE] = {
		.type = FINDING_DOUBLE_CLOSE, .is_proof = true,
		.title = "%1 closed twice",
		.explanation = "The kernel answered EBADF: the number had been closed before. "
			       "Before this %1, another descriptor had the number, and was closed, "
			       "too. One of the two closes may have been meant for that one.",
		.remedy = "Find the close that still uses the number of an earlier descriptor, or "
			  "is one too many. Reset its variable after the first close (fd = -1). "
			  "With --spread-numbers it is that close that fails, and is named.",
		.remedy_role = "",
	},
	[MISUSE_EMPTY_RANGE] = {
		.type = FINDING_DOUBLE_CLOSE, .is_proof = true,
		.title = "%1 closed twice",
		.explanation = "%2() named numbers that the program had opened, and all of them had "
			       "been closed before. If a number had been given to a new descriptor "
			       "meanwhile, this call would have closed that descriptor.",
		.remedy = "Close it in one place.",
	},
	[MISUSE_BAD_USE] = {
		.type = FINDING_BAD_USE, .is_proof = true,
		.title = "%2() of number %3, which was never open",
		.explanation = "%2() got EBADF, and nothing was seen to open the number since the "
			       "program started.",
		.remedy = "Use only what was opened: the variable may not have been set.",
	},
	[MISUSE_NEGATIVE_USE] = {
		.type = FINDING_BAD_USE, .is_proof = true,
		.title = "%2() of %3, which is not a descriptor",
		.explanation = "%2() got EBADF: there is no such number. A call that fails returns "
			       "a negative number.",
		.remedy = "Check the number first: if (fd >= 0).",
	},
	[MISUSE_USE_UNSURE] = {
		.type = FINDING_USE_AFTER_CLOSE, .is_proof = true,
		.title = "%1 used after close",
		.explanation = "%2() got EBADF: the number had been closed. Before this %1, another "
			       "descriptor had the number, and was closed, too. The close or the "
			       "use may have been meant for that one.",
		.remedy = "Find the call that still uses the number of an earlier descriptor, or "
			  "comes too late. Reset its variable after the close (fd = -1). With "
			  "--spread-numbers it is that call that fails, and is named.",
		.remedy_role = "",
	},
	/* What closed it closes others of its kind in order: the use comes too late. */
	[MISUSE_USE_LATE] = {
		.type = FINDING_USE_AFTER_CLOSE, .is_proof = true,
		.title = "%1 used after close",
		.explanation = "%2() got EBADF: the number had been closed. If the number had been "
			       "given to a new descriptor meanwhile, this call would have used "
			       "that descriptor.",
		.remedy = "Do not use it after close(), and reset the variable there (fd = -1).",
	},
	[MISUSE_STALE_STREAM] = {
		.type = FINDING_WRONG_CLOSE, .is_proof = true,
		.title = "%1 closed by the %2() of a stream that had lost its number",
		.explanation = "close() had closed the number under the stream. The number was then "
			       "given to this %1, and %2() closed it.",
		.remedy = "%2() in place of that close(): it closes the number, too.",
		.remedy_role = "closed-before",
	},
	[MISUSE_USE] = {
		.type = FINDING_USE_AFTER_CLOSE, .is_proof = true,
		.title = "%1 used after close",
		.explanation = "%2() got EBADF: the number had been closed. If the number had been "
			       "given to a new descriptor meanwhile, this call would have used "
			       "that descriptor.",
		.remedy = "Stop using it before close(), or reset the variable there (fd = -1).",
		.remedy_role = "closed",
	},
	[MISUSE_WRONG_CLOSE] = {
		.type = FINDING_WRONG_CLOSE, .is_proof = true,
		.title = "%1 closed by somebody else",
		.explanation = "Its owner got EBADF from %2(): another thread had closed the "
			       "number. That thread had closed the number before, when it was "
			       "another descriptor.",
		.remedy = "Close once, and reset the variable there (fd = -1). The second close "
			  "hit a descriptor that was opened in between.",
		.remedy_role = "closed",
	},
	[MISUSE_ODD_CLOSE] = {
		.type = FINDING_WRONG_CLOSE,
		.title = "%1 closed by a thread that had closed its number before",
		.explanation = "The other descriptors from this place are closed by the thread "
			       "that opened them. No call was seen to fail because this one was "
			       "closed.",
		.remedy = "Check whether this closes a number for the second time: by now it is "
			  "another descriptor. With --spread-numbers such a close fails.",
	},
	[MISUSE_STREAM] = {
		.type = FINDING_CLOSED_UNDER, .is_proof = true,
		.title = "%1 closed under the %5 that owns it",
		.explanation = "The %5 still uses this number. Its memory is not freed, and data "
			       "that it has not written is lost. Its %6 will close any descriptor "
			       "that has the number by then.",
		.remedy = "%6 in place of close(): it closes the number, too.",
	},
	[MISUSE_STANDARD] = {
		.type = FINDING_STANDARD_TAKEN, .is_proof = true,
		.title = "%1 in the place of standard %4",
		.explanation = "Number %3 was free, so the %1 got it. Data that is meant for "
			       "standard %4 goes through it.",
		.remedy = "Keep 0, 1 and 2 open: put /dev/null there instead of closing them.",
		.remedy_role = "closed",
	},
	[MISUSE_OVERWRITE] = {
		.type = FINDING_OVERWRITTEN,
		.title = "%1 closed by %2() over it",
		.explanation = "It was open, and no call had closed it: %2() closed it silently.",
		.remedy = "If that was intended, close() it first. Otherwise use fcntl(F_DUPFD), "
			  "which takes a free number.",
	},
};

enum finding_type misuse_type(enum misuse misuse)
{
	return words[misuse].type;
}

bool misuse_is_proof(enum misuse misuse)
{
	return words[misuse].is_proof;
}

/* A text with what its %1 to %6 stand for. */
static const char *text_fill(struct judge *judge, const char *text,
			     const struct ledger_event *event)
{
	static const char *const standards[] = { "input", "output", "error" };
	const char *call = call_spelled_of(judge, event->call);
	const char *values[] = {
		event->kind < KIND_COUNT && event->kind != KIND_OTHER ? kind_name(event->kind)
								      : "descriptor",
		call ? call : "the call",
		report_printf(judge->report, "%d", event->fd),
		event->fd >= 0 && event->fd <= 2 ? standards[event->fd] : "",
		event->opened_facts & FACT_DIR ? "DIR" : "FILE",
		event->opened_facts & FACT_DIR     ? "closedir()"
		: event->opened_facts & FACT_POPEN ? "pclose()"
						   : "fclose()",
	};
	const char *filled = "";

	for (;;) {
		size_t plain = strcspn(text, "%");

		filled = report_printf(judge->report, "%s%.*s", filled, (int)plain, text);
		if (!text[plain])
			return filled;
		filled =
			report_printf(judge->report, "%s%s", filled, values[text[plain + 1] - '1']);
		text += plain + 2;
	}
}

static void related_add(struct judge *judge, struct finding *finding, const char *role,
			uint32_t stack_ref, uint32_t tid)
{
	uint32_t place = place_of(judge, stack_ref);

	if (place == NONE)
		return;
	for (size_t i = 0; i < finding->related_count; i++)
		if (strcmp(finding->related[i].role, role) == 0)
			return;
	finding_relate(judge->report, finding,
		       (struct report_related){
			       .role = role, .stack = *place_read(judge, place), .tid = tid });
}

/* Threads are told where there are several in it. */
static uint32_t tid_of(const struct ledger_event *event, uint32_t tid)
{
	bool is_one = (event->opened_tid == event->tid || !event->opened_tid) &&
		      (event->closed_tid == event->tid || !event->closed_tid);

	return is_one ? 0 : tid;
}

static void related_word(struct judge *judge, struct finding *finding, enum misuse misuse,
			 const struct ledger_event *event)
{
	switch (misuse) {
	case MISUSE_DOUBLE_CLOSE:
	case MISUSE_EMPTY_RANGE:
	case MISUSE_STALE_STREAM:
		related_add(judge, finding, "closed-before", event->closed_stack_ref,
			    tid_of(event, event->closed_tid));
		break;
	case MISUSE_DOUBLE_CLOSE_UNSURE:
		related_add(judge, finding, "closed-before", event->closed_stack_ref,
			    tid_of(event, event->closed_tid));
		related_add(judge, finding, "closed-earlier", event->earlier_stack_ref, 0);
		break;
	case MISUSE_USE_UNSURE:
		related_add(judge, finding, "closed", event->closed_stack_ref,
			    tid_of(event, event->closed_tid));
		related_add(judge, finding, "closed-earlier", event->earlier_stack_ref, 0);
		break;
	case MISUSE_USE:
	case MISUSE_USE_LATE:
	case MISUSE_STANDARD:
		related_add(judge, finding, "closed", event->closed_stack_ref,
			    tid_of(event, event->closed_tid));
		break;
	case MISUSE_WRONG_CLOSE:
		related_add(judge, finding, "closed", event->closed_stack_ref,
			    tid_of(event, event->closed_tid));
		related_add(judge, finding, "closed-before", event->earlier_stack_ref, 0);
		break;
	case MISUSE_ODD_CLOSE:
		related_add(judge, finding, "closed-before", event->earlier_stack_ref, 0);
		break;
	default:
		break;
	}
	related_add(judge, finding, "opened", event->opened_stack_ref,
		    tid_of(event, event->opened_tid));
}

/* Where to change something: the innermost line of the program's own at the role's stack. */
static void remedy_place(struct judge *judge, struct finding *finding, const char *role,
			 const struct report_stack *here)
{
	const struct report_stack *stack = here, *other = NULL;
	const struct report_frame *top;

	if (role && !*role)
		return; /* nobody knows */
	for (size_t i = 0; i < finding->related_count; i++) {
		if (role && strcmp(finding->related[i].role, role) == 0)
			stack = &finding->related[i].stack;
		else if (strncmp(finding->related[i].role, "closed", strlen("closed")) == 0 && !other)
			other = &finding->related[i].stack;
	}
	/* Both may have gone through a wrapper: what is to be changed is its caller. */
	top = other ? stack_apart(judge, stack, other) : stack_top(judge, stack);
	if (!top || !top->file)
		return;
	finding->remedy_file = top->file;
	finding->remedy_line = top->line;
}

void misuse_word(struct judge *judge, struct group *group, enum misuse misuse,
		 const struct ledger_event *event)
{
	const struct misuse_words *word = &words[misuse];
	struct finding *finding = &group->finding;

	related_word(judge, finding, misuse, event);
	if (finding->title)
		return;
	finding->title = text_fill(judge, word->title, event);
	finding->explanation = text_fill(judge, word->explanation, event);
	finding->remedy = text_fill(judge, word->remedy, event);
	remedy_place(judge, finding, word->remedy_role, place_read(judge, group->place));
}

void misuse_word_late(struct judge *judge, struct group *group, const struct ledger_event *event)
{
	related_add(judge, &group->finding, event->type == EVENT_USE ? "used" : "closed-again",
		    event->here_stack_ref, tid_of(event, event->tid));
}
