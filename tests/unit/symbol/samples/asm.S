/* SPDX-License-Identifier: MIT */
/* Symbols without a size, and code that no symbol covers. */
	.text
	.globl	main
	.type	main, @function
main:
#if defined(__x86_64__)
	xorl	%eax, %eax
#else
	mov	w0, wzr
#endif
	ret
	.size	main, .-main

	.balign	16
	.skip	16, 0x90	/* behind main, in front of the next symbol */
	.globl	unsized
	.type	unsized, @function
unsized:
	.skip	16, 0x90
	.globl	unsized_too
	.type	unsized_too, @function
unsized_too:
	.skip	16, 0x90
	.globl	sized_alias
	.type	sized_alias, @function
	.type	local_alias, @function
	.globl	__sized_alias
	.type	__sized_alias, @function
sized_alias:
__sized_alias:
local_alias:
	.skip	8, 0x90
	.size	sized_alias, .-sized_alias
	.size	__sized_alias, .-__sized_alias
	.size	local_alias, .-local_alias
	.skip	8, 0x90
	.section .note.GNU-stack, "", @progbits
