/* SPDX-License-Identifier: MIT */
#include "model.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unwind.h>

#include "base/raw.h"

#define LOAD(field) atomic_load_explicit(&(field), memory_order_acquire)

void model_fail(const char *format, ...)
{
	char text[1024];
	va_list arguments;
	int length = snprintf(text, sizeof(text), "process %u (pid %d), step %u: ",
			      model.shadow->process, (int)raw0(SYS_getpid),
			      model.shadow->position);

	va_start(arguments, format);
	(void)vsnprintf(text + length, sizeof(text) - (size_t)length, format, arguments);
	va_end(arguments);
	arena_fail(model.arena, model.shadow->top_step, text);
}

bool model_has_failed(void)
{
	return atomic_load(&model.arena->has_failed);
}

uint32_t process_find(void)
{
	uint32_t pid = (uint32_t)raw0(SYS_getpid);
	uint32_t count = LOAD(model.ledger.header->process_count);

	while (count-- > 0) {
		struct ledger_process *process = ledger_process_at(&model.ledger, count);

		if (process && LOAD(process->pid) == pid && LOAD(process->state) == PROCESS_RUNNING)
			return count;
	}
	model_fail("no entry of the ledger has this pid");
	return 0;
}

struct listing {
	uint64_t open[NUMBERS_MAX / 64];
	uint32_t limit;
};

static bool listing_has(const struct listing *listing, uint32_t fd)
{
	return listing->open[fd / 64] >> fd % 64 & 1;
}

/* The kernel's list, by calls that nobody records. */
static void listing_read(struct listing *ret_listing)
{
	struct {
		uint64_t inode;
		int64_t offset;
		unsigned short length;
		unsigned char type;
		char name[];
	} *name;
	char buffer[8192] __attribute__((aligned(8)));
	long directory = raw4(SYS_openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY, 0);
	long length;

	memset(ret_listing, 0, sizeof(*ret_listing));
	while ((length = raw3(SYS_getdents64, directory, buffer, sizeof(buffer))) > 0) {
		for (long at = 0; at < length; at += name->length) {
			unsigned long fd;

			name = (void *)(buffer + at);
			fd = strtoul(name->name, NULL, 10);
			if (name->name[0] == '.' || fd >= NUMBERS_MAX || (long)fd == directory)
				continue;
			ret_listing->open[fd / 64] |= UINT64_C(1) << fd % 64;
			if (fd >= ret_listing->limit)
				ret_listing->limit = (uint32_t)fd + 1;
		}
	}
	(void)raw1(SYS_close, directory); /* was only read */
}

static const struct {
	const char *start;
	unsigned int kind;
} links[] = {
	{ "/memfd:", KIND_MEMFD },
	{ "/dev/pts/", KIND_PTY },
	{ "/dev/ptmx", KIND_PTY },
	{ "anon_inode:[eventfd]", KIND_EVENTFD },
	{ "anon_inode:[eventpoll]", KIND_EPOLL },
	{ "anon_inode:[timerfd]", KIND_TIMERFD },
	{ "anon_inode:[signalfd]", KIND_SIGNALFD },
	{ "anon_inode:inotify", KIND_INOTIFY },
	{ "anon_inode:[fanotify]", KIND_FANOTIFY },
	{ "anon_inode:[pidfd]", KIND_PIDFD },
	{ "anon_inode:[io_uring]", KIND_IO_URING },
};

static unsigned int kind_by_kernel(uint32_t fd)
{
	char path[32], target[64] = "";
	struct stat status;

	if (raw_failed(raw2(SYS_fstat, fd, &status)))
		return KIND_OTHER;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%u", fd);
	(void)raw4(SYS_readlinkat, AT_FDCWD, path, target, sizeof(target) - 1); /* "" else */
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (strncmp(target, links[i].start, strlen(links[i].start)) == 0)
			return links[i].kind;
	if (S_ISSOCK(status.st_mode))
		return KIND_SOCKET;
	if (S_ISFIFO(status.st_mode))
		return KIND_PIPE;
	if (S_ISDIR(status.st_mode))
		return KIND_DIRECTORY;
	return S_ISREG(status.st_mode) || S_ISCHR(status.st_mode) ? KIND_FILE : KIND_OTHER;
}

void compare_begin(void)
{
	struct listing listing;

	listing_read(&listing);
	for (uint32_t fd = 0; fd < listing.limit; fd++) {
		struct entry *entry;

		if (!listing_has(&listing, fd))
			continue;
		entry = shadow_add(model.shadow, &model.shadow->actors[0], (int)fd);
		entry->origin = DESCRIPTOR_OUTSIDE;
		entry->kind = (uint8_t)kind_by_kernel(fd);
		entry->is_new = false;
	}
}

/* A counter of a stack as it is in this process. */
static uint64_t stack_pc(const struct ledger_stack *stack, uint32_t frame)
{
	const struct ledger_process *process =
		ledger_process_at(&model.ledger, model.shadow->process);
	const struct ledger_image *image =
		ledger_at(&model.ledger, LOAD(process->image_ref), sizeof(*image));

	return frame < stack->depth && image
		       ? ledger_pc_in_process(&model.ledger, image, stack->pcs[frame])
		       : 0;
}

/* The stack of a new descriptor, frame by frame against the model's own unwinder. */
static void compare_stack(uint32_t fd, const struct entry *entry, uint32_t stack_ref)
{
	const struct ledger_stack *stack = ledger_stack_at(&model.ledger, stack_ref);
	const struct here *here = &entry->here;

	if (!stack || stack->depth == 0) {
		model_fail("descriptor %u: no stack", fd);
		return;
	}
	if ((uintptr_t)_Unwind_FindEnclosingFunction((void *)(stack_pc(stack, 0) - 1)) !=
	    here->frames[0]) {
		model_fail("descriptor %u: opened by %#lx, expected the function at %#lx", fd,
			   (unsigned long)stack_pc(stack, 0), (unsigned long)here->frames[0]);
		return;
	}
	for (uint32_t i = 1; i < here->depth && i < model.ledger.header->stack_depth; i++)
		if (i >= stack->depth || stack_pc(stack, i) != here->frames[i]) {
			model_fail("descriptor %u: frame %u of %u is %#lx, expected %#lx", fd, i,
				   stack->depth, (unsigned long)stack_pc(stack, i),
				   (unsigned long)here->frames[i]);
			return;
		}
}

/* What the ledger has of a new descriptor is checked as far as it can be, and then remembered. */
static void entry_take_over(uint32_t fd, struct entry *entry, const struct ledger_slot *slot)
{
	uint64_t opened_ns = LOAD(slot->opened_ns);

	entry->is_new = false;
	entry->stack_ref = LOAD(slot->opened_stack_ref);
	entry->opened_ns = opened_ns;
	compare_stack(fd, entry, entry->stack_ref);
	if (opened_ns < model.shadow->actors[entry->actor].step_ns ||
	    opened_ns > ledger_now_ns(&model.ledger))
		model_fail("descriptor %u: opened at %lu ns, the step began at %lu ns", fd,
			   (unsigned long)opened_ns,
			   (unsigned long)model.shadow->actors[entry->actor].step_ns);
	if (LOAD(slot->opened_tid) != entry->tid)
		model_fail("descriptor %u: opened by thread %u, expected %u", fd,
			   LOAD(slot->opened_tid), entry->tid);
	atomic_fetch_add(&model.arena->calls[entry->call], 1);
}

static void compare_opener(uint32_t fd, struct entry *entry, const struct descriptor_view *view)
{
	const struct ledger_slot *slot = view->slot;
	uint64_t word = LOAD(slot->word);

	if (slot_call(word) != entry->call) {
		model_fail("descriptor %u: call id %u, expected %u", fd, slot_call(word),
			   entry->call);
		return;
	}
	/* Nobody here closes what is another's, so nothing is to be doubted. */
	if (LOAD(slot->facts) & FACT_CONTESTED)
		model_fail("descriptor %u: contested", fd);
	if (slot_kind(word) != entry->kind_written)
		model_fail("descriptor %u: kind %u in the ledger, expected %u", fd, slot_kind(word),
			   entry->kind_written);
	if (entry->is_new)
		entry_take_over(fd, entry, slot);
	else if (LOAD(slot->opened_ns) != entry->opened_ns ||
		 LOAD(slot->opened_stack_ref) != entry->stack_ref)
		model_fail("descriptor %u: not the opener it was: opened at %lu ns, expected %lu ns",
			   fd, (unsigned long)LOAD(slot->opened_ns),
			   (unsigned long)entry->opened_ns);
}

static void compare_open(uint32_t fd, struct entry *entry, const struct descriptor_view *view)
{
	if (view->origin != (enum descriptor_origin)entry->origin)
		model_fail("descriptor %u: origin %d, expected %d", fd, view->origin,
			   entry->origin);
	else if (view->process != entry->owner)
		model_fail("descriptor %u: opened by process %u, expected %u", fd, view->process,
			   entry->owner);
	else if (entry->origin != DESCRIPTOR_OUTSIDE &&
		 view->has_crossed_exec != entry->has_crossed_exec)
		model_fail("descriptor %u: has_crossed_exec is %d", fd, view->has_crossed_exec);
	else if (view->is_closing)
		model_fail("descriptor %u: a release did not come back", fd);
	else if (entry->origin != DESCRIPTOR_OUTSIDE)
		compare_opener(fd, entry, view);
	if (entry->origin != DESCRIPTOR_OUTSIDE && !entry->has_kind) {
		entry->has_kind = true;
		if (kind_by_kernel(fd) != entry->kind)
			model_fail("descriptor %u: kind %u by the kernel, expected %u", fd,
				   kind_by_kernel(fd), entry->kind);
	}
}

static void compare_number(uint32_t fd, bool is_listed)
{
	struct entry *entry = &model.shadow->entries[fd];
	struct descriptor_view view;

	ledger_view(&model.ledger, LOAD(ledger_process_at(&model.ledger, model.shadow->process)
						->table_ref),
		    (int)fd, &view);
	if (entry->is_open != is_listed)
		model_fail("descriptor %u: %s by the kernel, the model is wrong", fd,
			   is_listed ? "open" : "closed");
	else if ((view.origin != DESCRIPTOR_NOT_OPEN) != is_listed)
		model_fail("descriptor %u: %s by the kernel, not so in the ledger", fd,
			   is_listed ? "open" : "closed");
	else if (is_listed)
		compare_open(fd, entry, &view);
}

/* Opened and not closed by this image, of each kind: the counters must say the same. */
static void compare_counters(void)
{
	struct ledger_process *process = ledger_process_at(&model.ledger, model.shadow->process);
	uint32_t live[KIND_DESCRIPTORS] = { 0 };

	for (uint32_t fd = 0; fd < model.shadow->entry_limit; fd++) {
		const struct entry *entry = &model.shadow->entries[fd];

		if (entry->is_open && entry->owner == model.shadow->process &&
		    entry->origin == DESCRIPTOR_OWN)
			live[entry->kind_written]++;
	}
	for (unsigned int kind = 0; kind < KIND_DESCRIPTORS; kind++) {
		uint32_t opened = LOAD(process->kinds[kind].opened);
		uint32_t closed = LOAD(process->kinds[kind].closed);

		if (opened - closed != live[kind])
			model_fail("kind %u: %u opened, %u closed, but %u are open", kind, opened,
				   closed, live[kind]);
	}
}

void compare_table(struct actor *only)
{
	struct ledger_process *process = ledger_process_at(&model.ledger, model.shadow->process);
	struct listing listing;
	uint32_t limit, compared = 0;

	if (model_has_failed())
		return;
	if (!process || LOAD(process->state) != PROCESS_RUNNING) {
		model_fail("state of the process is %d", process ? (int)LOAD(process->state) : -1);
		return;
	}
	listing_read(&listing);
	limit = ledger_view_limit(&model.ledger, LOAD(process->table_ref));
	if (limit < listing.limit)
		limit = listing.limit;
	if (limit < model.shadow->entry_limit)
		limit = model.shadow->entry_limit;
	for (uint32_t fd = 0; fd < limit && fd < NUMBERS_MAX; fd++) {
		if (only && !(only->open[fd / 64] >> fd % 64 & 1))
			continue;
		compare_number(fd, listing_has(&listing, fd));
		compared++;
	}
	if (!only)
		compare_counters();
	atomic_fetch_add(&model.arena->compared, compared);
}

/* What became of the numbers that a child opened and closed behind the shim's back. */
static void compare_unseen(const struct lane *lane, const struct ledger_process *process)
{
	struct descriptor_view view;

	if (lane->unseen >= 0) {
		ledger_view(&model.ledger, LOAD(process->table_ref), lane->unseen, &view);
		if (view.origin != DESCRIPTOR_UNSEEN)
			model_fail("child %u: %d has origin %d after an opening that nobody saw",
				   lane->process, lane->unseen, view.origin);
	}
	if (lane->closed >= 0) {
		ledger_view(&model.ledger, LOAD(process->table_ref), lane->closed, &view);
		if (view.origin != DESCRIPTOR_NOT_OPEN)
			model_fail("child %u: %d has origin %d after a close that nobody saw",
				   lane->process, lane->closed, view.origin);
	}
}

void compare_ended(const struct lane *lane, int wait_status)
{
	struct ledger_process *process = ledger_process_at(&model.ledger, lane->process);

	atomic_fetch_add(&model.arena->processes, 1);
	if (!process || LOAD(process->state) == PROCESS_RETURNED) {
		atomic_fetch_add(&model.arena->given_back, 1);
		if (lane->own_left || lane->unseen >= 0)
			model_fail("child %u: given back, and left %u open", lane->process,
				   lane->own_left + (lane->unseen >= 0));
		return;
	}
	if (!lane->is_judged || model_has_failed())
		return;
	if (!process || LOAD(process->state) != PROCESS_ENDED) {
		model_fail("child %u: ended, its state is %d", lane->process,
			   process ? (int)LOAD(process->state) : -1);
		return;
	}
	if (LOAD(process->waited) != (PROCESS_WAITED | (uint32_t)wait_status))
		model_fail("child %u: waited for: %#x", lane->process, LOAD(process->waited));
	if (LOAD(process->check) != CHECK_COUNTED && LOAD(process->check) != CHECK_LISTED)
		model_fail("child %u: check is %u", lane->process, LOAD(process->check));
	if (LOAD(process->open_count) != lane->left)
		model_fail("child %u: left %u open by the ledger, expected %u", lane->process,
			   LOAD(process->open_count), lane->left);
	compare_unseen(lane, process);
}
