/* SPDX-License-Identifier: MIT */
/*
 * Call frame information made by hand, as a loaded object has it: a common entry,
 * one description, the search table, and a page of code that they describe. Each
 * of the two records ends right before memory that cannot be read, so that one
 * byte read too many ends the test.
 */
#ifndef UNCLOSED_TESTS_SECTION_H
#define UNCLOSED_TESTS_SECTION_H

#include <stddef.h>
#include <stdint.h>

#include "stack/processor.h"

#define SECTION_PAGE 4096
#define SECTION_CODE_SIZE 256 /* bytes that the description is of, if not said otherwise */

/* A few bytes, for tables: OCTETS(1, 2, 3). */
struct octets {
	uint8_t at[24];
	size_t size;
};

#define OCTETS(...)                                                       \
	{                                                                 \
		{ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }) \
	}

/* A record of .eh_frame under construction. */
struct record {
	uint8_t bytes[512];
	size_t size;
};

/* Each begins with an empty record, or adds to one; record_end() fills in the length. */
void record_begin(struct record *record);
void record_add(struct record *record, const uint8_t *bytes, size_t size);
void record_end(struct record *record);

/* A common entry by its parts; one that is left out is what compilers write. */
struct common_parts {
	uint8_t version;       /* 1 if 0 */
	const char *letters;   /* "zR" */
	struct octets factors; /* of code and data, and the column of the return address */
	struct octets data;    /* of the augmentation, behind its length */
	struct octets program; /* ENTRY_STATE */
};

/* def_cfa stack pointer + 8, and the return address at -8: x86-64's; allowed on others. */
#define ENTRY_STATE 0x0c, DWARF_SP, 8, 0x80 | DWARF_RA, 1

void record_common(struct record *record, const struct common_parts *parts);

/* The description of a function with these instructions. */
void record_description(struct record *record, const uint8_t *program, size_t size);

struct section {
	uint8_t *map;
	uint8_t *header;      /* .eh_frame_hdr; at the start of the map */
	uint8_t *common;      /* ends before a page that is none */
	uint8_t *code;        /* a page */
	uint8_t *description; /* ends at the map's end, before a page that is none */
	uint8_t *end;
};

void section_map(struct section *section);
void section_unmap(struct section *section);

/* Put both records in their places and tell them of each other. They may have been cut. */
void section_fill(struct section *section, const struct record *common,
		  const struct record *description);

/* 32 bits at any alignment. */
void put_u32(uint8_t *at, uint32_t value);

#endif
