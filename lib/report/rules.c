/* SPDX-License-Identifier: MIT */
/* What each type of finding means, a row a type. */
#include "report/rules.h"

static const struct rule rules[FINDING_TYPE_COUNT] = {
	[FINDING_LEAK] = {
		.name = "DescriptorLeak",
		.brief = "A socket or other descriptor was never closed.",
		.full = "The process ended, and the descriptor was still open. It was opened at "
			"the place shown. Each one that is left takes a number from the limit of "
			"open files (ulimit -n), and keeps a connection, a port or a file in use.",
		.help = "Close it on every path that gives it up, errors included. Where siblings "
			"were closed, the finding says where. Descriptors that are meant to live "
			"as long as the program can be accepted: suppress them by the function "
			"that opens them, or take them into the baseline.",
		.cwe = 775,
	},
	[FINDING_CLOSED_BY_GC] = {
		.name = "ClosedByGarbageCollector",
		.brief = "A descriptor was closed by the garbage collector, not by the program.",
		.full = "The program lost its last reference to an open descriptor. The finaliser "
			"of its language closed it later, at a time that the program did not "
			"choose. Other implementations of the language do not close it at all.",
		.help = "Close it in the program: in Python use a with block, or call close().",
		.cwe = 772,
	},
	[FINDING_DOUBLE_CLOSE] = {
		.name = "DoubleClose",
		.brief = "A descriptor was closed a second time.",
		.full = "The number was not open any more when close() was called. In a program "
			"with threads, other code may own the number by then, and loses its "
			"descriptor.",
		.help = "Let one place own the descriptor. Set the variable to -1 after close().",
		.cwe = 1341,
	},
	[FINDING_BAD_CLOSE] = {
		.name = "BadClose",
		.brief = "close() was called on a number that was not open.",
		.full = "No descriptor had this number. Often it is -1: a call failed, and its "
			"result was closed without a check.",
		.help = "Check the result of the call that should have opened it.",
		.cwe = 252,
	},
	[FINDING_WRONG_CLOSE] = {
		.name = "WrongClose",
		.brief = "A descriptor was closed by code that did not open it.",
		.full = "The number had been closed, and other code had opened it again. This "
			"close() took the descriptor away from its new owner.",
		.help = "Let one place own the descriptor. Set the variable to -1 after close().",
		.cwe = 672,
	},
	[FINDING_USE_AFTER_CLOSE] = {
		.name = "UseAfterClose",
		.brief = "A descriptor was used after it was closed.",
		.full = "The number was closed before, and then passed to a call again. If the "
			"call reaches a descriptor, that descriptor belongs to other code.",
		.help = "Let one place own the descriptor. Set the variable to -1 after close().",
		.cwe = 672,
	},
	[FINDING_EXEC_INHERITED] = {
		.name = "InheritedAcrossExec",
		.brief = "A descriptor was passed to another program by exec.",
		.full = "It was opened without close-on-exec, so the started program holds it, "
			"too. A port stays busy, or a connection stays open, for as long as that "
			"program runs.",
		.help = "Open it with SOCK_CLOEXEC, O_CLOEXEC or a related flag, unless the other "
			"program is meant to have it.",
		.cwe = 403,
	},
	[FINDING_EXPECTED_CLOSED] = {
		.name = "OpenWhereNoneWasExpected",
		.brief = "A descriptor was open where the program expected no open descriptor.",
		.full = "unclosed_expect_none() was called while it was open; it was closed only "
			"later.",
		.help = "Close it before that call. If it is meant to stay open, declare it with "
			"unclosed_expect_open().",
		.cwe = 772,
	},
	[FINDING_CLOSED_UNDER] = {
		.name = "ClosedUnderStream",
		.brief = "close() was called on a descriptor that a FILE or DIR owns.",
		.full = "The stream still uses the number. Data that it has not written is lost, "
			"and its memory is not freed. Its own close hits any descriptor that has "
			"the number by then.",
		.help = "Give up the stream with fclose() or closedir(), which closes the number.",
		.cwe = 672,
	},
	[FINDING_STANDARD_TAKEN] = {
		.name = "StandardDescriptorTaken",
		.brief = "A socket got the number of standard input, output or error.",
		.full = "Number 0, 1 or 2 was free when it was opened. Data that is meant for the "
			"standard descriptor goes through the socket.",
		.help = "Keep 0, 1 and 2 open: put /dev/null there instead of closing them.",
		.cwe = 910,
	},
	[FINDING_OVERWRITTEN] = {
		.name = "Overwritten",
		.brief = "dup2() closed a descriptor that was still open.",
		.full = "It was open when another descriptor was put on its number. That closes it "
			"silently.",
		.help = "If that is intended, close it first. Otherwise take a free number with "
			"fcntl(F_DUPFD).",
		.cwe = 672,
	},
	[FINDING_BAD_USE] = {
		.name = "BadUse",
		.brief = "A call was given a number that was never open.",
		.full = "No descriptor had this number. Often it is -1: a call failed, and its "
			"result was used without a check.",
		.help = "Check the result of the call that should have opened it.",
		.cwe = 252,
	},
};

const struct rule *rule_of(enum finding_type type)
{
	return &rules[(unsigned int)type < FINDING_TYPE_COUNT ? type : FINDING_LEAK];
}
