/* SPDX-License-Identifier: MIT */
/* Walks through code without call frame information: what is a call, and which chains lead on. */
#include "stack/frame_pointers.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "section.h"
#include "shim/state.h"
#include "world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DEPTH 16
#define FRAME_SIZE_MAX (UINT64_C(8) << 20)

static struct section section; /* its code page, without being an object's */
static uint64_t *stack;        /* in a page between two that are none */

/* What lies below the stack looks like return addresses: old frames do. */
#define WORDS_BELOW 16
#define STACK_WORDS (SECTION_PAGE / sizeof(uint64_t) - WORDS_BELOW)

/* Where the innermost frame is, and one behind a call for each other frame. */
#define AT_START 16
#define AT_CALLS 64

static uint64_t code_at(size_t offset)
{
	return (uintptr_t)section.code + offset;
}

/* An address behind a call, one of many. */
static uint64_t return_put(unsigned int number)
{
	size_t at = AT_CALLS + (size_t)number * 16;

#if defined(__x86_64__)
	section.code[at - 5] = 0xe8;
#else
	put_u32(section.code + at - 4, 0x94000000); /* bl */
#endif
	return code_at(at);
}

static void words_fill(int from, int to, uint64_t word)
{
	for (int i = from; i < to; i++)
		stack[i] = word;
}

static void setup(void)
{
	uint8_t *map = mmap(NULL, 3 * SECTION_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	cr_assert_neq(map, MAP_FAILED);
	cr_assert_eq(mprotect(map + SECTION_PAGE, SECTION_PAGE, PROT_READ | PROT_WRITE), 0);
	stack = (uint64_t *)(map + SECTION_PAGE) + WORDS_BELOW;
	section_map(&section);
	memset(section.code, 0x90, SECTION_PAGE);
	words_fill(-WORDS_BELOW, 0, return_put(99));
	world_init(NULL);
	chain_forget();
}

TestSuite(frame_pointers, .init = setup);

static uint64_t stack_at(size_t word)
{
	return (uintptr_t)(stack + word);
}

/* The frame that the walk has come to: at the stack's lowest word. */
static struct walk_start start_with(uint64_t frame_pointer)
{
	return (struct walk_start){ .pc = code_at(AT_START),
				    .stack_pointer = stack_at(0),
				    .frame_pointer = frame_pointer };
}

/* Frames that a walk adds; those before stay. */
static unsigned int walk(const struct walk_start *at, uint64_t *ret_pcs, unsigned int max)
{
	uint64_t pcs[DEPTH + 2] = { 1, at->pc };
	struct chain_result result = chain_continue(at, pcs, 2, max + 2);

	cr_expect_eq(pcs[0], 1);
	cr_expect_eq(pcs[1], at->pc);
	cr_expect_geq(result.depth, 2);
	memcpy(ret_pcs, pcs + 2, max * sizeof(*pcs));
	return result.depth - 2;
}

static void frame_put(size_t word, uint64_t frame_pointer, uint64_t pc)
{
	stack[word] = frame_pointer;
	stack[word + 1] = pc;
}

static void expect_depth(uint64_t frame_pointer, unsigned int depth, const char *what)
{
	struct walk_start at = start_with(frame_pointer);
	uint64_t pcs[DEPTH];
	unsigned int found = walk(&at, pcs, DEPTH);

	cr_expect_eq(found, depth, "%s: %u frames", what, found);
}

/* Is the end of these bytes taken for a call, by a frame that returns there? */
static bool is_call(const uint8_t *bytes, size_t size)
{
	struct walk_start at = start_with(stack_at(2));
	uint64_t pcs[DEPTH];

	memset(section.code + 512, 0x90, 64);
	memcpy(section.code + 544 - size, bytes, size);
	frame_put(2, 0, code_at(544));
	return walk(&at, pcs, DEPTH) == 1;
}

/* clang-format off */

/* Instructions of aarch64. */
#define BYTES_OF(word) (word) & 0xff, (word) >> 8 & 0xff, (word) >> 16 & 0xff, (uint32_t)(word) >> 24
#define WORD(word) OCTETS(BYTES_OF(word))
#define WORDS(one, other) OCTETS(BYTES_OF(one), BYTES_OF(other))

static const struct {
	const char *assembly;
	struct octets bytes;
	bool is_call;
} forms[] = {
#if defined(__x86_64__)
	{ "call rel32", OCTETS(0xe8, 1, 2, 3, 4), true },
	{ "call *%rax", OCTETS(0xff, 0xd0), true },
	{ "call *%rdi", OCTETS(0xff, 0xd7), true },
	{ "call *%r12", OCTETS(0x41, 0xff, 0xd4), true },
	{ "notrack call *%rdx", OCTETS(0x3e, 0xff, 0xd2), true },
	{ "call *(%rax)", OCTETS(0xff, 0x10), true },
	{ "call *(%rsp)", OCTETS(0xff, 0x14, 0x24), true },
	{ "call *(%r12)", OCTETS(0x41, 0xff, 0x14, 0x24), true },
	{ "call *(%rax,%rcx,8)", OCTETS(0xff, 0x14, 0xc8), true },
	{ "call *8(%rbp)", OCTETS(0xff, 0x55, 8), true },
	{ "call *8(%rsp)", OCTETS(0xff, 0x54, 0x24, 8), true },
	{ "call *0x100(%rbx)", OCTETS(0xff, 0x93, 0, 1, 0, 0), true },
	{ "call *0x100(%rsp)", OCTETS(0xff, 0x94, 0x24, 0, 1, 0, 0), true },
	{ "call *0x100(%r13,%r9,4)", OCTETS(0x43, 0xff, 0x94, 0x8d, 0, 1, 0, 0), true },
	{ "call *0x100(%rip)", OCTETS(0xff, 0x15, 0, 1, 0, 0), true },
	{ "call *0x100(,%rcx,8)", OCTETS(0xff, 0x14, 0xcd, 0, 1, 0, 0), true },
	{ "call *%fs:0x10", OCTETS(0x64, 0xff, 0x14, 0x25, 0x10, 0, 0, 0), true },
	{ "nop", OCTETS(0x90), false },
	{ "jmp rel32", OCTETS(0xe9, 1, 2, 3, 4), false },
	{ "jmp rel8", OCTETS(0xeb, 1), false },
	{ "jmp *%rax", OCTETS(0xff, 0xe0), false },
	{ "jmp *0x100(%rip)", OCTETS(0xff, 0x25, 0, 1, 0, 0), false },
	{ "push (%rax)", OCTETS(0xff, 0x30), false },
	{ "inc %eax", OCTETS(0xff, 0xc0), false },
	{ "lcall *(%rax)", OCTETS(0xff, 0x18), false },
	{ "syscall", OCTETS(0x0f, 0x05), false },
	{ "int $0x80", OCTETS(0xcd, 0x80), false },
	{ "ret", OCTETS(0xc3), false },
	{ "add %al, (%rax)", OCTETS(0, 0, 0, 0, 0, 0, 0), false },
	{ "call rel32; nop", OCTETS(0xe8, 1, 2, 3, 4, 0x90), false },
	{ "call rel32, one byte short", OCTETS(0xe8, 1, 2, 3), false },
	{ "call *%rax; nop", OCTETS(0xff, 0xd0, 0x90), false },
	{ "call *8(%rbp), one byte short", OCTETS(0xff, 0x55), false },
	{ "call *8(%rsp), one byte short", OCTETS(0xff, 0x54, 0x24), false },
	{ "call *0x100(%rip), one byte short", OCTETS(0xff, 0x15, 0, 1, 0), false },
#else
	{ "bl .", WORD(0x94000000), true },
	{ "bl .-4", WORD(0x97ffffff), true },
	{ "blr x0", WORD(0xd63f0000), true },
	{ "blr x30", WORD(0xd63f03c0), true },
	{ "blraa x3, x4", WORD(0xd73f0864), true },
	{ "blrab x3, sp", WORD(0xd73f0c7f), true },
	{ "blraaz x3", WORD(0xd63f087f), true },
	{ "blrabz x3", WORD(0xd63f0c7f), true },
	{ "b .", WORD(0x14000000), false },
	{ "b.eq .", WORD(0x54000000), false },
	{ "br x0", WORD(0xd61f0000), false },
	{ "braa x3, x4", WORD(0xd71f0864), false },
	{ "ret", WORD(0xd65f03c0), false },
	{ "retaa", WORD(0xd65f0bff), false },
	{ "eret", WORD(0xd69f03e0), false },
	{ "svc #0", WORD(0xd4000001), false },
	{ "nop", WORD(0xd503201f), false },
	{ "nothing", WORD(0), false },
	{ "bl . and two bytes", OCTETS(0, 0, 0, 0x94, 0x1f, 0x20), false },
#endif
};

/* clang-format on */

Test(frame_pointers, forms_of_calls)
{
	for (size_t i = 0; i < COUNT(forms); i++)
		cr_expect_eq(is_call(forms[i].bytes.at, forms[i].bytes.size), forms[i].is_call,
			     "%s", forms[i].assembly);
}

#if defined(__x86_64__)

/* Bytes behind ModRM and SIB (Intel SDM volume 2, tables 2-2 and 2-3). */
static size_t displacement_size(uint8_t modrm, uint8_t sib)
{
	static const uint8_t by_mode[] = { 0, 1, 4, 0 };
	unsigned int mode = modrm >> 6, rm = modrm & 7;

	if (mode == 0 && (rm == 5 || (rm == 4 && (sib & 7) == 5)))
		return 4;
	return by_mode[mode];
}

/* Each ModRM with each SIB: /2 is a call of just this length, each other one is none. */
Test(frame_pointers, every_indirect_form)
{
	for (unsigned int modrm = 0; modrm < 256; modrm++) {
		bool has_sib = modrm >> 6 != 3 && (modrm & 7) == 4;
		bool is_due = (modrm >> 3 & 7) == 2;

		for (unsigned int sib = 0; sib < (has_sib ? 256 : 1); sib++) {
			uint8_t bytes[8] = { 0xff, (uint8_t)modrm, (uint8_t)sib };
			size_t size = 2 + has_sib;

			size += displacement_size((uint8_t)modrm, (uint8_t)sib);
			/* "call rel32" by chance: 0xe8 five bytes before the end. */
			if (sib == 0xe8 && size == 7)
				continue;
			cr_expect_eq(is_call(bytes, size), is_due, "ff %02x %02x", modrm, sib);
			cr_expect_not(is_call(bytes, size + 1), "ff %02x %02x and one", modrm, sib);
		}
	}
}

/* A call whose last bytes only can be read: what is before the page is taken for zeros. */
Test(frame_pointers, calls_at_the_start_of_readable_memory)
{
	static const uint8_t by_register[] = { 0xff, 0xd0 };

	memcpy(section.map, by_register, sizeof(by_register));
	section.code = section.map + 2 * SECTION_PAGE; /* before it is a page that is none */
	memcpy(section.code, by_register, sizeof(by_register));
	frame_put(2, 0, code_at(2));
	expect_depth(stack_at(2), 1, "two bytes");
	frame_put(2, 0, code_at(1));
	expect_depth(stack_at(2), 0, "one byte");
	frame_put(2, 0, code_at(0));
	expect_depth(stack_at(2), 0, "no byte");
	frame_put(2, 0, 6);
	expect_depth(stack_at(2), 0, "before any code");
	frame_put(2, 0, 0);
	expect_depth(stack_at(2), 0, "nothing");
	frame_put(2, 0, (uintptr_t)section.map + SECTION_PAGE + 100);
	expect_depth(stack_at(2), 0, "unreadable code");
	frame_put(2, 0, UINT64_MAX);
	expect_depth(stack_at(2), 0, "the last address");
}

#else

/* A call whose last bytes only can be read. */
Test(frame_pointers, calls_at_the_start_of_readable_memory)
{
	section.code = section.map + 2 * SECTION_PAGE; /* before it is a page that is none */
	put_u32(section.code, 0x94000000);
	frame_put(2, 0, code_at(4));
	expect_depth(stack_at(2), 1, "four bytes");
	for (size_t i = 0; i < 4; i++) {
		frame_put(2, 0, code_at(i));
		expect_depth(stack_at(2), 0, "less");
	}
	frame_put(2, 0, 3);
	expect_depth(stack_at(2), 0, "before any code");
	frame_put(2, 0, 0);
	expect_depth(stack_at(2), 0, "nothing");
	frame_put(2, 0, (uintptr_t)section.map + SECTION_PAGE + 100);
	expect_depth(stack_at(2), 0, "unreadable code");
	frame_put(2, 0, UINT64_C(1) << 55);
	expect_depth(stack_at(2), 0, "no address of a program");
}

/* The code of pointer authentication is taken off. */
Test(frame_pointers, signed_return_addresses)
{
	struct walk_start at = start_with(stack_at(2));
	uint64_t pc = return_put(0), pcs[DEPTH];
	register uint64_t x17 __asm__("x17") = pc;
	register uint64_t x16 __asm__("x16") = stack_at(4);

	__asm__("hint #8" : "+r"(x17) : "r"(x16)); /* pacia1716 */
	frame_put(2, 0, x17);
	cr_expect_eq(walk(&at, pcs, DEPTH), 1);
	cr_expect_eq(pcs[0], pc);
}

/* What a handler returns to is left by unwinders, and by nothing here: its record leads too far. */
Test(frame_pointers, returns_from_handlers)
{
	struct walk_start at = start_with(stack_at(2));
	uint64_t pcs[DEPTH];

	frame_put(2, stack_at(8), code_at(512)); /* behind a call, as if a handler had been called */
	put_u32(section.code + 508, 0x94000000);
	put_u32(section.code + 512, 0xd2801168); /* mov x8, #139 */
	frame_put(8, 0, return_put(0));
	cr_expect_eq(walk(&at, pcs, DEPTH), 2, "no return yet");
	put_u32(section.code + 516, 0xd4000001); /* svc #0 */
	cr_expect_eq(walk(&at, pcs, DEPTH), 1);
	cr_expect(chain_is_described(code_at(512)));
	atomic_store(&shim.has_filter, true);
	cr_expect_not(chain_is_described(code_at(512)), "no memory can be asked about");
}

/*
 * Behind a step by the frame record the stack pointer is not known. A rule that needs it
 * is followed where the caller has a record of its own, which the frame pointer is at.
 */
Test(frame_pointers, rules_behind_a_record)
{
	static const struct {
		struct octets program;
		unsigned int depth;
	} rows[] = {
		/* x29 at CFA - 32, x30 at CFA - 24; the record is the word 8, so the CFA is the
		   word 12 */
		{ OCTETS(0x0e, 48, 0x80 | DWARF_FP, 4, 0x80 | DWARF_RA, 3), 3 },
		{ OCTETS(0x0c, DWARF_FP, 32, 0x80 | DWARF_FP, 4, 0x80 | DWARF_RA, 3),
		  3 },                                                           /* by x29 */
		{ OCTETS(0x0e, 48, 0x80 | DWARF_FP, 4, 0x80 | DWARF_RA, 2), 1 }, /* no record */
		{ OCTETS(0x0e, 48, 0x80 | DWARF_RA, 3), 1 }, /* x29 is not kept */
	};
	struct walk_start at = start_with(stack_at(2));
	uint64_t pcs[DEPTH];

	world_init(&section);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct record common, description;

		at.pc = (uintptr_t)section.header; /* of the object, and not described */
		chain_forget();
		words_fill(0, 32, 0);
		record_common(&common, &(const struct common_parts){ .version = 1 });
		record_description(&description, rows[i].program.at, rows[i].program.size);
		section_fill(&section, &common, &description);
		put_u32(section.description + 12, AT_CALLS + 8); /* the other callers are not */
		frame_put(2, stack_at(8), return_put(0));        /* the caller that is described */
		frame_put(8, stack_at(20), return_put(1));
		frame_put(20, 0, return_put(2));
		cr_expect_eq(walk(&at, pcs, DEPTH), rows[i].depth, "row %zu", i);
	}
}

#endif

Test(frame_pointers, good_chain)
{
	struct walk_start at = start_with(stack_at(2));
	uint64_t pcs[DEPTH];

	for (unsigned int i = 0; i < 10; i++)
		frame_put(2 + (size_t)i * 4, i < 9 ? stack_at(6 + (size_t)i * 4) : 0,
			  return_put(i));
	cr_expect_eq(walk(&at, pcs, DEPTH), 10);
	for (unsigned int i = 0; i < 10; i++)
		cr_expect_eq(pcs[i], return_put(i));
}

/* No more than there is room for, and told so only where there would be more. */
Test(frame_pointers, truncated_chain)
{
	struct walk_start at = start_with(stack_at(2));
	uint64_t pcs[DEPTH] = { at.pc };
	struct chain_result result;

	for (unsigned int i = 0; i < 5; i++)
		frame_put(2 + (size_t)i * 4, i < 4 ? stack_at(6 + (size_t)i * 4) : 0,
			  return_put(i));
	for (unsigned int max = 1; max <= 7; max++) {
		memset(pcs + 1, 0, sizeof(pcs) - sizeof(pcs[0]));
		result = chain_continue(&at, pcs, 1, max);
		cr_expect_eq(result.depth, max < 6 ? max : 6);
		cr_expect_eq(result.is_truncated, max < 6);
		cr_expect_eq(pcs[max], 0, "written beyond %u", max);
	}
}

/* A walk always goes up, so that none is endless. */
Test(frame_pointers, chains_that_lead_nowhere)
{
	frame_put(2, stack_at(2), return_put(0));
	expect_depth(stack_at(2), 1, "a frame that is its own caller");
	frame_put(2, stack_at(6), return_put(0));
	frame_put(6, stack_at(2), return_put(1));
	expect_depth(stack_at(2), 2, "two that call each other");
	frame_put(6, stack_at(1), return_put(1));
	expect_depth(stack_at(2), 2, "down");
	frame_put(6, stack_at(6) + 8, return_put(1));
	expect_depth(stack_at(2), 2, "into the frame itself");
	frame_put(6, stack_at(10) + 4, return_put(1));
	expect_depth(stack_at(2), 2, "misaligned");
	frame_put(6, stack_at(STACK_WORDS) + 16, return_put(1));
	expect_depth(stack_at(2), 2, "unreadable");
	frame_put(6, stack_at(STACK_WORDS - 1), return_put(1));
	expect_depth(stack_at(2), 2, "half readable");
	frame_put(6, UINT64_MAX - 7, return_put(1));
	expect_depth(stack_at(2), 2, "the last word there is");
	frame_put(6, UINT64_C(1) << 63, return_put(1));
	expect_depth(stack_at(2), 2, "no address of a program");
	frame_put(6, stack_at(10), return_put(1));
	frame_put(10, 0, code_at(2000));
	expect_depth(stack_at(2), 2, "behind no call");
	stack[0] = return_put(0);
	expect_depth(stack_at(0) - 8, 0, "half below the stack");
	expect_depth(stack_at(0) - 16, 0, "below the stack");
	expect_depth(0, 0, "no frame pointer");
	expect_depth(stack_at(2) + 1, 0, "misaligned at once");
	expect_depth(stack_at(STACK_WORDS), 0, "unreadable at once");
}

/* Frames are not as large as the limit; what seems to be one is on another stack. */
Test(frame_pointers, size_of_a_frame)
{
	uint8_t *map = mmap(NULL, FRAME_SIZE_MAX + SECTION_PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint64_t *top;

	cr_assert_neq(map, MAP_FAILED);
	stack = (uint64_t *)map;
	top = (uint64_t *)(map + FRAME_SIZE_MAX);
	top[-2] = top[0] = 0;
	top[-1] = top[1] = return_put(0);
	expect_depth((uintptr_t)(top - 2), 1, "just the limit");
	expect_depth((uintptr_t)top, 0, "more");
}

/* Behind the call the frame is given back: its size is in the instructions. */
Test(frame_pointers, small_frames)
{
	static const struct {
		const char *assembly;
		struct octets bytes;
		unsigned int words; /* on the stack below the return address */
	} rows[] = {
#if defined(__x86_64__)
		{ "add $8, %rsp; ret", OCTETS(0x48, 0x83, 0xc4, 8, 0xc3), 1 },
		{ "add $0x78, %rsp; ret", OCTETS(0x48, 0x83, 0xc4, 0x78, 0xc3), 15 },
		{ "pop %rbp; ret", OCTETS(0x5d, 0xc3), 1 },
#else
		{ "ldr x30, [sp], #16; ret", WORDS(0xf84107fe, 0xd65f03c0), 0 },
		{ "ldr x30, [sp], #240; ret", WORDS(0xf84f07fe, 0xd65f03c0), 0 },
		{ "ldp x29, x30, [sp], #16; ret", WORDS(0xa8c17bfd, 0xd65f03c0), 1 },
		{ "ldp x29, x30, [sp], #496; ret", WORDS(0xa8df7bfd, 0xd65f03c0), 1 },
		{ "ldp x29, x30, [sp], #16; retaa", WORDS(0xa8c17bfd, 0xd65f0bff), 1 },
#endif
	};
	static const struct octets others[] = {
#if defined(__x86_64__)
		OCTETS(0x48, 0x83, 0xc4, 0x80, 0xc3), /* add $-0x80 */
		OCTETS(0x48, 0x83, 0xec, 8, 0xc3),    /* sub */
		OCTETS(0x48, 0x83, 0xc4, 8, 0x90),    /* no ret */
		OCTETS(0x5b, 0xc3),                   /* pop %rbx */
		OCTETS(0x5d, 0x90),
#else
		WORDS(0xf85f07fe, 0xd65f03c0), /* ldr x30, [sp], #-16 */
		WORDS(0xa8ff7bfd, 0xd65f03c0), /* ldp x29, x30, [sp], #-16 */
		WORDS(0xa8c14ff4, 0xd65f03c0), /* ldp x20, x19, [sp], #16 */
		WORDS(0xf84107fd, 0xd65f03c0), /* ldr x29, [sp], #16 */
		WORDS(0xa8c17bfd, 0xd503201f), /* no ret */
#endif
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		words_fill(0, 32, 0);
		stack[rows[i].words] = return_put(0);
		memcpy(section.code + AT_START, rows[i].bytes.at, rows[i].bytes.size);
		expect_depth(0, 1, rows[i].assembly);
	}
	for (size_t i = 0; i < COUNT(others); i++) {
		words_fill(0, 32, return_put(0));
		memcpy(section.code + AT_START, others[i].at, others[i].size);
		expect_depth(0, 0, "another end");
	}
}

/* The frame pointer that is popped leads on from the caller. */
Test(frame_pointers, popped_frame_pointer)
{
	static const struct octets code =
#if defined(__x86_64__)
		OCTETS(0x5d, 0xc3); /* pop %rbp; ret */
#else
		WORDS(0xa8c17bfd, 0xd65f03c0); /* ldp x29, x30, [sp], #16; ret */
#endif

	memcpy(section.code + AT_START, code.at, code.size);
	frame_put(0, stack_at(4), return_put(0));
	frame_put(4, 0, return_put(1));
	expect_depth(0, 2, "popped");
}

/* A frame that is described is left by its rule, or not at all. */
Test(frame_pointers, described_frames)
{
	static const struct {
		struct octets program;
		unsigned int depth;
	} rows[] = {
		{ OCTETS(0x0e, 32, 0x80 | DWARF_FP, 2), 2 }, /* at CFA - 16, the word 2 */
		{ OCTETS(0x0e, 32), 1 },                     /* and stays what it was: below */
		{ OCTETS(0x0c, DWARF_FP, 24), 1 },           /* CFA by it, the same word */
		{ OCTETS(0x07, DWARF_RA), 0 },               /* outermost */
		{ OCTETS(0x0c, 3, 32), 0 },                  /* not simple */
		{ OCTETS(0x0e, 0), 0 },                      /* not up */
		{ OCTETS(0x0e, 33), 0 },                     /* misaligned */
	};
	struct walk_start at = start_with(stack_at(1));
	uint64_t pcs[DEPTH];

	world_init(&section);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct record common, description;

		record_common(&common, &(const struct common_parts){ .version = 1 });
		record_description(&description, rows[i].program.at, rows[i].program.size);
		section_fill(&section, &common, &description);
		put_u32(section.description + 12, AT_START + 8); /* the callers are not described */
		frame_put(2, stack_at(8), return_put(0));
		frame_put(8, 0, return_put(1));
		cr_expect_eq(walk(&at, pcs, DEPTH), rows[i].depth, "row %zu", i);
	}
}

/* After a seccomp filter no memory can be asked about: the walk ends, the same each time. */
Test(frame_pointers, no_walk_behind_a_filter)
{
	struct walk_start at = start_with(stack_at(2));
	uint64_t pcs[DEPTH] = { at.pc };
	struct chain_result result;

	frame_put(2, 0, return_put(0));
	atomic_store(&shim.has_filter, true);
	result = chain_continue(&at, pcs, 1, DEPTH);
	cr_expect_eq(result.depth, 1);
	cr_expect(result.is_settled);
	atomic_store(&shim.has_filter, false);
	result = chain_continue(&at, pcs, 1, DEPTH);
	cr_expect_eq(result.depth, 2);
	cr_expect_not(result.is_settled);
}

/* Code of an object that led nowhere once is not tried again; what is no object's is. */
Test(frame_pointers, dead_ends)
{
	static const uint8_t code[] = { 0x90, 0x90, 0x90, 0x90, 0x90, 0x90 }; /* in this program */
	struct walk_start at = { (uintptr_t)code + 1, stack_at(0), 0 };
	uint64_t pcs[DEPTH];

	cr_expect_eq(walk(&at, pcs, DEPTH), 0);
	cr_expect(chain_ends_at(at.pc));
	at.frame_pointer = stack_at(2);
	frame_put(2, 0, return_put(0));
	cr_expect_eq(walk(&at, pcs, DEPTH), 0);
	chain_forget();
	cr_expect_not(chain_ends_at(at.pc));
	cr_expect_eq(walk(&at, pcs, DEPTH), 1);
	cr_expect_not(chain_ends_at(at.pc));
	expect_depth(0, 0, "no object's");
	cr_expect_not(chain_ends_at(code_at(AT_START)));
}

/* An interrupted frame's counter is the first instruction of a function: looked up as it is. */
Test(frame_pointers, described_counters)
{
	struct record common, description;

	world_init(&section);
	record_common(&common, &(const struct common_parts){ .version = 1 });
	record_description(&description, NULL, 0);
	section_fill(&section, &common, &description);
	cr_expect(chain_is_described(code_at(0)));
	cr_expect(chain_is_described(code_at(SECTION_CODE_SIZE)));
	cr_expect_not(chain_is_described(code_at(SECTION_CODE_SIZE + 1)));
	world_init(NULL);
	cr_expect_not(chain_is_described(code_at(0)), "not kept by a short process");
	world_init(&section);
	atomic_store(&shim.walks, SHORT_WALKS);
	cr_expect(chain_is_described(code_at(0)));
	world.start = NULL;
	cr_expect(chain_is_described(code_at(0)), "kept by one that walks much");
	chain_forget();
	cr_expect_not(chain_is_described(code_at(0)));
}

/* Where an unwinder was at work: what is described stays, behind it nothing is believed. */
Test(frame_pointers, settled_walks)
{
	struct record common, description;
	uint64_t pcs[] = { code_at(1), code_at(2), code_at(1000), code_at(3) };
	struct chain_result result;

	world_init(&section);
	record_common(&common, &(const struct common_parts){ .version = 1 });
	record_description(&description, NULL, 0);
	section_fill(&section, &common, &description);
	result = chain_settle(pcs, 2, 4);
	cr_expect_eq(result.depth, 2);
	cr_expect(result.is_settled);
	result = chain_settle(pcs, 4, 4); /* the unwinder here ends elsewhere */
	cr_expect_eq(result.depth, 3);
	cr_expect_not(result.is_settled);
	atomic_store(&shim.has_filter, true);
	result = chain_settle(pcs, 4, 4);
	cr_expect_eq(result.depth, 3);
	cr_expect(result.is_settled);
}
