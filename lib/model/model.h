/* SPDX-License-Identifier: MIT */
/*
 * The findings model: all that a report says, ready to be written in any
 * format. Made from a ledger (judge/judge.h), or from a JSON report (report/report.h).
 * Writers (lib/report) only format; they decide nothing.
 *
 * Every string may be NULL when not known, unless said otherwise. All memory
 * belongs to the report's arena and goes with report_free().
 *
 * Layer: model. Context: tool.
 */
#ifndef UNCLOSED_MODEL_MODEL_H
#define UNCLOSED_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/kinds.h"
#include "base/options.h"
#include "model/limit.h"
#include "model/stack.h"

enum finding_type {
	FINDING_LEAK,
	FINDING_CLOSED_BY_GC,
	FINDING_DOUBLE_CLOSE,
	FINDING_BAD_CLOSE,
	FINDING_WRONG_CLOSE,
	FINDING_USE_AFTER_CLOSE,
	FINDING_EXEC_INHERITED,
	FINDING_EXPECTED_CLOSED, /* open where the program expected none */
	FINDING_CLOSED_UNDER,    /* close() of what a FILE or DIR owns */
	FINDING_STANDARD_TAKEN,  /* a socket on 0, 1 or 2 */
	FINDING_OVERWRITTEN,     /* dup2() over it */
	FINDING_BAD_USE,         /* a number that was never open */
	FINDING_TYPE_COUNT
};

enum finding_role {
	ROLE_NONE,
	ROLE_LISTENER,
	ROLE_ACCEPTED,
	ROLE_CONNECTED,
	ROLE_UNCONNECTED,
	ROLE_CONNECTING, /* connect() is under way */
	ROLE_BOUND,
	ROLE_PAIR,
	ROLE_RECEIVED,
	ROLE_COUNT
};

/* Names as in the JSON report ("closed-by-gc", "listener"); never NULL. */
const char *finding_type_name(enum finding_type type);
const char *finding_role_name(enum finding_role role); /* NULL for ROLE_NONE */

/* A finding lists so many of its descriptors; the others are counted. */
#define FINDING_DESCRIPTORS_MAX 100

/* Who asked for a connection, where a call was seen that did. */
enum report_direction { DIRECTION_UNKNOWN, DIRECTION_OUT, DIRECTION_IN };

struct report_descriptor {
	enum report_direction direction;
	uint32_t process; /* id of the report_process */
	int fd;
	const char *family;   /* "inet", "inet6", "unix", "netlink", "packet", "vsock" or a number */
	const char *type;     /* "stream", "dgram", … */
	const char *protocol; /* "tcp", "udp", … */
	const char *state;    /* "CLOSE-WAIT", as ss spells them */
	const char *local;    /* "127.0.0.1:8080", "[::1]:80", "/path", "@abstract" */
	const char *peer;
	const char *path;     /* files: where /proc/self/fd/N pointed */
	bool is_state_known;  /* read from the kernel at the end */
	bool is_contested;    /* the opener is not certain */
	bool has_queues;
	uint32_t receive_queue; /* bytes */
	uint32_t send_queue;
	bool is_send_queue_unknown; /* only TCP tells it in bytes */
	bool has_so_error;
	int so_error;
	uint64_t opened_ns; /* since the session began */
	uint64_t age_ns;    /* at the end of its process */
	uint32_t generation; /* how often the number had been opened; 0: not known */
	uint32_t tid;       /* 0: not known */
	const char *thread_name; /* what the thread that opened it was called, or NULL */
	bool is_thread_ended;    /* it was not there any more at the end */
	int cloexec;        /* -1 not known, 0, 1 */
	int dup_of;         /* -1, or the number it was made of */
	bool is_deleted;    /* the file has no name any more; `path` is what it was */
	const char *flags;  /* files: "O_RDWR|O_APPEND", or NULL */
	int64_t position;   /* files, when `flags` are known: bytes from the start */
	bool has_other_end; /* one of a pair: */
	int other_end;      /* the number the other end had, */
	bool is_other_end_open; /* and whether it still has it */
	int *watches;           /* epoll: numbers it watches */
	size_t watch_count;
	int pid;            /* pidfd: its process, 0 not known */
	bool is_pid_ended;  /* and whether that has ended */
	const char *about;  /* the same for a person: "watches fd 5, 7", "count 3", or NULL */
	uint32_t scope;     /* id of the report_scope it was opened in; 0 none */
	const char *label;  /* by unclosed_label() */
	bool is_noted;      /* shown and not counted, when others of the finding are */
	bool is_suppressed; /* a rule took it out of the count */
};

struct report_related {
	const char *role; /* "opened", "closed", "closed-before", "closed-again", "usually-closed" */
	struct report_stack stack;
	uint32_t tid;
	uint64_t at_ns;
	uint64_t count; /* 0: does not apply */
};

struct report_evidence {
	const char *what; /* "peer-closed", "connect-failed", … */
	bool is_proof;
	const char *text;
	int error; /* errno, 0 none */
	struct report_stack stack;
};

/* Descriptors of a finding that one rule took out of the count. */
struct finding_suppression {
	uint32_t suppression; /* index into report->suppressions */
	uint64_t count;
};

/* Of a merged report: how many of a finding came from one of its shards. */
struct finding_share {
	uint32_t shard; /* index into report->shards */
	uint64_t count, counted;
};

/* What a baseline says of a finding. */
enum baseline_state {
	BASELINE_NONE,  /* no baseline was given, or nothing was left that counts */
	BASELINE_NEW,   /* it does not know the place */
	BASELINE_KNOWN, /* it allows as many, or more */
	BASELINE_MORE,  /* it knows the place, but allows fewer */
	BASELINE_STATE_COUNT
};

/* Name as in the JSON report ("more"); NULL for BASELINE_NONE. */
const char *baseline_state_name(enum baseline_state state);

/*
 * Does the number of those that a place leaves open grow, as the times of their openings tell?
 * STOPPED: it grew, and does not any more. UNKNOWN: too few, too short a run, or neither.
 */
enum growth_word {
	GROWTH_UNKNOWN,
	GROWTH_STEADY,
	GROWTH_MAY_GROW,
	GROWTH_GROWING,
	GROWTH_STOPPED,
	GROWTH_WORD_COUNT
};

/* Names as in the JSON report ("may-grow"); NULL for GROWTH_UNKNOWN. */
const char *growth_word_name(enum growth_word word);

struct report_growth {
	enum growth_word word;
	double per_minute;        /* GROWING, MAY_GROW: how many more */
	uint64_t since_ns;        /* since the session began; 0 with UNKNOWN and STEADY */
	uint64_t stopped_ns;      /* STOPPED: likewise */
	uint64_t closed;          /* siblings: others of the place, closed */
	uint64_t longest_life_ns; /* none of those was open for longer; 0: not known */
	bool is_over_age;         /* one is far older than any sibling ever was */
	uint64_t limit_in_ns;     /* until RLIMIT_NOFILE, at this rate; 0: not known */
};

struct finding {
	const char *id; /* "1", "2", … in report order */
	const char *fingerprint;   /* "place/1", hex */
	const char *fingerprint_2; /* "place/2", hex; NULL in a report of before there was one */
	bool is_stable;
	enum finding_type type;
	enum descriptor_kind kind;
	enum finding_role role;
	const char *call;   /* "accept4", as sources spell it; NULL: origin not seen */
	const char *symbol; /* what libc calls it, where that is something else: "fopen64" */
	const char *title;  /* "TCP connection, accepted, never closed" */
	bool is_proven;
	uint64_t count;     /* all descriptors of the group */
	uint64_t counted;   /* of those, how many make the run fail */
	uint64_t suppressed;
	uint64_t baselined;
	uint64_t noted;     /* shown, not counted: killed process, kind not asked for, policy */
	uint32_t *processes; /* ids */
	size_t process_count;
	uint32_t *scopes; /* ids */
	size_t scope_count;
	struct report_stack stack;
	struct report_descriptor *descriptors;
	size_t descriptor_count;
	bool is_one_number; /* misuse, more than once, and always of the same one */
	uint64_t descriptors_omitted;
	struct report_related *related;
	size_t related_count;
	struct report_evidence *evidence;
	size_t evidence_count;
	const char *explanation;   /* one sentence */
	const char *remedy;        /* what to do */
	const char *explanation_row; /* which rule of ours said it: "connect-failed", … */
	const char *remedy_row;
	const char *remedy_file;
	unsigned int remedy_line;
	const char *note_reason;   /* why `noted` is not 0: "the process was ended by SIGKILL" */
	struct finding_suppression *suppressed_by; /* their counts add up to `suppressed` */
	size_t suppressed_by_count;
	struct finding_share *shares; /* merged reports: their counts add up to `count` */
	size_t share_count;
	struct report_growth growth;
	enum baseline_state baseline;
	uint64_t baseline_allowed; /* how many the baseline allows here; `baselined` is at most that */
};

struct report_kind_count {
	uint64_t opened, closed, left; /* opened = closed + left */
	uint64_t peak; /* the most open at once in one process; 0: not known, or nothing was opened */
};

struct report_inherited {
	int fd;
	const char *kind;
	const char *target;   /* readlink */
	const char *known_as; /* "CI runner", "stdin", … or NULL */
};

enum report_end {
	REPORT_END_EXITED,
	REPORT_END_SIGNALED,
	REPORT_END_EXEC,    /* replaced by the next image */
	REPORT_END_UNKNOWN, /* ended, nobody saw how */
	REPORT_END_RUNNING, /* still alive when the report was made */
};

struct report_process {
	uint32_t id;
	uint32_t parent;  /* id; own id when none */
	int64_t exec_of;  /* id, or -1 */
	int pid, ppid;
	const char *exe;  /* never NULL: "?" at least */
	const char *name; /* argv[0], never NULL */
	const char **argv; /* argc + 1 entries, NULL at the end */
	size_t argc;
	uint64_t start_ns, duration_ns;
	enum report_end end;
	const char *end_how; /* "exit", "_exit", "quick_exit", "abort", … */
	int status;          /* EXITED */
	int signal;          /* SIGNALED */
	bool is_covered;
	const char *reason; /* not covered: why ("static program") */
	const char *remedy; /* not covered: what to do */
	bool is_checked;          /* against the kernel's list */
	const char *check_reason; /* when not */
	bool is_listed; /* belongs into `processes` of the JSON report */
	bool is_skipped; /* left out by --only, --skip or --children: not judged */
	struct report_kind_count kinds[KIND_COUNT];
	/* Of a process that was looked at while it runs (report.is_live): */
	bool is_seen;
	uint64_t open;          /* descriptors, by the kernel's list */
	uint64_t in_flux;       /* that came or went during the look, and are not in any finding */
	uint64_t limit;         /* of their number (RLIMIT_NOFILE, soft); 0: not known */
	int *copies; /* numbers that a fork has copied, and that are told of at their opener */
	size_t copy_count;
	uint64_t started_ticks; /* since boot: with the pid it is one process */
	uint64_t details_omitted; /* descriptors left open of which the details were not kept */
	struct report_inherited *inherited;
	size_t inherited_count;
};

/* A stretch of time with a name: a test of a framework, or what the program says. */
struct report_scope {
	uint32_t id;      /* from 1, in the order they began */
	uint32_t parent;  /* id of the one around it; 0 none */
	uint32_t process; /* id of the process that began it */
	const char *name; /* never NULL */
	const char *framework; /* "criterion": it is a test; NULL */
	const char *file;
	unsigned int line; /* 0: not known */
	bool is_of_thread; /* of one thread, not of the process */
	uint64_t opened;   /* descriptors of the kinds that count */
	uint64_t left;     /* of those, open at its end, or at its process's when it had none */
	uint64_t leaked;   /* of those, never closed */
	uint64_t begun_ns;
	uint64_t ended_ns; /* 0: it had no end */
};

enum diagnostic_level { DIAGNOSTIC_NOTE, DIAGNOSTIC_WARNING, DIAGNOSTIC_ERROR };

struct report_diagnostic {
	enum diagnostic_level level;
	const char *code; /* "no-line-numbers", "ledger-full", … */
	const char *text; /* one line for a person */
	int64_t process;  /* id, or -1 */
};

/* A rule of a suppression file, and what it did in this report. */
struct report_suppression {
	const char *rule;    /* "leak:^start$"; never NULL */
	const char *source;  /* the file, or the program or library it is built into; never NULL */
	unsigned int line;
	const char *reason;
	const char *expires; /* the last day it is good for, "2027-01-31" */
	const char *flaw;    /* why it hides more than one place: "matches everything" */
	uint64_t allowed;    /* at most so many of a process; 0: any number */
	uint64_t matched;    /* descriptors suppressed, or that would have been when expired */
	bool is_expired;
	bool is_default; /* shipped with unclosed */
	bool is_builtin; /* `source` is a program or library */
};

/* A place of a baseline of which less, or nothing, was found. */
struct report_gone {
	const char *fingerprint;
	const char *title;
	const char *where; /* "serve, main (src/chat_server.c)" */
	uint64_t allowed, found;
};

/* The baseline that was applied. */
struct report_baseline {
	const char *file; /* NULL: none was given */
	uint64_t place_count;
	struct report_gone *gone;
	size_t gone_count;
	bool is_updated; /* was written anew from this report */
};

/* How the run as a whole ended, as the launcher saw it. */
struct report_exit {
	bool is_known;
	bool is_signaled;
	int status; /* exit status, or */
	int signal; /* number */
};

/* VERDICT_STALE: nothing counts, but what is known is out of date, and a policy minds. */
enum report_verdict {
	VERDICT_CLEAN,
	VERDICT_LEAKS,
	VERDICT_ERROR,      /* status 125 */
	VERDICT_STALE,      /* nothing counts, but rules or a baseline are out of date */
	VERDICT_MISUSE,     /* what counts is misuse alone: nothing was left open */
	VERDICT_INCOMPLETE, /* nothing counts, but not all was followed to its end and checked */
	VERDICT_COUNT
};
enum exit_reason {
	REASON_CLEAN,
	REASON_LEAKS,
	REASON_PROGRAM,
	REASON_UNCOVERED,
	REASON_LOST, /* records of what was judged did not fit, or are damaged */
	REASON_ERROR,
	REASON_STALE,
	REASON_MISUSE, /* what counts is misuse alone */
	REASON_RUNNING, /* nothing counts, of what runs on */
	REASON_COUNT
};

/* A report that was merged into this one. */
struct report_shard {
	const char *name; /* its tags, "shard=1", else its file; never NULL */
	const char *session_id;
	const char **command;
	struct report_exit exit;
	enum report_verdict verdict;
	enum exit_reason exit_reason;
	int exit_status;
	bool is_complete;
};

/* PROGRAM as who started it knows it: for the names of files. */
struct report_naming {
	const char *program; /* its path, or the last part; NULL: nothing is known */
	int pid;
	int64_t started_wall_ns; /* since 1970 */
};

struct report {
	struct report_arena *arena;
	struct report_naming naming;
	const char *session_id; /* hex */
	int64_t started_wall_ns; /* since 1970 */
	uint64_t duration_ns;
	const char *cwd;
	const char *project; /* the directory that file names are relative to, when below it */
	const char *host_name, *os, *kernel, *arch, *libc;
	const char **tags; /* KEY, VALUE, KEY, VALUE, …, NULL */
	const char **command; /* NULL-terminated */
	enum arguments_shown arguments; /* of the programs in here; AUTO is as FULL */
	bool is_hostless; /* without host, working directory and addresses */
	struct report_exit exit;
	enum report_verdict verdict;
	/*
	 * Every process covered, followed to its end, checked, and nothing lost: where nothing
	 * counts, only then is it an all-clear.
	 */
	bool is_complete;
	bool lists_all;        /* findings list all of their descriptors, however many */
	bool is_live;          /* of processes that run on: what is open, by age and growth */
	uint64_t records_lost; /* descriptors, processes and events that are in no finding */
	int exit_status;  /* of unclosed itself */
	enum exit_reason exit_reason;
	uint32_t kinds; /* KIND_BIT()s that count */

	struct report_process *processes; /* by id */
	size_t process_count;             /* all, images counted once per process below */
	size_t covered_count, uncovered_count, running_count, listed_count;
	size_t unchecked_count; /* covered and ended, but not compared with the kernel's list */
	size_t skipped_count; /* left out by the options; in none of the numbers above */

	struct report_scope *scopes; /* by id - 1 */
	size_t scope_count;

	struct finding *findings; /* most counted first; noted-only ones behind */
	size_t finding_count;

	struct report_limit *limits; /* of processes that came near theirs, or were refused */
	size_t limit_count;

	struct report_diagnostic *diagnostics;
	size_t diagnostic_count;

	struct report_suppression *suppressions; /* of the shipped ones only those that matched */
	size_t suppression_count;
	struct report_baseline baseline;

	struct report_shard *shards; /* of a merged report, which is about no single PROGRAM */
	size_t shard_count;

	/* Totals over all processes and findings. */
	struct report_kind_count kinds_total[KIND_COUNT];
	uint64_t total, counted, suppressed, baselined, noted;
	uint64_t left_uncounted[KIND_COUNT]; /* left open in judged processes, kinds that do not count */
	uint64_t left_standard; /* of the kinds that count, in the place of 0, 1 and 2 */
};

/* A report with everything zero and an arena; NULL when memory is short. */
struct report *report_new(void);

/* Another one that says the same, and points to it; what is allocated in it is its own. */
struct report *report_new_like(const struct report *report);

/* Bytes that a report has of the heap. */
size_t report_memory(const struct report *report);

void report_free(struct report *report);

/* Memory that lives as long as the report, zeroed. Ends the program when there is none. */
void *report_alloc(struct report *report, size_t size);
char *report_strdup(struct report *report, const char *text);
char *report_printf(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The process with this id, or NULL: reports list only some processes. */
struct report_process *report_process_find(const struct report *report, uint32_t id);

/* The image that a process was at last, of those that the report lists: it itself, or a later one. */
struct report_process *report_process_last(const struct report *report,
					   const struct report_process *process);

/* One more line of report->diagnostics; `text` in the report's memory, `process` an id or -1. */
void report_diagnose(struct report *report, enum diagnostic_level level, const char *code,
		     const char *text, int64_t process);

/*
 * Room for one more member of an array in the report's memory: doubles it when
 * `count` is 0 or a power of two. Old copies stay until the report goes.
 */
void *array_grow(struct report *report, void *array, size_t count, size_t size);

/* Are both of one place? By "place/2", where both have it. */
bool findings_are_alike(const struct finding *left, const struct finding *right);

/* One more stack of a finding. */
void finding_relate(struct report *report, struct finding *finding, struct report_related related);

/* One more piece of evidence of a finding. */
void evidence_add(struct report *report, struct finding *finding, struct report_evidence evidence);

#endif
