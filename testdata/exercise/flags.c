/* A branch inside the section uses flags that were set in front of it; the abort handler changes
 * them. */
#include "twin.h"

static long odd, even;

TWIN void add(long i)
{
	__asm__ __volatile__(
		FIX_DESCRIBE("flags", "0")
		IF_BAD("testq $1, %[i]\n\t", "")
		"7:\n\t"
		"leaq 3b(%%rip), %%rax\n\t"
		"5:\n\t"
		"movq %%rax, " FIX_FS "8(%[area])\n\t"
		"1:\n\t"
		CULPRIT
		IF_BAD("", "testq $1, %[i]\n\t")
		"leaq %[even], %%rcx\n\t"
		"leaq %[odd], %%rdx\n\t"
		"cmovnz %%rdx, %%rcx\n\t"
		"movq (%%rcx), %%rdx\n\t"
		"leaq 1(%%rdx), %%rdx\n\t"
		"movq %%rdx, (%%rcx)\n\t"
		TWIN_END("lock incq fix_aborts(%%rip)\n\tjmp 7b\n\t")
		:
		: [area] "r"(FIX_AREA), [i] "r"(i), [odd] "m"(odd), [even] "m"(even)
		: "memory", "cc", "rax", "rcx", "rdx");
}

int main(int argc, char **argv)
{
	fix_main(argc, argv);
	for (long i = 0; i < ROUNDS; i++)
		add(0);
	return twin_end("even", even, ROUNDS) | twin_end("odd", odd, 0);
}
