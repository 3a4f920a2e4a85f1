/* SPDX-License-Identifier: MIT */
/* The reader of .eh_frame, by records made by hand: every instruction, and what is damaged. */
#include "stack/frame_rule.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "section.h"
#include "stack/eh_frame.h"
#include "stack/processor.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What is expected of a rule: refused, or with these properties. */
enum expectation { NONE, SP, FP, OUTERMOST, ELSEWHERE };

struct expected {
	enum expectation kind;
	int64_t cfa;
	int64_t saved; /* 0: the frame pointer is not saved */
};

#define AS_ENTERED       \
	{                \
		SP, 8, 0 \
	}

/* SP, and the return address is at -16: only aarch64 has it where a function likes. */
#define RETURN_ELSEWHERE                               \
	{                                              \
		SIGNS_RETURNS ? ELSEWHERE : NONE, 8, 0 \
	}

/* Means something on aarch64, and nothing to a rule. */
#define OF_SIGNED_RETURNS                       \
	{                                       \
		SIGNS_RETURNS ? SP : NONE, 8, 0 \
	}

static struct section section;

static void setup(void)
{
	section_map(&section);
	world_init(&section);
}

static void teardown(void)
{
	section_unmap(&section);
}

TestSuite(frame_rule, .init = setup, .fini = teardown);

static uint64_t pc_at(uint64_t offset)
{
	return (uintptr_t)section.code + offset;
}

static void expect(const struct expected *expected, uint64_t offset, const char *what)
{
	struct frame_rule rule = { .cfa_offset = 4711 };
	bool is_found = frame_rule_find(pc_at(offset), &rule);

	cr_expect_eq(is_found, expected->kind != NONE, "%s: found is %d", what, is_found);
	if (!is_found)
		cr_expect_eq(rule.cfa_offset, 4711, "%s: touched", what);
	if (!is_found || expected->kind == NONE)
		return;
	cr_expect_eq(rule.is_outermost, expected->kind == OUTERMOST, "%s: outermost", what);
	if (expected->kind == OUTERMOST)
		return;
	cr_expect_eq(rule.is_from_frame_pointer, expected->kind == FP, "%s: register", what);
	cr_expect_eq(rule.cfa_offset, expected->cfa, "%s: CFA %ld", what, (long)rule.cfa_offset);
	cr_expect_eq(rule.return_offset, expected->kind == ELSEWHERE ? -16 : -8, "%s: returns",
		     what);
	cr_expect_eq(rule.saves_frame_pointer, expected->saved != 0, "%s: saves", what);
	if (rule.saves_frame_pointer)
		cr_expect_eq(rule.saved_offset, expected->saved, "%s: saved", what);
}

static void expect_none(const char *what)
{
	expect(&(const struct expected){ NONE, 0, 0 }, 0, what);
}

static void expect_as_entered(const char *what)
{
	expect(&(const struct expected)AS_ENTERED, 0, what);
}

/* The section with these instructions of one function, behind those of every one. */
static void fill(const uint8_t *program, size_t size)
{
	struct record common, description;

	record_common(&common, &(const struct common_parts){ .version = 1 });
	record_description(&description, program, size);
	section_fill(&section, &common, &description);
}

/* The section with this common entry, and a function that adds nothing. */
static void fill_common(const struct common_parts *parts)
{
	struct record common, description;

	record_common(&common, parts);
	record_description(&description, NULL, 0);
	section_fill(&section, &common, &description);
}

/* clang-format off */

/*
 * One instruction each, every one of DWARF 5 (table 7.29) and of GNU. What has no
 * rule is not an error: a slower unwinder takes over.
 */
static const struct instruction {
	const char *name;
	struct octets program;
	struct expected expected;
} instructions[] = {
	{ "nop", OCTETS(0x00), AS_ENTERED },
	{ "set_loc", OCTETS(0x01, 0, 0, 0, 0), { NONE, 0, 0 } },
	{ "advance_loc", OCTETS(0x40), AS_ENTERED },
	{ "advance_loc1", OCTETS(0x02, 0), AS_ENTERED },
	{ "advance_loc2", OCTETS(0x03, 0, 0), AS_ENTERED },
	{ "advance_loc4", OCTETS(0x04, 0, 0, 0, 0), AS_ENTERED },
	{ "offset rbp", OCTETS(0x80 | DWARF_FP, 2), { SP, 8, -16 } },
	{ "offset rbp in two bytes", OCTETS(0x80 | DWARF_FP, 0x82, 0), { SP, 8, -16 } },
	{ "offset rbx", OCTETS(0x83, 2), AS_ENTERED },
	{ "offset rsp", OCTETS(0x80 | DWARF_SP, 2), { NONE, 0, 0 } },
	{ "offset ra", OCTETS(0x80 | DWARF_RA, 1), AS_ENTERED },
	{ "offset ra elsewhere", OCTETS(0x80 | DWARF_RA, 2), RETURN_ELSEWHERE },
	{ "offset xmm", OCTETS(0x95, 2), AS_ENTERED },
	{ "restore rbp", OCTETS(0xc0 | DWARF_FP), AS_ENTERED },
	{ "restore ra", OCTETS(0xc0 | DWARF_RA), AS_ENTERED },
	{ "offset_extended rbp", OCTETS(0x05, DWARF_FP, 2), { SP, 8, -16 } },
	{ "offset_extended rbx", OCTETS(0x05, 3, 2), AS_ENTERED },
	{ "offset_extended rsp", OCTETS(0x05, DWARF_SP, 2), { NONE, 0, 0 } },
	{ "offset_extended ra", OCTETS(0x05, DWARF_RA, 2), RETURN_ELSEWHERE },
	{ "offset_extended of a large register", OCTETS(0x05, 0x86, 1, 2), AS_ENTERED },
	{ "restore_extended rbp", OCTETS(0x06, DWARF_FP), AS_ENTERED },
	{ "undefined rbx", OCTETS(0x07, 3), AS_ENTERED },
	{ "undefined rbp", OCTETS(0x07, DWARF_FP), { NONE, 0, 0 } },
	{ "undefined rsp", OCTETS(0x07, DWARF_SP), { NONE, 0, 0 } },
	{ "undefined ra", OCTETS(0x07, DWARF_RA), { OUTERMOST, 0, 0 } },
	{ "same_value rbx", OCTETS(0x08, 3), AS_ENTERED },
	{ "same_value rbp", OCTETS(0x08, DWARF_FP), { NONE, 0, 0 } },
	{ "same_value ra", OCTETS(0x08, DWARF_RA), { NONE, 0, 0 } },
	{ "register rbx", OCTETS(0x09, 3, 0), AS_ENTERED },
	{ "register rbp", OCTETS(0x09, DWARF_FP, 0), { NONE, 0, 0 } },
	{ "register rsp", OCTETS(0x09, DWARF_SP, 0), { NONE, 0, 0 } },
	{ "register ra", OCTETS(0x09, DWARF_RA, 0), { NONE, 0, 0 } },
	{ "remember_state", OCTETS(0x0a), AS_ENTERED },
	{ "restore_state", OCTETS(0x0b), { NONE, 0, 0 } },
	{ "def_cfa rsp", OCTETS(0x0c, DWARF_SP, 24), { SP, 24, 0 } },
	{ "def_cfa rbp", OCTETS(0x0c, DWARF_FP, 16), { FP, 16, 0 } },
	{ "def_cfa rbx", OCTETS(0x0c, 3, 16), { NONE, 0, 0 } },
	{ "def_cfa rsp, large", OCTETS(0x0c, DWARF_SP, 0x80, 0x80, 4), { SP, 65536, 0 } },
	{ "def_cfa_register rbp", OCTETS(0x0d, DWARF_FP), { FP, 8, 0 } },
	{ "def_cfa_register r10", OCTETS(0x0d, 10), { NONE, 0, 0 } },
	{ "def_cfa_offset", OCTETS(0x0e, 32), { SP, 32, 0 } },
	{ "def_cfa_expression", OCTETS(0x0f, 2, 0x77, 8), { NONE, 0, 0 } },
	{ "expression rbx", OCTETS(0x10, 3, 2, 0x77, 8), AS_ENTERED },
	{ "expression rbp", OCTETS(0x10, DWARF_FP, 2, 0x77, 8), { NONE, 0, 0 } },
	{ "expression rsp", OCTETS(0x10, DWARF_SP, 2, 0x77, 8), { NONE, 0, 0 } },
	{ "expression ra", OCTETS(0x10, DWARF_RA, 2, 0x77, 8), { NONE, 0, 0 } },
	{ "expression of nothing", OCTETS(0x10, 3, 0), AS_ENTERED },
	{ "offset_extended_sf rbp", OCTETS(0x11, DWARF_FP, 2), { SP, 8, -16 } },
	{ "offset_extended_sf rbp, upwards", OCTETS(0x11, DWARF_FP, 0x7e), { SP, 8, 16 } },
	{ "offset_extended_sf ra", OCTETS(0x11, DWARF_RA, 0x7f), { NONE, 0, 0 } },
	{ "def_cfa_sf", OCTETS(0x12, DWARF_SP, 0x7e), { NONE, 0, 0 } },
	{ "def_cfa_offset_sf", OCTETS(0x13, 0x7e), { NONE, 0, 0 } },
	{ "val_offset", OCTETS(0x14, 3, 2), { NONE, 0, 0 } },
	{ "val_offset_sf", OCTETS(0x15, 3, 2), { NONE, 0, 0 } },
	{ "val_expression rbx", OCTETS(0x16, 3, 2, 0x77, 8), AS_ENTERED },
	{ "val_expression rbp", OCTETS(0x16, DWARF_FP, 2, 0x77, 8), { NONE, 0, 0 } },
	{ "val_expression rsp", OCTETS(0x16, DWARF_SP, 2, 0x77, 8), { NONE, 0, 0 } },
	{ "lo_user", OCTETS(0x1c), { NONE, 0, 0 } },
	{ "MIPS_advance_loc8", OCTETS(0x1d, 0, 0, 0, 0, 0, 0, 0, 0), { NONE, 0, 0 } },
	{ "AARCH64_negate_ra_state_with_pc", OCTETS(0x2c), OF_SIGNED_RETURNS },
	{ "GNU_window_save, AARCH64_negate_ra_state", OCTETS(0x2d), OF_SIGNED_RETURNS },
	{ "GNU_args_size", OCTETS(0x2e, 16), AS_ENTERED },
	{ "GNU_negative_offset_extended", OCTETS(0x2f, DWARF_FP, 2), { NONE, 0, 0 } },
	{ "hi_user", OCTETS(0x3f), { NONE, 0, 0 } },
};

/* Several instructions, and what they are together. */
static const struct instruction programs[] = {
	{ "a frame pointer is set up", OCTETS(0x0e, 16, 0x80 | DWARF_FP, 2, 0x0d, DWARF_FP), { FP, 16, -16 } },
	{ "and given back", OCTETS(0x0e, 16, 0x80 | DWARF_FP, 2, 0x0d, DWARF_FP, 0x0c, DWARF_SP, 8, 0xc0 | DWARF_FP), AS_ENTERED },
	{ "the last one counts", OCTETS(0x80 | DWARF_FP, 2, 0x80 | DWARF_FP, 3), { SP, 8, -24 } },
	{ "restore_extended", OCTETS(0x80 | DWARF_FP, 2, 0x06, DWARF_FP), AS_ENTERED },
	{ "state comes back", OCTETS(0x0e, 16, 0x0a, 0x80 | DWARF_FP, 2, 0x0e, 64, 0x0b), { SP, 16, 0 } },
	{ "a simple state comes back", OCTETS(0x0a, 0x0f, 1, 0x9c, 0x0b), AS_ENTERED },
	{ "states are a stack", OCTETS(0x0a, 0x0e, 16, 0x0a, 0x0e, 24, 0x0b), { SP, 16, 0 } },
	{ "four states", OCTETS(0x0a, 0x0a, 0x0a, 0x0a, 0x0b, 0x0b, 0x0b, 0x0b), AS_ENTERED },
	{ "five states", OCTETS(0x0a, 0x0a, 0x0a, 0x0a, 0x0a), { NONE, 0, 0 } },
	{ "one state less than asked for", OCTETS(0x0a, 0x0b, 0x0b), { NONE, 0, 0 } },
	{ "ra found again by restore", OCTETS(0x07, DWARF_RA, 0xc0 | DWARF_RA), AS_ENTERED },
	{ "ra found again by offset", OCTETS(0x07, DWARF_RA, 0x80 | DWARF_RA, 1), AS_ENTERED },
	{ "ra found again by its state", OCTETS(0x0a, 0x07, DWARF_RA, 0x0b), AS_ENTERED },
	{ "outermost, whatever the CFA", OCTETS(0x0e, 16, 0x07, DWARF_RA), { OUTERMOST, 0, 0 } },
	{ "not understood, then defined", OCTETS(0x0c, 3, 8, 0x0c, DWARF_SP, 8), AS_ENTERED },
	{ "an expression, then defined", OCTETS(0x0f, 1, 0x9c, 0x0c, DWARF_SP, 8), AS_ENTERED },
	{ "behind an unknown one", OCTETS(0x0e, 16, 0x3e), { NONE, 0, 0 } },
	{ "padding", OCTETS(0x0e, 16, 0, 0, 0, 0, 0, 0, 0), { SP, 16, 0 } },
	{ "uleb of ten bytes", OCTETS(0x0e, 0x90, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0),
	  { SP, 16, 0 } },
	{ "uleb of eleven bytes",
	  OCTETS(0x0e, 0x90, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0), { NONE, 0, 0 } },
	{ "sleb of eleven bytes",
	  OCTETS(0x11, DWARF_FP, 0x82, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0), { NONE, 0, 0 } },
	{ "uleb of all bits, scaled",
	  OCTETS(0x80 | DWARF_FP, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1), { SP, 8, 8 } },
	{ "half of all numbers, scaled",
	  OCTETS(0x83, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f), AS_ENTERED },
	{ "expression longer than the rest", OCTETS(0x10, 3, 3, 0x77, 8), { NONE, 0, 0 } },
	{ "expression longer than memory",
	  OCTETS(0x10, 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1), { NONE, 0, 0 } },
};

/* clang-format on */

static void expect_programs(const struct instruction *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		fill(rows[i].program.at, rows[i].program.size);
		expect(&rows[i].expected, 0, rows[i].name);
	}
}

Test(frame_rule, each_instruction)
{
	expect_programs(instructions, COUNT(instructions));
}

Test(frame_rule, programs)
{
	expect_programs(programs, COUNT(programs));
}

/* Codes that DWARF 5 and GNU give no meaning. */
Test(frame_rule, other_codes_are_refused)
{
	bool is_known[0x40] = { false };

	for (size_t i = 0; i < COUNT(instructions); i++)
		if (instructions[i].program.at[0] < 0x40)
			is_known[instructions[i].program.at[0]] = true;
	for (uint8_t code = 0; code < 0x40; code++) {
		const uint8_t program[] = { code, 0, 0, 0, 0, 0, 0, 0, 0 };
		char name[16];

		(void)snprintf(name, sizeof(name), "code %#x", code);
		fill(program, sizeof(program));
		if (!is_known[code])
			expect_none(name);
	}
}

/* An instruction of which not all bytes are there says nothing. */
Test(frame_rule, cut_instructions_are_refused)
{
	for (size_t i = 0; i < COUNT(instructions); i++)
		for (size_t size = 1; size < instructions[i].program.size; size++) {
			fill(instructions[i].program.at, size);
			expect_none(instructions[i].name);
		}
}

/* Behind the instruction that is for later code nothing is read, be it cut. */
Test(frame_rule, rows_hold_from_their_location_on)
{
	static const struct {
		const char *name;
		struct octets program;
		uint64_t from;
	} rows[] = {
		{ "advance_loc", OCTETS(0x40 | 7, 0x0e, 16), 7 },
		{ "advance_loc1", OCTETS(0x02, 200, 0x0e, 16), 200 },
		{ "advance_loc2", OCTETS(0x03, 44, 1, 0x0e, 16), 300 },
		{ "advance_loc4", OCTETS(0x04, 44, 1, 0, 0, 0x0e, 16), 300 },
		{ "twice", OCTETS(0x43, 0x44, 0x0e, 16), 7 },
	};
	static const struct expected later = { SP, 16, 0 }, first = AS_ENTERED;

	for (size_t i = 0; i < COUNT(rows); i++) {
		fill(rows[i].program.at, rows[i].program.size);
		put_u32(section.description + 12, 1000);
		expect(&first, 0, rows[i].name);
		expect(&first, rows[i].from - 1, rows[i].name);
		expect(&later, rows[i].from, rows[i].name);
		expect(&later, 999, rows[i].name);
	}
	fill((const uint8_t[]){ 0x41, 0x0e }, 2);
	expect_as_entered("before what is cut");
}

Test(frame_rule, factors_scale)
{
	struct record common, description;
	static const uint8_t program[] = { 0x80 | DWARF_FP, 4, 0x42, 0x0e, 16 };

	record_common(&common, &(const struct common_parts){
				       .factors = OCTETS(4, 0x7c, DWARF_RA),
				       .program = OCTETS(0x0c, DWARF_SP, 8, 0x80 | DWARF_RA, 2) });
	record_description(&description, program, sizeof(program));
	section_fill(&section, &common, &description);
	expect(&(const struct expected){ SP, 8, -16 }, 7, "before");
	expect(&(const struct expected){ SP, 16, -16 }, 8, "from there on");
}

Test(frame_rule, versions)
{
	static const struct octets wide = OCTETS(1, 0x78, 0x80 | DWARF_RA, 0);

	for (unsigned int version = 1; version < 256; version++) {
		struct common_parts parts = { .version = (uint8_t)version };
		char name[16];

		(void)snprintf(name, sizeof(name), "version %u", version);
		fill_common(&parts);
		if (version == 1 || version == 3)
			expect_as_entered(name);
		else
			expect_none(name);
	}
	fill_common(&(const struct common_parts){ .version = 3, .factors = wide });
	expect_as_entered("a column by uleb");
	fill_common(&(const struct common_parts){ .version = 1, .factors = wide });
	expect_none("a column by uleb in version 1");
	fill_common(&(const struct common_parts){ .factors = OCTETS(1, 0x78, DWARF_RA + 1) });
	expect_none("another column");
	fill_common(&(const struct common_parts){
		.version = 4, .letters = "zR", .factors = OCTETS(8, 0, 1, 0x78, DWARF_RA) });
	expect_none("version 4 as it is written");
}

/* What all functions share has to say where the frame is and where it returns to. */
Test(frame_rule, incomplete_common_entries_are_refused)
{
	static const struct instruction rows[] = {
		{ "no CFA", OCTETS(0x80 | DWARF_RA, 1), { NONE, 0, 0 } },
		{ "no register", OCTETS(0x0e, 8, 0x80 | DWARF_RA, 1), { NONE, 0, 0 } },
		{ "no return address", OCTETS(0x0c, DWARF_SP, 8), { NONE, 0, 0 } },
		{ "nothing", OCTETS(0), { NONE, 0, 0 } },
		{ "rbp saved by all", OCTETS(ENTRY_STATE, 0x80 | DWARF_FP, 2), { SP, 8, -16 } },
		{ "outermost all", OCTETS(0x07, DWARF_RA), { OUTERMOST, 0, 0 } },
		{ "unknown", OCTETS(ENTRY_STATE, 0x3f), { NONE, 0, 0 } },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		fill_common(&(const struct common_parts){ .program = rows[i].program });
		expect(&rows[i].expected, 0, rows[i].name);
	}
}

/* restore goes back to what all functions share. */
Test(frame_rule, restore_is_to_the_common_state)
{
	static const uint8_t program[] = { 0x80 | DWARF_FP, 5, 0xc0 | DWARF_FP,
					   0x80 | DWARF_RA, 1, 0xc0 | DWARF_RA };
	struct record common, description;

	record_common(&common,
		      &(const struct common_parts){
			      .program = OCTETS(ENTRY_STATE, 0x80 | DWARF_FP, 2, 0x07, DWARF_RA) });
	record_description(&description, program, sizeof(program));
	section_fill(&section, &common, &description);
	expect(&(const struct expected){ OUTERMOST, 0, 0 }, 0, "outermost again");
	record_description(&description, program, sizeof(program) - 1);
	section_fill(&section, &common, &description);
	expect(&(const struct expected){ SP, 8, -16 }, 0, "saved as by all");
}

Test(frame_rule, augmentations)
{
	static const struct {
		const char *letters;
		struct octets data;
		bool is_known;
	} rows[] = {
		{ "zR", OCTETS(1, 0x1b), true },
		{ "zR", OCTETS(3, 0x1b, 0, 0), true },
		{ "zPLR", OCTETS(7, 0x9b, 1, 2, 3, 4, 0x1b, 0x1b), true },
		{ "zPLR", OCTETS(7, 0x03, 1, 2, 3, 4, 0x03, 0x1b), true },
		{ "zPR", OCTETS(6, 0x1b, 1, 2, 3, 4, 0x1b), true },
		{ "zLR", OCTETS(2, 0x1b, 0x1b), true },
		{ "zRS", OCTETS(1, 0x1b), false },
		{ "zSR", OCTETS(1, 0x1b), false },
		{ "zRB", OCTETS(1, 0x1b), SIGNS_RETURNS },
		{ "zRG", OCTETS(1, 0x1b), SIGNS_RETURNS },
		{ "zRz", OCTETS(1, 0x1b), false },
		{ "zX", OCTETS(1, 0x1b), false },
		{ "z", OCTETS(0), false },
		{ "zL", OCTETS(1, 0x1b), false },
		{ "zP", OCTETS(5, 0x1b, 1, 2, 3, 4), false },
		{ "zRP", OCTETS(2, 0x1b, 0x1b, 0x1b), false },
		{ "R", OCTETS(0x1b), false },
		{ "eh", OCTETS(0, 0, 0, 0, 0, 0, 0, 0), false },
		{ "", OCTETS(0), false },
		/* Sizes of the data that are not. */
		{ "zR", OCTETS(0), false },
		{ "zPLR", OCTETS(3, 0x1b, 0, 0, 0, 0, 0x1b, 0x1b), false },
		{ "zR", OCTETS(0x7f, 0x1b), false },
		{ "zR", OCTETS(0xff, 0xff, 3, 0x1b), false },
		{ "zR", OCTETS(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0x1b),
		  false },
		{ "zR", OCTETS(0xf0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0x1b),
		  false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		fill_common(&(const struct common_parts){ .letters = rows[i].letters,
							  .data = rows[i].data });
		if (rows[i].is_known)
			expect_as_entered(rows[i].letters);
		else
			expect_none(rows[i].letters);
	}
}

/* Of a function's start: four bytes from there on. Of its personality: what has four bytes. */
Test(frame_rule, pointer_encodings)
{
	for (unsigned int i = 0; i < 256; i++) {
		const struct octets function = OCTETS(1, (uint8_t)i);
		const struct octets person = OCTETS(6, (uint8_t)i, 1, 2, 3, 4, 0x1b);
		bool is_four_bytes = (i & 0x0f) == 0x03 || (i & 0x0f) == 0x0b;
		char name[16];

		(void)snprintf(name, sizeof(name), "encoding %#x", i);
		fill_common(&(const struct common_parts){ .data = function });
		expect(i == 0x1b ? &(const struct expected)AS_ENTERED
				 : &(const struct expected){ NONE, 0, 0 },
		       0, name);
		fill_common(&(const struct common_parts){ .letters = "zPR", .data = person });
		expect(is_four_bytes ? &(const struct expected)AS_ENTERED
				     : &(const struct expected){ NONE, 0, 0 },
		       0, name);
	}
}

/* Each shorter common entry is refused, or is the same: what follows says nothing new. */
Test(frame_rule, cut_common_entries)
{
	struct record whole, cut, description;

	record_common(&whole,
		      &(const struct common_parts){ .letters = "zPLR",
						    .data = OCTETS(7, 0x9b, 1, 2, 3, 4, 0x1b, 0x1b),
						    .program = OCTETS(ENTRY_STATE, 0, 0, 0) });
	record_description(&description, NULL, 0);
	for (size_t size = 4; size <= whole.size; size++) {
		char name[32];

		cut = whole;
		cut.size = size;
		record_end(&cut);
		section_fill(&section, &cut, &description);
		(void)snprintf(name, sizeof(name), "%zu of %zu bytes", size, whole.size);
		if (size + 3 >= whole.size)
			expect_as_entered(name);
		else
			expect_none(name);
	}
}

Test(frame_rule, cut_descriptions)
{
	static const uint8_t program[] = { 0, 0, 0 };
	struct record common, whole, cut;

	record_common(&common, &(const struct common_parts){ .version = 1 });
	record_description(&whole, program, sizeof(program));
	for (size_t size = 4; size <= whole.size; size++) {
		char name[32];

		cut = whole;
		cut.size = size;
		record_end(&cut);
		section_fill(&section, &common, &cut);
		(void)snprintf(name, sizeof(name), "%zu of %zu bytes", size, whole.size);
		if (size + sizeof(program) >= whole.size)
			expect_as_entered(name);
		else
			expect_none(name);
		cr_expect_eq(frame_is_described(pc_at(0)), size >= 16, "%s", name);
	}
}

/* The object ends before the record does. */
Test(frame_rule, descriptions_that_are_not_all_there)
{
	struct record common, whole, cut;

	record_common(&common, &(const struct common_parts){ .version = 1 });
	record_description(&whole, NULL, 0);
	for (size_t size = 0; size < whole.size; size++) {
		cut = whole;
		cut.size = size;
		section_fill(&section, &common, &cut);
		expect_none("cut by the end of the object");
		cr_expect_not(frame_is_described(pc_at(0)));
	}
}

Test(frame_rule, lengths_of_descriptions)
{
	static const uint32_t lengths[] = { 0,          0xffffffff, 0xfffffffe, 0xfffffffb,
					    0x80000000, 0x7fffffff, 100000,     8192 };
	struct record common, description;

	record_common(&common, &(const struct common_parts){ .version = 1 });
	record_description(&description, NULL, 0);
	for (size_t i = 0; i < COUNT(lengths); i++) {
		section_fill(&section, &common, &description);
		put_u32(section.description, lengths[i]);
		expect_none("length");
		cr_expect_not(frame_is_described(pc_at(0)));
	}
	section_fill(&section, &common, &description);
	put_u32(section.description, (uint32_t)description.size - 4 + 1);
	expect_none("one more than there is");
}

Test(frame_rule, lengths_of_common_entries)
{
	static const uint32_t lengths[] = { 0, 0xffffffff, 0xfffffffe, 0x80000000, 100000 };

	for (size_t i = 0; i < COUNT(lengths); i++) {
		fill(NULL, 0);
		put_u32(section.common, lengths[i]);
		expect_none("length");
	}
}

/* Where a description says that its common entry is. */
Test(frame_rule, pointers_to_common_entries)
{
	static const uint32_t outside[] = { 0x10000,    0x7fffffff, 0x80000000,
					    0xffffffff, 0xfffffff0, 0xfffff000 };

	for (size_t i = 0; i < COUNT(outside); i++) {
		fill(NULL, 0);
		put_u32(section.description + 4, outside[i]);
		expect_none("a common entry outside of the object");
	}
	fill(NULL, 0);
	put_u32(section.description + 4, 0);
	expect_none("a common entry itself");
	fill(NULL, 0);
	put_u32(section.description + 4, 4);
	expect_none("a description as its own common entry");
	fill(NULL, 0);
	put_u32(section.common + 4, 1);
	expect_none("a description as common entry");
}

Test(frame_rule, augmentation_data_of_descriptions)
{
	static const struct {
		struct octets data; /* with its length */
		struct expected expected;
	} rows[] = {
		{ OCTETS(0), AS_ENTERED },
		{ OCTETS(4, 0x0e, 16, 0x0e, 16), AS_ENTERED },
		{ OCTETS(3, 0x0e, 16, 0x0e, 0x0e, 16), { SP, 16, 0 } },
		{ OCTETS(5, 0x0e, 16, 0x0e, 16), { NONE, 0, 0 } },
		{ OCTETS(0x7f), { NONE, 0, 0 } },
		{ OCTETS(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1), { NONE, 0, 0 } },
		{ OCTETS(0x80), { NONE, 0, 0 } },
	};
	struct record common, description;

	record_common(&common, &(const struct common_parts){ .version = 1 });
	for (size_t i = 0; i < COUNT(rows); i++) {
		char name[16];

		record_description(&description, NULL, 0);
		description.size--; /* the length of no data */
		record_add(&description, rows[i].data.at, rows[i].data.size);
		record_end(&description);
		section_fill(&section, &common, &description);
		(void)snprintf(name, sizeof(name), "data %zu", i);
		expect(&rows[i].expected, 0, name);
	}
}

Test(frame_rule, bounds_of_functions)
{
	fill(NULL, 0);
	expect_as_entered("first byte");
	expect(&(const struct expected)AS_ENTERED, SECTION_CODE_SIZE - 1, "last byte");
	expect(&(const struct expected){ NONE, 0, 0 }, SECTION_CODE_SIZE, "behind");
	expect(&(const struct expected){ NONE, 0, 0 }, (uint64_t)-1, "before");
	cr_expect(frame_is_described(pc_at(0)));
	cr_expect(frame_is_described(pc_at(SECTION_CODE_SIZE - 1)));
	cr_expect_not(frame_is_described(pc_at(SECTION_CODE_SIZE)));
	cr_expect_not(frame_is_described(pc_at((uint64_t)-1)));
	put_u32(section.description + 12, 0);
	expect_none("of no bytes");
	cr_expect_not(frame_is_described(pc_at(0)));
}

/* Three entries of the table are of this function, or a void one before or behind. */
Test(frame_rule, table_is_searched)
{
	static const int32_t starts[][3] = { { 0, 300, 600 }, { -300, 0, 300 }, { -600, -300, 0 } };

	for (size_t i = 0; i < COUNT(starts); i++) {
		uint32_t ours;

		fill(NULL, 0);
		memcpy(&ours, section.header + 16, sizeof(ours));
		put_u32(section.header + 8, 3);
		for (size_t j = 0; j < 3; j++) {
			int32_t function = (int32_t)(section.code - section.header) + starts[i][j];

			put_u32(section.header + 12 + j * 8, (uint32_t)function);
			put_u32(section.header + 16 + j * 8, starts[i][j] == 0 ? ours : 0x7ffffff0);
		}
		expect_as_entered("found");
		expect(&(const struct expected)AS_ENTERED, SECTION_CODE_SIZE - 1, "found");
		expect(&(const struct expected){ NONE, 0, 0 }, 700, "not ours");
		cr_expect_not(frame_is_described(pc_at(700)));
	}
}

Test(frame_rule, hostile_tables)
{
	static const uint32_t counts[] = { 0xffffffff, 0x80000000, 0x20000000, 3000 };
	static const uint32_t outside[] = { 0x7fffffff, 0x80000000, 0xffffffff, 0xfffff000,
					    0x100000 };

	fill(NULL, 0);
	put_u32(section.header + 8, 0);
	expect_none("no entry");
	cr_expect_not(frame_is_described(pc_at(0)));
	for (size_t i = 0; i < COUNT(counts); i++) {
		fill(NULL, 0);
		put_u32(section.header + 8, counts[i]);
		expect_none("more entries than the object has room for");
		cr_expect_not(frame_is_described(pc_at(0)));
	}
	for (size_t i = 0; i < COUNT(outside); i++) {
		fill(NULL, 0);
		put_u32(section.header + 16, outside[i]);
		expect_none("a description outside of the object");
		cr_expect_not(frame_is_described(pc_at(0)));
	}
}

/* Another form than the linkers': there may be information, for who can read it. */
Test(frame_rule, other_headers)
{
	for (size_t i = 0; i < 4; i++)
		for (unsigned int value = 0; value < 256; value++) {
			fill(NULL, 0);
			if (section.header[i] == value)
				continue;
			section.header[i] = (uint8_t)value;
			expect_none("header");
			cr_expect(frame_is_described(pc_at(0)));
		}
}

/* The object ends within the header, or before its table's first entry does. */
Test(frame_rule, cut_headers)
{
	for (size_t size = 4; size < 20; size += 4) {
		fill(NULL, 0);
		memmove(section.end - size, section.header, size);
		world.header = section.end - size;
		expect_none("cut header");
	}
}

/* libc may tell the bounds of the code's segment only: all is outside of them, and read. */
Test(frame_rule, bounds_of_another_segment)
{
	fill((const uint8_t[]){ 0x0e, 16 }, 2);
	world.start = section.code;
	world.end = section.code + SECTION_PAGE;
	expect(&(const struct expected){ SP, 16, 0 }, 0, "another segment");
	cr_expect(frame_is_described(pc_at(0)));
}

Test(frame_rule, no_object)
{
	fill(NULL, 0);
	world.header = NULL;
	expect_none("no header");
	cr_expect_not(frame_is_described(pc_at(0)));
	world.start = NULL;
	expect_none("no object");
	cr_expect_not(frame_is_described(pc_at(0)));
}
