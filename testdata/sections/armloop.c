/* The arming store is the section's first instruction and the target of branches: the abort handler's and a loop's. */
#include "count.h"

static void once(struct rseq *r)
{
	SECTION(DESCRIPTOR("2f", "3f", "4f")
		LOAD "jmp 2f\n"
		SIGNATURE
		"4: nop\n"
		"jmp 2f\n"
		"2: " ARM
		"movl 4(%%rdi),%%ecx\nshlq $7,%%rcx\nmovq (%%rsi,%%rcx),%%rdx\n"
		"testq %%rdx,%%rdx\njs 2b\n" /* never */
		"incq %%rdx\n" COMMIT
		"3:\n");
}
