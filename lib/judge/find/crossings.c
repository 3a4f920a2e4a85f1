/* SPDX-License-Identifier: MIT */
/*
 * What crossed into another program because nobody had set close-on-exec. The
 * new program notes which numbers are open when it starts; for one that cannot, who
 * executes it asks the kernel just before. The ledger of the one before knows what they
 * were at that moment. Where nobody was asked, what the record says is told, and is no
 * proof.
 *
 * A descriptor that is left open to the end of the very process that executed the program
 * is one descriptor, and told once: as a leak, or here where crossings count.
 *
 * Left out is what somebody meant: descriptors opened with close-on-exec that have
 * it no more, those whose close-on-exec was set or cleared later on, what a
 * forked child opened or duplicated itself before the exec (redirections), what
 * a file action of posix_spawn() names, what a shell opens for its commands,
 * and 0, 1 and 2.
 */
#include <string.h>

#include "judge/find/find.h"

/* One program that got something of a group. */
struct target {
	uint32_t group;
	const char *name;
	bool is_covered;
	bool is_asked;
	uint64_t count; /* of its starts */
	uint32_t image; /* the last that was counted */
};

/* Views that are worth it: a server with 10 000 descriptors that started 500 programs. */
#define VIEWS_LEAST (UINT64_C(1) << 24)

struct crossings {
	struct judge *judge;
	uint64_t budget; /* of views; what is beyond it is not looked at, and said */
	bool is_cut;
	struct target *targets;
	uint32_t target_count;
	struct lookup target_by_name; /* group and whether it was covered, hash of the name */
	struct lookup placed;         /* process, number that one of its file actions names */
	/* The image that is looked at: */
	uint32_t image;
	const struct ledger_process *process;
	uint32_t table_ref;
	struct ledger_table *table;
	const struct ledger_process *from; /* that executed it */
	uint32_t from_image;
	uint32_t depth; /* tables that a view looks through */
	bool is_covered;
	bool is_asked; /* what was open at its start is known by the kernel's word */
};

bool place_is_shell(struct judge *judge, uint32_t place)
{
	static const char *const shells[] = {
		"bash", "rbash", "dash", "sh", "zsh", "ksh", "busybox"
	};
	const struct module *module;

	if (place == NONE || judge->places[place].spot_count == 0)
		return false;
	module = spot_module(judge, &judge->places[place].spots[0]);
	for (size_t i = 0; module && i < sizeof(shells) / sizeof(shells[0]); i++)
		if (strcmp(module->name, shells[i]) == 0)
			return true;
	return false;
}

static void crossing_word(struct judge *judge, struct group *group)
{
	static const char *const nouns[ROLE_COUNT] = {
		[ROLE_LISTENER] = "listener",
		[ROLE_ACCEPTED] = "accepted connection",
		[ROLE_CONNECTED] = "connection",
	};
	struct finding *finding = &group->finding;
	const char *noun = finding->kind == KIND_SOCKET ? nouns[finding->role] : NULL;
	const struct report_frame *top = stack_top(judge, place_read(judge, group->place));
	const char *flag = snapshot_call_text(judge->snapshot, COLUMN_CLOEXEC, group->call);

	finding->title = report_printf(judge->report, "%s without close-on-exec, handed on by exec",
				       noun                          ? noun
				       : finding->kind == KIND_OTHER ? "descriptor"
								     : kind_name(finding->kind));
	finding->explanation =
		finding->kind == KIND_SOCKET && finding->role == ROLE_LISTENER
			? "The started program has it, too. It stays open, and its address busy, "
			  "until that program has ended as well."
		: finding->kind == KIND_SOCKET || finding->kind == KIND_PIPE
			? "The started program has it, too. It stays open, and the other end sees "
			  "no end of it, until that program has ended as well."
			: "The started program has it, too. It stays open until that program has "
			  "ended as well.";
	finding->remedy = report_printf(judge->report,
					"%s. If a descriptor is meant for the other program, clear "
					"the flag of that descriptor only.",
					flag ? flag
					     : "fcntl(fd, F_SETFD, FD_CLOEXEC) where it is "
					       "opened");
	if (top && top->file) {
		finding->remedy_file = top->file;
		finding->remedy_line = top->line;
	}
}

static uint64_t name_hash(const char *name)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
	return hash;
}

static void target_count(struct crossings *crossings, uint32_t group, const char *name)
{
	struct report *report = crossings->judge->report;
	bool is_new;
	uint32_t number =
		*lookup_put(&crossings->target_by_name, report,
			    (uint64_t)group << 2 | crossings->is_asked << 1 | crossings->is_covered,
			    name_hash(name), crossings->target_count, &is_new);

	if (is_new) {
		crossings->targets = array_grow(report, crossings->targets, crossings->target_count,
						sizeof(*crossings->targets));
		crossings->targets[crossings->target_count++] =
			(struct target){ .group = group,
					 .name = name,
					 .is_covered = crossings->is_covered,
					 .is_asked = crossings->is_asked,
					 .image = NONE };
	}
	crossings->targets[number].count += crossings->targets[number].image != crossings->image;
	crossings->targets[number].image = crossings->image;
}

static uint64_t placed_key(uint32_t process, int fd)
{
	return (uint64_t)process << 32 | (uint32_t)fd;
}

/* The numbers that a process hands down on purpose. */
static void placed_read(struct crossings *crossings, uint32_t image)
{
	struct judge *judge = crossings->judge;
	uint32_t ref = LEDGER_LOAD(judge->images[image].process->events_ref);
	const struct ledger_event *event;
	bool is_new;

	while ((event = ledger_at(judge->ledger, ref, sizeof(*event))) &&
	       budget_take(judge, &judge->record_budget, 1)) {
		if (event->type == EVENT_PLACED)
			(void)lookup_put(&crossings->placed, judge->report,
					 placed_key(image, event->fd), 0, 0, &is_new);
		ref = event->next_ref;
	}
}

/* Does a file action of the program that spawned it name this number, or LISTEN_FDS? */
static bool is_placed(const struct crossings *crossings, int fd)
{
	return (crossings->table->link == LINK_SPAWN || crossings->table->link == LINK_EXEC) &&
	       lookup_get(&crossings->placed, placed_key(crossings->from_image, fd), 0);
}

/* A forked child's own descriptors are there for the program that it becomes. */
static bool is_of_child(const struct crossings *crossings, const struct descriptor_view *view)
{
	return crossings->table->link == LINK_EXEC && crossings->from->origin == ORIGIN_FORK &&
	       view->table_ref == crossings->table->parent_ref;
}

/* What was open at the start; where nobody was asked, all that was not marked. */
static bool is_open_at_start(const struct crossings *crossings, int fd)
{
	struct ledger_slot *slot;

	if (!crossings->is_asked)
		return true;
	slot = ledger_slot_at(crossings->judge->ledger, crossings->table, fd, false);
	return slot && LEDGER_LOAD(slot->facts) & FACT_OUTSIDE;
}

static bool views_take(struct crossings *crossings, uint64_t amount)
{
	crossings->is_cut |= crossings->budget < amount;
	if (crossings->is_cut)
		return false;
	crossings->budget -= amount;
	return true;
}

static uint64_t crossed_key(const struct descriptor_view *view)
{
	return (uint64_t)view->table_ref << 32 | view->generation;
}

/* Is it open to the end of the process that executed the program, and told there as left open? */
static bool is_left_open(const struct crossings *crossings, int fd,
			 const struct descriptor_view *view)
{
	struct judge *judge = crossings->judge;
	const struct life *life = &judge->lives[judge->images[crossings->image].life];
	struct descriptor_view last;

	if (crossings->table->link != LINK_EXEC || !life->is_covered || life->is_running)
		return false;
	ledger_view(judge->ledger, LEDGER_LOAD(judge->images[life->last].process->table_ref), fd,
		    &last);
	return last.origin == DESCRIPTOR_OWN && last.table_ref == view->table_ref &&
	       last.generation == view->generation;
}

/*
 * One that is left open is told here where that counts, once however many programs it
 * went through, and then not as a leak. False: it is told there.
 */
static bool crossing_takes(const struct crossings *crossings, int fd,
			   const struct descriptor_view *view, bool is_counted)
{
	struct judge *judge = crossings->judge;
	bool is_new;

	if (!is_counted)
		return false;
	(void)lookup_put(&judge->crossed, judge->report, crossed_key(view), (uint32_t)fd, 0,
			 &is_new);
	return is_new;
}

bool crossing_has(struct judge *judge, int fd, const struct descriptor_view *view)
{
	return lookup_get(&judge->crossed, crossed_key(view), (uint32_t)fd) != NULL;
}

static void number_judge(struct crossings *crossings, int fd)
{
	struct judge *judge = crossings->judge;
	uint32_t id = judge->images[crossings->image].id, place;
	struct report_descriptor *descriptor;
	struct descriptor_view view;
	enum standing standing =
		standing_of(judge, judge->options->exec_inherited, crossings->is_asked);
	struct leak leak = { .view = &view };
	struct group *group;
	uint64_t word;

	if (!is_open_at_start(crossings, fd) || !views_take(crossings, crossings->depth))
		return;
	ledger_view_at_start(judge->ledger, crossings->table_ref, fd, &view);
	if ((view.origin != DESCRIPTOR_OWN && view.origin != DESCRIPTOR_INHERITED) || !view.slot)
		return;
	word = LEDGER_LOAD(view.slot->word);
	leak.facts = LEDGER_LOAD(view.slot->facts);
	leak.call = slot_call(word);
	leak.kind = slot_kind(word) < KIND_COUNT ? slot_kind(word) : KIND_OTHER;
	place = place_of(judge, LEDGER_LOAD(view.slot->opened_stack_ref));
	if (!leak.call || leak.facts & (FACT_CLOEXEC | FACT_SETFD | FACT_CONTESTED) ||
	    !(judge->options->kinds & KIND_BIT(leak.kind)) || is_of_child(crossings, &view) ||
	    is_placed(crossings, fd) || place_is_shell(judge, place) ||
	    (is_left_open(crossings, fd, &view) &&
	     !crossing_takes(crossings, fd, &view, standing == STANDING_COUNTED)))
		return;
	group = group_of(judge, FINDING_EXEC_INHERITED, leak.kind, leak.call, place);
	group->finding.role = leak_role(&leak);
	group_count(judge, group, standing, 1, id);
	group->proven += crossings->is_asked;
	if (!group->finding.title)
		crossing_word(judge, group);
	if (standing == STANDING_NOTED)
		group->finding.note_reason =
			judge->options->exec_inherited == POLICY_NOTE
				? "a note; --exec-inherited count makes it count"
				: gate_reason(judge);
	target_count(crossings, (uint32_t)(group - judge->groups),
		     judge->report->processes[id].name);
	descriptor = group_describe(judge, group);
	if (descriptor)
		*descriptor = (struct report_descriptor){
			.process = id,
			.fd = fd,
			.tid = LEDGER_LOAD(view.slot->opened_tid),
			.dup_of = -1,
		};
}

/* Did the exec happen, for all that is known? */
static bool is_started(const struct crossings *crossings)
{
	uint32_t state = LEDGER_LOAD(crossings->process->state);

	if (state >= PROCESS_RUNNING)
		return true;
	/* Its table is only known where the process before recorded all to the very end. */
	if (state != PROCESS_EXPECTED)
		return false;
	return crossings->table->link == LINK_EXEC
		       ? LEDGER_LOAD(crossings->from->successor) == crossings->image + 1
		       : crossings->is_asked;
}

static uint32_t number_next(const struct crossings *crossings, uint32_t fd)
{
	struct ledger *ledger = crossings->judge->ledger;

	return crossings->is_asked ? ledger_table_next(ledger, crossings->table, fd)
				   : ledger_view_next(ledger, crossings->table->parent_ref, fd);
}

static void image_judge(struct crossings *crossings)
{
	struct judge *judge = crossings->judge;
	const struct ledger_table *parent;
	uint32_t limit;

	crossings->table_ref = LEDGER_LOAD(crossings->process->table_ref);
	crossings->table = ledger_table_at(judge->ledger, crossings->table_ref);
	if (!crossings->table ||
	    (crossings->table->link != LINK_EXEC && crossings->table->link != LINK_SPAWN))
		return;
	parent = ledger_table_at(judge->ledger, crossings->table->parent_ref);
	crossings->from = parent && parent->process < judge->image_count
				  ? judge->images[parent->process].process
				  : NULL;
	crossings->is_covered = LEDGER_LOAD(crossings->process->state) >= PROCESS_RUNNING;
	crossings->is_asked = crossings->is_covered || LEDGER_LOAD(crossings->table->limit) != 0;
	if (!crossings->from || !is_started(crossings))
		return;
	crossings->from_image = parent->process;
	crossings->depth = table_depth(judge, crossings->table_ref);
	if (crossings->depth == 0)
		return;
	limit = crossings->is_asked
			? LEDGER_LOAD(crossings->table->limit)
			: ledger_view_limit(judge->ledger, crossings->table->parent_ref);
	for (uint32_t fd = 3; (fd = number_next(crossings, fd)) < limit && fd < INT32_MAX &&
			      views_take(crossings, 1);
	     fd++)
		number_judge(crossings, (int)fd);
}

/* "Crossed into ./worker (3 times), ./helper." */
static void targets_tell(struct crossings *crossings)
{
	struct judge *judge = crossings->judge;

	for (uint32_t i = 0; i < crossings->target_count; i++) {
		const struct target *target = &crossings->targets[i];
		const char *text = report_printf(judge->report, "Crossed into %s", target->name);

		if (target->count > 1)
			text = report_printf(judge->report, "%s (%llu times)", text,
					     (unsigned long long)target->count);
		evidence_add(judge->report, &judge->groups[target->group].finding,
			     (struct report_evidence){
				     .what = "crossed-exec",
				     .is_proof = target->is_asked,
				     .text = report_printf(judge->report, "%s%s.", text,
							   target->is_covered ? ""
							   : target->is_asked
								   ? ", which was not covered: it "
								     "was open and without "
								     "close-on-exec just before"
								   : ", which was not covered: "
								     "nothing was seen to close "
								     "or mark it before"),
			     });
	}
}

void crossings_find(struct judge *judge)
{
	struct crossings crossings = { .judge = judge,
				       .budget = VIEWS_LEAST + judge->snapshot->data_bytes / 8 };

	if (judge->options->exec_inherited == POLICY_IGNORE)
		return;
	for (uint32_t i = 0; i < judge->image_count; i++)
		if (judge->images[i].process)
			placed_read(&crossings, i);
	for (uint32_t i = 0; i < judge->image_count; i++) {
		crossings.image = i;
		crossings.process = judge->images[i].process;
		if (crossings.process && judge->lives[judge->images[i].life].is_wanted)
			image_judge(&crossings);
	}
	targets_tell(&crossings);
	if (crossings.is_cut)
		diagnose(judge, DIAGNOSTIC_NOTE, "crossings-cut",
			 "too many descriptors crossed into other programs: not all were looked at",
			 -1);
}
