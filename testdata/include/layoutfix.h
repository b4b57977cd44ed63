/*
 * PROGRAM [ROUNDS [THREADS]]: threads (default 4) that count by the section in once(), a counter
 * for each CPU, rounds (default 20000) each. A section that is left half way, or that commits twice
 * or on another CPU, makes the sum wrong. The last store of each is at the label commit.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/rseq.h>

static struct { long v; char pad[120]; } c[1024];
static long rounds = 20000, threads = 4;

/* A descriptor, label 77 in front of it. */
#define DESCRIPTOR(start, end, abort) \
	".pushsection __rseq_cs,\"aw\"\n.balign 32\n77:\n.long 0,0\n.quad " start "," end "-" start "," abort "\n.popsection\n"
/* The signature that glibc registers, bare. */
#define SIGNATURE ".long 0x53053053\n"
/* rax: the descriptor; rdi: the rseq area; rsi: the counters. */
#define LOAD "leaq 77b(%%rip),%%rax\n"
#define ARM "movq %%rax,8(%%rdi)\n"
#define COUNT "movl 4(%%rdi),%%ecx\nshlq $7,%%rcx\nmovq (%%rsi,%%rcx),%%rdx\nincq %%rdx\n" COMMIT
#define COMMIT ".globl commit\ncommit: movq %%rdx,(%%rsi,%%rcx)\n"
#define SECTION(...) __asm__ volatile(__VA_ARGS__ : : "D"(r), "S"(c) : "rax", "rcx", "rdx", "r8", "memory", "cc")

static void once(struct rseq *r);

__attribute__((noinline)) static void *work(void *a)
{
	struct rseq *r = (struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);

	for (long i = 0; i < rounds; i++)
		once(r);
	return a;
}

int main(int argc, char **argv)
{
	pthread_t t[64];
	long sum = 0;

	if (argc > 1)
		rounds = atol(argv[1]);
	if (argc > 2)
		threads = atol(argv[2]);
	for (long i = 0; i < threads; i++)
		pthread_create(&t[i], 0, work, 0);
	for (long i = 0; i < threads; i++)
		pthread_join(t[i], 0);
	for (int i = 0; i < 1024; i++)
		sum += c[i].v;
	printf("sum %ld of %ld\n", sum, threads * rounds);
	return sum != threads * rounds;
}
