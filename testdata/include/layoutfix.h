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

/*
 * The instructions. SIGNATURE: the one that glibc registers, bare; or in the two forms of amd64 that are an
 * instruction with what follows. LOAD and ARM: the descriptor's address into a register, and into the area.
 * COUNT: this CPU's counter, made of READ (PLACE, which finds it, and its load), MORE, and COMMIT. ADD: 1 to what
 * lies some bytes behind it. IF_ODD, IF_EVEN: a jump if the counter is that. STIR: changes a spare register;
 * CLEAR and UNTIL_TWO: the same register counts, and a jump back until it is 2. BY_TABLE: a jump through the
 * offsets at label 7, by the CPU's number; LANDING: what such a jump may lead to. IF_SET: a jump if the word of
 * SECTION_WITH is not 0. ABORTED: counts in the variable aborts. NO_CODE: data that is no instruction, or looks
 * like the beginning of one, or like a jump.
 */
#ifdef __aarch64__
/* x9: the descriptor; x0: the rseq area; x1: the counters; x10: this CPU's; x2: another word. */
#define SIGNATURE ".inst 0xd428bc00\n"
#define UD1_SIGNATURE SIGNATURE
#define NOP_SIGNATURE SIGNATURE
#define JUMP "b "
#define LOAD "adrp x9, 77b\nadd x9, x9, :lo12:77b\n"
#define ARM "str x9, [x0, #8]\n"
#define PLACE "ldr w10, [x0, #4]\nadd x10, x1, x10, lsl #7\n"
#define READ PLACE "ldr x11, [x10]\n"
#define MORE "add x11, x11, #1\n"
#define COMMIT ".globl commit\ncommit: str x11, [x10]\n"
#define ADD(bytes) "ldr x11, [x10, #" bytes "]\nadd x11, x11, #1\nstr x11, [x10, #" bytes "]\n"
#define IF_ODD(to) "ldr x11, [x10]\ntbnz x11, #0, " to "\n"
#define IF_EVEN(to) "ldr x11, [x10]\ntbz x11, #0, " to "\n"
#define STIR "add x12, x12, #1\n"
#define CLEAR "mov w12, #0\n"
#define UNTIL_TWO(to) STIR "cmp w12, #2\nb.lo " to "\n"
#define BY_TABLE(mask) "adr x12, 7f\nldr w10, [x0, #4]\nand x10, x10, #" mask "\nldrsw x10, [x12, x10, lsl #2]\nadd x12, x12, x10\nbr x12\n"
#define LANDING "hint #36\n" /* bti j */
#define IF_SET(to) "cbnz x2, " to "\n"
#define ABORTED "adrp x12, aborts\nadd x12, x12, :lo12:aborts\n9: ldxr x13, [x12]\nadd x13, x13, #1\nstxr w14, x13, [x12]\ncbnz w14, 9b\n"
#define NO_CODE ".long 0, 0xffffffff, 0x17ffffff\n"
#define SECTION(...) SECTION_WITH(0, __VA_ARGS__)
#define SECTION_WITH(word, ...) \
	do { \
		register struct rseq *area __asm__("x0") = r; \
		register void *counters __asm__("x1") = c; \
		register long with __asm__("x2") = word; \
		__asm__ volatile(__VA_ARGS__ : : "r"(area), "r"(counters), "r"(with) \
			: "x9", "x10", "x11", "x12", "x13", "x14", "memory", "cc"); \
	} while (0)
#else
/* rax: the descriptor; rdi: the rseq area; rsi: the counters; rcx: this CPU's, behind rsi; rbx: another word. */
#define SIGNATURE ".long 0x53053053\n"
#define UD1_SIGNATURE ".byte 0x0f,0xb9,0x3d\n" SIGNATURE
#define NOP_SIGNATURE ".byte 0x0f,0x1f,0x05\n" SIGNATURE
#define JUMP "jmp "
#define LOAD "leaq 77b(%%rip),%%rax\n"
#define ARM "movq %%rax,8(%%rdi)\n"
#define PLACE "movl 4(%%rdi),%%ecx\nshlq $7,%%rcx\n"
#define READ PLACE "movq (%%rsi,%%rcx),%%rdx\n"
#define MORE "incq %%rdx\n"
#define COMMIT ".globl commit\ncommit: movq %%rdx,(%%rsi,%%rcx)\n"
#define ADD(bytes) "incq " bytes "(%%rsi,%%rcx)\n"
#define IF_ODD(to) "testb $1,(%%rsi,%%rcx)\njnz " to "\n"
#define IF_EVEN(to) "testb $1,(%%rsi,%%rcx)\njz " to "\n"
#define STIR "incq %%r8\n"
#define CLEAR "xorl %%r8d,%%r8d\n"
#define UNTIL_TWO(to) "incl %%r8d\ncmpl $2,%%r8d\njb " to "\n"
#define BY_TABLE(mask) "leaq 7f(%%rip),%%r8\nmovl 4(%%rdi),%%ecx\nandl $" mask ",%%ecx\nmovslq (%%r8,%%rcx,4),%%rcx\naddq %%rcx,%%r8\njmp *%%r8\n"
#define LANDING ""
#define IF_SET(to) "testq %%rbx,%%rbx\njnz " to "\n"
#define ABORTED "lock incq aborts(%%rip)\n"
#define NO_CODE ".byte 0x06,0x07,0x48,0xb8\n"
#define SECTION(...) SECTION_WITH(0L, __VA_ARGS__)
#define SECTION_WITH(word, ...) \
	__asm__ volatile(__VA_ARGS__ : : "D"(r), "S"(c), "b"(word) : "rax", "rcx", "rdx", "r8", "memory", "cc")
#endif
#define COUNT READ MORE COMMIT

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
