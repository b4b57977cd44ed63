/* The abort handler is the place behind the commit: an abort counts as success. */
#include "twin.h"

static long count;

TWIN int add(void)
{
	__asm__ __volatile__ goto(
		FIX_DESCRIBE("target", "0")
		"leaq 3b(%%rip), %%rax\n\t"
		"5:\n\t"
		"movq %%rax, " FIX_FS "8(%[area])\n\t"
		"1:\n\t"
		CULPRIT
		"movq %[count], %%rcx\n\t"
		"incq %%rcx\n\t"
		"movq %%rcx, %[count]\n\t"
		TWIN_END("jmp %l[" IF_BAD("done", "abort") "]\n\t")
		:
		: [area] "r"(FIX_AREA), [count] "m"(count)
		: "memory", "cc", "rax", "rcx"
		: abort, done);
done:
	return 0;
abort:
	return -1;
}

int main(int argc, char **argv)
{
	fix_main(argc, argv);
	for (int i = 0; i < ROUNDS; i++)
		while (add())
			;
	return twin_end("count", count, ROUNDS);
}
