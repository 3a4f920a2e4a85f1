/* SPDX-License-Identifier: MIT */
/*
 * A reader of .eh_frame (Linux Standard Base 5, "Exception Frames"; DWARF 5,
 * section 6.4) for the forms that compilers and linkers make on x86-64.
 * Everything else is answered with "not simple".
 */
#include "stack/frame_rule.h"

#include <string.h>

#include "libc/objects.h"
#include "shim/names.h"

#if defined(__x86_64__)

/* DWARF register numbers (System V ABI, AMD64 supplement, figure 3.36). */
enum { DWARF_RBP = 6, DWARF_RSP = 7, DWARF_RA = 16 };

/* Pointer encodings (LSB 5, "DWARF Exception Header Encoding"). */
enum { PE_UDATA4 = 0x03, PE_PCREL_SDATA4 = 0x1b, PE_DATAREL_SDATA4 = 0x3b };

#define STATES_MAX 4 /* DW_CFA_remember_state does not nest deeper in practice */

struct bytes {
	const uint8_t *at, *end;
	bool is_bad; /* more was read than there is, or a number of more than 64 bits */
};

static size_t bytes_left(const struct bytes *bytes)
{
	return (size_t)(bytes->end - bytes->at);
}

static void bytes_fail(struct bytes *bytes)
{
	bytes->is_bad = true;
	bytes->at = bytes->end;
}

static uint8_t read_u8(struct bytes *bytes)
{
	if (bytes->at < bytes->end)
		return *bytes->at++;
	bytes_fail(bytes);
	return 0;
}

static uint32_t read_u32(struct bytes *bytes)
{
	uint32_t value = 0;

	if (bytes_left(bytes) < sizeof(value)) {
		bytes_fail(bytes);
		return 0;
	}
	memcpy(&value, bytes->at, sizeof(value));
	bytes->at += sizeof(value);
	return value;
}

static uint16_t read_u16(struct bytes *bytes)
{
	uint16_t low = read_u8(bytes);

	return (uint16_t)(low | read_u8(bytes) << 8);
}

static uint64_t read_uleb(struct bytes *bytes)
{
	uint64_t value = 0;
	uint8_t byte;

	for (unsigned int shift = 0; shift < 64; shift += 7) {
		byte = read_u8(bytes);
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	bytes_fail(bytes);
	return value;
}

static int64_t read_sleb(struct bytes *bytes)
{
	uint64_t value = 0;
	unsigned int shift = 0;
	uint8_t byte;

	do {
		byte = read_u8(bytes);
		value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80 && shift < 64);
	if (byte & 0x80)
		bytes_fail(bytes);
	if (byte & 0x40 && shift < 64)
		value |= ~UINT64_C(0) << shift;
	return (int64_t)value;
}

/*
 * What an object's information may lie in: the object, as far as libc tells it. Of
 * one with gaps between its segments it tells the one with the code; then all may.
 */
struct bounds {
	uintptr_t start, end;
};

static struct bounds bounds_of(const struct dl_find_object *object)
{
	struct bounds bounds = { (uintptr_t)object->dlfo_map_start,
				 (uintptr_t)object->dlfo_map_end };
	uintptr_t header = (uintptr_t)object->dlfo_eh_frame;

	if (header < bounds.start || header >= bounds.end)
		return (struct bounds){ 0, UINTPTR_MAX };
	return bounds;
}

/* Bytes from an address on that may be read. */
static uintptr_t bounds_left(const struct bounds *bounds, uintptr_t at)
{
	return at >= bounds->start && at < bounds->end ? bounds->end - at : 0;
}

/* Entry of the search table in .eh_frame_hdr; both relative to its start. */
struct table_entry {
	int32_t function;
	int32_t description;
};

#define HEADER_SIZE 12 /* before the table */

static bool header_is_known(const uint8_t *header)
{
	return header[0] == 1 && header[1] == PE_PCREL_SDATA4 && header[2] == PE_UDATA4 &&
	       header[3] == PE_DATAREL_SDATA4;
}

/* The frame description entry of a function, by the binary search table of .eh_frame_hdr; or 0. */
static uintptr_t description_find(uint64_t pc, const uint8_t *header, const struct bounds *bounds)
{
	uint32_t count, low = 0, high;
	const struct table_entry *table = (const void *)(header + HEADER_SIZE);
	int64_t target = (int64_t)(pc - (uintptr_t)header);
	uintptr_t left = bounds_left(bounds, (uintptr_t)header);

	if (left < HEADER_SIZE || !header_is_known(header))
		return 0;
	memcpy(&count, header + 8, sizeof(count));
	if (count > (left - HEADER_SIZE) / sizeof(*table))
		return 0;
	high = count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (table[middle].function <= target)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? (uintptr_t)header + (uintptr_t)(intptr_t)table[low - 1].description : 0;
}

/* Body of a record of .eh_frame, behind its length. */
static bool record_open(uintptr_t record, const struct bounds *bounds, struct bytes *ret_bytes)
{
	uintptr_t left = bounds_left(bounds, record);
	const uint8_t *body = (const uint8_t *)record + 4;
	uint32_t length;

	if (left < sizeof(length))
		return false;
	memcpy(&length, (const void *)record, sizeof(length));
	if (length == 0 || length == UINT32_MAX || length > left - 4)
		return false; /* UINT32_MAX: 64-bit format */
	*ret_bytes = (struct bytes){ .at = body, .end = body + length };
	return true;
}

/* What all functions of one common information entry share. */
struct common {
	uint64_t code_align;
	int64_t data_align;
	struct bytes program;
};

/* The augmentation: only what is understood to the last letter, and no signal frame ("S"). */
static bool augmentation_read(const char *letters, struct bytes *data)
{
	bool is_relative = false; /* else functions' starts are whole addresses */

	for (; *letters; letters++) {
		uint8_t encoding = read_u8(data);

		if (*letters == 'R' && encoding == PE_PCREL_SDATA4) {
			is_relative = true;
			continue;
		}
		if (*letters == 'L')
			continue; /* how each description names its exception table */
		if (*letters != 'P' || ((encoding & 0x0f) != 0x0b && (encoding & 0x0f) != 0x03))
			return false;
		(void)read_u32(data); /* the personality routine, in 4 bytes */
	}
	return is_relative && !data->is_bad;
}

static bool common_read(uintptr_t record, const struct bounds *bounds, struct common *ret_common)
{
	struct bytes bytes, data;
	const char *letters;
	uint8_t version;
	uint64_t size;

	if (!record_open(record, bounds, &bytes) || read_u32(&bytes) != 0)
		return false;
	version = read_u8(&bytes);
	if (version != 1 && version != 3)
		return false;
	letters = (const char *)bytes.at;
	while (read_u8(&bytes) != 0) /* strlen() would be libc's, on a page of its own */
		;
	ret_common->code_align = read_uleb(&bytes);
	ret_common->data_align = read_sleb(&bytes);
	if ((version == 1 ? read_u8(&bytes) : read_uleb(&bytes)) != DWARF_RA || *letters != 'z')
		return false;
	size = read_uleb(&bytes);
	if (bytes.is_bad || size > bytes_left(&bytes))
		return false;
	data = (struct bytes){ .at = bytes.at, .end = bytes.at + size };
	ret_common->program = (struct bytes){ .at = data.end, .end = bytes.end };
	return augmentation_read(letters + 1, &data);
}

/* The row of the table that the instructions build up. */
struct row {
	struct frame_rule rule;
	bool is_simple, has_cfa, has_return;
};

struct machine {
	const struct common *common;
	struct row row, initial, saved[STATES_MAX];
	unsigned int saved_count;
	uint64_t location, target;
};

static void row_define_cfa(struct row *row, uint64_t reg, int64_t offset)
{
	row->has_cfa = true;
	row->is_simple &= reg == DWARF_RSP || reg == DWARF_RBP;
	row->rule.is_from_frame_pointer = reg == DWARF_RBP;
	row->rule.cfa_offset = offset;
}

static void row_save(struct row *row, uint64_t reg, int64_t offset)
{
	if (reg == DWARF_RBP) {
		row->rule.saves_frame_pointer = true;
		row->rule.saved_offset = offset;
	}
	if (reg == DWARF_RA) {
		row->has_return = true;
		row->rule.is_outermost = false;
		row->is_simple &= offset == -8;
	}
	if (reg == DWARF_RSP) /* the caller's is not the CFA */
		row->is_simple = false;
}

static void row_restore(struct machine *machine, uint64_t reg)
{
	if (reg == DWARF_RBP) {
		machine->row.rule.saves_frame_pointer = machine->initial.rule.saves_frame_pointer;
		machine->row.rule.saved_offset = machine->initial.rule.saved_offset;
	}
	if (reg == DWARF_RA) {
		machine->row.has_return = machine->initial.has_return;
		machine->row.rule.is_outermost = machine->initial.rule.is_outermost;
	}
}

/* A register kept in a way that is not followed here: harmless unless it is one of ours. */
static void row_lose(struct row *row, uint64_t reg)
{
	if (reg == DWARF_RBP || reg == DWARF_RSP || reg == DWARF_RA)
		row->is_simple = false;
}

static void row_undefine(struct row *row, uint64_t reg)
{
	if (reg == DWARF_RA)
		row->rule.is_outermost = true;
	else
		row_lose(row, reg);
}

static void state_push_or_pop(struct machine *machine, bool is_push)
{
	if (is_push ? machine->saved_count == STATES_MAX : machine->saved_count == 0)
		machine->row.is_simple = false;
	else if (is_push)
		machine->saved[machine->saved_count++] = machine->row;
	else
		machine->row = machine->saved[--machine->saved_count];
}

static void expression_skip(struct bytes *bytes)
{
	uint64_t length = read_uleb(bytes);

	if (length <= bytes_left(bytes))
		bytes->at += length;
	else
		bytes_fail(bytes);
}

/* Instructions with a whole byte of code (DWARF 5, section 7.24). Returns false for unknown ones. */
static bool instruction_run(struct machine *machine, uint8_t code, struct bytes *bytes)
{
	struct row *row = &machine->row;
	uint64_t scale = (uint64_t)machine->common->data_align;
	uint64_t reg;

	switch (code) {
	case 0x00: /* nop */
		return true;
	case 0x02: /* advance_loc1 */
		machine->location += read_u8(bytes) * machine->common->code_align;
		return true;
	case 0x03:
		machine->location += read_u16(bytes) * machine->common->code_align;
		return true;
	case 0x04:
		machine->location += read_u32(bytes) * machine->common->code_align;
		return true;
	case 0x05: /* offset_extended */
		reg = read_uleb(bytes);
		row_save(row, reg, (int64_t)(read_uleb(bytes) * scale));
		return true;
	case 0x06: /* restore_extended */
		row_restore(machine, read_uleb(bytes));
		return true;
	case 0x07: /* undefined */
		row_undefine(row, read_uleb(bytes));
		return true;
	case 0x08: /* same_value */
		row_lose(row, read_uleb(bytes));
		return true;
	case 0x09: /* register */
		row_lose(row, read_uleb(bytes));
		(void)read_uleb(bytes); /* the register it is in */
		return true;
	case 0x0a: /* remember_state */
	case 0x0b: /* restore_state */
		state_push_or_pop(machine, code == 0x0a);
		return true;
	case 0x0c: /* def_cfa */
		reg = read_uleb(bytes);
		row_define_cfa(row, reg, (int64_t)read_uleb(bytes));
		return true;
	case 0x0d: /* def_cfa_register */
		row_define_cfa(row, read_uleb(bytes), row->rule.cfa_offset);
		return true;
	case 0x0e: /* def_cfa_offset */
		row->rule.cfa_offset = (int64_t)read_uleb(bytes);
		return true;
	case 0x0f: /* def_cfa_expression */
		expression_skip(bytes);
		row->is_simple = false;
		return true;
	case 0x10: /* expression */
	case 0x16: /* val_expression */
		row_lose(row, read_uleb(bytes));
		expression_skip(bytes);
		return true;
	case 0x11: /* offset_extended_sf */
		reg = read_uleb(bytes);
		row_save(row, reg, (int64_t)((uint64_t)read_sleb(bytes) * scale));
		return true;
	case 0x2e: /* GNU_args_size */
		(void)read_uleb(bytes); /* of no matter for unwinding */
		return true;
	default:
		return false;
	}
}

/* Run instructions until one is for code behind the target. */
static bool program_run(struct machine *machine, struct bytes bytes)
{
	while (bytes.at < bytes.end && machine->location <= machine->target) {
		uint8_t code = read_u8(&bytes);
		uint8_t low = code & 0x3f;

		switch (code & 0xc0) {
		case 0x40: /* advance_loc */
			machine->location += low * machine->common->code_align;
			break;
		case 0x80: /* offset */
			row_save(&machine->row, low,
				 (int64_t)(read_uleb(&bytes) *
					   (uint64_t)machine->common->data_align));
			break;
		case 0xc0: /* restore */
			row_restore(machine, low);
			break;
		default:
			if (!instruction_run(machine, low, &bytes))
				return false;
		}
	}
	return !bytes.is_bad;
}

/* Fill in the machine's start, and the description's own program. */
static bool description_read(uintptr_t record, const struct bounds *bounds, uint64_t pc,
			     struct common *common, uint64_t *ret_start, struct bytes *ret_program)
{
	const uint8_t *at;
	uint64_t start;
	uint32_t size, back;

	if (!record_open(record, bounds, ret_program))
		return false;
	at = ret_program->at;
	back = read_u32(ret_program);
	if (back == 0 || !common_read((uintptr_t)at - back, bounds, common))
		return false;
	at = ret_program->at;
	start = (uintptr_t)at + (uint64_t)(int64_t)(int32_t)read_u32(ret_program);
	size = read_u32(ret_program);
	expression_skip(ret_program); /* the augmentation data: a length and bytes */
	*ret_start = start;
	return !ret_program->is_bad && pc - start < size;
}

static bool row_is_usable(const struct row *row)
{
	return row->is_simple && (row->rule.is_outermost || (row->has_cfa && row->has_return));
}

bool frame_rule_find(uint64_t pc, struct frame_rule *ret_rule)
{
	struct dl_find_object object;
	struct common common;
	struct machine machine = { .common = &common, .row = { .is_simple = true }, .target = pc };
	struct bounds bounds;
	struct bytes program;
	uintptr_t record;

	if (objects_find((void *)pc, &object) != 0 || !object.dlfo_eh_frame)
		return false;
	bounds = bounds_of(&object);
	record = description_find(pc, object.dlfo_eh_frame, &bounds);
	if (!record || !description_read(record, &bounds, pc, &common, &machine.location, &program))
		return false;
	if (!program_run(&machine, common.program))
		return false;
	machine.initial = machine.row;
	if (!program_run(&machine, program) || !row_is_usable(&machine.row))
		return false;
	*ret_rule = machine.row.rule;
	return true;
}

bool frame_is_described(uint64_t pc)
{
	struct dl_find_object object;
	struct bounds bounds;
	uintptr_t record;
	struct bytes bytes;
	uint64_t start;

	if (objects_find((void *)pc, &object) != 0 || !object.dlfo_eh_frame)
		return false;
	if (!header_is_known(object.dlfo_eh_frame))
		return true; /* the unwinders know other forms, too */
	bounds = bounds_of(&object);
	record = description_find(pc, object.dlfo_eh_frame, &bounds);
	if (!record || !record_open(record, &bounds, &bytes))
		return false;
	(void)read_u32(&bytes); /* the common entry */
	start = (uintptr_t)bytes.at;
	start += (uint64_t)(int64_t)(int32_t)read_u32(&bytes);
	return pc - start < read_u32(&bytes);
}

#else

bool frame_is_described(uint64_t pc)
{
	(void)pc; /* nothing else leads on here */
	return true;
}

bool frame_rule_find(uint64_t pc, struct frame_rule *ret_rule)
{
	(void)pc;
	(void)ret_rule;
	return false;
}

#endif
