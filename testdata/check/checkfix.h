/*
 * checkfix.h: macros for the programs of check/, in assembly for amd64, so that each instruction
 * has a line of its own. With -DBAD a program breaks one rule, without it obeys all. Programs of
 * nothing but macros are for arm64 as well.
 *
 * In all of them rdi is the distance from the thread pointer to the area that glibc has registered,
 * rsi an array with a counter for each CPU, ecx a CPU's number. On arm64, x0 is that area, x1 the array, w2 the
 * number.
 */

/* A descriptor, and its pointer in the array. */
#define DESCRIBE(cs, start, end, abort) DESCRIBE_AS(cs, 0, 0, start, end - start, abort)
#define DESCRIBE_AS(cs, version, flags, start, length, abort) \
	.pushsection __rseq_cs, "aw"; RAW(cs, version, flags, start, length, abort); .popsection; POINT(cs)
#define RAW(cs, version, flags, start, length, abort) \
	.balign 32; cs: .long version, flags; .quad start, length, abort
#define POINT(cs) .pushsection __rseq_cs_ptr_array, "aw"; .quad cs; .popsection

#define FUNCTION(name) .text; .globl name; .type name, @function; name: .cfi_startproc
#define END(name) .cfi_endproc; .size name, . - name
#ifdef __aarch64__
#define SETUP \
	mrs x0, tpidr_el0; adrp x1, :got:__rseq_offset; ldr x1, [x1, :got_lo12:__rseq_offset]; ldr x1, [x1]; add x0, x0, x1; \
	adrp x1, counters; add x1, x1, :lo12:counters
#define READ_CPU ldr w2, [x0]
#define ARM(cs) adrp x3, cs; add x3, x3, :lo12:cs; str x3, [x0, 8]
#define CHECK(abort) ldr w3, [x0, 4]; cmp w3, w2; b.ne abort
#define COUNT add x4, x1, x2, lsl 3; ldr x3, [x4]; add x3, x3, 1; str x3, [x4]
#define OTHER mov w5, 1
#define JUMP(to) b to
#define RETURN mov w0, 0; ret
#define HANDLER(abort) .inst 0xd428bc00; abort:
#else
#define SIG 0x53053053
/* main begins like this. */
#define SETUP movq __rseq_offset@GOTPCREL(%rip), %rdi; movq (%rdi), %rdi; leaq counters(%rip), %rsi
#define READ_CPU movl %fs:0(%rdi), %ecx
#define ARM(cs) leaq cs(%rip), %rax; movq %rax, %fs:8(%rdi)
#define CHECK(abort) cmpl %ecx, %fs:4(%rdi); jnz abort
#define COUNT incq (%rsi, %rcx, 8)
/* An instruction that does nothing that matters. */
#define OTHER movl $1, %edx
#define JUMP(to) jmp to
#define RETURN xorl %eax, %eax; ret
/* The signature, and behind it the handler. */
#define HANDLER(abort) .byte 0x0f, 0xb9, 0x3d; .long SIG; abort:
#endif
/* What every file ends with. */
#define DATA .local counters; .comm counters, 8 * 8192, 64; .section .note.GNU-stack, "", @progbits
