/* The functions of asm.S for arm64. x0: the word to change, x1: a number, x2: the CPU, x3: bytes from the thread pointer
   to the rseq area, x4: a limit. */
	.text

	.globl	asm_addv
	.type	asm_addv, %function
asm_addv:
	.cfi_startproc
	mrs	x9, tpidr_el0
	add	x9, x9, x3
	adrp	x10, asm_addv_cs
	add	x10, x10, :lo12:asm_addv_cs
	.globl	asm_addv_arm
asm_addv_arm:
	str	x10, [x9, #8]
	.globl	asm_addv_start
asm_addv_start:
	ldr	w11, [x9, #4]
	cmp	w11, w2
	b.ne	asm_addv_abort
	ldr	x12, [x0]
	add	x12, x12, x1
	str	x12, [x0] /* commits */
	.globl	asm_addv_end
asm_addv_end:
	mov	x0, #0
	ret
	.inst	0xd428bc00
	.globl	asm_addv_abort
asm_addv_abort:
	mov	x0, #-1
	ret
	.cfi_endproc
	.size	asm_addv, . - asm_addv

	.globl	asm_addbelow
	.type	asm_addbelow, %function
asm_addbelow:
	.cfi_startproc
	mrs	x9, tpidr_el0
	add	x9, x9, x3
	adrp	x10, asm_addbelow_cs
	add	x10, x10, :lo12:asm_addbelow_cs
	.globl	asm_addbelow_arm
asm_addbelow_arm:
	str	x10, [x9, #8]
	.globl	asm_addbelow_start
asm_addbelow_start:
	ldr	w11, [x9, #4]
	cmp	w11, w2
	b.ne	asm_addbelow_abort
	ldr	x12, [x0]
	cmp	x12, x4
	b.hs	asm_addbelow_exit
	add	x12, x12, x1
	str	x12, [x0]
	.globl	asm_addbelow_end
asm_addbelow_end:
	mov	x0, #0
	ret
	.globl	asm_addbelow_exit
asm_addbelow_exit:
	mov	x0, #1
	ret
	.inst	0xd428bc00
	.globl	asm_addbelow_abort
asm_addbelow_abort:
	mov	x0, #-1
	ret
	.cfi_endproc
	.size	asm_addbelow, . - asm_addbelow
