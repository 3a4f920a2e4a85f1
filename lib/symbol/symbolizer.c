/* SPDX-License-Identifier: MIT */
/* The modules of a session: found by path, opened in turns, asked for addresses. */
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/rights.h"
#include "symbol/arena.h"
#include "symbol/cpython.h"
#include "symbol/frame.h"
#include "symbol/module.h"
#include "symbol/resolved.h"
#include "symbol/source.h"
#include "symbol/symbol.h"

/* Open at once; well below the usual limit of 1024 descriptors, at two a module. */
#define OPEN_MOST 128

struct symbolizer {
	bool allow_debuginfod;
	bool (*is_ours)(const char *path, void *data);
	void *data;
	struct module *open[OPEN_MOST]; /* in turns */
	size_t next_open;
	struct arena arena;
	struct sources sources;
	void *modules; /* a tsearch(3) tree of struct module, by path */
};

struct symbolizer *symbolizer_new(bool allow_debuginfod)
{
	struct symbolizer *symbolizer = calloc(1, sizeof(*symbolizer));

	if (symbolizer)
		symbolizer->allow_debuginfod = allow_debuginfod;
	return symbolizer;
}

void symbolizer_allow(struct symbolizer *symbolizer, bool (*is_ours)(const char *path, void *data),
		      void *data)
{
	symbolizer->is_ours = is_ours;
	symbolizer->data = data;
}

static void tree_module_free(void *module)
{
	module_free(module);
}

void symbolizer_free(struct symbolizer *symbolizer)
{
	if (!symbolizer)
		return;
	tdestroy(symbolizer->modules, tree_module_free);
	sources_fini(&symbolizer->sources);
	arena_fini(&symbolizer->arena);
	free(symbolizer);
}

static int module_compare(const void *left, const void *right)
{
	return strcmp(((const struct module *)left)->path, ((const struct module *)right)->path);
}

static struct module *symbolizer_find(struct symbolizer *symbolizer, const char *path)
{
	struct module key = { .path = path };
	struct module **found = tfind(&key, &symbolizer->modules, module_compare);

	return found ? *found : NULL;
}

static struct module *symbolizer_module(struct symbolizer *symbolizer, const char *path)
{
	struct module *module = symbolizer_find(symbolizer, path);

	if (module)
		return module;
	module = module_new(path, &symbolizer->arena, symbolizer->allow_debuginfod);
	if (module && rights_are_limited() && symbolizer->is_ours)
		module->is_named = symbolizer->is_ours(path, symbolizer->data);
	if (module && (!module->path || !tsearch(module, &symbolizer->modules, module_compare))) {
		module_free(module);
		return NULL;
	}
	return module;
}

/* Open `module`; the one that was opened longest ago makes room. */
static void symbolizer_open(struct symbolizer *symbolizer, struct module *module)
{
	struct module **slot = &symbolizer->open[symbolizer->next_open];

	if (module->dwfl)
		return;
	if (*slot)
		module_close(*slot);
	*slot = NULL;
	if (!module_open(module))
		return;
	*slot = module;
	symbolizer->next_open = (symbolizer->next_open + 1) % OPEN_MOST;
}

/* Too little room costs inlined functions around the innermost ones, never the real function. */
static size_t frames_copy(const struct resolved *resolved, struct symbol_frame *ret_frames,
			  size_t max)
{
	size_t count = resolved->count < max ? resolved->count : max;

	memcpy(ret_frames, resolved->frames, (count - 1) * sizeof(*ret_frames));
	ret_frames[count - 1] = resolved->frames[resolved->count - 1];
	return count;
}

static const struct resolved *symbolizer_look_up(struct symbolizer *symbolizer,
						 struct module *module, uint64_t address)
{
	const struct resolved *resolved = resolved_recall(module, address);

	if (resolved)
		return resolved;
	if (module->is_known)
		symbolizer_open(symbolizer, module);
	return resolved_make(module, address);
}

/* Is the file there the one that ran? Opens it, if that was not tried. */
static bool symbolizer_has_build(struct symbolizer *symbolizer, struct module *module,
				 const uint8_t *build_id, size_t build_id_length)
{
	if (!module->was_tried)
		symbolizer_open(symbolizer, module);
	if (build_id_length == 0 ||
	    build_id_is(&module->binary.build_id, build_id, build_id_length))
		return true;
	module->has_changed = module->has_file;
	return false;
}

static const struct resolved *symbolizer_find_address(struct symbolizer *symbolizer,
						      struct module *module,
						      const uint8_t *build_id,
						      size_t build_id_length, uint64_t address)
{
	if (!symbolizer_has_build(symbolizer, module, build_id, build_id_length))
		return NULL;
	return symbolizer_look_up(symbolizer, module, address);
}

size_t symbolizer_resolve(struct symbolizer *symbolizer, const char *path, const uint8_t *build_id,
			  size_t build_id_length, uint64_t address, struct symbol_frame *ret_frames,
			  size_t max)
{
	struct module *module = symbolizer_module(symbolizer, path);
	const struct resolved *resolved = NULL;

	if (max == 0)
		return 0;
	if (rights_lower() && module)
		resolved = symbolizer_find_address(symbolizer, module, build_id, build_id_length,
						   address);
	rights_raise();
	if (resolved)
		return frames_copy(resolved, ret_frames, max);
	ret_frames[0] = (struct symbol_frame){ 0 };
	return 1;
}

static bool symbolizer_symbol_in(struct symbolizer *symbolizer, struct module *module,
				 uint64_t address, struct symbol_frame *ret_frame)
{
	bool is_found;

	if (module->is_known)
		symbolizer_open(symbolizer, module);
	if (!module->dwfl)
		return false;
	module_rights_begin(module);
	is_found = frame_from_symbol(ret_frame, module, address);
	module_rights_end(module);
	return is_found;
}

bool symbolizer_symbol(struct symbolizer *symbolizer, const char *path, const uint8_t *build_id,
		       size_t build_id_length, uint64_t address, struct symbol_frame *ret_frame)
{
	struct module *module = symbolizer_module(symbolizer, path);
	bool is_found;

	*ret_frame = (struct symbol_frame){ 0 };
	is_found = rights_lower() && module &&
		   symbolizer_has_build(symbolizer, module, build_id, build_id_length) &&
		   symbolizer_symbol_in(symbolizer, module, address, ret_frame);
	rights_raise();
	return is_found;
}

enum symbol_role symbolizer_role(struct symbolizer *symbolizer, const char *path,
				 const uint8_t *build_id, size_t build_id_length, uint64_t address)
{
	struct module *module = symbolizer_module(symbolizer, path);
	enum symbol_role role = SYMBOL_ROLE_UNKNOWN;

	if (rights_lower() && module &&
	    symbolizer_has_build(symbolizer, module, build_id, build_id_length)) {
		if (!module->has_roles && module->is_known)
			symbolizer_open(symbolizer, module);
		role = cpython_role(module_roles(module), address);
	}
	rights_raise();
	return role;
}

enum symbol_lack symbolizer_lack(struct symbolizer *symbolizer, const char *path)
{
	struct module *module = symbolizer_find(symbolizer, path);
	enum symbol_lack lack = SYMBOL_NO_FILE;

	if (rights_lower() && module)
		lack = module_lack(module);
	rights_raise();
	return lack;
}

const char *symbolizer_source_line(struct symbolizer *symbolizer, const char *module_path,
				   const char *file, unsigned int line)
{
	struct stat status;
	const char *text = NULL;

	if (!file || (module_path && stat(module_path, &status) < 0))
		return NULL;
	if (rights_lower())
		text = source_line(&symbolizer->sources, file, module_path ? &status.st_mtim : NULL,
				   line);
	rights_raise();
	return text;
}

bool symbolizer_withholds(struct symbolizer *symbolizer)
{
	return rights_are_limited() && symbolizer->sources.are_withheld;
}
