/*
 * What `rseqstep demo` builds and steps: a loop that adds to a counter in a
 * restartable sequence until an addition is committed, and a call of
 * clock_gettime, which runs in the vDSO.
 */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* struct rseq and struct rseq_cs, as include/uapi/linux/rseq.h has them */
struct area {
	uint32_t cpu_id_start, cpu_id;
	uint64_t rseq_cs;
	uint32_t flags, node_id, mm_cid, end;
} __attribute__((aligned(32)));

#define SIGNATURE 0x53053053

/* where glibc (2.35 and later) has registered the thread's area */
extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned int __rseq_size __attribute__((weak));

static struct area own = { .cpu_id = (uint32_t)-1 };

static struct area *find_area(void)
{
	if (&__rseq_size && __rseq_size)
		return (struct area *)((char *)__builtin_thread_pointer() + __rseq_offset);
	if (syscall(SYS_rseq, &own, sizeof own, 0, SIGNATURE) == 0)
		return &own;
	return NULL;
}

/* adds 1 to *counter; returns 0 when that was committed */
static int add(struct area *area, long *counter)
{
	__asm__ goto(
		".pushsection __rseq_cs, \"aw\"\n\t"
		".balign 32\n"
		"3:\n\t"
		".long 0, 0\n\t"
		".quad 1f, 2f - 1f, 4f\n\t"
		".popsection\n\t"
		"leaq 3b(%%rip), %%rax\n\t"
		"movq %%rax, 8(%0)\n"		/* arms the sequence */
		"1:\n\t"
		"movq (%1), %%rax\n\t"
		"addq $1, %%rax\n\t"
		"movq %%rax, (%1)\n"		/* commits it */
		"2:\n\t"
		".pushsection .text.unlikely, \"ax\"\n\t"
		".byte 0x0f, 0xb9, 0x3d\n\t"	/* ud1 SIGNATURE(%rip), %edi */
		".long 0x53053053\n"
		"4:\n\t"
		"nop\n\t"
		"jmp %l[aborted]\n\t"
		".popsection"
		: : "r"(area), "r"(counter) : "rax", "memory", "cc" : aborted);
	return 0;
aborted:
	return -1;
}

int main(void)
{
	struct timespec now;
	long counter = 0, tries = 0;
	struct area *area = find_area();

	if (!area) {
		puts("this kernel has no rseq");
		return 2;
	}
	do tries++; while (add(area, &counter)); /* THE LOOP */
	clock_gettime(CLOCK_MONOTONIC, &now); /* THE CLOCK */
	printf("the program says: counter %ld after %ld tries, clock %s\n", counter, tries, now.tv_sec ? "read" : "not read"); /* THE END */
	return counter != 1;
}
