/* SPDX-License-Identifier: MIT */
/* The kernel's clocks: the function in its own object, found in that object's tables. */
#include "base/clock.h"

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/auxv.h>

#if defined(__x86_64__)
#define CLOCK_NAME "__vdso_clock_gettime"
#elif defined(__aarch64__)
#define CLOCK_NAME "__kernel_clock_gettime"
#else
#error "only x86-64 and aarch64"
#endif

/* What is needed of its dynamic section, as addresses. */
struct tables {
	const Elf64_Sym *symbols;
	const char *strings;
	const uint32_t *hash, *gnu_hash; /* one of them tells how many symbols there are */
};

static struct tables tables_read(uintptr_t base, const Elf64_Dyn *entry)
{
	struct tables tables = { 0 };

	for (; entry->d_tag != DT_NULL; entry++) {
		const void *address = (const void *)(base + entry->d_un.d_ptr);

		if (entry->d_tag == DT_SYMTAB)
			tables.symbols = address;
		else if (entry->d_tag == DT_STRTAB)
			tables.strings = address;
		else if (entry->d_tag == DT_HASH)
			tables.hash = address;
		else if (entry->d_tag == DT_GNU_HASH)
			tables.gnu_hash = address;
	}
	return tables;
}

/* The last symbol of the last chain, which the lowest bit ends, and one more. */
static uint32_t gnu_count(const uint32_t *hash)
{
	const uint32_t *buckets = hash + 4 + hash[2] * (sizeof(uint64_t) / sizeof(uint32_t));
	const uint32_t *chain = buckets + hash[0];
	uint32_t last = 0;

	for (uint32_t i = 0; i < hash[0]; i++)
		if (buckets[i] > last)
			last = buckets[i];
	if (last < hash[1])
		return hash[1];
	while (!(chain[last - hash[1]] & 1))
		last++;
	return last + 1;
}

/* Not strcmp(): in a program with a sanitizer that is the program's, and may not be called yet. */
static bool is_same(const char *text, const char *other)
{
	while (*text && *text == *other) {
		text++;
		other++;
	}
	return *text == *other;
}

static clock_fn *find_in(uintptr_t base, const struct tables *tables)
{
	uint32_t count = tables->hash       ? tables->hash[1]
			 : tables->gnu_hash ? gnu_count(tables->gnu_hash)
					    : 0;

	if (!tables->symbols || !tables->strings)
		return NULL;
	for (uint32_t i = 0; i < count; i++)
		if (tables->symbols[i].st_shndx != SHN_UNDEF &&
		    is_same(tables->strings + tables->symbols[i].st_name, CLOCK_NAME))
			return (clock_fn *)(base + tables->symbols[i].st_value);
	return NULL;
}

clock_fn *clock_find(void)
{
	const Elf64_Ehdr *header = (const void *)getauxval(AT_SYSINFO_EHDR);
	const Elf64_Phdr *segments;
	const Elf64_Dyn *dynamic = NULL;
	uintptr_t base = 0;
	struct tables tables;

	if (!header)
		return NULL;
	segments = (const void *)((uintptr_t)header + header->e_phoff);
	for (unsigned int i = 0; i < header->e_phnum; i++) {
		if (segments[i].p_type == PT_LOAD && !base)
			base = (uintptr_t)header + segments[i].p_offset - segments[i].p_vaddr;
		else if (segments[i].p_type == PT_DYNAMIC)
			dynamic = (const void *)((uintptr_t)header + segments[i].p_offset);
	}
	if (!base || !dynamic)
		return NULL;
	tables = tables_read(base, dynamic);
	return find_in(base, &tables);
}
