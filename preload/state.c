/* SPDX-License-Identifier: MIT */
#include "state.h"

#include "base/raw.h"
#include "threads.h"

OF_EVERY_PROCESS struct shim shim __attribute__((aligned(64)));
__thread struct thread self __attribute__((tls_model("initial-exec")));

uint32_t thread_tid_ask(void)
{
	if (shim_may_call_kernel()) {
		self.tid = (uint32_t)raw0(SYS_gettid);
		thread_name_note(self.tid);
	}
	return self.tid;
}
