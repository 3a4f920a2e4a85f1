/* SPDX-License-Identifier: MIT */
/* Functions by the symbol table, read when the first is asked for. */
#include "symbol/symtab.h"

#include <stdlib.h>
#include <string.h>

/* More names than this for one address are nonsense, or an attack. */
#define CANDIDATES_MOST 256

/* A symbol of the table, as far as it may name code. */
struct symbol {
	const char *name;
	uint64_t start; /* in the module's addresses */
	uint64_t size_bytes;
	uint64_t section_end; /* 0: not in a section with code */
	uint32_t section;
	Elf *elf;
	bool is_exported;
	bool is_weak;
};

/* A symbol without a size, while its end is looked for. */
struct open_symbol {
	uint64_t start;
	uint64_t end; /* of its section at first */
	int index;
};

void symtab_fini(struct symtab *symtab)
{
	ranges_fini(&symtab->ranges);
	*symtab = (struct symtab){ 0 };
}

static uint64_t section_code_end(Elf *elf, uint32_t section, uint64_t bias)
{
	Elf_Scn *scn = section ? elf_getscn(elf, section) : NULL;
	GElf_Shdr header;

	if (!scn || !gelf_getshdr(scn, &header) || !(header.sh_flags & SHF_EXECINSTR))
		return 0;
	return header.sh_addr + header.sh_size + bias;
}

/*
 * Names for tools and not for functions: "$x" and the like are marks for
 * disassemblers (ARM, RISC-V), ".annobin_a.c" for checkers of hardening flags.
 */
static bool name_is_mark(const char *name)
{
	return name[0] == '\0' || name[0] == '$' || strncmp(name, ".annobin", 8) == 0;
}

static bool symbol_read(Dwfl_Module *module, int index, struct symbol *ret_symbol)
{
	GElf_Addr start, bias = 0;
	GElf_Word section = 0;
	Elf *elf = NULL;
	GElf_Sym sym;
	const char *name =
		dwfl_module_getsym_info(module, index, &sym, &start, &section, &elf, &bias);
	unsigned char type;

	if (!name || name_is_mark(name) || sym.st_shndx == SHN_UNDEF || sym.st_shndx == SHN_ABS ||
	    sym.st_shndx == SHN_COMMON)
		return false;
	type = GELF_ST_TYPE(sym.st_info);
	if (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE)
		return false;
	*ret_symbol = (struct symbol){
		.name = name,
		.start = start,
		.size_bytes = sym.st_size,
		.section = section,
		.elf = elf,
		.is_exported = GELF_ST_BIND(sym.st_info) != STB_LOCAL,
		.is_weak = GELF_ST_BIND(sym.st_info) == STB_WEAK,
	};
	if (elf && sym.st_size == 0)
		ret_symbol->section_end = section_code_end(elf, section, bias);
	return true;
}

static int open_symbol_compare(const void *left, const void *right)
{
	const struct open_symbol *a = left, *b = right;

	return a->start < b->start ? -1 : a->start > b->start;
}

/* The start of the first sized symbol in (start, most); `most` when there is none. */
static uint64_t sized_next(const struct ranges *sized, uint64_t start, uint64_t most)
{
	size_t low = 0, high = sized->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sized->items[middle].low <= start)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < sized->count && sized->items[low].low < most)
		return sized->items[low].low;
	return most;
}

/* Symbols without a size end where the next one begins, or with their section. */
static void symtab_add_open(struct symtab *symtab, struct open_symbol *open, size_t count)
{
	uint64_t start = UINT64_MAX, next = UINT64_MAX;

	/* All ends first: adding moves and mixes what is searched. */
	qsort(open, count, sizeof(*open), open_symbol_compare);
	for (size_t i = count; i-- > 0;) {
		if (open[i].start != start) {
			next = start;
			start = open[i].start;
		}
		if (next < open[i].end)
			open[i].end = next;
		open[i].end = sized_next(&symtab->ranges, start, open[i].end);
	}
	for (size_t i = 0; i < count; i++)
		(void)ranges_add(&symtab->ranges, open[i].start, open[i].end,
				 (uint64_t)open[i].index);
	ranges_seal(&symtab->ranges);
}

void symtab_read(struct symtab *symtab, Dwfl_Module *module, bool module_has_symtab)
{
	GElf_Addr bias;
	Elf *main_elf = dwfl_module_getelf(module, &bias);
	struct open_symbol *open = NULL;
	size_t open_count = 0;
	int count;

	if (symtab->is_read)
		return;
	count = dwfl_module_getsymtab(module);
	symtab->is_read = true;
	symtab->is_full = module_has_symtab;
	if (count > 0)
		open = calloc((size_t)count, sizeof(*open));
	for (int i = 0; i < count; i++) {
		struct symbol symbol;

		if (!symbol_read(module, i, &symbol))
			continue;
		if (symbol.elf && symbol.elf != main_elf)
			symtab->is_full = true;
		if (symbol.size_bytes > 0)
			(void)ranges_add(&symtab->ranges, symbol.start,
					 symbol.start + symbol.size_bytes, (uint64_t)i);
		else if (open && symbol.section_end > symbol.start)
			open[open_count++] =
				(struct open_symbol){ symbol.start, symbol.section_end, i };
	}
	ranges_seal(&symtab->ranges);
	if (symtab->is_full && open_count > 0)
		symtab_add_open(symtab, open, open_count);
	free(open);
}

/*
 * Of several names for the same code: the sized one, the one that begins
 * closest, then what a caller would write. glibc's close() is also __close and
 * __libc_close, and of the three `close` is the weak one: underscores say more
 * than the binding.
 */
static bool symbol_is_better(const struct symbol *a, const struct symbol *b)
{
	size_t a_underscores = strspn(a->name, "_"), b_underscores = strspn(b->name, "_");
	size_t a_length = strlen(a->name), b_length = strlen(b->name);

	if ((a->size_bytes > 0) != (b->size_bytes > 0))
		return a->size_bytes > 0;
	if (a->start != b->start)
		return a->start > b->start;
	if (a->is_exported != b->is_exported)
		return a->is_exported;
	if (a_underscores != b_underscores)
		return a_underscores < b_underscores;
	if (a->is_weak != b->is_weak)
		return b->is_weak;
	return a_length != b_length ? a_length < b_length : strcmp(a->name, b->name) < 0;
}

bool symtab_find(const struct symtab *symtab, Dwfl_Module *module, struct arena *arena,
		 uint64_t address, struct symtab_symbol *ret_symbol)
{
	struct symbol best = { 0 }, symbol;
	int tried = 0;
	ptrdiff_t at;

	at = (ptrdiff_t)symtab->ranges.count;
	while (tried++ < CANDIDATES_MOST &&
	       (at = ranges_find(&symtab->ranges, address, (size_t)at)) >= 0) {
		int index = (int)symtab->ranges.items[at].value;

		if (symbol_read(module, index, &symbol) &&
		    (!best.name || symbol_is_better(&symbol, &best)))
			best = symbol;
	}
	if (!best.name)
		return false;
	ret_symbol->name = arena_copy(arena, best.name, strcspn(best.name, "@"));
	ret_symbol->is_exported = best.is_exported;
	return ret_symbol->name != NULL;
}
