/* SPDX-License-Identifier: MIT */
#include "symbols.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "modules.h"

/* The hash table as ld writes it with --hash-style=gnu; words before the Bloom filter. */
struct hash_header {
	uint32_t bucket_count;
	uint32_t first_symbol; /* symbols below it are not hashed */
	uint32_t filter_words;
	uint32_t filter_shift;
};

struct tables {
	const struct hash_header *hash;
	const ElfW(Sym) * symbols;
	const char *strings;
};

/* The loader has added the base to these addresses, but for objects with a read-only dynamic
 * section. */
static const void *address_of(uintptr_t base, ElfW(Addr) value)
{
	return (const void *)(value < base ? value + base : value);
}

const ElfW(Dyn) * symbol_dynamic(const struct dl_find_object *object)
{
	const ElfW(Ehdr) *header = modules_header(object);
	const ElfW(Phdr) * segments;

	if (!header)
		return NULL;
	segments = (const ElfW(Phdr) *)((uintptr_t)header + header->e_phoff);
	for (unsigned int i = 0; i < header->e_phnum; i++)
		if (segments[i].p_type == PT_DYNAMIC)
			return (const ElfW(Dyn) *)(object->dlfo_link_map->l_addr +
						   segments[i].p_vaddr);
	return NULL;
}

static struct tables tables_find(uintptr_t base, const ElfW(Dyn) * entry)
{
	struct tables tables = { 0 };

	for (; entry && entry->d_tag != DT_NULL; entry++) {
		if (entry->d_tag == DT_GNU_HASH)
			tables.hash = address_of(base, entry->d_un.d_ptr);
		else if (entry->d_tag == DT_SYMTAB)
			tables.symbols = address_of(base, entry->d_un.d_ptr);
		else if (entry->d_tag == DT_STRTAB)
			tables.strings = address_of(base, entry->d_un.d_ptr);
	}
	return tables;
}

static uint32_t name_hash(const char *name)
{
	uint32_t hash = 5381;

	for (; *name; name++)
		hash = hash * 33 + (uint8_t)*name;
	return hash;
}

static bool filter_has(const struct hash_header *hash, uint32_t value)
{
	const ElfW(Addr) *filter = (const void *)(hash + 1);
	unsigned int bits = sizeof(*filter) * 8;
	ElfW(Addr) word = filter[value / bits % hash->filter_words];

	return word >> value % bits & word >> (value >> hash->filter_shift) % bits & 1;
}

static const ElfW(Sym) * table_find(const struct tables *tables, const char *name)
{
	const struct hash_header *hash = tables->hash;
	const uint32_t *buckets, *chain;
	uint32_t value = name_hash(name), number;

	if (!filter_has(hash, value))
		return NULL;
	buckets = (const void *)((const ElfW(Addr) *)(hash + 1) + hash->filter_words);
	chain = buckets + hash->bucket_count;
	number = buckets[value % hash->bucket_count];
	if (number < hash->first_symbol)
		return NULL;
	for (;; number++) {
		uint32_t entry = chain[number - hash->first_symbol];
		const ElfW(Sym) *symbol = &tables->symbols[number];

		/* The lowest bit marks a chain's end. */
		if ((entry | 1) == (value | 1) &&
		    strcmp(tables->strings + symbol->st_name, name) == 0)
			return symbol;
		if (entry & 1)
			return NULL;
	}
}

void *symbol_find_dynamic(uintptr_t base, const ElfW(Dyn) * dynamic, const char *name)
{
	struct tables tables = tables_find(base, dynamic);
	const ElfW(Sym) *symbol = NULL;

	if (tables.hash && tables.symbols && tables.strings && tables.hash->bucket_count &&
	    tables.hash->filter_words)
		symbol = table_find(&tables, name);
	if (!symbol || symbol->st_shndx == SHN_UNDEF)
		return NULL;
	return (void *)(base + symbol->st_value);
}

void *symbol_find(const struct dl_find_object *object, const char *name)
{
	return symbol_find_dynamic(object->dlfo_link_map->l_addr, symbol_dynamic(object), name);
}

const char *symbol_strings(uintptr_t base, const ElfW(Dyn) * dynamic)
{
	return tables_find(base, dynamic).strings;
}
