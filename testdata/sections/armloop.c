/* The arming store is the section's first instruction and the target of branches: the abort handler's and, once a pass, a loop's. */
#include "layoutfix.h"

long aborts;

static void once(struct rseq *r)
{
	SECTION(DESCRIPTOR("2f", "3f", "4f")
		LOAD "xorl %%r8d,%%r8d\njmp 2f\n"
		SIGNATURE
		"4: nop\nlock incq aborts(%%rip)\nxorl %%r8d,%%r8d\n"
		"jmp 2f\n"
		"2: " ARM
		"movl 4(%%rdi),%%ecx\nshlq $7,%%rcx\nmovq (%%rsi,%%rcx),%%rdx\n"
		"incl %%r8d\ncmpl $2,%%r8d\njb 2b\n"
		"incq %%rdx\n" COMMIT
		"3:\n");
}
