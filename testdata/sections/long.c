/* long [ROUNDS]: a section with a long loop inside (default 100000 rounds). */
#include <stdio.h>
#include <stdlib.h>
#include <sys/rseq.h>

static long done, aborts;
static volatile long rounds = 100000;

__attribute__((noinline)) static void pass(struct rseq *r)
{
#ifdef __aarch64__
	__asm__ volatile(
		".pushsection __rseq_cs,\"aw\"\n.balign 32\n77:\n.long 0,0\n.quad 2f,3f-2f,4f\n.popsection\n"
		"6: adrp x10, 77b\nadd x10, x10, :lo12:77b\nldr x9, %[n]\nstr x10, %[cs]\n"
		"2: nop\n"
		".globl inside\ninside: nop\n"
		"8: subs x9, x9, #1\nb.ne 8b\n"
		"ldr x10, %[done]\nadd x10, x10, #1\n"
		".globl commit\ncommit: str x10, %[done]\n"
		"3: b 5f\n"
		".inst 0xd428bc00\n"
		"4: ldr x10, %[aborts]\nadd x10, x10, #1\nstr x10, %[aborts]\nb 6b\n"
		"5: str xzr, %[cs]\n"
		: [cs] "=m"(r->rseq_cs), [done] "+m"(done), [aborts] "+m"(aborts)
		: [n] "m"(rounds) : "x9", "x10", "memory");
#else
	__asm__ volatile(
		".pushsection __rseq_cs,\"aw\"\n.balign 32\n77:\n.long 0,0\n.quad 2f,3f-2f,4f\n.popsection\n"
		"6: leaq 77b(%%rip),%%rax\nmovq %[n],%%rcx\nmovq %%rax,%[cs]\n"
		"2: nop\n"
		".globl inside\ninside: nop\n"
		"8: decq %%rcx\njnz 8b\n"
		".globl commit\ncommit: addq $1,%[done]\n"
		"3: jmp 5f\n"
		".long 0x53053053\n"
		"4: addq $1,%[aborts]\njmp 6b\n"
		"5: movq $0,%[cs]\n"
		: [cs] "=m"(r->rseq_cs), [done] "+m"(done), [aborts] "+m"(aborts)
		: [n] "m"(rounds) : "rax", "rcx", "memory");
#endif
}

int main(int argc, char **argv)
{
	struct rseq *r = (struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);

	if (argc > 1)
		rounds = atol(argv[1]);
	pass(r);
	printf("done %ld aborts %ld\n", done, aborts);
	return done != 1;
}
