/* SPDX-License-Identifier: MIT */
/*
 * A ledger in memory: windows, pages, small records, strings.
 *
 * The same code serves the shim, which shares the file with other processes
 * and maps windows as they are needed, and the tool, which reads a snapshot
 * into its own memory (ledger/snapshot.h). Nothing here allocates heap memory
 * or takes a lock; all of it is async-signal-safe.
 *
 * Layer: ledger. Context: target and tool, unless said otherwise.
 */
#ifndef UNCLOSED_LEDGER_LEDGER_H
#define UNCLOSED_LEDGER_LEDGER_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/direct.h"
#include "ledger/layout.h"

struct ledger {
	struct ledger_header *header; /* page 0; NULL while there is none */
	/* May not ask the kernel for more: seccomp filter seen, or a snapshot. */
	bool is_frozen;
	clock_fn *clock; /* the kernel's; NULL: by system calls */
	uint32_t reserve_ref; /* pages taken ahead, for when it is frozen; 0 none */
	uint64_t device, inode, size_bytes; /* of its file, when it was mapped; a snapshot has none */
	_Atomic(uint8_t *) windows[LEDGER_WINDOWS_MAX];
};

/*
 * A field of a record, relaxed: no more is needed of what others may change meanwhile, and
 * what a reader must see in order is published by a release store (layout.h).
 */
#define LEDGER_LOAD(field) atomic_load_explicit(&(field), memory_order_relaxed)
#define LEDGER_STORE(field, value) atomic_store_explicit(&(field), value, memory_order_relaxed)
#define LEDGER_COUNT(field) atomic_fetch_add_explicit(&(field), 1, memory_order_relaxed)

/* Creation and mapping (ledger.c) */

/* File size for a new ledger: the full 2 GiB, or what RLIMIT_FSIZE allows. */
uint64_t ledger_size_allowed(void);

/*
 * Create a ledger file in `directory`, mode 0600, named unclosed-<uid>-<random>,
 * map its first window, write its header and put its path into ret_path.
 * `size_bytes` is at least one window and a multiple of it.
 * Returns 0, or -errno of what failed: nothing is left behind then.
 */
int ledger_create(struct ledger *ledger, const char *directory, uint64_t size_bytes,
		  char *ret_path, size_t path_size);

/* The same. Returns the file, open for reading and writing, or -errno. */
int ledger_create_open(struct ledger *ledger, const char *directory, uint64_t size_bytes,
		       char *ret_path, size_t path_size);

/*
 * Map an existing ledger for writing. Returns 0, -errno, -EPERM when it may be somebody else's
 * (access.h), or -EPROTO when it is no ledger, or that of another session than its name says.
 */
int ledger_attach(struct ledger *ledger, const char *path);

/* Give the mappings back: of a ledger that nothing has been recorded in by us. */
void ledger_detach(struct ledger *ledger);

/* Is it the ledger's file that has these numbers (struct stat), whatever its name is by now? */
static inline bool ledger_is_file(const struct ledger *ledger, uint64_t device, uint64_t inode)
{
	return ledger->inode == inode && ledger->device == device;
}

/*
 * Make the ledger's file, that somebody cut to `size_bytes`, as long as it was. It still has
 * the name `path`. What was cut off comes back as zeros, which no access ends a process for.
 */
void ledger_mend(struct ledger *ledger, const char *path, uint64_t size_bytes);

/* Is something of it lost by that, or overwritten? Then its header says so from here on. */
bool ledger_is_cut(struct ledger *ledger);

/* Map window `number` on first use; NULL when that is impossible. */
uint8_t *ledger_map_window(struct ledger *ledger, uint32_t number);

/* Nanoseconds since the session began. One vDSO call (25 ns), no system call. */
DIRECT uint64_t ledger_now_ns(const struct ledger *ledger);

/*
 * For how long something is open that was opened at `opened_ns`, in steps of LIFE_SHIFT (struct
 * ledger_pair), never less than it is. By the last tick of the kernel: 7 ns. More than UINT32_MAX
 * where it is too long for a pair, or was opened in the future.
 */
DIRECT uint64_t ledger_life_since(const struct ledger *ledger, uint64_t opened_ns);

/*
 * The record at `ref`, `size` bytes long, or NULL: for 0, a misaligned
 * reference, one behind the end, one that straddles a window.
 */
static inline void *ledger_at(struct ledger *ledger, uint32_t ref, size_t size)
{
	uint32_t offset = ref & (LEDGER_WINDOW_SIZE - 1);
	uint8_t *window;

	if (ref == 0 || ref % 8 != 0 || ref >> LEDGER_WINDOW_SHIFT >= LEDGER_WINDOWS_MAX ||
	    size > LEDGER_WINDOW_SIZE - offset)
		return NULL;
	window = atomic_load_explicit(&ledger->windows[ref >> LEDGER_WINDOW_SHIFT],
				      memory_order_acquire);
	if (__builtin_expect(window == NULL, 0))
		window = ledger_map_window(ledger, ref >> LEDGER_WINDOW_SHIFT);
	return window ? window + offset : NULL;
}

/* Storage (storage.c, strings.c, index.c). Each counts nothing: the caller knows what was lost. */

/* A zeroed page, or 0 when there is no room. */
uint32_t ledger_page_alloc(struct ledger *ledger);

/*
 * Take LEDGER_RESERVE_PAGES pages now, for a process that will soon not be
 * allowed to ask the kernel for more, and for its forked children.
 */
void ledger_reserve(struct ledger *ledger);

/* Give a page back that no process refers to any more. */
void ledger_page_free(struct ledger *ledger, uint32_t page_ref);

/*
 * A zeroed record of at most LEDGER_PAGE_SIZE bytes, 8-aligned, from
 * LEDGER_LEAF_SIZE on LEDGER_LEAF_ALIGNMENT-aligned; 0 when there is no room.
 */
uint32_t ledger_record_alloc(struct ledger *ledger, size_t size_bytes);

/*
 * Give a record back that no process refers to any more: of ledger_record_alloc(), with
 * the same size.
 */
void ledger_record_free(struct ledger *ledger, uint32_t ref, size_t size_bytes);

/* The same where every process has it at hand, as long as there is room; then anywhere. */
uint32_t ledger_near_alloc(struct ledger *ledger, size_t size_bytes);

/*
 * Store text; what is longer than 4000 bytes is cut and marked. Text that was
 * stored lately is found again, by every process. 0 when there is no room.
 */
uint32_t ledger_string_add(struct ledger *ledger, const char *bytes, size_t length);

/* The same for what many processes have in common: near, as long as there is room. */
uint32_t ledger_name_add(struct ledger *ledger, const char *bytes, size_t length);

/* The same for text that hardly ever comes again: it is not looked for, and not found. */
uint32_t ledger_string_put(struct ledger *ledger, const char *bytes, size_t length);

/* The text at `ref`, checked for its length; NULL when there is none. */
const struct ledger_string *ledger_string_at(struct ledger *ledger, uint32_t ref);

/*
 * The record of `size` bytes that *entry refers to. With `is_create`, when there
 * is none yet, it is made; of several who make one the first wins. NULL: none.
 */
void *ledger_made_at(struct ledger *ledger, ledger_u32 *entry, size_t size, bool is_create);

void ledger_lose(struct ledger *ledger, enum ledger_loss what);

/*
 * Entry `number` of an index, entries being `entry_size` bytes in leaves of
 * `leaf_size`. With `is_create` a missing leaf is made. NULL:
 * none, or no room.
 */
void *ledger_index_at(struct ledger *ledger, struct ledger_index *index, uint32_t number,
		      uint32_t entry_size, uint32_t leaf_size, bool is_create);

/*
 * The first number from `number` on whose leaf, of `per_leaf` entries, has been
 * made; UINT32_MAX: there is none.
 */
uint32_t ledger_index_next(struct ledger *ledger, struct ledger_index *index, uint32_t number,
			   uint32_t per_leaf);

/* The reference of leaf `leaf`; NULL: no node leads there. */
ledger_u32 *ledger_index_leaf(struct ledger *ledger, struct ledger_index *index, uint32_t leaf);

/* Give back all leaves and nodes of an index that nobody uses any more. */
void ledger_index_free(struct ledger *ledger, struct ledger_index *index, uint32_t leaf_size);

/* Processes (process.c) */

/* Hand out an entry in PROCESS_UNUSED state. NULL when there is no room. */
struct ledger_process *ledger_process_new(struct ledger *ledger, uint32_t *ret_index);

/* How many entries were handed out; not more than there can be. */
uint32_t ledger_process_count(struct ledger *ledger);

/* Entry `index`, or NULL when it was never handed out. */
struct ledger_process *ledger_process_at(struct ledger *ledger, uint32_t index);

/* The image of `process` goes: entry `successor` is the next one of the same process. */
void ledger_process_replaced(struct ledger *ledger, struct ledger_process *process,
			     uint32_t successor);

/* Entry `index` is of no use any more: its page goes with the last entry of it. */
void ledger_process_return(struct ledger *ledger, uint32_t index);

/* A new, empty image; 0 when there is no room. */
uint32_t ledger_image_new(struct ledger *ledger, uint32_t exe_ref, uint32_t argv_ref,
			  uint32_t cwd_ref);

/*
 * Objects of an image (modules.c). Several threads, and forked children, may do each of
 * these at once.
 */

static inline bool ledger_module_is_loaded(const struct ledger_module *module)
{
	return !(atomic_load_explicit(&module->place, memory_order_relaxed) & MODULE_UNLOADED);
}

/* A record that is filled in, and in no list yet. */
void ledger_module_add(struct ledger *ledger, struct ledger_image *image, uint32_t ref);

/* After some were unloaded: the list of the loaded has no others any more. */
void ledger_modules_drop(struct ledger *ledger, struct ledger_image *image);

/*
 * Something else runs in [start, end), an object or not: what was unloaded there is
 * no longer what lies there.
 */
void ledger_modules_evict(struct ledger *ledger, struct ledger_image *image, uint64_t start,
			  uint64_t end, bool is_object);

/*
 * Is there a record of the same object at the same place, which was unloaded? Then it is
 * loaded again. Not where backtraces of the time between could be mistaken for it.
 */
bool ledger_module_again(struct ledger *ledger, struct ledger_image *image,
			 const struct ledger_module *wanted);

/* All of them, when nobody looks into the image any more. */
void ledger_modules_free(struct ledger *ledger, const struct ledger_image *image);

/* Homes (home.c): program counters as they are in a process, and as they are at home */

/* The home of the program that has this name, made when there is none yet; 0: no room. */
uint32_t ledger_home_of(struct ledger *ledger, uint32_t exe_ref);

/* The lists of all of them: LEDGER_HOMES_LISTS, by next_ref. */
struct ledger_home *ledger_home_at(struct ledger *ledger, uint32_t ref);

/*
 * The record of the same object at home, made when there is none yet. `module` is filled
 * in but for home_ref. 0: no room.
 */
uint32_t ledger_home_module(struct ledger *ledger, uint32_t home_ref,
			    const struct ledger_module *module);

/*
 * Make of a process's counters those at home; `image` is the process's own. False, and
 * all are as before: one of them lies in no object that is there, too.
 */
bool ledger_pcs_to_home(struct ledger *ledger, const struct ledger_image *image, uint64_t *pcs,
			unsigned int depth);

/*
 * The counter of a stack as it is in the process with this image; unchanged when it is
 * so already, 0 when the object is not loaded there.
 */
uint64_t ledger_pc_in_process(struct ledger *ledger, const struct ledger_image *image, uint64_t pc);

/* Are these counters of a process the first ones of a walk of `depth`? */
bool ledger_stack_is_walk(struct ledger *ledger, const struct ledger_image *image,
			  const struct ledger_stack *stack, const uint64_t *pcs,
			  unsigned int depth);

/* Giving back (give_back.c) */

/*
 * The process whose last image is entry `index`, of parent `parent`, is gone, and nobody but
 * the caller will look for it. If it ended clean and nobody
 * refers to it, all that it has in the ledger is given back, and its counts are in the
 * sums. False: it is kept. Makes no system call but to map a window.
 */
bool ledger_give_back(struct ledger *ledger, uint32_t index, uint32_t parent);

/* An announced process did not come to life. */
void ledger_withdraw(struct ledger *ledger, uint32_t index);

/*
 * The sums in record `number` (of LEDGER_RETURNS). Returns the index of the image whose
 * process is in them, whatever its entry says; UINT32_MAX: none.
 */
uint32_t ledger_returns_read(struct ledger *ledger, unsigned int number,
			     struct ledger_totals *ret_totals);

/* Tables (table.c) */

/*
 * A new table. For LINK_FORK, EXEC and SPAWN, `parent_ref` is the table it came
 * from and `parent_fork` the tick taken from it (ledger_table_tick) before.
 */
uint32_t ledger_table_new(struct ledger *ledger, enum table_link link, uint32_t parent_ref,
			  uint32_t parent_fork, uint32_t process);

/* Advance the table's clock, before a fork or exec. Returns the new tick, never 0. */
uint32_t ledger_table_tick(struct ledger_table *table);

struct ledger_table *ledger_table_at(struct ledger *ledger, uint32_t ref);

/* Slot of a number. With is_create, makes its leaf. NULL: none, negative, or no room. */
struct ledger_slot *ledger_slot_at(struct ledger *ledger, struct ledger_table *table, int fd,
				   bool is_create);

/*
 * To be called before the slot's opener is replaced, `now_fork` being the
 * table's clock: keep that one where a fork may ask for it. Costs two loads
 * where no fork happened meanwhile. False: no room.
 */
bool ledger_slot_keep(struct ledger *ledger, struct ledger_slot *slot, uint32_t now_fork);

/*
 * Was `fd`, 0 to 2, open when the image of the table started, and has it no slot yet?
 * Asked where ledger_slot_at() has found none: then it is as it was.
 */
static inline bool ledger_table_has_standard(const struct ledger_table *table, int fd)
{
	return (uint32_t)fd <= 2 && LEDGER_LOAD(table->standard) & UINT32_C(1) << fd;
}

/* Note at the start of an image that `fd`, 0 to 2, is open; `facts` as a slot's. */
void ledger_table_note_standard(struct ledger *ledger, struct ledger_table *table, int fd,
				uint32_t facts);

/* Give back a table that nobody refers to any more, and its slots. */
void ledger_table_free(struct ledger *ledger, uint32_t ref);

struct ledger_address *ledger_address_at(struct ledger *ledger, struct ledger_table *table, int fd,
					 bool is_create);

/*
 * What a number is, seen from a table: the rules of enum table_link, followed
 * from the table to those it came from.
 */
enum descriptor_origin {
	DESCRIPTOR_NOT_OPEN,
	DESCRIPTOR_OWN,       /* opened in this table, or in an image before in the same pid */
	DESCRIPTOR_INHERITED, /* opened by the process `process` before a fork */
	DESCRIPTOR_OUTSIDE,   /* open before the session's first record of it */
	DESCRIPTOR_UNSEEN,    /* found by the kernel check */
};

struct descriptor_view {
	enum descriptor_origin origin;
	bool is_closing;     /* a release is under way or never came back */
	bool is_before;      /* the number has gone on: `slot` is a copy from then, for reading */
	bool has_crossed_exec; /* inherited, and an exec lies between the fork and this table */
	bool is_born_with;   /* inherited, and the kernel had it open at a fork on the way */
	uint32_t process;    /* index of the process entry whose table holds `slot` */
	uint32_t table_ref;  /* table that holds `slot` */
	uint32_t generation; /* of the opener in that table */
	struct ledger_slot *slot; /* the opener's; NULL for NOT_OPEN and some OUTSIDE */
};

void ledger_view(struct ledger *ledger, uint32_t table_ref, int fd, struct descriptor_view *ret_view);

/*
 * The same without the way to the opener of what was open before the image, which
 * leads through all tables above, a page each: the slot is the first that has it open.
 */
void ledger_view_near(struct ledger *ledger, uint32_t table_ref, int fd,
		      struct descriptor_view *ret_view);
bool ledger_view_is_open(struct ledger *ledger, uint32_t table_ref, int fd);

/*
 * What a number was when a fork made this table, whatever was done with it
 * since. Not open for a table with another link.
 */
void ledger_view_at_birth(struct ledger *ledger, uint32_t table_ref, int fd,
			  struct descriptor_view *ret_view);

/*
 * For the child that a fork made `table` for, before it has opened or closed anything:
 * is the number open to the child for certain, whatever other threads of the parent
 * were about at that moment? False: the kernel has to be asked. A number that the
 * record says is closed is never certain.
 */
bool ledger_view_is_settled(struct ledger *ledger, const struct ledger_table *table, int fd);

/*
 * The first number from `fd` on that anything can be known of: in a table or
 * those it is a fork of, and in a table alone. Whole leaves that nobody made are
 * passed over. UINT32_MAX: there is none.
 */
uint32_t ledger_view_next(struct ledger *ledger, uint32_t table_ref, uint32_t fd);
uint32_t ledger_table_next(struct ledger *ledger, struct ledger_table *table, uint32_t fd);

/*
 * What a number was to who executed the program of this table (LINK_EXEC,
 * LINK_SPAWN), at that moment. Not open for a table with another link.
 */
void ledger_view_at_start(struct ledger *ledger, uint32_t table_ref, int fd,
			  struct descriptor_view *ret_view);

/*
 * One more than the highest number that can be open in a table's view, or in a table alone.
 * A word that somebody has overwritten tells no more numbers than a table has room for.
 */
uint32_t ledger_table_limit(const struct ledger_table *table);
uint32_t ledger_view_limit(struct ledger *ledger, uint32_t table_ref);

/* Programs (program.c) */

/* What is known of the file that has this path, if it still is that file; NULL: nothing. */
struct ledger_program *ledger_program_find(struct ledger *ledger, const char *path,
					   const struct ledger_file *file);

/* Make it known; the references in `filled` are not read. The latest of one place stays. */
void ledger_program_add(struct ledger *ledger, const char *path,
			const struct ledger_program *filled);

/* Scopes (scope.c) */

/* Put a scope, filled in by the caller, into the session's list. Returns its reference; 0: no room. */
uint32_t ledger_scope_add(struct ledger *ledger, const struct ledger_scope *filled);

/* A scope's record; NULL when there is none at `ref`. */
struct ledger_scope *ledger_scope_at(struct ledger *ledger, uint32_t ref);

/* The scope that a slot's scope_ref leads to, 0 none. */
uint32_t ledger_scope_of(struct ledger *ledger, uint32_t ref);

/* The note of a slot, NULL when it has none. With is_create one is made; NULL then: no room. */
struct ledger_note *ledger_slot_note(struct ledger *ledger, struct ledger_slot *slot,
				     bool is_create);

/* Memory (memory.c) */

/*
 * Note a block of memory at `address` that a process was given. `made` has its
 * other fields. False: no room.
 */
bool ledger_block_put(struct ledger *ledger, struct ledger_process *process, uint64_t address,
		      const struct ledger_block *made);

/*
 * The block at `address` is about to be given back: forget it. Fills *ret_made
 * with what was noted of it. False: there is none, it was made before a fork, say.
 */
bool ledger_block_take(struct ledger *ledger, struct ledger_process *process, uint64_t address,
		       struct ledger_block *ret_made);

/* The memory of a process; NULL when it was given none. */
struct ledger_memory *ledger_memory_at(struct ledger *ledger, const struct ledger_process *process);

/* Block `number`; NULL when there is none. */
struct ledger_block *ledger_block_at(struct ledger *ledger, struct ledger_memory *memory,
				     uint32_t number);

/* Stacks (stack.c) */

/* Hash of return addresses; two lanes of multiplications. */
uint64_t ledger_stack_hash(const uint64_t *pcs, unsigned int depth);

/*
 * Head of the list of an image's stacks whose hash falls into bucket `number`
 * (of LEDGER_STACK_BUCKETS). With `is_create` it is made. NULL: none, or no room.
 */
ledger_u32 *ledger_stack_bucket(struct ledger *ledger, struct ledger_image *image, uint32_t number,
				bool is_create);

/*
 * The record of a backtrace in `image`, interned. `*ret_is_new` tells whether
 * it was added by this call. 0 when there is no room.
 */
uint32_t ledger_stack_intern(struct ledger *ledger, uint32_t image_ref, const uint64_t *pcs,
			     unsigned int depth, unsigned int flags, bool *ret_is_new);

/*
 * The record of the backtrace `stack_ref` with its runtime's frames in string
 * `text_ref`, interned: the same counters with another text are another record.
 * 0 when there is no room, or no such backtrace.
 */
uint32_t ledger_stack_intern_text(struct ledger *ledger, uint32_t stack_ref, uint32_t text_ref);

/* The hash that a stack record has, if nobody has changed it. */
uint32_t ledger_stack_sum(const struct ledger_stack *stack);

/* A stack record whose depth has been checked; NULL when there is none. */
struct ledger_stack *ledger_stack_at(struct ledger *ledger, uint32_t ref);

/*
 * Where closes at `close_ref` of what `open_ref` opened are counted: found, or made.
 * It stays where it is. NULL: no such stack, or no room.
 */
struct ledger_pair *ledger_pair_at(struct ledger *ledger, uint32_t open_ref, uint32_t close_ref);

/* The same where it was made before; NULL where nothing of `open_ref` was closed at `close_ref`. */
struct ledger_pair *ledger_pair_find(struct ledger *ledger, uint32_t open_ref, uint32_t close_ref);

#endif
