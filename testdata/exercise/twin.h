/*
 * twin.h: sections that do not survive an abort, for `rseqstep exercise`. Each program is built
 * twice: with -DBAD it has the mistake that its comment names, without it is right. The label
 * culprit is the first place at which an abort makes the bad one fail.
 */
#ifndef TWIN_H
#define TWIN_H

#include "rseqfix.h"

#define ROUNDS 1000

#define CULPRIT ".globl culprit\nculprit:\n\t"
#ifdef BAD
#define IF_BAD(bad, good) bad
#else
#define IF_BAD(bad, good) good
#endif

/* A function with a section, once in the program. */
#define TWIN __attribute__((noipa)) static

/* What sections are made of on each architecture. %[m] is an operand in memory. */
#ifdef __aarch64__
#define TWIN_SIGNATURE ".inst " FIX_SIGNATURE_ASM "\n\t"
#define JUMP "b "
#define DESCRIPTOR "adrp x15, 3b\n\tadd x15, x15, :lo12:3b\n\t"
#define ARMING "5:\n\tstr x15, [%[area], #8]\n\t1:\n\t"
#define COMPARE "ldr w15, [%[area], #4]\n\tcmp w15, %w[cpu]\n\tb.ne 4f\n\t"
#define LOAD(m) "ldr x14, %[" m "]\n\t"
#define STORE(m) "str x14, %[" m "]\n\t"
#define INCREMENT "add x14, x14, #1\n\t"
#define ADD(n, m) "ldr x15, %[" m "]\n\tadd x15, x15, #" n "\n\tstr x15, %[" m "]\n\t"
#else
#define TWIN_SIGNATURE ".byte 0x0f, 0xb9, 0x3d\n\t.long " FIX_SIGNATURE_ASM "\n\t"
#define JUMP "jmp "
#define DESCRIPTOR "leaq 3b(%%rip), %%rax\n\t"
#define ARMING "5:\n\tmovq %%rax, " FIX_FS "8(%[area])\n\t1:\n\t"
#define COMPARE "cmpl %[cpu], " FIX_FS "4(%[area])\n\tjnz 4f\n\t"
#define LOAD(m) "movq %[" m "], %%rcx\n\t"
#define STORE(m) "movq %%rcx, %[" m "]\n\t"
#define INCREMENT "incq %%rcx\n\t"
#define ADD(n, m) "addq $" n ", %[" m "]\n\t"
#endif

/* Ends the section; handler is what its abort handler does. */
#define TWIN_END(handler)                                                   \
	"2:\n\t"                                                            \
	FIX_ASIDE                                                           \
	TWIN_SIGNATURE                                                      \
	"4:\n\t"                                                            \
	handler                                                             \
	FIX_BACK

#define RETRY JUMP "%l[abort]\n\t"

/* What main returns: says what is wrong. */
static inline int twin_end(const char *what, long have, long want)
{
	printf("%s: %ld, want %ld\n", what, have, want);
	return have != want;
}

#endif
