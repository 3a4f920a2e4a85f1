/* SPDX-License-Identifier: MIT */
/*
 * Inside the judge: what its files share. Nothing outside includes this.
 *
 * The order of work: lives (which process entries are one process), leaks
 * (what was left open, in whose name) into groups, pairs closed by Python,
 * then words, stacks and totals for what will be shown.
 *
 * A ledger may be damaged or hostile. Whoever follows references here spends
 * from a budget in proportion to the ledger's size, so that no list, cyclic or
 * shared, costs more than a bounded time.
 */
#ifndef UNCLOSED_JUDGE_JUDGEMENT_H
#define UNCLOSED_JUDGE_JUDGEMENT_H

#include "judge/judge.h"
#include "model/lookup.h"

#define NONE UINT32_MAX

/* One process entry of the ledger, by its index. */
struct image {
	struct ledger_process *process; /* NULL: never used, or an exec that failed */
	uint32_t life;
	uint32_t id; /* of the report_process */
};

/* One process: the images that one pid executed, one after the other. */
struct life {
	uint32_t first, last; /* indices of process entries */
	uint64_t end_ns;      /* 0: not known */
	struct report_exit exit;
	bool is_program;
	bool is_covered; /* the last image said hello */
	bool is_running;
	bool is_wanted;            /* by --children, --only, --skip */
	bool has_ended;            /* the end handler of the last image ran through */
	bool has_truth;            /* and compared the table with the kernel's list */
	bool is_killed;            /* by a signal, or gone without the end handler */
	const char *killed_reason; /* for notes, when is_killed */
};

/* A loaded object of some image; the same path and build-id is the same module. */
struct module {
	const char *path;     /* never NULL */
	const char *name;     /* last part of the path */
	const char *build_id; /* hex, or NULL */
	const uint8_t *build_id_bytes;
	size_t build_id_length;
	bool is_shim, is_system, is_libc;
	enum runtime_id runtime; /* whose own it is */
	bool is_shown;           /* in a frame a report shows */
	bool is_shown_bare;      /* in one without a file name */
	bool has_source;         /* some source of its lines was found */
	const char *lost_source; /* one that was not; NULL: none */
};

struct spot {
	uint32_t module; /* NONE: in none */
	uint64_t offset; /* ELF virtual address of the call, or the address itself */
};

/*
 * A backtrace as modules and offsets: the same in every image of a program. With
 * frames of a runtime these count, and what other libraries have between them; not
 * where the runtime was in itself, which is not the same from call to call.
 */
struct place {
	struct spot *spots;
	size_t spot_count;
	bool is_truncated;
	enum runtime_id runtime; /* of the text */
	const char *text; /* frames of a runtime, as in the ledger; NULL: none */
	const char *functions; /* the text without what differs from call to call */
	const char *cwd;  /* with a text: where the process that it is from began */
	uint32_t *refs; /* the ledger's stacks that are this place */
	size_t ref_count;
	bool is_read;
	struct report_stack stack; /* when is_read */
	uint32_t alike;      /* number + 1 of the place that stands for all that read the same; 0: not asked */
	uint32_t next_alike; /* number + 1 of the next of those; 0: the last */
};

/* How many descriptors of a group a row of evidence holds for, and what its words are made of. */
#define EVIDENCE_ROWS_MAX 28

struct clue {
	uint32_t stack_ref; /* where it happened; 0: nowhere of its own */
	int error;          /* errno, 0 none */
	int number;         /* another descriptor, a process or a count; -1 none */
	const char *text;   /* anything else; in the report's memory */
	const char *closer; /* what releases it, where the opening call does not tell */
};

struct witness {
	uint64_t count;
	struct clue clue;   /* of the first one */
	bool is_clue_mixed; /* others have another errno or place */
};

/* A finding while descriptors still join it. */
struct group {
	struct finding finding;
	uint32_t place; /* of the opening; NONE without a backtrace */
	unsigned int call;
	size_t descriptors_max; /* how many are described: more than shown when rules ask each */
	uint32_t last_process;  /* id that joined last */
	const char *noun;       /* "TCP", … ; NULL: mixed or not known */
	bool is_noun_mixed, is_role_mixed, is_unseen, is_datagram, is_duplicate;
	bool is_direction_unknown; /* connected, and no call that did it was seen */
	uint64_t proven; /* descriptors whose peer has closed */
	uint64_t killed; /* descriptors of processes that were ended */
	uint64_t checkpointed; /* descriptors opened after their process's first checkpoint */
	uint64_t passed; /* descriptors opened before a fork by a process that ended */
	struct witness witnesses[EVIDENCE_ROWS_MAX];
	const char *closer;       /* of the stream that owns them; NULL: none does */
	uint64_t siblings;        /* from the same place, closed */
	uint64_t timed;           /* descriptors whose time of opening is known, */
	uint64_t quarters[4];     /* and in which quarter of their process's run it lies */
	uint64_t last_opened_ns;  /* of those, since the start of their process */
	uint64_t run_ns;          /* the shortest run */
	uint32_t close_stack_ref; /* closed-by-gc: the stack that closed most of them */
	uint64_t close_count;
	uint64_t unseen_after_ns,
		unseen_before_ns; /* bounds of all unseen, from their process's start */
	uint64_t unseen_dated;    /* how many of them have both */
	uint32_t run_process; /* --min-count: the process that joined last, and what counts of it */
	uint64_t run_counted;
};

struct judge {
	struct report *report;
	struct snapshot *snapshot;
	struct ledger *ledger;
	struct symbolizer *symbolizer;
	const struct judge_context *context;
	const struct options *options;
	const struct paths *paths; /* where sources are; from session_describe() on */

	uint64_t view_budget;   /* tables looked through */
	uint64_t record_budget; /* members of lists followed */
	bool is_exhausted;      /* a budget was not enough */
	uint64_t damaged_tables;
	uint64_t held_by_living; /* left open by their openers, passed to processes still running */

	struct lookup blind; /* exe_ref → 1 when that program cannot be watched from inside */
	struct image *images;
	uint32_t image_count;
	struct life *lives;
	uint32_t life_count;

	struct module *modules;
	uint32_t module_count;
	struct lookup module_by_name; /* hash of path and build-id */
	struct lookup module_by_path; /* address of its path */
	struct lookup maps_by_image;  /* reference of a ledger_image */
	struct image_map *maps;
	uint32_t map_count;
	struct place *places;
	uint32_t place_count;
	struct lookup place_by_ref;  /* reference of a ledger_stack */
	struct lookup place_by_hash; /* of its spots */
	struct lookup place_by_reading; /* of its frames, as they are shown */
	struct lookup frames_by_spot;
	struct spot_frames *frames;
	uint32_t frames_count;

	struct jit_map **jit_maps; /* by process entry; NULL: not read */
	struct lookup jit_by_name;
	struct report_frame *jit_frames;
	uint32_t jit_count;

	struct lookup left_by_stack; /* process, stack and thread → number in `lefts` */
	struct left *lefts;
	uint32_t left_count;

	struct lookup unseen_by_inode;
	struct lookup child_by_fork; /* table and its tick → table of the child forked then */
	struct lookup scope_by_ref; /* reference of a ledger_scope → id */

	struct group *groups;
	uint32_t group_count;
	struct lookup group_by_key;
};

/* Take one from a budget. False, and remembered, when there is none left. */
bool budget_take(struct judge *judge, uint64_t *budget, uint64_t amount);

/* lives.c: fill images and lives. */
void lives_read(struct judge *judge);

/* Was process `index` made by a fork, with no exec since? */
bool life_is_fork(const struct judge *judge, const struct life *life);

/* processes.c: fill report->processes, one an image, and set image ids. */
void processes_describe(struct judge *judge);

/* coverage of the lives, counts and `is_listed`; after the findings are there. */
void processes_count(struct judge *judge);

/* tables.c: walk through the tables of all lives into groups. */
void leaks_find(struct judge *judge);

/* One descriptor that somebody left open. */
struct leak {
	uint32_t life;    /* in whose name */
	uint32_t process; /* id of its report_process */
	int fd;
	const struct descriptor_view *view;
	const struct ledger_fact *fact; /* NULL: the kernel was not asked */
	/* What leak_judge() found out: */
	enum descriptor_kind kind;
	unsigned int call; /* 0: not seen; from KEPT_CALLS on: libc's own */
	uint32_t stack_ref;
	uint32_t facts;    /* enum slot_facts */
	uint32_t evidence; /* bits of evidence.c's rows */
	bool is_proven;
	uint32_t scope;   /* id; 0 none */
	bool is_harness;  /* opened by a test framework for itself */
	const char *keep; /* why the program means it to stay open, NULL */
};

/* leaks.c: put a descriptor into its group, or into the sums of what does not count. */
void leak_judge(struct judge *judge, struct leak *leak);

/* What a socket was for, by the kernel's word or by the calls made on it. */
enum finding_role leak_role(const struct leak *leak);

/*
 * kept.c: the pseudo call id of the function that the C library keeps an unseen
 * descriptor for, by what it is open to; 0 when it is none of libc's.
 */
#define KEPT_CALLS 0x10000
unsigned int kept_find(struct judge *judge, const struct leak *leak);

/* The name of that function; NULL for an id of a call. */
const char *kept_opener(unsigned int kept);

/* "kept by libc: closelog() releases it" */
const char *kept_reason(struct judge *judge, unsigned int kept);

/* Title, explanation and remedy of a group of such. */
void kept_word(struct judge *judge, struct group *group);

/*
 * unseen.c: is it a copy of what was already judged, in a relative that got it by
 * fork, too? Where the parent still has its own, the tables tell. Else nothing
 * but the kernel's inode does, and only for sockets and pipes.
 */
bool unseen_is_copy(struct judge *judge, const struct leak *leak);

/* Put what is known of when an unseen descriptor was opened into its group. */
void unseen_note(struct judge *judge, struct group *group, const struct leak *leak);
void unseen_witness(struct judge *judge, struct group *group);

/*
 * origins.c: the slot of the number that a duplicate was made of, or that the other
 * end of a pair has. NULL: it is none, or that cannot be told. The number goes into
 * *ret_fd, and whether it still stands for the same into *ret_is_open.
 */
const struct ledger_slot *leak_original(struct judge *judge, const struct leak *leak, int *ret_fd,
					bool *ret_is_open);
const struct ledger_slot *leak_other_end(struct judge *judge, const struct leak *leak, int *ret_fd,
					 bool *ret_is_open);

/* descriptors.c: fill a report's entry. */
void leak_describe(struct judge *judge, const struct leak *leak,
		   struct report_descriptor *descriptor);

/* scopes.c: fill report->scopes. */
void scopes_read(struct judge *judge);

/* harness.c: is this a place where a test framework opens something for itself? */
bool place_is_harness(const struct judge *judge, uint32_t place);

/* The id of the scope that a slot's scope_ref leads to; 0 none. */
uint32_t scope_id(const struct judge *judge, uint32_t scope_ref);

/* One more descriptor of this scope was never closed. */
void scope_leaked(struct judge *judge, uint32_t id);

/* A descriptor of a group was opened in this scope. */
void group_scope(struct judge *judge, struct group *group, uint32_t id);

/* memory.c: memory for sockets that was not given back. */
void memory_find(struct judge *judge);

/* addrinfo.c: the words of a group of memory. */
void memory_word(struct judge *judge, struct group *group);

/*
 * The image record of a process, and where it is in the ledger unless `ret_ref` is
 * NULL. NULL: there is none, or no process.
 */
struct ledger_image *image_record(struct judge *judge, const struct ledger_process *process,
			      uint32_t *ret_ref);

/* visit.c: each backtrace of the ledger, once. */
typedef void stack_visit(struct judge *judge, uint32_t stack_ref, const struct ledger_stack *stack,
			 void *data);
void stacks_visit(struct judge *judge, stack_visit *visit, void *data);

/* gc.c: closes that Python's finaliser made. */
void gc_find(struct judge *judge);

/* How it came to close what a group has. */
const char *gc_explanation(struct judge *judge, const struct group *group);

/* How many tables a view may look through; 0 for a chain that bites its tail. */
uint32_t table_depth(struct judge *judge, uint32_t table_ref);

/* crossings.c: what crossed into other programs by exec. */
void crossings_find(struct judge *judge);

/* Is the innermost frame of a place a shell's, by its name? */
bool place_is_shell(struct judge *judge, uint32_t place);

/* events.c: misuse that was noticed on the way. */
void events_find(struct judge *judge);

/* expectations.c: what was open where unclosed_expect_none() was called. */
void expectation_judge(struct judge *judge, const struct ledger_event *event,
		       const struct ledger_process *process, uint32_t id);

/*
 * inherited.c: what a descriptor from outside is known as ("make's jobserver"),
 * by its number, kind and what it leads to (both may be NULL) and the environment; or NULL.
 */
const char *inherited_name(const struct judge *judge, int fd, const char *kind, const char *target);

/* noise.c: what the options leave aside. */

/* Why --warm-up or --min-age does not let it count; NULL when they do. */
const char *noise_reason(struct judge *judge, const struct leak *leak);

/* --min-count: so many of a process count here. Processes come one after the other. */
void noise_count(struct judge *judge, struct group *group, uint32_t process, uint64_t counted);

/* After the last of all groups. */
void noise_finish(struct judge *judge);

/* --ignore: list the filters among the rules of the report. */
void filters_open(struct judge *judge);

/* The first filter that names a descriptor, or NONE. */
uint32_t filter_find(struct judge *judge, const struct leak *leak);

/* One of a finding was left aside by a filter. */
void filter_note(struct judge *judge, struct finding *finding, uint32_t filter);

/* group.c */
enum standing { STANDING_IGNORED, STANDING_NOTED, STANDING_COUNTED, STANDING_SUPPRESSED };

/* What a policy and --gate make of a descriptor. */
enum standing standing_of(const struct judge *judge, enum policy policy, bool is_proven);

/* The group for a key; new ones are empty but for type, kind, call and place. */
struct group *group_of(struct judge *judge, enum finding_type type, enum descriptor_kind kind,
		       unsigned int call, uint32_t place);

/* Put `count` descriptors of a process into a group's sums. */
void group_count(struct judge *judge, struct group *group, enum standing standing, uint64_t count,
		 uint32_t process);

/* The next free descriptor of a group's list, or NULL: the list is full, one more is omitted. */
struct report_descriptor *group_describe(struct judge *judge, struct group *group);

/* Put the groups into report->findings in the order they were met, with words and stacks. */
void groups_finish(struct judge *judge);

/* stacks.c */

/* The place of a stack record; NONE when there is no such backtrace. */
uint32_t place_of(struct judge *judge, uint32_t stack_ref);

/* A place with symbols, read on first use. The empty stack for NONE. */
const struct report_stack *place_read(struct judge *judge, uint32_t place);

/* alike.c: the place that stands for all whose stacks read the same; NONE for NONE. Reads it. */
uint32_t place_alike(struct judge *judge, uint32_t place);

/* The function of an address, whatever is inlined into it; NULL without a name. */
const struct report_frame *spot_function(struct judge *judge, const struct spot *spot);

/* Is it a function of a script of the program's own, compiled at run time? */
bool frame_is_script(const struct report_frame *frame);

/* Module of a frame of a place that was read; NULL in none. */
const struct module *frame_module(const struct judge *judge, const struct report_frame *frame);

/* missing.c: say what the modules that were shown lack, and what file names are relative to. */
void modules_diagnose(struct judge *judge);

/* modules.c: the module and address of a program counter in an image's epoch. */
struct spot spot_find(struct judge *judge, uint32_t image_ref, uint32_t epoch, uint64_t pc);

/* Was a module loaded in an image at some time? */
bool image_has_module(struct judge *judge, uint32_t image_ref, uint32_t module);

/* builtin.c: read the rules built into modules, then take out of the counts what is known. */
void known_find(struct judge *judge);

/* fingerprint.c */
void finding_fingerprint(struct judge *judge, struct finding *finding);

/* names.c: a function's name without what changes from build to build. */
char *function_normalise(struct report *report, const char *name);

/* What it is recognised by with another compiler: all lambdas are one, and all static initializers. */
const char *function_key(struct report *report, const char *name);

/* Is it the standard library's, compiled into the program (templates)? */
bool function_is_glue(const char *key, const char *language);

/* titles.c: title, explanation and remedy. */
void group_word(struct judge *judge, struct group *group);

/* remedies.c: what to do, and where. */
void group_remedy(struct judge *judge, struct group *group);

/* The innermost frame of the program's own code, or of any code; NULL without frames. */
const struct report_frame *stack_top(struct judge *judge, const struct report_stack *stack);

/* sentences.c: "drop_client (src/chat.c:58)", by stack_top(); NULL when it has no name. */
const char *place_text(struct judge *judge, const struct report_stack *stack);

/* A function as one writes it in a sentence: "ns::Pool::get()"; NULL without a name. */
const char *function_text(struct judge *judge, const struct report_frame *frame);

/* "fclose()": what releases what a group has. Never NULL. */
const char *closer_text(struct judge *judge, const struct group *group);

/*
 * A sentence with its gaps filled: %c what closes such a descriptor, %f the function
 * that opened it, %F the function of the clue, %p the place of the clue, %n its number,
 * %e its errno, %t its text. NULL when one of them is not known.
 */
const char *sentence_fill(struct judge *judge, const struct group *group, const struct clue *clue,
			  const char *sentence);

/* "TCP", "Unix stream"; NULL when a family and type have no name of their own. */
const char *socket_noun(unsigned int family, unsigned int type, unsigned int protocol);

/* evidence.c: what holds for a descriptor, by the facts recorded; sets evidence and is_proven. */
void evidence_find(struct judge *judge, struct leak *leak);

/* Put that into the sums of its group. */
void evidence_note(struct judge *judge, struct group *group, const struct leak *leak);

/* What the kernel, the calls and the siblings say about a group. */
void group_witness(struct judge *judge, struct group *group);

/* What most likely happened, and what to do about it, by the evidence; NULL: no row knows. */
const char *evidence_explanation(struct judge *judge, const struct group *group);
const char *evidence_remedy(struct judge *judge, const struct group *group,
			    const struct report_frame **ret_frame);

/*
 * kin.c: find the backtraces of what was closed that are places of leaks, too: in
 * other processes, and at other addresses of the same lines.
 */
void kin_find(struct judge *judge);

/* siblings.c: where descriptors from the same place were closed, and how many. */
void siblings_witness(struct judge *judge, struct group *group);

/* growth.c: did what was left open pile up while its processes ran? */
void growth_note(struct judge *judge, struct group *group, const struct leak *leak);
void growth_witness(struct judge *judge, struct group *group);

/* copies.c: note which child each fork made. */
void copies_read(struct judge *judge);

/* Did the first child forked since the opening close its copy? Fills the clue. */
bool copy_is_closed(struct judge *judge, const struct leak *leak, struct clue *ret_clue);

/*
 * exceptions.c: did an exception leave the function that a descriptor was opened in,
 * by its thread, after the opening? Fills the clue: where it was thrown, the function.
 */
bool exception_left(struct judge *judge, const struct leak *leak, struct clue *ret_clue);

/* totals.c: session, host, sums. */
void session_describe(struct judge *judge);
void totals_count(struct judge *judge);

/* One more line of report->diagnostics; `text` in the report's memory. */
void diagnose(struct judge *judge, enum diagnostic_level level, const char *code, const char *text,
	      int64_t process);

#endif
