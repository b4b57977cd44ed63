/* stackcs: rseq_cs points to a descriptor on the stack when a signal arrives; good: to a declared one. */
#include "watchfix.h"

#include <signal.h>

static void handler(int sig) { (void)sig; }

extern char here_start[], here_end[], here_abort[], here_cs[];
static long sum;

int main(void)
{
	struct area *a = glibc_area();
	struct {
		uint32_t version, flags;
		uint64_t start, length, abort;
	} __attribute__((aligned(32))) cs = { 0, 0, (uint64_t)here_start, here_end - here_start, (uint64_t)here_abort };

	signal(SIGUSR1, handler);
	if (good)
		a->rseq_cs = (uint64_t)here_cs;
	else
		a->rseq_cs = (uint64_t)&cs; /* BREAKS descriptor-on-stack */
	raise(SIGUSR1);
	a->rseq_cs = 0;
	__asm__ volatile(
		".pushsection __rseq_cs, \"aw\"\n"
		".balign 32\n"
		".globl here_cs\n"
		"here_cs: .long 0, 0\n"
		".quad here_start, here_end - here_start, here_abort\n"
		".popsection\n"
		"0: leaq here_cs(%%rip), %%rax\n"
		"movq %%rax, 8(%[area])\n"
		"here_start: incq %[sum]\n"
		"here_end: jmp 1f\n"
		".byte 0x0f, 0xb9, 0x3d\n"
		".long 0x53053053\n"
		"here_abort: jmp 0b\n"
		"1:\n"
		: [sum] "+m"(sum) : [area] "r"(a) : "rax", "memory", "cc");
	return sum != 1;
}
