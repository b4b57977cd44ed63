/*
 * PROGRAM [THREADS]: threads (default 7) that each spin inside a section of their own stack of calls, and a
 * leader that faults inside its own section once every one of them is inside: what a core file is made of. An odd thread's
 * section is in odd(), an even one's in even(), so that a debugger can say which is which. It does not end by
 * itself but by SIGSEGV. With "wait" instead of a number the leader waits inside its section as well, for a debugger to
 * come; with "exit" nothing faults and the sections are left.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/rseq.h>
#include <unistd.h>

static volatile int inside, leave;
static int threads = 7;

/* A section that says once that it is inside, and stays there until leave is not 0. Aborted, it begins again:
   rax, the descriptor, is loaded anew. The count is kept right by the flag in told. */
#define STAY(told, last) \
	__asm__ volatile( \
		".pushsection __rseq_cs,\"aw\"\n.balign 32\n77:\n.long 0,0\n.quad 2f,3f-2f,4f\n.popsection\n" \
		"6: leaq 77b(%%rip),%%rax\nmovq %%rax,%[cs]\n" \
		"2: cmpl $0,%[t]\njne 7f\nmovl $1,%[t]\nlock incl %[n]\n" \
		"7: pause\ncmpl $0,%[go]\njz 7b\n" last \
		"3: jmp 5f\n" \
		".long 0x53053053\n" \
		"4: jmp 6b\n" \
		"5: movq $0,%[cs]\n" \
		: [cs] "=m"(area()->rseq_cs), [t] "+m"(told), [n] "+m"(inside) : [go] "m"(leave) : "rax", "memory", "cc")

static inline struct rseq *area(void)
{
	return (struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);
}

static __attribute__((noinline)) long odd(long number)
{
	volatile long mine = number * 100;
	int told = 0;

	STAY(told, "nop\n");
	return mine;
}

static __attribute__((noinline)) long even(long number)
{
	volatile long mine = number * 1000;
	int told = 0;

	STAY(told, "nop\n");
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

/* Inside its section the leader waits for the others, and writes to address 0 then. */
static __attribute__((noinline)) long fault(int wanted)
{
	volatile long mine = 42;
	int told = 0;

	__asm__ volatile(
		".pushsection __rseq_cs,\"aw\"\n.balign 32\n77:\n.long 0,0\n.quad 2f,3f-2f,4f\n.popsection\n"
		"6: leaq 77b(%%rip),%%rax\nmovq %%rax,%[cs]\n"
		"2: movl $1,%[t]\n"
		"7: pause\nmovl %[n],%%ecx\ncmpl %[want],%%ecx\njl 7b\n"
		"cmpl $0,%[go]\njnz 3f\n"
		"xorl %%ecx,%%ecx\n"
		".globl faulting\nfaulting: movl $1,(%%rcx)\n"
		"3: jmp 5f\n"
		".long 0x53053053\n"
		"4: jmp 6b\n"
		"5: movq $0,%[cs]\n"
		: [cs] "=m"(area()->rseq_cs), [t] "+m"(told) : [n] "m"(inside), [want] "r"(wanted), [go] "m"(leave) : "rax", "rcx", "memory", "cc");
	return mine;
}

int main(int argc, char **argv)
{
	pthread_t t[64];
	const char *how = argc > 1 ? argv[1] : "";

	if (__rseq_size == 0) {
		fprintf(stderr, "glibc has registered no area\n");
		return 3;
	}
	if (atoi(how) > 0 && atoi(how) <= 64)
		threads = atoi(how);
	for (long i = 1; i <= threads; i++)
		if (pthread_create(&t[i - 1], 0, work, (void *)i))
			return 3;
	if (!strcmp(how, "exit")) {
		while (inside < threads)
			usleep(1000);
		leave = 1;
	}
	if (fault(strcmp(how, "wait") ? threads : threads + 1) != 42)
		return 1;
	for (long i = 1; i <= threads; i++) {
		void *got;
		pthread_join(t[i - 1], &got);
		if ((long)got != i * (i % 2 ? 100 : 1000) + 1)
			return 1;
	}
	printf("left\n");
	return 0;
}
