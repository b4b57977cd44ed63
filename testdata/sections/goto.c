/*
 * The abort handler lies in line, its bare signature before it, and leaves by asm goto. The section's
 * own compare always fails, so that each pass takes that way.
 */
#include <stdio.h>
#include <sys/rseq.h>

static int passes, gone;

__attribute__((noinline)) static void pass(struct rseq *r)
{
#ifdef __aarch64__
	__asm__ goto(
		".pushsection __rseq_cs,\"aw\"\n.balign 32\n77:\n.long 0,0\n.quad 2f,3f-2f,4f\n.popsection\n"
		"adrp x9, 77b\nadd x9, x9, :lo12:77b\nstr x9, %[cs]\n"
		"2: ldr w10, %[cpu]\ncmn w10, #5\nb.ne 4f\nldr w10, %[passes]\nadd w10, w10, #1\nstr w10, %[passes]\n"
		"3: b 5f\n"
		".inst 0xd428bc00\n"
		"4: b %l[out]\n"
		"nop\nnop\nnop\nnop\n"
		"5: nop\n"
		: : [cs] "m"(r->rseq_cs), [cpu] "m"(r->cpu_id), [passes] "m"(passes) : "x9", "x10", "memory", "cc" : out);
#else
	__asm__ goto(
		".pushsection __rseq_cs,\"aw\"\n.balign 32\n77:\n.long 0,0\n.quad 2f,3f-2f,4f\n.popsection\n"
		"leaq 77b(%%rip),%%rax\nmovq %%rax,%[cs]\n"
		"2: cmpl $-5,%[cpu]\njne 4f\naddl $1,%[passes]\n"
		"3: jmp 5f\n"
		".long 0x53053053\n"
		"4: jmp %l[out]\n"
		"nop\nnop\nnop\nnop\n"
		"5: nop\n"
		: : [cs] "m"(r->rseq_cs), [cpu] "m"(r->cpu_id), [passes] "m"(passes) : "rax", "memory", "cc" : out);
#endif
	passes += 10;
	return;
out:
	gone++;
	passes += 100;
}

int main(void)
{
	struct rseq *r = (struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);

	for (int i = 0; i < 3; i++)
		pass(r);
	printf("passes %d gone %d\n", passes, gone);
	return passes != 300 || gone != 3;
}
