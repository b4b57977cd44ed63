/* Sections in assembly, each instruction a line, for asmmain.c. %rdi: the word to change, %rsi: a number, %rdx: the CPU, %rcx: bytes from
   the thread pointer to the rseq area, %r8: a limit. They return 0, or 1 by the side exit, or -1 from the abort handler. */
#ifdef __aarch64__
#include "asm_arm64.h"
#else
	.text

	.globl	asm_addv
	.type	asm_addv, @function
asm_addv:
	.cfi_startproc
	leaq	asm_addv_cs(%rip), %rax
	.globl	asm_addv_arm
asm_addv_arm:
	movq	%rax, %fs:8(%rcx)
	.globl	asm_addv_start
asm_addv_start:
	cmpl	%edx, %fs:4(%rcx)
	jne	asm_addv_abort
	movq	(%rdi), %r8
	addq	%rsi, %r8
	movq	%r8, (%rdi) /* commits */
	.globl	asm_addv_end
asm_addv_end:
	xorl	%eax, %eax
	ret
	.byte	0x0f, 0xb9, 0x3d
	.long	0x53053053
	.globl	asm_addv_abort
asm_addv_abort:
	movq	$-1, %rax
	ret
	.cfi_endproc
	.size	asm_addv, . - asm_addv

/* Adds only while the word is below the limit; else leaves by the side exit. */
	.globl	asm_addbelow
	.type	asm_addbelow, @function
asm_addbelow:
	.cfi_startproc
	leaq	asm_addbelow_cs(%rip), %rax
	.globl	asm_addbelow_arm
asm_addbelow_arm:
	movq	%rax, %fs:8(%rcx)
	.globl	asm_addbelow_start
asm_addbelow_start:
	cmpl	%edx, %fs:4(%rcx)
	jne	asm_addbelow_abort
	cmpq	%r8, (%rdi)
	jae	asm_addbelow_exit
	addq	%rsi, (%rdi)
	.globl	asm_addbelow_end
asm_addbelow_end:
	xorl	%eax, %eax
	ret
	.globl	asm_addbelow_exit
asm_addbelow_exit:
	movl	$1, %eax
	ret
	.byte	0x0f, 0xb9, 0x3d
	.long	0x53053053
	.globl	asm_addbelow_abort
asm_addbelow_abort:
	movq	$-1, %rax
	ret
	.cfi_endproc
	.size	asm_addbelow, . - asm_addbelow
#endif
#ifdef FIX_TABLE
	.section __rseq_table, "aw"
#else
	.section __rseq_cs, "aw"
#endif
	.balign	32
	.globl	asm_addv_cs
asm_addv_cs:
	.long	0, 0
	.quad	asm_addv_start, asm_addv_end - asm_addv_start, asm_addv_abort
	.balign	32
	.globl	asm_addbelow_cs
asm_addbelow_cs:
	.long	0, 0
	.quad	asm_addbelow_start, asm_addbelow_end - asm_addbelow_start, asm_addbelow_abort

#ifndef FIX_TABLE
#ifndef FIX_NO_POINTERS
	.section __rseq_cs_ptr_array, "aw"
	.quad	asm_addv_cs, asm_addbelow_cs
#endif
	.section __rseq_exit_point_array, "aw"
	.quad	asm_addbelow_start, asm_addbelow_exit
#endif

	/* In a library too, its own are meant. */
	.hidden	asm_addv_cs
	.hidden	asm_addbelow_cs

	.section .note.GNU-stack, "", @progbits
