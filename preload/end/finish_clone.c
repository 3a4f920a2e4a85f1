/* SPDX-License-Identifier: MIT */
/*
 * The end of a child of clone(), which returns from its function: libc then ends it
 * by a system call of its own. The stack is the program's and may be of one page:
 * what looks at descriptors there runs on a stack of ours.
 */
#include <sys/mman.h>

#include "base/raw.h"
#include "end/finish.h"
#include "shim/names.h"
#include "shim/state.h"

#define FINISH_STACK 65536

static void finish_returned(int status)
{
	finish_process(END__EXIT, status);
	(void)finish_report(status); /* no report of its own */
}

/* Call `run` with the stack that ends at `top`. Nothing here lives in a vector register. */
static void stack_switch(void (*run)(int status), int status, void *top)
{
#if defined(__x86_64__)
	__asm__ volatile("mov %%rsp, %%rbx\n\t"
			 "mov %[top], %%rsp\n\t"
			 "call *%[run]\n\t"
			 "mov %%rbx, %%rsp"
			 : "+D"(status)
			 : [top] "r"(top), [run] "r"(run)
			 : "rbx", "rax", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "memory",
			   "cc");
#elif defined(__aarch64__)
	register long first __asm__("x0") = status;

	__asm__ volatile("mov x19, sp\n\t"
			 "mov sp, %[top]\n\t"
			 "blr %[run]\n\t"
			 "mov sp, x19"
			 : "+r"(first)
			 : [top] "r"(top), [run] "r"(run)
			 : "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11",
			   "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x30", "memory",
			   "cc");
#else
#error "how does this machine change its stack?"
#endif
}

void finish_clone(int status)
{
	long stack;

	if (!shim_is_recording())
		return;
	if (!shim_may_call_kernel()) {
		finish_returned(status); /* nothing is asked, so little stack is needed */
		return;
	}
	stack = raw6(SYS_mmap, 0, FINISH_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		     -1, 0);
	if (!raw_failed(stack))
		stack_switch(finish_returned, status, (uint8_t *)stack + FINISH_STACK);
}
