/* The abort handler uses a register that it has not said that it changes: that of the loop outside. */
#include "twin.h"

static long count;

TWIN void add(void)
{
	__asm__ __volatile__(
		FIX_DESCRIBE("clobber", "0")
		"7:\n\t"
		"leaq 3b(%%rip), %%rax\n\t"
		"5:\n\t"
		"movq %%rax, " FIX_FS "8(%[area])\n\t"
		"1:\n\t"
		CULPRIT
		"movq %[count], %%rcx\n\t"
		"incq %%rcx\n\t"
		"movq %%rcx, %[count]\n\t"
		TWIN_END("movq fix_aborts(%%rip), " IF_BAD("%%r12", "%%rcx") "\n\tjmp 7b\n\t")
		:
		: [area] "r"(FIX_AREA), [count] "m"(count)
		: "memory", "cc", "rax", "rcx");
}

int main(int argc, char **argv)
{
	long wrong = 0;

	fix_main(argc, argv);
	for (long i = 0; i < ROUNDS; i++) {
		register long kept __asm__("r12") = 12345;
		__asm__ __volatile__("" : "+r"(kept));
		add();
		__asm__ __volatile__("" : "+r"(kept));
		wrong += kept != 12345;
	}
	return twin_end("wrong registers", wrong, 0) | twin_end("count", count, ROUNDS);
}
