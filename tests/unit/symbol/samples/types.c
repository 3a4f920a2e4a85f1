/* SPDX-License-Identifier: MIT */
/* Types as CPython has them, each with a finaliser. */
#include "mark.h"

struct slot {
	int number;
	void *function;
};

/* struct PyTypeObject, as far as it goes. */
struct type {
	long references;
	void *type;
	long size;
	const char *name;
	long basic_size;
	void *others[44]; /* the second is tp_dealloc */
	void *finalize;
	void *vectorcall;
};

static volatile int is_always_false;

__attribute__((cold, noinline)) static void seldom(void)
{
	mark();
	mark_frame("seldom", 0);
}

/* Half of it is split off. */
NOINLINE static void slot_finalize(void)
{
	if (!is_always_false) {
		mark();
		mark_frame("split", 0);
		seldom();
	}
	__asm__ volatile("");
	mark();
	mark_frame("slot", 0);
}

NOINLINE static void type_finalize(void)
{
	mark();
	mark_frame("type", 0);
}

NOINLINE static void generator_finalize(void)
{
	mark();
	mark_frame("generator", 0);
}

NOINLINE static void type_dealloc(void)
{
	mark();
	mark_frame("dealloc", 0);
}

/* Also the last of a function, by a jump: it is no part of that one. */
NOINLINE static void helper(void)
{
	mark();
	mark_frame("helper", 0);
	__asm__ volatile("");
}

NOINLINE static void calling_finalize(void)
{
	mark();
	mark_frame("calling", 0);
	helper();
}

struct slot slots[] = { { 52, type_dealloc }, { 80, slot_finalize }, { 0, NULL } };
struct slot more_slots[] = { { 80, calling_finalize }, { 0, NULL } };
struct { long number; void *function; long other; } no_slot = { 81, type_dealloc, 0 };
struct type type = { 1, NULL, 0, "_socket.socket", 64, { NULL, type_dealloc }, type_finalize, NULL };
struct type generator = { 1, NULL, 0, "generator", 64, { NULL, type_dealloc }, generator_finalize, NULL };

int main(void)
{
	slot_finalize();
	calling_finalize();
	((void (*)(void))type.finalize)();
	((void (*)(void))generator.finalize)();
	((void (*)(void))no_slot.function)();
	printf("\n");
	return slots[0].number + more_slots[0].number == 0;
}
