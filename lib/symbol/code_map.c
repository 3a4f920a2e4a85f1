/* SPDX-License-Identifier: MIT */
/* Sections as they are in memory, the table of .eh_frame_hdr, and jumps that leave a function. */
#include "symbol/code_map.h"

#include <stdlib.h>
#include <string.h>

/* What is copied of one file: more than any interpreter has. */
#define COPY_MOST (UINT64_C(64) << 20)

/* .eh_frame_hdr as GNU ld, gold and lld write it: offsets of 4 bytes, those of the table from its
 * own start. */
#define HEADER_SIZE 12
#define HEADER_ENCODINGS 0x3b031b01 /* version 1; pcrel|sdata4, udata4, datarel|sdata4 */

static uint64_t word_of(const uint8_t *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

static uint32_t half_of(const uint8_t *bytes)
{
	uint32_t half;

	memcpy(&half, bytes, sizeof(half));
	return half;
}

const struct area *code_map_area(const struct code_map *map, uint64_t address)
{
	for (size_t i = 0; i < map->area_count; i++)
		if (address - map->areas[i].start < map->areas[i].size)
			return &map->areas[i];
	return NULL;
}

bool code_map_word(const struct code_map *map, uint64_t address, uint64_t *ret_word)
{
	const struct area *area = code_map_area(map, address);

	if (!area || area->size - (address - area->start) < sizeof(*ret_word))
		return false;
	*ret_word = word_of(area->bytes + (address - area->start));
	return true;
}

static uint64_t start_of(const struct code_map *map, size_t i)
{
	return map->table_base + (uint64_t)(int64_t)(int32_t)half_of(map->table + i * 8);
}

/* How many of the table begin at `address` or before it. */
static size_t starts_until(const struct code_map *map, uint64_t address)
{
	size_t low = 0, high = map->table_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (start_of(map, middle) <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool code_map_is_start(const struct code_map *map, uint64_t address)
{
	size_t count = starts_until(map, address);

	return count > 0 && start_of(map, count - 1) == address;
}

/* The function around an address, up to where the next one begins. */
static bool function_find(const struct code_map *map, uint64_t address, uint64_t *ret_start,
			  uint64_t *ret_end)
{
	const struct area *area = code_map_area(map, address);
	size_t count = starts_until(map, address);
	uint64_t start, end;

	if (!area || !area->is_code || count == 0)
		return false;
	start = start_of(map, count - 1);
	end = count < map->table_count ? start_of(map, count) : UINT64_MAX;
	if (end > area->start + area->size)
		end = area->start + area->size;
	if (start < area->start || start >= end)
		return false;
	*ret_start = start;
	*ret_end = end;
	return true;
}

/* A jump to a fixed place, or what has the bytes of one: who asks looks at where it leads. */
struct jump {
	uint64_t to;
	bool is_conditional;
};

static bool jump_x86_64(const uint8_t *code, size_t left, uint64_t at, struct jump *ret_jump)
{
	if (left >= 6 && code[0] == 0x0f && (code[1] & 0xf0) == 0x80)
		*ret_jump = (struct jump){ at + 6 + (uint64_t)(int64_t)(int32_t)half_of(code + 2),
					   true };
	else if (left >= 5 && code[0] == 0xe9)
		*ret_jump = (struct jump){ at + 5 + (uint64_t)(int64_t)(int32_t)half_of(code + 1),
					   false };
	else
		return false;
	return true;
}

/* `bits` bits of an instruction from bit `from` on: a distance in instructions. */
static uint64_t distance(uint32_t code, unsigned int from, unsigned int bits)
{
	return (uint64_t)((int64_t)((uint64_t)code << (64 - from - bits)) >> (64 - bits)) * 4;
}

static bool jump_aarch64(const uint8_t *bytes, size_t left, uint64_t at, struct jump *ret_jump)
{
	uint32_t code;

	if (left < 4 || at % 4 != 0)
		return false;
	code = half_of(bytes);
	if ((code & 0xfc000000) == 0x14000000) /* b */
		*ret_jump = (struct jump){ at + distance(code, 0, 26), false };
	else if ((code & 0xff000010) == 0x54000000 || (code & 0x7e000000) == 0x34000000)
		*ret_jump = (struct jump){ at + distance(code, 5, 19), true }; /* b.cond, cbz */
	else if ((code & 0x7e000000) == 0x36000000)
		*ret_jump = (struct jump){ at + distance(code, 5, 14), true }; /* tbz */
	else
		return false;
	return true;
}

/*
 * What a function jumps to is a part of it, if the jump has a condition, or leads into
 * the middle. One to a start, without a condition, may be a call at its end.
 */
void code_map_add(const struct code_map *map, uint64_t start, struct ranges *ranges, uint64_t value)
{
	uint64_t end, part, part_end;
	const struct area *area;
	struct jump jump;

	if (!function_find(map, start, &start, &end))
		return;
	(void)ranges_add(ranges, start, end, value); /* without memory it stays unknown */
	area = code_map_area(map, start);
	for (uint64_t at = start, last = 0; at < end; at++) {
		const uint8_t *code = area->bytes + (at - area->start);
		bool is_jump = map->machine == EM_X86_64
				       ? jump_x86_64(code, (size_t)(end - at), at, &jump)
				       : jump_aarch64(code, (size_t)(end - at), at, &jump);

		if (!is_jump || jump.to - start < end - start ||
		    !function_find(map, jump.to, &part, &part_end) || part == last ||
		    (!jump.is_conditional && jump.to == part))
			continue;
		last = part;
		(void)ranges_add(ranges, part, part_end, value);
	}
}

static void table_read(struct code_map *map, Elf *elf)
{
	size_t names;

	if (elf_getshdrstrndx(elf, &names) < 0)
		return;
	for (Elf_Scn *section = elf_nextscn(elf, NULL); section;
	     section = elf_nextscn(elf, section)) {
		const Elf_Data *data;
		const uint8_t *bytes;
		GElf_Shdr header;
		const char *name;

		if (!gelf_getshdr(section, &header))
			continue;
		name = elf_strptr(elf, names, header.sh_name);
		data = name && strcmp(name, ".eh_frame_hdr") == 0 ? elf_rawdata(section, NULL)
								  : NULL;
		if (!data || data->d_size < HEADER_SIZE)
			continue;
		bytes = data->d_buf;
		if (half_of(bytes) != HEADER_ENCODINGS)
			return;
		map->table = bytes + HEADER_SIZE;
		map->table_base = header.sh_addr;
		map->table_count = half_of(bytes + 8);
		if (map->table_count > (data->d_size - HEADER_SIZE) / 8)
			map->table_count = (data->d_size - HEADER_SIZE) / 8;
		return;
	}
}

static void areas_read(struct code_map *map, Elf *elf)
{
	for (Elf_Scn *section = elf_nextscn(elf, NULL); section && map->area_count < AREAS_MOST;
	     section = elf_nextscn(elf, section)) {
		const Elf_Data *data;
		GElf_Shdr header;

		if (!gelf_getshdr(section, &header) || !(header.sh_flags & SHF_ALLOC) ||
		    header.sh_flags & SHF_COMPRESSED || header.sh_type != SHT_PROGBITS)
			continue;
		data = elf_rawdata(section, NULL);
		if (!data || !data->d_buf || data->d_size == 0)
			continue;
		map->areas[map->area_count++] =
			(struct area){ .start = header.sh_addr,
				       .size = data->d_size,
				       .bytes = data->d_buf,
				       .is_code = (header.sh_flags & SHF_EXECINSTR) != 0 };
	}
}

/* Put an address of the file's own where the loader would. */
static void relocate(struct code_map *map, const GElf_Rela *rela, uint64_t *copied)
{
	struct area *area = (struct area *)code_map_area(map, rela->r_offset);
	uint64_t at = area ? rela->r_offset - area->start : 0, address = (uint64_t)rela->r_addend;

	if (!area || area->is_code || area->size - at < sizeof(address))
		return;
	if (!area->copy && area->size <= COPY_MOST - *copied) {
		area->copy = malloc(area->size);
		if (!area->copy)
			return;
		*copied += area->size;
		memcpy(area->copy, area->bytes, area->size);
		area->bytes = area->copy;
	}
	if (area->copy)
		memcpy(area->copy + at, &address, sizeof(address));
}

static void relocations_read(struct code_map *map, Elf *elf)
{
	uint32_t relative = map->machine == EM_X86_64 ? R_X86_64_RELATIVE : R_AARCH64_RELATIVE;
	uint64_t copied = 0;

	for (Elf_Scn *section = elf_nextscn(elf, NULL); section;
	     section = elf_nextscn(elf, section)) {
		GElf_Shdr header;
		Elf_Data *data;
		GElf_Rela rela;

		if (!gelf_getshdr(section, &header) || header.sh_type != SHT_RELA ||
		    !(header.sh_flags & SHF_ALLOC))
			continue;
		data = elf_getdata(section, NULL);
		for (int i = 0; data && gelf_getrela(data, i, &rela); i++)
			if (GELF_R_TYPE(rela.r_info) == relative)
				relocate(map, &rela, &copied);
	}
}

void code_map_read(struct code_map *map, Elf *elf)
{
	GElf_Ehdr header;

	*map = (struct code_map){ 0 };
	if (!gelf_getehdr(elf, &header) || header.e_ident[EI_CLASS] != ELFCLASS64 ||
	    header.e_ident[EI_DATA] != ELFDATA2LSB ||
	    (header.e_machine != EM_X86_64 && header.e_machine != EM_AARCH64))
		return;
	map->machine = header.e_machine;
	table_read(map, elf);
	areas_read(map, elf);
	relocations_read(map, elf);
}

void code_map_fini(struct code_map *map)
{
	for (size_t i = 0; i < map->area_count; i++)
		free(map->areas[i].copy);
	*map = (struct code_map){ 0 };
}
