/* SPDX-License-Identifier: MIT */
/* Builds call frame information, one record before each guard page. */
#include "section.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/mman.h>

/* The map's pages; behind the last is another guard, which is no part of it. */
enum { PAGE_COMMON, PAGE_GUARD, PAGE_CODE, PAGE_DESCRIPTION, PAGES };

#define HEADER_SIZE 20 /* with one entry of the table */

/* Where a record says its length, its id, and a description its function's start and size. */
enum { AT_LENGTH = 0, AT_ID = 4, AT_START = 8, AT_SIZE = 12 };

void put_u32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
}

void record_begin(struct record *record)
{
	*record = (struct record){ .size = AT_START };
}

void record_add(struct record *record, const uint8_t *bytes, size_t size)
{
	cr_assert_leq(record->size + size, sizeof(record->bytes));
	if (size > 0)
		memcpy(record->bytes + record->size, bytes, size);
	record->size += size;
}

void record_end(struct record *record)
{
	put_u32(record->bytes + AT_LENGTH, (uint32_t)record->size - AT_ID);
}

/* As given, or as compilers write it. */
static void part_add(struct record *record, const struct octets *given, const struct octets *usual)
{
	const struct octets *part = given->size > 0 ? given : usual;

	record_add(record, part->at, part->size);
}

void record_common(struct record *record, const struct common_parts *parts)
{
	static const struct octets factors = OCTETS(1, 0x78, DWARF_RA), data = OCTETS(1, 0x1b),
				   program = OCTETS(ENTRY_STATE);
	const char *letters = parts->letters ? parts->letters : "zR";
	uint8_t version = parts->version ? parts->version : 1;

	record_begin(record);
	record_add(record, &version, 1);
	record_add(record, (const uint8_t *)letters, strlen(letters) + 1);
	part_add(record, &parts->factors, &factors);
	part_add(record, &parts->data, &data);
	part_add(record, &parts->program, &program);
	record_end(record);
}

void record_description(struct record *record, const uint8_t *program, size_t size)
{
	uint8_t function[9] = { 0 }; /* start, size, and no augmentation data */

	put_u32(function + 4, SECTION_CODE_SIZE);
	record_begin(record);
	record_add(record, function, sizeof(function));
	record_add(record, program, size);
	record_end(record);
}

void section_map(struct section *section)
{
	size_t size = (PAGES + 1) * SECTION_PAGE;
	uint8_t *map = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	cr_assert_neq(map, MAP_FAILED);
	for (unsigned int i = 0; i < PAGES; i++)
		if (i != PAGE_GUARD)
			cr_assert_eq(mprotect(map + i * SECTION_PAGE, SECTION_PAGE,
					      PROT_READ | PROT_WRITE),
				     0);
	*section = (struct section){
		.map = map,
		.header = map,
		.code = map + PAGE_CODE * SECTION_PAGE,
		.end = map + PAGES * SECTION_PAGE,
	};
}

void section_unmap(struct section *section)
{
	cr_assert_eq(munmap(section->map, (PAGES + 1) * SECTION_PAGE), 0);
}

/* As far as it is there. */
static void patch(uint8_t *record, size_t size, size_t at, uint32_t value)
{
	uint8_t bytes[4];

	put_u32(bytes, value);
	for (size_t i = 0; i < sizeof(bytes) && at + i < size; i++)
		record[at + i] = bytes[i];
}

static uint32_t distance(const uint8_t *to, const uint8_t *from)
{
	return (uint32_t)(to - from);
}

void section_fill(struct section *section, const struct record *common,
		  const struct record *description)
{
	uint8_t *header = section->header;

	section->common = section->map + (PAGE_COMMON + 1) * SECTION_PAGE - common->size;
	section->description = section->end - description->size;
	memcpy(section->common, common->bytes, common->size);
	memcpy(section->description, description->bytes, description->size);
	patch(section->description, description->size, AT_ID,
	      distance(section->description + AT_ID, section->common));
	patch(section->description, description->size, AT_START,
	      distance(section->code, section->description + AT_START));
	memcpy(header, (const uint8_t[HEADER_SIZE]){ 1, 0x1b, 0x03, 0x3b }, HEADER_SIZE);
	put_u32(header + 8, 1);
	put_u32(header + 12, distance(section->code, header));
	put_u32(header + 16, distance(section->description, header));
}
