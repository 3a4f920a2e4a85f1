/* SPDX-License-Identifier: MIT */
/*
 * Make a ledger as a process leaves it that ended with many sockets open: for sizes that the limit of
 * descriptors does not allow to make by running.
 *   bench_big_ledger DIRECTORY DESCRIPTORS [PLACES]
 * Prints the file's path and the bytes in use.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/ledger.h"

#define CALL_SOCKET 1
#define DEPTH 20

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "bench_big_ledger: %s\n", what);
	exit(1);
}

static uint32_t add_string(struct ledger *ledger, const char *text)
{
	uint32_t ref = ledger_string_add(ledger, text, strlen(text));

	if (ref == 0)
		fail("no room for text");
	return ref;
}

/* The image of this very program: its addresses can be looked up. */
static uint32_t add_image(struct ledger *ledger)
{
	uint32_t exe_ref = add_string(ledger, "/proc/self/exe"), image_ref, ref;
	struct ledger_module *module;
	char path[4096];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (length > 0) {
		path[length] = '\0';
		exe_ref = add_string(ledger, path);
	}
	image_ref = ledger_image_new(ledger, exe_ref, exe_ref, 0);
	ref = ledger_record_alloc(ledger, sizeof(*module));
	module = ledger_at(ledger, ref, sizeof(*module));
	if (!module || image_ref == 0)
		fail("no room for the image");
	module->path_ref = exe_ref;
	module->start = 0x1000;
	module->end = 0x100000;
	atomic_store(&module->unloaded_epoch, UINT32_MAX);
	atomic_store(&((struct ledger_image *)ledger_at(ledger, image_ref, 1))->modules_ref, ref);
	return image_ref;
}

static uint32_t add_stack(struct ledger *ledger, uint32_t image_ref, unsigned int place)
{
	uint64_t pcs[DEPTH];
	bool is_new;
	uint32_t ref;

	for (unsigned int i = 0; i < DEPTH; i++)
		pcs[i] = 0x1000 + place * 16 + i * 64;
	ref = ledger_stack_intern(ledger, image_ref, pcs, DEPTH, 0, &is_new);
	if (ref == 0)
		fail("no room for a stack");
	return ref;
}

static void add_descriptors(struct ledger *ledger, struct ledger_table *table, uint32_t image_ref,
			    unsigned int count, unsigned int places)
{
	for (unsigned int i = 0; i < count; i++) {
		uint32_t stack_ref = add_stack(ledger, image_ref, i % places);
		struct ledger_slot *slot = ledger_slot_at(ledger, table, (int)(3 + i), true);

		if (!slot)
			fail("no room for a slot");
		atomic_store(&slot->opened_ns, i);
		atomic_store(&slot->opened_stack_ref, stack_ref);
		atomic_store(&slot->opened_tid, 100);
		atomic_store(&slot->word, SLOT_WORD(1, CALL_SOCKET, KIND_SOCKET, SLOT_OPEN));
	}
	atomic_store(&table->limit, 3 + count);
}

static void add_process(struct ledger *ledger, unsigned int count, unsigned int places)
{
	uint32_t index, image_ref = add_image(ledger);
	struct ledger_process *process = ledger_process_new(ledger, &index);
	uint32_t table_ref = ledger_table_new(ledger, LINK_NONE, 0, 0, index);

	if (!process || table_ref == 0)
		fail("no room for the process");
	process->origin = ORIGIN_FIRST;
	atomic_store(&process->pid, 100);
	atomic_store(&process->image_ref, image_ref);
	atomic_store(&process->table_ref, table_ref);
	add_descriptors(ledger, ledger_table_at(ledger, table_ref), image_ref, count, places);
	atomic_store(&process->kinds[KIND_SOCKET].opened, count);
	atomic_store(&process->kinds[KIND_SOCKET].peak, count);
	atomic_store(&process->ended_ns, ledger_now_ns(ledger));
	atomic_store(&process->end_how, END_EXIT);
	atomic_store(&process->waited, PROCESS_WAITED);
	atomic_store(&process->check, CHECK_COUNTED);
	atomic_store(&process->open_count, 3 + count);
	atomic_store(&process->state, PROCESS_ENDED);
}

int main(int argc, char **argv)
{
	static const char calls[] = "\0socket";
	static struct ledger ledger;
	char path[4096];
	struct stat status;

	if (argc < 3)
		fail("usage: bench_big_ledger DIRECTORY DESCRIPTORS [PLACES]");
	if (ledger_create(&ledger, argv[1], ledger_size_allowed(), path, sizeof(path)) < 0)
		fail("cannot create a ledger there");
	atomic_store(&ledger.header->calls_ref[COLUMN_NAME],
		     ledger_string_add(&ledger, calls, sizeof(calls)));
	add_process(&ledger, (unsigned int)strtoul(argv[2], NULL, 10),
		    argc > 3 ? (unsigned int)strtoul(argv[3], NULL, 10) : 10);
	if (stat(path, &status) < 0)
		fail("cannot look at the ledger");
	printf("%s %llu\n", path, (unsigned long long)status.st_blocks * 512);
	return 0;
}
