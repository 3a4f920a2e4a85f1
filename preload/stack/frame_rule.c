/* SPDX-License-Identifier: MIT */
/*
 * The instructions of call frame information (DWARF 5, section 6.4.2), run up to one program
 * counter. What does not make a simple frame is answered with "not simple".
 */
#include "stack/frame_rule.h"

#include "shim/names.h"
#include "stack/eh_frame.h"
#include "stack/processor.h"

#define STATES_MAX 4 /* DW_CFA_remember_state does not nest deeper in practice */

/* The row of the table that the instructions build up. */
struct row {
	struct frame_rule rule;
	bool is_simple;         /* but for the CFA, which may be told anew */
	bool has_cfa;           /* by one of the two registers */
	bool has_return;
};

struct machine {
	const struct frame_common *common;
	struct row row, initial, saved[STATES_MAX];
	unsigned int saved_count;
	uint64_t location, target;
};

static void row_define_cfa(struct row *row, uint64_t reg, int64_t offset)
{
	row->has_cfa = reg == DWARF_SP || reg == DWARF_FP;
	row->rule.is_from_frame_pointer = reg == DWARF_FP;
	row->rule.cfa_offset = offset;
}

static void row_save(struct row *row, uint64_t reg, int64_t offset)
{
	if (reg == DWARF_FP) {
		row->rule.saves_frame_pointer = true;
		row->rule.saved_offset = offset;
	}
	if (reg == DWARF_RA) {
		row->has_return = true;
		row->rule.is_outermost = false;
		row->rule.return_offset = offset;
#ifdef RETURN_OFFSET
		row->is_simple &= offset == RETURN_OFFSET;
#else
		row->is_simple &= offset < 0;
#endif
	}
	if (reg == DWARF_SP) /* the caller's is not the CFA */
		row->is_simple = false;
}

static void row_restore(struct machine *machine, uint64_t reg)
{
	if (reg == DWARF_FP) {
		machine->row.rule.saves_frame_pointer = machine->initial.rule.saves_frame_pointer;
		machine->row.rule.saved_offset = machine->initial.rule.saved_offset;
	}
	if (reg == DWARF_RA) {
		machine->row.has_return = machine->initial.has_return;
		machine->row.rule.is_outermost = machine->initial.rule.is_outermost;
		machine->row.rule.return_offset = machine->initial.rule.return_offset;
	}
}

/* A register kept in a way that is not followed here: harmless unless it is one of ours. */
static void row_lose(struct row *row, uint64_t reg)
{
	if (reg == DWARF_FP || reg == DWARF_SP || reg == DWARF_RA)
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

/* Codes 0x02 to 0x04, advance_loc1, 2 and 4: how far. */
static uint32_t advance_read(uint8_t code, struct bytes *bytes)
{
	switch (code) {
	case 0x02:
		return read_u8(bytes);
	case 0x03:
		return read_u16(bytes);
	default:
		return read_u32(bytes);
	}
}

/* Codes 0x0c to 0x0f: where the CFA is. */
static void cfa_run(struct row *row, uint8_t code, struct bytes *bytes)
{
	uint64_t reg;

	switch (code) {
	case 0x0c: /* def_cfa */
		reg = read_uleb(bytes);
		row_define_cfa(row, reg, (int64_t)read_uleb(bytes));
		break;
	case 0x0d: /* def_cfa_register */
		row_define_cfa(row, read_uleb(bytes), row->rule.cfa_offset);
		break;
	case 0x0e: /* def_cfa_offset */
		row->rule.cfa_offset = (int64_t)read_uleb(bytes);
		break;
	default: /* def_cfa_expression */
		read_past_block(bytes);
		row->has_cfa = false;
	}
}

/* Codes that begin with a register: where the caller's is. */
static void register_run(struct machine *machine, uint8_t code, struct bytes *bytes)
{
	struct row *row = &machine->row;
	uint64_t scale = (uint64_t)machine->common->data_align;
	uint64_t reg = read_uleb(bytes);

	switch (code) {
	case 0x05: /* offset_extended */
		row_save(row, reg, (int64_t)(read_uleb(bytes) * scale));
		break;
	case 0x11: /* offset_extended_sf */
		row_save(row, reg, (int64_t)((uint64_t)read_sleb(bytes) * scale));
		break;
	case 0x06: /* restore_extended */
		row_restore(machine, reg);
		break;
	case 0x07: /* undefined */
		row_undefine(row, reg);
		break;
	case 0x08: /* same_value */
		row_lose(row, reg);
		break;
	case 0x09: /* register */
		row_lose(row, reg);
		(void)read_uleb(bytes); /* the register it is in */
		break;
	default: /* expression, val_expression */
		row_lose(row, reg);
		read_past_block(bytes);
	}
}

/* Instructions with a whole byte of code (DWARF 5, section 7.24). Returns false for unknown ones.
 */
static bool instruction_run(struct machine *machine, uint8_t code, struct bytes *bytes)
{
	switch (code) {
	case 0x00: /* nop */
		return true;
	case 0x2c: /* aarch64: negate_ra_state_with_pc, negate_ra_state */
	case 0x2d: /* return_address_of() takes a signature off, be there one or not */
		return SIGNS_RETURNS;
	case 0x02:
	case 0x03:
	case 0x04:
		machine->location += advance_read(code, bytes) * machine->common->code_align;
		return true;
	case 0x05:
	case 0x06:
	case 0x07:
	case 0x08:
	case 0x09:
	case 0x10:
	case 0x11:
	case 0x16:
		register_run(machine, code, bytes);
		return true;
	case 0x0a: /* remember_state */
	case 0x0b: /* restore_state */
		state_push_or_pop(machine, code == 0x0a);
		return true;
	case 0x0c:
	case 0x0d:
	case 0x0e:
	case 0x0f:
		cfa_run(&machine->row, code, bytes);
		return true;
	case 0x2e:                      /* GNU_args_size */
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

static bool row_is_usable(const struct row *row)
{
	return row->is_simple && (row->rule.is_outermost || (row->has_cfa && row->has_return));
}

bool frame_rule_find(uint64_t pc, struct frame_rule *ret_rule)
{
	struct frame_description description;
	struct machine machine = { .common = &description.common,
				   .row = { .is_simple = true },
				   .target = pc };

	if (!frame_description_find(pc, &description))
		return false;
	machine.location = description.start;
	if (!program_run(&machine, description.common.program))
		return false;
	machine.initial = machine.row;
	if (!program_run(&machine, description.program) || !row_is_usable(&machine.row))
		return false;
	*ret_rule = machine.row.rule;
	return true;
}
