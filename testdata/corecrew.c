/*
 * PROGRAM [THREADS]: threads (default 7) that stay inside a section, and a leader that faults inside its own once
 * every one of them has been inside: what a core file is made of. An odd thread's section is in odd(), an even
 * one's in even(); each lies between the symbols NAME_start and NAME_end. It dies of SIGSEGV. With "exit" instead of a
 * number nothing faults, and the sections are left. A thread that is restarted just when it is looked at stands at its
 * abort handler, outside.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/rseq.h>

enum { MOST = 64 };
static volatile int inside[MOST], leave;
static int threads = 7;

static inline struct rseq *area(void)
{
	return (struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);
}

#ifdef __aarch64__
#define ARM "adrp x9, 77b\nadd x9, x9, :lo12:77b\nstr x9, [%[area], #8]\n"
#define JUMP "b "
#define SIGNATURE ".inst 0xd428bc00\n"
#define DISARM "str xzr, [%[area], #8]\n"
#define CLOBBERED "x9", "x10", "memory", "cc"
/* It says that it is inside, and stays until leave is not 0. */
#define STAY "mov w10, #1\nstr w10, %[in]\n7: yield\nldr w10, %[go]\ncbz w10, 7b\n"
/* It leaves if leave is not 0; otherwise it writes to address 0. */
#define FAULT "mov x9, #0\nldr w10, %[go]\ncbnz w10, 3f\n.globl faulting\nfaulting: str %w[n], [x9]\n"
#else
#define ARM "leaq 77b(%%rip),%%rax\nmovq %%rax,8(%[area])\n"
#define JUMP "jmp "
#define SIGNATURE ".long 0x53053053\n"
#define DISARM "movq $0,8(%[area])\n"
#define CLOBBERED "rax", "rcx", "memory", "cc"
#define STAY "movl $1,%[in]\n7: pause\ncmpl $0,%[go]\njz 7b\n"
#define FAULT "xorl %%ecx,%%ecx\ncmpl $0,%[go]\njnz 3f\n.globl faulting\nfaulting: movl %[n],(%%rcx)\n"
#endif

#define SECTION(name, body, ...) \
	__asm__ volatile( \
		".pushsection __rseq_cs,\"aw\"\n.balign 32\n77:\n.long 0,0\n.quad 2f,3f-2f,4f\n.popsection\n" \
		"6: " ARM \
		".globl " #name "_start\n" #name "_start:\n" \
		"2: " body \
		".globl " #name "_end\n" #name "_end:\n" \
		"3: " JUMP "5f\n" \
		SIGNATURE \
		"4: " JUMP "6b\n" \
		"5: " DISARM \
		: : [area] "r"(area()), [go] "m"(leave), __VA_ARGS__ : CLOBBERED)

static __attribute__((noinline)) long odd(long number)
{
	volatile long mine = number * 100;

	SECTION(odd, STAY, [in] "m"(inside[number]));
	return mine;
}

static __attribute__((noinline)) long even(long number)
{
	volatile long mine = number * 1000;

	SECTION(even, STAY, [in] "m"(inside[number]));
	return mine;
}

static __attribute__((noinline)) long through(long number)
{
	long got = number % 2 ? odd(number) : even(number);

	return got + 1;
}

static void *work(void *number)
{
	return (void *)through((long)number);
}

static int standing(void)
{
	int n = 0;

	for (int i = 1; i <= threads; i++)
		n += inside[i];
	return n;
}

/* It writes to address 0 inside its section, at the symbol faulting. */
static __attribute__((noinline)) long fault(int wanted)
{
	volatile long mine = 42;

	while (standing() < wanted)
		sched_yield();
	SECTION(fault, FAULT, [n] "r"(wanted));
	return mine;
}

int main(int argc, char **argv)
{
	pthread_t t[MOST];
	const char *how = argc > 1 ? argv[1] : "";

	if (__rseq_size == 0) {
		fprintf(stderr, "glibc has registered no area\n");
		return 3;
	}
	if (atoi(how) > 0 && atoi(how) < MOST)
		threads = atoi(how);
	for (long i = 1; i <= threads; i++)
		if (pthread_create(&t[i], 0, work, (void *)i))
			return 3;
	if (!strcmp(how, "exit")) {
		while (standing() < threads)
			sched_yield();
		leave = 1;
	}
	if (fault(threads) != 42)
		return 1;
	for (long i = 1; i <= threads; i++) {
		void *got;
		pthread_join(t[i], &got);
		if ((long)got != i * (i % 2 ? 100 : 1000) + 1)
			return 1;
	}
	printf("left\n");
	return 0;
}
