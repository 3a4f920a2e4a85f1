/* SPDX-License-Identifier: MIT */
#include "shim/state.h"

OF_EVERY_PROCESS struct shim shim __attribute__((aligned(64))) = {
	.recorder = { .ledger = &shim.ledger, .leaves = shim.leaves },
};
__thread struct thread self __attribute__((tls_model("initial-exec")));
