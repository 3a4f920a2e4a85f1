/* SPDX-License-Identifier: MIT */
/*
 * vfork cannot be wrapped in C: the child would return through the wrapper's
 * frame and destroy it for the parent. So these are vforks of our own. The
 * child, which shares all memory, counts the thread-local byte self.vfork_depth
 * (offset 0) up; the parent counts it down when it resumes.
 */
#include <asm/unistd.h>

	.text

#if defined(__x86_64__)

	.globl vfork
	.globl __vfork
	.type vfork, @function
	.type __vfork, @function
	.p2align 4
vfork:
__vfork:
	.cfi_startproc
	endbr64
	/* The return address leaves the stack: the child's calls would overwrite it. */
	pop %rdi
	.cfi_adjust_cfa_offset -8
	.cfi_register %rip, %rdi
	mov $__NR_vfork, %eax
	syscall
	push %rdi
	.cfi_adjust_cfa_offset 8
	.cfi_offset %rip, -8
	mov self@gottpoff(%rip), %rdx
	test %eax, %eax
	jz 1f
	cmp $-4095, %rax
	jae vfork_failed
	decb %fs:(%rdx)
	ret
1:	incb %fs:(%rdx)
	/*
	 * Where there is a shadow stack, the child shares it: what its calls leave above a return
	 * would not be what the parent returns to. So it jumps, as glibc's own vfork does.
	 */
	xor %esi, %esi
	rdsspq %rsi	/* a nop where there is none */
	test %rsi, %rsi
	jnz 2f
	ret
2:	pop %rdi
	.cfi_adjust_cfa_offset -8
	.cfi_register %rip, %rdi
	jmp *%rdi
	.cfi_endproc
	.size vfork, . - vfork

	.type vfork_failed, @function
vfork_failed:
	.cfi_startproc
	push %rbx
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbx, 0
	mov %eax, %ebx
	neg %ebx
	call __errno_location@PLT
	mov %ebx, (%rax)
	mov $-1, %rax
	pop %rbx
	.cfi_adjust_cfa_offset -8
	.cfi_restore %rbx
	ret
	.cfi_endproc
	.size vfork_failed, . - vfork_failed

/*
 * syscall(): what may return twice on one stack, or on a stack of its own, goes
 * to the kernel from here. Everything else is C (syscall_recorded).
 */
	.globl syscall
	.type syscall, @function
	.p2align 4
syscall:
	.cfi_startproc
	endbr64
	cmp $__NR_vfork, %rdi
	je vfork
	cmp $__NR_clone, %rdi
	je 2f
	cmp $__NR_clone3, %rdi
	jne syscall_recorded
	test %rsi, %rsi
	jz syscall_recorded
	mov (%rsi), %rax
	mov 40(%rsi), %r10	/* struct clone_args.stack */
	jmp 3f
2:	mov %rsi, %rax
	mov %rdx, %r10
3:	test %r10, %r10
	jnz 4f
	test $0x100, %eax	/* CLONE_VM */
	jz syscall_recorded
4:
	/* clone_unwrapped(flags): the child is none that we can wrap. */
	push %rdi
	push %rsi
	push %rdx
	push %rcx
	push %r8
	push %r9
	sub $8, %rsp
	.cfi_adjust_cfa_offset 56
	mov %rax, %rdi
	call clone_unwrapped
	add $8, %rsp
	pop %r9
	pop %r8
	pop %rcx
	pop %rdx
	pop %rsi
	pop %rdi
	.cfi_adjust_cfa_offset -56
	mov %rdi, %rax
	mov %rsi, %rdi
	mov %rdx, %rsi
	mov %rcx, %rdx
	mov %r8, %r10
	mov %r9, %r8
	mov 8(%rsp), %r9
	syscall
	cmp $-4095, %rax
	jae vfork_failed
	ret
	.cfi_endproc
	.size syscall, . - syscall

#if defined(__CET__)
/* All that is called from outside begins with endbr64, and returns where it was called from. */
	.section .note.gnu.property, "a", @note
	.p2align 3
	.long 4, 16, 5
	.asciz "GNU"
	.long 0xc0000002, 4, __CET__, 0 /* GNU_PROPERTY_X86_FEATURE_1_AND: IBT 1, SHSTK 2 */
#endif

#elif defined(__aarch64__)

	.globl vfork
	.globl __vfork
	.type vfork, %function
	.type __vfork, %function
	.p2align 4
vfork:
__vfork:
	.cfi_startproc
	hint #34		/* bti c */
	mrs x4, tpidr_el0
	adrp x2, :gottprel:self
	ldr x2, [x2, #:gottprel_lo12:self]
	add x4, x4, x2
	ldrb w3, [x4]		/* the parent puts it back: under qemu-user the child is forked */
	mov x0, #0x4111		/* CLONE_VM | CLONE_VFORK | SIGCHLD */
	mov x1, #0
	mov x8, #__NR_clone
	svc 0
	cmn x0, #4095
	b.cs vfork_failed
	cbz x0, 1f
	strb w3, [x4]
	ret
1:	add w3, w3, #1
	strb w3, [x4]
	ret
	.cfi_endproc
	.size vfork, . - vfork

	.type vfork_failed, %function
vfork_failed:
	.cfi_startproc
	stp x29, x30, [sp, #-32]!
	.cfi_adjust_cfa_offset 32
	.cfi_rel_offset x29, 0
	.cfi_rel_offset x30, 8
	neg w0, w0
	str w0, [sp, #16]
	bl __errno_location
	ldr w1, [sp, #16]
	str w1, [x0]
	mov x0, #-1
	ldp x29, x30, [sp], #32
	.cfi_adjust_cfa_offset -32
	.cfi_restore x29
	.cfi_restore x30
	ret
	.cfi_endproc
	.size vfork_failed, . - vfork_failed

	.globl syscall
	.type syscall, %function
	.p2align 4
syscall:
	.cfi_startproc
	hint #34		/* bti c */
	cmp x0, #__NR_clone
	b.eq 2f
	mov x9, #__NR_clone3
	cmp x0, x9
	b.ne syscall_recorded
	cbz x1, syscall_recorded
	ldr x9, [x1]
	ldr x10, [x1, #40]	/* struct clone_args.stack */
	b 3f
2:	mov x9, x1
	mov x10, x2
3:	cbnz x10, 4f
	tbnz x9, #8, 4f		/* CLONE_VM */
	b syscall_recorded	/* farther than a conditional branch may reach */
4:
	/* clone_unwrapped(flags): the child is none that we can wrap. */
	stp x29, x30, [sp, #-80]!
	.cfi_adjust_cfa_offset 80
	.cfi_rel_offset x29, 0
	.cfi_rel_offset x30, 8
	stp x0, x1, [sp, #16]
	stp x2, x3, [sp, #32]
	stp x4, x5, [sp, #48]
	str x6, [sp, #64]
	mov x0, x9
	bl clone_unwrapped
	ldp x0, x1, [sp, #16]
	ldp x2, x3, [sp, #32]
	ldp x4, x5, [sp, #48]
	ldr x6, [sp, #64]
	ldp x29, x30, [sp], #80
	.cfi_adjust_cfa_offset -80
	.cfi_restore x29
	.cfi_restore x30
	mov x8, x0
	mov x0, x1
	mov x1, x2
	mov x2, x3
	mov x3, x4
	mov x4, x5
	mov x5, x6
	svc 0
	cmn x0, #4095
	b.cs vfork_failed
	ret
	.cfi_endproc
	.size syscall, . - syscall

#if defined(__ARM_FEATURE_BTI_DEFAULT)
/* All that is called from outside begins with bti: GNU_PROPERTY_AARCH64_FEATURE_1_BTI. */
	.section .note.gnu.property, "a", %note
	.p2align 3
	.word 4, 16, 5
	.asciz "GNU"
	.word 0xc0000000, 4, 1, 0
#endif

#endif

	.section .note.GNU-stack, "", %progbits
