/* The abort handler jumps behind the arming store: the retry is not protected. The sum is right as
 * long as nothing else happens to the thread. */
#include "twin.h"

static long count;

TWIN void add(void)
{
	__asm__ __volatile__(
		FIX_DESCRIBE("behind", "0")
		"7:\n\t"
		"leaq 3b(%%rip), %%rax\n\t"
		"5:\n\t"
		"movq %%rax, " FIX_FS "8(%[area])\n\t"
		"1:\n\t"
		CULPRIT
		"movq %[count], %%rcx\n\t"
		"incq %%rcx\n\t"
		"movq %%rcx, %[count]\n\t"
		TWIN_END("jmp " IF_BAD("1b", "7b") "\n\t")
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
