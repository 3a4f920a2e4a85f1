/* SPDX-License-Identifier: MIT */
/*
 * The tool's own stack, whatever limit it was started with.
 *
 * Layer: cli. Context: tool.
 */
#ifndef UNCLOSED_CLI_STACK_H
#define UNCLOSED_CLI_STACK_H

/*
 * run(argc, argv) on a stack of 4 MiB where the limit of this one is less. Returns what it returns.
 * Once; where there is no memory for it, on the stack that is there.
 */
int run_on_enough_stack(int (*run)(int argc, char **argv), int argc, char **argv);

#endif
