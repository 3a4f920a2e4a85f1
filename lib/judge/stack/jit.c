/* SPDX-License-Identifier: MIT */
/* Names of code made at run time, looked up in the perf map of the process. */
#include "judge/stack/jit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rights.h"
#include "judge/stack/paths.h"

#define NS_PER_S INT64_C(1000000000)
#define MAP_SIZE_MAX (INT64_C(256) << 20)
#define SLACK_NS (2 * NS_PER_S) /* between the clocks of files and of the ledger */
#define OVERLAPS_MAX 64         /* pieces of code that came one after the other at one address */

/* A piece of code. Names end with their line. */
struct jit_code {
	uint64_t start, size;
	uint32_t order;
	const char *name;
};

struct jit_map {
	struct jit_code *codes; /* by start */
	size_t count;
};

static int code_compare(const void *left, const void *right)
{
	const struct jit_code *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

/* Wall time of a moment of the session. */
static int64_t wall_ns(const struct judge *judge, uint64_t at_ns)
{
	return (int64_t)(judge->ledger->header->started_wall_ns + at_ns);
}

static bool file_is_of(const struct judge *judge, const struct ledger_process *process,
		       const struct stat *status)
{
	uint64_t ended_ns = atomic_load_explicit(&process->ended_ns, memory_order_relaxed);
	int64_t written_ns = status->st_mtim.tv_sec * NS_PER_S + status->st_mtim.tv_nsec;

	return S_ISREG(status->st_mode) && status->st_uid == process->uid &&
	       status->st_size < MAP_SIZE_MAX &&
	       written_ns >= wall_ns(judge, process->started_ns) - SLACK_NS &&
	       (ended_ns == 0 || written_ns <= wall_ns(judge, ended_ns) + SLACK_NS);
}

/* Was the file there before the process, and the process added to it? Where that can be told. */
static bool file_is_older(const struct judge *judge, const struct ledger_process *process, int fd)
{
	struct statx status;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_BTIME, &status) < 0 ||
	    !(status.stx_mask & STATX_BTIME))
		return false;
	return status.stx_btime.tv_sec * NS_PER_S + status.stx_btime.tv_nsec <
	       wall_ns(judge, process->started_ns) - SLACK_NS;
}

/* The whole file, ended by '\0'; NULL when it cannot be read. */
static char *file_read(struct judge *judge, int fd, size_t size)
{
	char *text = report_alloc(judge->report, size + 1);
	size_t length = 0;

	while (length < size) {
		ssize_t count = read(fd, text + length, size - length);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			break;
		length += (size_t)count;
	}
	return text; /* zeroed: what is missing is an early end */
}

/* "7f341c04f9c0 378 NAME". Returns what comes after the line. */
static char *line_parse(char *line, struct jit_code *ret_code)
{
	char *end = strchrnul(line, '\n'), *next = *end ? end + 1 : end, *rest;

	*end = '\0';
	*ret_code = (struct jit_code){ .start = strtoull(line, &rest, 16) };
	if (rest > line && *rest == ' ')
		ret_code->size = strtoull(rest, &rest, 16);
	if (*rest == ' ' && rest[1])
		ret_code->name = rest + 1;
	return next;
}

/* CPython adds to a file that it finds; node begins it anew. */
static bool line_is_stale(const struct jit_code *code, bool is_older)
{
	return is_older && strncmp(code->name, "py::", 4) == 0;
}

static void map_parse(struct judge *judge, char *text, bool is_older, struct jit_map *map)
{
	while (*text) {
		struct jit_code code;

		text = line_parse(text, &code);
		if (!code.name || code.size == 0 || map->count >= UINT32_MAX ||
		    line_is_stale(&code, is_older))
			continue;
		code.order = (uint32_t)map->count;
		map->codes = array_grow(judge->report, map->codes, map->count, sizeof(*map->codes));
		map->codes[map->count++] = code;
	}
	if (map->count)
		qsort(map->codes, map->count, sizeof(*map->codes), code_compare);
}

static void map_read(struct judge *judge, const struct ledger_process *process, struct jit_map *map)
{
	int pid = (int)atomic_load_explicit(&process->pid, memory_order_relaxed);
	const char *path = report_printf(judge->report, "/tmp/perf-%d.map", pid);
	struct stat status;
	int fd = -1;

	if (rights_lower())
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	rights_raise();
	if (fd < 0)
		return;
	if (fstat(fd, &status) == 0 && file_is_of(judge, process, &status))
		map_parse(judge, file_read(judge, fd, (size_t)status.st_size),
			  file_is_older(judge, process, fd), map);
	close(fd);
}

/* The map of process entry `index`, read on first use. */
static const struct jit_map *map_of(struct judge *judge, uint32_t index)
{
	if (!judge->jit_maps)
		judge->jit_maps =
			report_alloc(judge->report, judge->image_count * sizeof(*judge->jit_maps));
	if (!judge->jit_maps[index]) {
		judge->jit_maps[index] =
			report_alloc(judge->report, sizeof(*judge->jit_maps[index]));
		map_read(judge, judge->images[index].process, judge->jit_maps[index]);
	}
	return judge->jit_maps[index];
}

/* The latest name of the code at an address; NULL when there is none. */
static const char *map_find(const struct jit_map *map, uint64_t address)
{
	const struct jit_code *found = NULL;
	size_t low = 0, high = map->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->codes[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low; i > 0 && low - i < OVERLAPS_MAX; i--) {
		const struct jit_code *code = &map->codes[i - 1];

		if (address - code->start < code->size && (!found || code->order > found->order))
			found = code;
	}
	return found ? found->name : NULL;
}

/* Forked children share the image of their parent; where their maps differ, none is believed. */
static const char *name_find(struct judge *judge, uint32_t image_ref, uint64_t address)
{
	const char *found = NULL;

	for (uint32_t i = 0; i < judge->image_count; i++) {
		const struct ledger_process *process = judge->images[i].process;
		const char *name;

		if (!process ||
		    atomic_load_explicit(&process->image_ref, memory_order_relaxed) != image_ref)
			continue;
		name = map_find(map_of(judge, i), address);
		if (found && name && strcmp(found, name) != 0)
			return NULL;
		found = name ? name : found;
	}
	return found;
}

static uint64_t name_hash(const char *name, uint64_t hash)
{
	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
	return hash;
}

/* The same function is the same spot, wherever its code was, and whichever compiler made it. */
static struct spot spot_named(struct judge *judge, const char *name, uint64_t address)
{
	struct report_frame frame = { .offset = address };
	const char *place;
	uint32_t *number;
	bool is_new;

	jit_name_parse(judge->report, name, &frame);
	place = report_printf(judge->report, "%s %s:%u", frame.function ? frame.function : "",
			      frame.file ? frame.file : "", frame.line);
	number = lookup_put(&judge->jit_by_name, judge->report,
			    name_hash(place, UINT64_C(0xcbf29ce484222325)), name_hash(place, 7),
			    judge->jit_count, &is_new);
	if (is_new) {
		judge->jit_frames = array_grow(judge->report, judge->jit_frames, judge->jit_count,
					       sizeof(*judge->jit_frames));
		judge->jit_frames[judge->jit_count++] = frame;
	}
	return (struct spot){ JIT_MODULE, *number };
}

size_t jit_name(struct judge *judge, uint32_t image_ref, struct spot *spots, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *name;

		if (spots[i].module != NONE)
			continue;
		name = name_find(judge, image_ref, spots[i].offset);
		if (!name)
			return i + 1;
		spots[i] = spot_named(judge, name, spots[i].offset);
	}
	return count;
}

struct report_frame jit_frame(struct judge *judge, const struct spot *spot)
{
	struct report_frame frame = judge->jit_frames[spot->offset];
	bool is_file = frame.file && frame.file[0] == '/';
	const char *found = is_file ? source_find(judge->paths, frame.file, false) : NULL;

	if (found && frame.line)
		frame.source =
			report_strdup(judge->report, symbolizer_source_line(judge->symbolizer, NULL,
									    found, frame.line));
	if (is_file)
		frame.file = path_shown(judge->paths, found ? found : frame.file);
	return frame;
}

static bool is_javascript(const struct report_frame *frame)
{
	return !frame->module && frame->language && strcmp(frame->language, "javascript") == 0;
}

bool frame_is_script(const struct report_frame *frame)
{
	return is_javascript(frame) && !frame->is_library;
}

/* V8 itself, and what node puts between its start and a program's first script. */
static bool is_engine(const struct report_frame *frame)
{
	static const char *const functions[] = { "v8::", "Builtins_" };
	static const char *const files[] = { "node:internal/main/", "node:internal/modules/",
					     "node:internal/process/" };

	for (size_t i = 0; frame->function && i < sizeof(functions) / sizeof(functions[0]); i++)
		if (strncmp(frame->function, functions[i], strlen(functions[i])) == 0)
			return true;
	for (size_t i = 0; is_javascript(frame) && i < sizeof(files) / sizeof(files[0]); i++)
		if (frame->file && strncmp(frame->file, files[i], strlen(files[i])) == 0)
			return true;
	return false;
}

static bool is_entered(const struct report_frame *frame)
{
	return is_javascript(frame) ||
	       (frame->function && strncmp(frame->function, "Builtins_", 9) == 0);
}

void jit_engine_mark(struct report_stack *stack)
{
	size_t end = stack->frame_count;

	while (end > 0 && !is_entered(&stack->frames[end - 1]))
		end--;
	/* What is below the outermost script started the engine. */
	for (size_t i = 0; end > 0 && i < stack->frame_count; i++)
		stack->frames[i].is_runtime |= i >= end || is_engine(&stack->frames[i]);
}
