/* SPDX-License-Identifier: MIT */
/* The one definition of the shim's state: of the process, and of the thread. */
#include "shim/state.h"

OF_EVERY_PROCESS struct shim shim __attribute__((aligned(64))) = {
	.recorder = { .ledger = &shim.ledger, .leaves = shim.leaves },
	.memory_mark = &shim.no_mark,
	.no_mark = 1,
	.alarm_fd = UINT32_MAX,
};
__thread struct thread self __attribute__((tls_model("initial-exec")));
