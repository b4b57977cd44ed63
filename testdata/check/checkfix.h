/*
 * checkfix.h: macros for the programs of check/, in assembly for amd64, so that each instruction
 * has a line of its own. With -DBAD a program breaks one rule, without it obeys all.
 *
 * In all of them rdi is the distance from the thread pointer to the area that glibc has registered,
 * rsi an array with a counter for each CPU, ecx a CPU's number.
 */
#define SIG 0x53053053

/* A descriptor, and its pointer in the array. */
#define DESCRIBE(cs, start, end, abort) DESCRIBE_AS(cs, 0, 0, start, end - start, abort)
#define DESCRIBE_AS(cs, version, flags, start, length, abort) \
	.pushsection __rseq_cs, "aw"; RAW(cs, version, flags, start, length, abort); .popsection; POINT(cs)
#define RAW(cs, version, flags, start, length, abort) \
	.balign 32; cs: .long version, flags; .quad start, length, abort
#define POINT(cs) .pushsection __rseq_cs_ptr_array, "aw"; .quad cs; .popsection

#define FUNCTION(name) .text; .globl name; .type name, @function; name: .cfi_startproc
#define END(name) .cfi_endproc; .size name, . - name
/* main begins like this. */
#define SETUP movq __rseq_offset@GOTPCREL(%rip), %rdi; movq (%rdi), %rdi; leaq counters(%rip), %rsi
#define READ_CPU movl %fs:0(%rdi), %ecx
#define ARM(cs) leaq cs(%rip), %rax; movq %rax, %fs:8(%rdi)
#define CHECK(abort) cmpl %ecx, %fs:4(%rdi); jnz abort
#define COUNT incq (%rsi, %rcx, 8)
#define RETURN xorl %eax, %eax; ret
/* The signature, and behind it the handler. */
#define HANDLER(abort) .byte 0x0f, 0xb9, 0x3d; .long SIG; abort:
/* What every file ends with. */
#define DATA .local counters; .comm counters, 8 * 8192, 64; .section .note.GNU-stack, "", @progbits
