/* SPDX-License-Identifier: MIT */
/*
 * Ledgers made by hand, with the functions a shim would call, and judged.
 * Symbols come from a table of the test instead of files.
 */
#ifndef UNCLOSED_TESTS_WORLD_H
#define UNCLOSED_TESTS_WORLD_H

#include "judge/judge.h"

/* Call ids of these ledgers. */
enum { WORLD_SOCKET = 1, WORLD_ACCEPT4, WORLD_OPEN };

struct world {
	struct ledger ledger;
	char path[256];
	struct options options;
	struct report_exit exit;
	struct judge_context context;
	struct snapshot snapshot;
	struct report *report;
	uint32_t image_ref; /* of the first program, mapped at 0x400000…0x500000 */
	uint64_t now_ns;
};

/* A new ledger in a temporary directory, with one process that runs /bin/server. */
void world_open(struct world *world);
void world_close(struct world *world);

/* A new process in RUNNING state, with a table of its own. */
uint32_t world_process(struct world *world, enum process_origin origin, uint32_t from);
struct ledger_process *world_at(struct world *world, uint32_t process);
uint32_t world_table(struct world *world, uint32_t process);

/* The next image in the same pid. */
uint32_t world_exec(struct world *world, uint32_t process);

/* The end handler ran and asked the kernel. */
void world_exit(struct world *world, uint32_t process, int status);
void world_wait(struct world *world, uint32_t process, int wait_status);

/* A module at [start, start + 0x100000) with base `start`. */
void world_module(struct world *world, uint32_t image_ref, const char *path, uint64_t start);

/* A backtrace; the list ends with 0. */
uint32_t world_stack(struct world *world, const uint64_t *pcs);

struct ledger_slot *world_slot(struct world *world, uint32_t process, int fd, unsigned int call,
			       enum descriptor_kind kind, uint32_t stack_ref);
void world_closed(struct world *world, uint32_t process, int fd, uint32_t close_stack_ref);
void world_state(struct world *world, uint32_t process, int fd, enum slot_state state);

/* A TCP socket in a state, by the kernel's word. */
struct ledger_fact *world_fact(struct world *world, uint32_t process, int fd, unsigned int state);

/* Load and judge; a report that a former call made is freed. */
struct report *world_judge(struct world *world);

/* The only finding; fails the test when there are more or fewer. */
const struct finding *world_finding(struct world *world);

/* Symbols: an address in any module has this name, file and line. */
void world_symbol(uint64_t address, const char *function, const char *file, unsigned int line);

#endif
