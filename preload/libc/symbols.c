/* SPDX-License-Identifier: MIT */
/* A reader of an object's symbol tables, by the hash table that it has for the loader. */
#include "libc/symbols.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "libc/objects.h"

/* The hash table as ld writes it with --hash-style=gnu; words before the Bloom filter. */
struct symbol_hash {
	uint32_t bucket_count;
	uint32_t first_symbol; /* symbols below it are not hashed */
	uint32_t filter_words;
	uint32_t filter_shift;
};

#define VERSION_IS_HIDDEN 0x8000 /* an older version than the default one */

/* The loader has added the base to these addresses, but for objects with a read-only dynamic
 * section. */
static const void *address_of(uintptr_t base, ElfW(Addr) value)
{
	return (const void *)(value < base ? value + base : value);
}

const ElfW(Dyn) * symbol_dynamic(const struct dl_find_object *object)
{
	const ElfW(Ehdr) *header = object_header(object);
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

struct symbol_tables symbol_tables(uintptr_t base, const ElfW(Dyn) * entry)
{
	struct symbol_tables tables = { .base = base };

	for (; entry && entry->d_tag != DT_NULL; entry++) {
		if (entry->d_tag == DT_GNU_HASH)
			tables.hash = address_of(base, entry->d_un.d_ptr);
		else if (entry->d_tag == DT_SYMTAB)
			tables.symbols = address_of(base, entry->d_un.d_ptr);
		else if (entry->d_tag == DT_STRTAB)
			tables.strings = address_of(base, entry->d_un.d_ptr);
		else if (entry->d_tag == DT_VERSYM)
			tables.versions = address_of(base, entry->d_un.d_ptr);
	}
	if (!tables.symbols || !tables.strings ||
	    (tables.hash && (!tables.hash->bucket_count || !tables.hash->filter_words)))
		tables.hash = NULL;
	return tables;
}

struct symbol_name symbol_name(const char *text)
{
	struct symbol_name name = { text, 5381 };

	for (; *text; text++)
		name.hash = name.hash * 33 + (uint8_t)*text;
	return name;
}

static bool filter_has(const struct symbol_hash *hash, uint32_t value)
{
	const ElfW(Addr) *filter = (const void *)(hash + 1);
	unsigned int bits = sizeof(*filter) * 8;
	ElfW(Addr) word = filter[value / bits % hash->filter_words];

	return word >> value % bits & word >> (value >> hash->filter_shift) % bits & 1;
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

static bool is_definition(const struct symbol_tables *tables, uint32_t number)
{
	const ElfW(Sym) *symbol = &tables->symbols[number];

	return symbol->st_shndx != SHN_UNDEF && symbol->st_value &&
	       ELF64_ST_TYPE(symbol->st_info) != STT_TLS &&
	       (!tables->versions || !(tables->versions[number] & VERSION_IS_HIDDEN));
}

const ElfW(Sym) * symbol_of(const struct symbol_tables *tables, const struct symbol_name *name)
{
	const struct symbol_hash *hash = tables->hash;
	const uint32_t *buckets, *chain;
	uint32_t number;

	if (!hash || !filter_has(hash, name->hash))
		return NULL;
	buckets = (const void *)((const ElfW(Addr) *)(hash + 1) + hash->filter_words);
	chain = buckets + hash->bucket_count;
	number = buckets[name->hash % hash->bucket_count];
	if (number < hash->first_symbol)
		return NULL;
	for (;; number++) {
		uint32_t entry = chain[number - hash->first_symbol];

		/* The lowest bit marks a chain's end. */
		if ((entry | 1) == (name->hash | 1) && is_definition(tables, number) &&
		    is_same(tables->strings + tables->symbols[number].st_name, name->text))
			return &tables->symbols[number];
		if (entry & 1)
			return NULL;
	}
}

/* ld puts what is undefined before what is hashed. */
bool symbol_is_asked_for(const struct symbol_tables *tables, const char *name)
{
	uint32_t end = tables->hash ? tables->hash->first_symbol : 0;

	for (uint32_t number = 1; number < end; number++)
		if (tables->symbols[number].st_shndx == SHN_UNDEF &&
		    is_same(tables->strings + tables->symbols[number].st_name, name))
			return true;
	return false;
}

void *symbol_find_dynamic(uintptr_t base, const ElfW(Dyn) * dynamic, const char *text)
{
	struct symbol_tables tables = symbol_tables(base, dynamic);
	struct symbol_name name = symbol_name(text);
	const ElfW(Sym) *symbol = symbol_of(&tables, &name);

	if (!symbol || ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC)
		return NULL;
	return (void *)(base + symbol->st_value);
}

void *symbol_find(const struct dl_find_object *object, const char *name)
{
	return symbol_find_dynamic(object->dlfo_link_map->l_addr, symbol_dynamic(object), name);
}

const char *symbol_strings(uintptr_t base, const ElfW(Dyn) * dynamic)
{
	return symbol_tables(base, dynamic).strings;
}
