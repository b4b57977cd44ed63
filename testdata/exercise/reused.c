/* A register that the section has changed is used again by the retry: the value to store. */
#include "twin.h"

static long count;

TWIN void add(void)
{
	__asm__ __volatile__(
		FIX_DESCRIBE("reused", "0")
		IF_BAD("movq %[count], %%rcx\n\t", "")
		"7:\n\t"
		"leaq 3b(%%rip), %%rax\n\t"
		"5:\n\t"
		"movq %%rax, " FIX_FS "8(%[area])\n\t"
		"1:\n\t"
		IF_BAD("", "movq %[count], %%rcx\n\t")
		"incq %%rcx\n\t"
		CULPRIT
		"movq %%rcx, %[count]\n\t"
		TWIN_END("jmp 7b\n\t")
		:
		: [area] "r"(FIX_AREA), [count] "m"(count)
		: "memory", "cc", "rax", "rcx");
}

int main(int argc, char **argv)
{
	fix_main(argc, argv);
	for (int i = 0; i < ROUNDS; i++)
		add();
	return twin_end("count", count, ROUNDS);
}
