/* SPDX-License-Identifier: MIT */
/*
 * Frame rules against elfutils' reader of call frame information: of every function
 * in every object that is loaded here, each row. What the one calls simple the other
 * finds, and both say the same.
 */
#include "stack/frame_rule.h"

#include <dlfcn.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libc/objects.h"
#include "stack/processor.h"

#define FAILURES_TOLD 20

/* Where elfutils says that a register of the caller is. */
enum where { SAME, UNDEFINED, AT_CFA, OTHERWISE };

struct place {
	enum where where;
	int64_t offset; /* from the CFA */
};

struct object {
	const char *name;
	uintptr_t base;
	Dwarf_CFI *information;
};

static struct {
	unsigned long objects, rows, simple, failures;
} totals;

/* The library's own way to objects, without what it has for old systems. */
int objects_find(void *pc, struct dl_find_object *ret_object)
{
	return _dl_find_object(pc, ret_object);
}

static struct place place_of(Dwarf_Frame *frame, int number)
{
	Dwarf_Op room[3], *ops = NULL;
	size_t count = 0;

	if (dwarf_frame_register(frame, number, room, &ops, &count) != 0)
		return (struct place){ OTHERWISE, 0 };
	if (count == 0)
		return (struct place){ ops == room ? UNDEFINED : SAME, 0 };
	if (ops[0].atom != DW_OP_call_frame_cfa || count > 2)
		return (struct place){ OTHERWISE, 0 };
	if (count == 1)
		return (struct place){ AT_CFA, 0 };
	if (ops[1].atom != DW_OP_plus_uconst)
		return (struct place){ OTHERWISE, 0 };
	return (struct place){ AT_CFA, (int64_t)ops[1].number };
}

/* CFA = register + offset, of one of two registers. */
static bool cfa_of(Dwarf_Frame *frame, bool *ret_is_from_frame_pointer, int64_t *ret_offset)
{
	Dwarf_Op *ops;
	size_t count;
	int number;

	if (dwarf_frame_cfa(frame, &ops, &count) != 0 || count != 1)
		return false;
	if (ops[0].atom == DW_OP_bregx) {
		number = (int)ops[0].number;
		*ret_offset = (int64_t)ops[0].number2;
	} else if (ops[0].atom >= DW_OP_breg0 && ops[0].atom <= DW_OP_breg31) {
		number = ops[0].atom - DW_OP_breg0;
		*ret_offset = (int64_t)ops[0].number;
	} else {
		return false;
	}
	*ret_is_from_frame_pointer = number == DWARF_FP;
	return number == DWARF_FP || number == DWARF_SP;
}

/* What frame_rule_find() should say; false: nothing. */
static bool expected_of(Dwarf_Frame *frame, struct frame_rule *ret_rule)
{
	struct place returns = place_of(frame, DWARF_RA), saved = place_of(frame, DWARF_FP);
	bool is_signal = false;

	(void)dwarf_frame_info(frame, NULL, NULL, &is_signal); /* a number, which is known */
	if (is_signal)
		return false;
	ret_rule->is_outermost = returns.where == UNDEFINED;
	ret_rule->return_offset = returns.offset;
	ret_rule->saves_frame_pointer = saved.where == AT_CFA;
	ret_rule->saved_offset = saved.offset;
	if (!cfa_of(frame, &ret_rule->is_from_frame_pointer, &ret_rule->cfa_offset) ||
	    saved.where == OTHERWISE)
		return false;
#ifdef RETURN_OFFSET
	if (returns.where == AT_CFA && returns.offset != RETURN_OFFSET)
		return false;
#else
	if (returns.where == AT_CFA && returns.offset >= 0) /* _dl_runtime_resolve has such */
		return false;
#endif
	return returns.where == AT_CFA || returns.where == UNDEFINED;
}

static bool is_equal(const struct frame_rule *one, const struct frame_rule *other)
{
	if (one->is_outermost || other->is_outermost)
		return one->is_outermost == other->is_outermost;
	return one->is_from_frame_pointer == other->is_from_frame_pointer &&
	       one->cfa_offset == other->cfa_offset && one->return_offset == other->return_offset &&
	       one->saves_frame_pointer == other->saves_frame_pointer &&
	       (!one->saves_frame_pointer || one->saved_offset == other->saved_offset);
}

static void rule_print(const char *who, bool is_found, const struct frame_rule *rule)
{
	if (!is_found)
		printf("  %s: not simple\n", who);
	else
		printf("  %s: cfa %s%+" PRId64 ", return %+" PRId64 ", saved %d %+" PRId64 "%s\n",
		       who, rule->is_from_frame_pointer ? "fp" : "sp", rule->cfa_offset,
		       rule->return_offset, rule->saves_frame_pointer, rule->saved_offset,
		       rule->is_outermost ? ", outermost" : "");
}

static void row_check(const struct object *object, Dwarf_Frame *frame, Dwarf_Addr at)
{
	struct frame_rule rule = { 0 }, expected = { 0 };
	bool is_found = frame_rule_find(object->base + at, &rule);
	bool is_expected = expected_of(frame, &expected);

	totals.simple += is_found;
	if (is_found == is_expected && (!is_found || is_equal(&rule, &expected)))
		return;
	if (++totals.failures > FAILURES_TOLD)
		return;
	printf("%s+%#lx\n", object->name, (unsigned long)at);
	rule_print("rule", is_found, &rule);
	rule_print("elfutils", is_expected, &expected);
}

/* All rows of the function that begins at `at`, and not those of the next one. */
static void function_check(const struct object *object, Dwarf_Addr at, Dwarf_Addr next)
{
	while (at < next) {
		Dwarf_Addr start, end;
		Dwarf_Frame *frame;

		if (dwarf_cfi_addrframe(object->information, at, &frame) != 0)
			return;
		if (dwarf_frame_info(frame, &start, &end, NULL) < 0 || end <= at)
			end = next;
		totals.rows++;
		row_check(object, frame, at);
		if (end - 1 < next)
			row_check(object, frame, end - 1);
		free(frame);
		at = end;
	}
}

/* .eh_frame_hdr: four bytes, a pointer, a count, and pairs of numbers relative to itself. */
static void functions_check(const struct object *object, uintptr_t header)
{
	const int32_t *table = (const int32_t *)(header + 12);
	uint32_t count;

	memcpy(&count, (const void *)(header + 8), sizeof(count));
	for (uint32_t i = 0; i < count; i++) {
		uintptr_t at = header + (uintptr_t)(intptr_t)table[i * 2];
		uintptr_t next = i + 1 < count ? header + (uintptr_t)(intptr_t)table[i * 2 + 2]
					       : UINTPTR_MAX;

		function_check(object, at - object->base, next - object->base);
	}
}

static int object_check(struct dl_phdr_info *info, size_t size, void *data)
{
	const char *path = *info->dlpi_name ? info->dlpi_name : "/proc/self/exe";
	struct object object = { .name = path, .base = info->dlpi_addr };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	Elf *elf = fd >= 0 ? elf_begin(fd, ELF_C_READ_MMAP, NULL) : NULL;

	(void)size;
	(void)data;
	object.information = elf ? dwarf_getcfi_elf(elf) : NULL;
	for (unsigned int i = 0; object.information && i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_GNU_EH_FRAME) {
			totals.objects++;
			functions_check(&object, info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
		}
	if (object.information)
		(void)dwarf_cfi_end(object.information);
	(void)elf_end(elf);
	if (fd >= 0)
		close(fd);
	return 0;
}

/* With arguments: libraries to be looked at, too. */
int main(int argc, char **argv)
{
	(void)elf_version(EV_CURRENT);
	for (int i = 1; i < argc; i++)
		if (!dlopen(argv[i], RTLD_NOW))
			warnx("%s", dlerror());
	(void)dl_iterate_phdr(object_check, NULL); /* says what object_check() says */
	printf("%lu objects, %lu rows, %lu of twice as many counters by a simple rule, %lu "
	       "differ\n",
	       totals.objects, totals.rows, totals.simple, totals.failures);
	return totals.failures != 0 || totals.simple == 0;
}
