/* SPDX-License-Identifier: MIT */
/* One program or library: its file, its DWARF and its symbols. */
#include "symbol/module.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rights.h"
#include "symbol/companion.h"
#include "symbol/cpython.h"
#include "symbol/debugfile.h"

/* dwfl_report_elf opens the main file itself: libdwfl never needs to search for it. */
static int module_find_elf(Dwfl_Module *dwfl_module, void **userdata, const char *name,
			   Dwarf_Addr base, char **ret_path, Elf **ret_elf)
{
	(void)dwfl_module, (void)userdata, (void)name, (void)base, (void)ret_path, (void)ret_elf;
	return -1;
}

/*
 * libdwfl asks here for the debug file (with the name in .gnu_debuglink), and
 * for what dwz shares between debug files (with the name in .gnu_debugaltlink,
 * and a checksum of 0). The second is left to libdw, which looks for it on its
 * own beside the debug file and by build-id (dwarf_getalt), never elsewhere.
 */
static int module_find_debuginfo(Dwfl_Module *dwfl_module, void **userdata, const char *name,
				 Dwarf_Addr base, const char *path, const char *link,
				 GElf_Word link_crc, char **ret_path)
{
	struct module *module = *userdata;
	bool is_alternate = link && link_crc == 0;
	struct debugfile_search search = { DEBUGFILE_ROOT, module->path, &module->binary.build_id,
					   link, link_crc, &module->is_heavy };
	int fd = is_alternate ? -1 : debugfile_open(&search, ret_path);

	(void)path; /* is module->path */
	if (fd < 0 && module->allow_debuginfod) {
		/*
		 * By its build-id alone: what the servers gave is kept in a folder of ours. Given a name,
		 * libdwfl would open "path.debug" and the link, whatever they are, with our rights.
		 */
		rights_suspend();
		fd = dwfl_standard_find_debuginfo(dwfl_module, userdata, name, base, NULL, NULL, 0,
						  ret_path);
		rights_resume();
	}
	return fd < 0 ? -1 : fd;
}

static const Dwfl_Callbacks module_callbacks = {
	.find_elf = module_find_elf,
	.find_debuginfo = module_find_debuginfo,
};

/*
 * Each module in a Dwfl of its own, placed where its file says: addresses of
 * different modules cannot meet, and ours are the file's.
 */
static bool module_report(struct module *module, int fd)
{
	void **userdata;

	module->dwfl = dwfl_begin(&module_callbacks);
	if (!module->dwfl) {
		close(fd);
		return false;
	}
	dwfl_report_begin(module->dwfl);
	module->dwfl_module =
		dwfl_report_elf(module->dwfl, module->path, module->path, fd, 0, true);
	if (!module->dwfl_module)
		close(fd);
	if (dwfl_report_end(module->dwfl, NULL, NULL) != 0 || !module->dwfl_module)
		return false;
	dwfl_module_info(module->dwfl_module, &userdata, NULL, NULL, NULL, NULL, NULL, NULL);
	*userdata = module;
	return dwfl_module_getelf(module->dwfl_module, &module->bias) != NULL;
}

/* A file may have .debug_frame alone, which libdw calls debug information too. */
Dwarf *module_dwarf(struct module *module)
{
	Dwarf_CU *cu;

	if (!module->has_looked_for_dwarf) {
		module->has_looked_for_dwarf = true;
		if (module->binary.is_heavy)
			return NULL; /* libdw would expand all of it */
		module->dwarf = dwfl_module_getdwarf(module->dwfl_module, &module->dwarf_bias);
		dwfl_module_info(module->dwfl_module, NULL, NULL, NULL, NULL, NULL,
				 &module->units.of.main, &module->units.of.debug);
		if (module->dwarf && !companion_shared_is_safe(&module->units.of, module->dwarf))
			module->dwarf = NULL;
		if (module->dwarf &&
		    dwarf_get_units(module->dwarf, NULL, &cu, NULL, NULL, NULL, NULL) != 0)
			module->dwarf = NULL;
	}
	return module->dwarf;
}

bool module_find_symbol(struct module *module, uint64_t address, struct symtab_symbol *ret_symbol)
{
	symtab_read(&module->symtab, module->dwfl_module, module->binary.has_symtab);
	return symtab_find(&module->symtab, module->dwfl_module, module->arena,
			   address + module->bias, ret_symbol);
}

void module_rights_begin(const struct module *module)
{
	if (module->is_ours)
		rights_suspend();
}

void module_rights_end(const struct module *module)
{
	if (module->is_ours)
		rights_resume();
}

static enum symbol_lack module_open_lack(struct module *module)
{
	enum symbol_lack lack = SYMBOL_FULL;

	module_rights_begin(module);
	if (!module_dwarf(module)) {
		symtab_read(&module->symtab, module->dwfl_module, module->binary.has_symtab);
		lack = module->binary.is_heavy || module->is_heavy ? SYMBOL_TOO_LARGE
		       : module->symtab.is_full                   ? SYMBOL_NO_LINES
								  : SYMBOL_NO_SYMBOLS;
	}
	module_rights_end(module);
	return lack;
}

/* What who runs us has named, and the users of the session may not read, is read as ours. */
static int module_file_open(struct module *module)
{
	int fd = regular_file_open(module->path, NULL);

	if (fd != -EACCES || !module->is_named)
		return fd;
	module->is_ours = true;
	module_rights_begin(module);
	fd = regular_file_open(module->path, NULL);
	module_rights_end(module);
	return fd;
}

bool module_open(struct module *module)
{
	int fd;

	if (module->dwfl)
		return true;
	fd = module_file_open(module);
	module->was_tried = true;
	module->has_file = fd >= 0;
	if (fd < 0)
		return false;
	if (binary_inspect(fd, &module->binary) < 0) {
		close(fd);
		return false;
	}
	if (!module_report(module, fd)) {
		module_close(module);
		return false;
	}
	module->is_known = true;
	return true;
}

struct module *module_new(const char *path, struct arena *arena, bool allow_debuginfod)
{
	struct module *module = calloc(1, sizeof(*module));

	if (!module)
		return NULL;
	module->path = arena_copy_string(arena, path);
	module->arena = arena;
	module->allow_debuginfod = allow_debuginfod;
	module->lack = SYMBOL_NO_FILE;
	return module;
}

void module_close(struct module *module)
{
	if (!module->dwfl)
		return;
	if (module->is_known)
		module->lack = module_open_lack(module);
	symtab_fini(&module->symtab);
	units_fini(&module->units);
	dwfl_end(module->dwfl);
	module->dwfl = NULL;
	module->dwarf = NULL;
	module->has_looked_for_dwarf = false;
}

void module_free(struct module *module)
{
	if (!module)
		return;
	module->is_known = false; /* nobody asks for the lack any more */
	module_close(module);
	tdestroy(module->by_address, free);
	ranges_fini(&module->roles);
	free(module);
}

enum symbol_lack module_lack(struct module *module)
{
	if (module->has_changed)
		return SYMBOL_CHANGED;
	return module->dwfl ? module_open_lack(module) : module->lack;
}

/* Where an exported function begins, in the file's addresses; 0: it is not there. */
static uint64_t exported_start(struct module *module, const char *name)
{
	int count = dwfl_module_getsymtab(module->dwfl_module);

	for (int i = 1; i < count; i++) {
		GElf_Addr start;
		GElf_Sym sym;
		const char *found = dwfl_module_getsym_info(module->dwfl_module, i, &sym, &start,
							    NULL, NULL, NULL);

		if (found && sym.st_shndx != SHN_UNDEF && strcmp(found, name) == 0)
			return start - module->bias;
	}
	return 0;
}

const struct ranges *module_roles(struct module *module)
{
	GElf_Addr bias;
	Elf *elf;

	if (!module->has_roles && module->dwfl) {
		module->has_roles = true;
		module_rights_begin(module);
		elf = dwfl_module_getelf(module->dwfl_module, &bias);
		if (elf)
			cpython_read(&module->roles, elf,
				     exported_start(module, "_PyEval_EvalFrameDefault"));
		module_rights_end(module);
	}
	return &module->roles;
}
