/*
 * trycopy [N]: N times (default 1000) two operations in the manner of librseq's: a copy in a section
 * that changes its input registers, which are saved before and loaded again in its handlers, and an
 * addition through a pointer that the section reads.
 */
#include "rseqfix.h"

#include <sched.h>

static struct { intptr_t v; char copy[120]; } slots[CPU_SETSIZE];

/* The registers as they were saved. */
#define AGAIN "movq %[s2], %[len]\n\tmovq %[s1], %[dst]\n\tmovq %[s0], %[src]\n\t"

/* Copies, then *v = newv, if *v == expect, on cpu. Returns 0, 1 when they differ, -1 to try again. */
FIX_FUNC int try_copy(intptr_t *v, intptr_t expect, void *dst, const void *src, size_t len, intptr_t newv, int cpu)
{
	uint64_t saved[3];

	__asm__ __volatile__ goto(
		FIX_DESCRIBE("try_copy", "0")
		"movq %[src], %[s0]\n\t"
		"movq %[dst], %[s1]\n\t"
		"movq %[len], %[s2]\n\t"
		FIX_BEGIN
		"cmpq %[v], %[expect]\n\t"
		"jnz 9f\n\t"
		"test %[len], %[len]\n\t"
		"jz 33f\n\t"
		"22:\n\t"
		"movb (%[src]), %%al\n\t"
		"movb %%al, (%[dst])\n\t"
		"inc %[src]\n\t"
		"inc %[dst]\n\t"
		"dec %[len]\n\t"
		"jnz 22b\n\t"
		"33:\n\t"
		"movq %[newv], %[v]\n\t"
		"2:\n\t"
		AGAIN
		".pushsection __rseq_failure, \"ax\"\n\t"
		".byte 0x0f, 0xb9, 0x3d\n\t"
		".long " FIX_SIGNATURE_ASM "\n\t"
		"4:\n\t"
		AGAIN
		"jmp %l[abort]\n\t"
		"9:\n\t"
		AGAIN
		"jmp %l[differ]\n\t"
		".popsection\n\t"
		:
		: [area] "r"(FIX_AREA), [cpu] "r"(cpu), [v] "m"(*v), [expect] "r"(expect), [newv] "r"(newv), [dst] "r"(dst),
		  [src] "r"(src), [len] "r"(len), [s0] "m"(saved[0]), [s1] "m"(saved[1]), [s2] "m"(saved[2])
		: "memory", "cc", "rax"
		: abort, differ);
	return 0;
abort:
	return -1;
differ:
	return 1;
}

/* **(*p + offset) += count, on cpu. Returns 0, or -1 to try again. */
FIX_FUNC int deref_addv(char **p, long offset, intptr_t count, int cpu)
{
	__asm__ __volatile__ goto(
		FIX_DESCRIBE("deref_addv", "0")
		FIX_BEGIN
		"movq %[p], %%rbx\n\t"
		"addq %[offset], %%rbx\n\t"
		"movq (%%rbx), %%rcx\n\t"
		"addq %[count], (%%rcx)\n\t"
		FIX_END
		:
		: [area] "r"(FIX_AREA), [cpu] "r"(cpu), [p] "m"(*p), [offset] "er"(offset), [count] "er"(count)
		: "memory", "cc", "rax", "rbx", "rcx"
		: abort);
	return 0;
abort:
	return -1;
}

int main(int argc, char **argv)
{
	static const char text[100] = "what is copied";
	intptr_t sum = 0, *to[2] = { 0, &sum };
	char *p = (char *)to;
	long n;
	int cpu;

	fix_main(argc, argv);
	n = argc > 1 ? atol(argv[1]) : 1000;
	for (long i = 0; i < n; i++) {
		do {
			cpu = rseq_cpu_start();
		} while (try_copy(&slots[cpu].v, slots[cpu].v, slots[cpu].copy, text, sizeof text, i, cpu));
		if (memcmp(slots[cpu].copy, text, sizeof text) != 0)
			return 1;
		do {
			cpu = rseq_cpu_start();
		} while (deref_addv(&p, sizeof to[0], 1, cpu));
	}
	printf("sum %ld of %ld aborts %lu\n", (long)sum, n, fix_aborts);
	return sum != n;
}
