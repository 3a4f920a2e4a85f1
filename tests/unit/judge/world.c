/* SPDX-License-Identifier: MIT */
#include "world.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ledger/seal.h"

static struct {
	uint64_t address;
	struct symbol_frame frame;
} symbols[64];
static size_t symbol_count;

void world_symbol(uint64_t address, const char *function, const char *file, unsigned int line)
{
	symbols[symbol_count].address = address;
	symbols[symbol_count++].frame =
		(struct symbol_frame){ .function = function, .file = file, .line = line };
}

struct symbolizer *symbolizer_new(bool allow_debuginfod)
{
	(void)allow_debuginfod;
	return NULL;
}

void symbolizer_free(struct symbolizer *symbolizer)
{
	(void)symbolizer;
}

size_t symbolizer_resolve(struct symbolizer *symbolizer, const char *path, const uint8_t *build_id,
			  size_t build_id_length, uint64_t address, struct symbol_frame *ret_frames,
			  size_t max)
{
	(void)symbolizer, (void)path, (void)build_id, (void)build_id_length, (void)max;
	ret_frames[0] = (struct symbol_frame){ 0 };
	for (size_t i = 0; i < symbol_count; i++)
		if (symbols[i].address == address + 1)
			ret_frames[0] = symbols[i].frame;
	return 1;
}

bool symbolizer_symbol(struct symbolizer *symbolizer, const char *path, const uint8_t *build_id,
		       size_t build_id_length, uint64_t address, struct symbol_frame *ret_frame)
{
	(void)symbolizer_resolve(symbolizer, path, build_id, build_id_length, address, ret_frame, 1);
	ret_frame->file = NULL;
	ret_frame->line = 0;
	return ret_frame->function != NULL;
}

/* By the names: what a real one knows without them. */
enum symbol_role symbolizer_role(struct symbolizer *symbolizer, const char *path,
				 const uint8_t *build_id, size_t build_id_length, uint64_t address)
{
	enum symbol_role role = SYMBOL_ROLE_UNKNOWN;

	(void)symbolizer, (void)path, (void)build_id, (void)build_id_length;
	for (size_t i = 0; i < symbol_count; i++) {
		const char *name = symbols[i].frame.function;

		if (!name)
			continue;
		if (strcmp(name, "sock_finalize") != 0 && strcmp(name, "iobase_finalize") != 0)
			continue;
		if (role == SYMBOL_ROLE_UNKNOWN)
			role = SYMBOL_ROLE_NONE;
		if (symbols[i].address == address + 1)
			role = SYMBOL_ROLE_FINALIZER;
	}
	return role;
}

enum symbol_lack symbolizer_lack(struct symbolizer *symbolizer, const char *path)
{
	(void)symbolizer;
	return strstr(path, "server") ? SYMBOL_FULL : SYMBOL_NO_LINES;
}

const char *symbolizer_source_line(struct symbolizer *symbolizer, const char *module_path,
				   const char *file, unsigned int line)
{
	(void)symbolizer, (void)module_path, (void)file, (void)line;
	return NULL;
}

bool symbolizer_withholds(struct symbolizer *symbolizer)
{
	(void)symbolizer;
	return false;
}

void symbolizer_allow(struct symbolizer *symbolizer, bool (*is_ours)(const char *path, void *data),
		      void *data)
{
	(void)symbolizer, (void)is_ours, (void)data;
}

static uint32_t string(struct world *world, const char *text)
{
	return ledger_string_add(&world->ledger, text, strlen(text));
}

void world_open(struct world *world)
{
	static const struct {
		const char *texts;
		size_t size;
	} columns[COLUMN_COUNT] = {
#define COLUMN(texts) { texts, sizeof(texts) }
		[COLUMN_NAME] = COLUMN("\0socket\0accept4\0open"),
		[COLUMN_RELEASED] = COLUMN("\0close\0close\0close"),
		[COLUMN_NUMBER] = COLUMN("\0lowest\0lowest\0lowest"),
		[COLUMN_CLOEXEC] = COLUMN("\0socket(type | SOCK_CLOEXEC)\0"),
	};
	const char *directory = getenv("TMPDIR");

	*world = (struct world){ .now_ns = 1000 };
	symbol_count = 0;
	cr_assert_eq(ledger_create(&world->ledger, directory ? directory : "/tmp",
				   UINT64_C(64) << 20, world->path, sizeof(world->path)),
		     0);
	for (unsigned int i = 0; i < COLUMN_COUNT; i++)
		world->ledger.header->calls_ref[i] =
			ledger_string_add(&world->ledger, columns[i].texts, columns[i].size);
	world->ledger.header->cwd_ref = string(world, "/home/me");
	world->ledger.header->seal = ledger_header_sum(world->ledger.header);
	world->options = (struct options){ .kinds = KIND_BIT(KIND_SOCKET),
					   .killed = POLICY_PROVEN,
					   .gc = POLICY_COUNT,
					   .misuse = POLICY_NOTE,
					   .uncovered = POLICY_NOTE,
					   .error_exitcode = 23 };
	world->context.options = &world->options;
	world->image_ref =
		ledger_image_new(&world->ledger, string(world, "/bin/server"),
				 ledger_string_add(&world->ledger, "./server\0-v", 11), 0);
	world_module(world, world->image_ref, "/bin/server", 0x400000);
	(void)world_process(world, ORIGIN_FIRST, 0);
}

void world_close(struct world *world)
{
	report_free(world->report);
	snapshot_unload(&world->snapshot);
	unlink(world->path);
}

struct ledger_process *world_at(struct world *world, uint32_t process)
{
	return ledger_process_at(&world->ledger, process);
}

uint32_t world_table(struct world *world, uint32_t process)
{
	return world_at(world, process)->table_ref;
}

static uint32_t process_new(struct world *world, enum process_origin origin, enum table_link link,
			    uint32_t from)
{
	uint32_t index, above = 0, tick = 0;
	struct ledger_process *process = ledger_process_new(&world->ledger, &index);

	cr_assert_not_null(process);
	if (link != LINK_NONE) {
		above = world_table(world, from);
		tick = ledger_table_tick(ledger_table_at(&world->ledger, above));
		process->parent = from;
	}
	process->origin = origin;
	process->pid = 100 + index;
	process->image_ref = world->image_ref;
	process->table_ref = ledger_table_new(&world->ledger, link, above, tick, index);
	process->started_ns = world->now_ns++;
	process->state = PROCESS_RUNNING;
	return index;
}

uint32_t world_process(struct world *world, enum process_origin origin, uint32_t from)
{
	return process_new(world, origin,
			   origin == ORIGIN_FORK    ? LINK_FORK
			   : origin == ORIGIN_SPAWN ? LINK_SPAWN
						    : LINK_NONE,
			   from);
}

uint32_t world_exec(struct world *world, uint32_t process)
{
	uint32_t index = process_new(world, ORIGIN_EXEC, LINK_EXEC, process);

	world_at(world, index)->exec_of = process;
	world_at(world, index)->parent = world_at(world, process)->parent;
	world_at(world, process)->state = PROCESS_REPLACED;
	world_at(world, process)->successor = index + 1;
	return index;
}

void world_exit(struct world *world, uint32_t process, int status)
{
	struct ledger_process *entry = world_at(world, process);

	entry->end_how = END_EXIT;
	entry->end_status = (uint32_t)status;
	entry->check = CHECK_COUNTED;
	entry->ended_ns = world->now_ns += 1000;
	entry->state = PROCESS_ENDED;
}

void world_wait(struct world *world, uint32_t process, int wait_status)
{
	world_at(world, process)->waited = PROCESS_WAITED | (uint32_t)wait_status;
}

void world_module(struct world *world, uint32_t image_ref, const char *path, uint64_t start)
{
	struct ledger_image *image = ledger_at(&world->ledger, image_ref, sizeof(*image));
	uint32_t ref = ledger_record_alloc(&world->ledger, sizeof(struct ledger_module));
	struct ledger_module *module = ledger_at(&world->ledger, ref, sizeof(*module));

	module->next_ref = image->modules_ref;
	module->path_ref = string(world, path);
	module->unloaded_epoch = UINT32_MAX;
	module->start = module->base = start;
	module->end = start + 0x100000;
	image->modules_ref = ref;
}

uint32_t world_stack(struct world *world, const uint64_t *pcs)
{
	unsigned int depth = 0;
	bool is_new;

	while (pcs[depth])
		depth++;
	return ledger_stack_intern(&world->ledger, world->image_ref, pcs, depth, 0, &is_new);
}

static struct ledger_slot *slot_at(struct world *world, uint32_t process, int fd)
{
	struct ledger_table *table = ledger_table_at(&world->ledger, world_table(world, process));

	return ledger_slot_at(&world->ledger, table, fd, true);
}

struct ledger_slot *world_slot(struct world *world, uint32_t process, int fd, unsigned int call,
			       enum descriptor_kind kind, uint32_t stack_ref)
{
	struct ledger_table *table = ledger_table_at(&world->ledger, world_table(world, process));
	struct ledger_slot *slot = slot_at(world, process, fd);
	uint32_t generation = slot_generation(slot->word) + 1;

	cr_assert(ledger_slot_keep(&world->ledger, slot, table->forks));
	slot->opened_stack_ref = stack_ref;
	slot->opened_fork = table->forks;
	slot->opened_ns = world->now_ns++;
	slot->opened_tid = 100 + process;
	slot->facts = 0;
	slot->word = SLOT_WORD(generation, call, kind, SLOT_OPEN);
	world_at(world, process)->kinds[kind].opened++;
	return slot;
}

void world_state(struct world *world, uint32_t process, int fd, enum slot_state state)
{
	struct ledger_slot *slot = slot_at(world, process, fd);

	slot->word = SLOT_WORD(slot_generation(slot->word), slot_call(slot->word),
			       slot_kind(slot->word), state);
}

void world_closed(struct world *world, uint32_t process, int fd, uint32_t close_stack_ref)
{
	struct ledger_table *table = ledger_table_at(&world->ledger, world_table(world, process));
	struct ledger_slot *slot = slot_at(world, process, fd);
	struct ledger_pair *pair;

	slot->closed_stack_ref = close_stack_ref;
	slot->closed_fork = table->forks;
	world_state(world, process, fd, SLOT_CLOSED);
	world_at(world, process)->kinds[slot_kind(slot->word)].closed++;
	pair = ledger_pair_at(&world->ledger, slot->opened_stack_ref,
			      close_stack_ref |
				      (slot->facts & FACT_SECOND_END ? PAIR_SECOND_END : 0));
	if (!pair)
		return;
	pair->count++;
	pair->call = slot_call(slot->word);
	pair->kind = slot_kind(slot->word);
	pair->process = process;
	pair->last_fd = (uint32_t)fd;
	pair->last_opened_ns = slot->opened_ns;
	pair->last_life = (uint32_t)((world->now_ns++ - slot->opened_ns + LIFE_LEAD_NS) >>
				     LIFE_SHIFT);
	if (pair->last_life > pair->longest_life)
		pair->longest_life = pair->last_life;
	pair->last_facts = slot->facts;
}

struct ledger_fact *world_fact(struct world *world, uint32_t process, int fd, unsigned int state)
{
	uint32_t ref = ledger_record_alloc(&world->ledger, sizeof(struct ledger_fact));
	struct ledger_fact *fact = ledger_at(&world->ledger, ref, sizeof(*fact));
	struct sockaddr_in local = { .sin_family = AF_INET, .sin_port = htons(8080) };

	inet_pton(AF_INET, "127.0.0.1", &local.sin_addr);
	fact->next_ref = world_at(world, process)->facts_ref;
	fact->fd = fd;
	fact->has = HAS_SOCKET | HAS_TCP_STATE | HAS_LOCAL;
	fact->kind = KIND_SOCKET;
	fact->tcp_state = (uint8_t)state;
	fact->family = AF_INET;
	fact->type = SOCK_STREAM;
	fact->protocol = IPPROTO_TCP;
	fact->local_length = sizeof(local);
	memcpy(fact->local, &local, sizeof(local));
	world_at(world, process)->facts_ref = ref;
	return fact;
}

struct report *world_judge(struct world *world)
{
	const char *why = "";

	report_free(world->report);
	snapshot_unload(&world->snapshot);
	world->report = report_new();
	cr_assert_eq(snapshot_load(&world->snapshot, world->path, &why), 0, "%s", why);
	cr_assert_eq(judge(world->report, &world->snapshot, NULL, &world->context, &why), 0, "%s",
		     why);
	return world->report;
}

const struct finding *world_finding(struct world *world)
{
	struct report *report = world_judge(world);

	cr_assert_eq(report->finding_count, 1, "%zu findings", report->finding_count);
	return &report->findings[0];
}
