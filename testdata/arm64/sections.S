/*
 * Sections for arm64, for tests that read them: nothing runs them. Each begins at a function of its
 * name; those whose name begins with "good" break no rule. The registers: x0 is the thread's rseq
 * area, w1 the CPU, x2 the variable, x3 what is added.
 */

	.set	SIGNATURE, 0xd428bc00

/* A section's descriptor: local labels 1 and 2 are its ends, 4 its abort handler. */
.macro descriptor
	.pushsection __rseq_cs, "aw"
	.balign	32
3:	.long	0, 0
	.quad	1f, 2f - 1f, 4f
	.popsection
	.pushsection __rseq_cs_ptr_array, "aw"
	.quad	3b
	.popsection
.endm

/* The arming store, as librseq's, and the comparison of the CPU's number. */
.macro arm
	adrp	x15, 3b
	add	x15, x15, :lo12:3b
	str	x15, [x0, #8]
1:
.endm

.macro compare
	ldr	w15, [x0, #4]
	sub	w15, w15, w1
	cbnz	w15, 4f
.endm

.macro handler to
	.inst	SIGNATURE
4:	b	\to
.endm

.macro function name
	.globl	\name
	.type	\name, %function
\name:
.endm

.macro ends name
	.size	\name, . - \name
.endm

	.text

function good_add
	descriptor
9:	arm
	compare
	ldr	x15, [x2]
	add	x15, x15, x3
	str	x15, [x2]
2:	mov	x0, #0
	ret
	handler	9b
ends good_add

/* With a side exit, and the arming store through a pointer to rseq_cs, as tcmalloc's. */
function good_push
	descriptor
	add	x13, x0, #8
9:	adrp	x11, 3b
	add	x11, x11, :lo12:3b
	str	x11, [x13]
1:	ldr	w15, [x0, #4]
	cmp	w15, w1
	b.ne	8f
	ldr	x15, [x2]
	cbz	x15, 8f
	str	x15, [x3]
2:	ret
8:	mov	x0, #-1
	ret
	handler	9b
ends good_push

/* The commit by an exclusive sequence, which may fail: then it is tried again. */
function good_exclusive
	descriptor
9:	arm
	compare
5:	ldaxr	x15, [x2]
	add	x15, x15, x3
	stlxr	w16, x15, [x2]
2:	cbnz	w16, 9b
	ret
	handler	9b
ends good_exclusive

function syscall_inside
	descriptor
9:	arm
	compare
	mov	x8, #168
	svc	#0
	str	x3, [x2]
2:	ret
	handler	9b
ends syscall_inside

function call_inside
	descriptor
9:	arm
	compare
	bl	good_add
	str	x3, [x2]
2:	ret
	handler	9b
ends call_inside

function trap_inside
	descriptor
9:	arm
	compare
	brk	#1
	str	x3, [x2]
2:	ret
	handler	9b
ends trap_inside

function store_before_commit
	descriptor
9:	arm
	compare
	ldr	x15, [x2]
	add	x15, x15, x3
	str	x15, [x2]
	str	x3, [x4]
2:	ret
	handler	9b
ends store_before_commit

function store_before_commit_atomic
	descriptor
	.arch_extension lse
9:	arm
	compare
	stadd	x3, [x2]
	str	x3, [x4]
2:	ret
	handler	9b
ends store_before_commit_atomic

function commit_not_last
	descriptor
9:	arm
	compare
	ldr	x15, [x2]
	add	x15, x15, x3
	str	x15, [x2]
	nop
2:	ret
	handler	9b
ends commit_not_last

function no_commit
	descriptor
9:	arm
	compare
5:	ldr	x15, [x2]
	b	5b
	str	x15, [x2]
2:	ret
	handler	9b
ends no_commit

function retry_unarmed
	descriptor
	arm
	compare
9:	str	x3, [x2]
2:	ret
	handler	9b
ends retry_unarmed

function register_changed
	descriptor
9:	arm
	compare
	add	x3, x3, #1
	str	x3, [x2]
2:	ret
	handler	9b
ends register_changed

function cpu_id_written
	descriptor
9:	arm
	compare
	str	w1, [x0, #4]
2:	ret
	handler	9b
ends cpu_id_written

function cpu_id_overlaid
	descriptor
	add	x13, x0, #8
9:	adrp	x11, 3b
	add	x11, x11, :lo12:3b
	str	x11, [x13]
1:	ldur	x14, [x0, #-4]
	tbz	x14, #63, 8f
	str	x3, [x14]
2:	ret
8:	mov	x0, #-1
	ret
	handler	9b
ends cpu_id_overlaid

function entry_inside
	descriptor
	cbz	x3, 7f
9:	arm
	compare
7:	str	x3, [x2]
2:	ret
	handler	9b
ends entry_inside

/* The last one: behind its handler is nothing. */
function handler_into_data
	descriptor
9:	arm
	compare
	str	x3, [x2]
2:	ret
	.inst	SIGNATURE
4:	nop
ends handler_into_data

	.section .note.GNU-stack, "", %progbits
